"""확인 문제의 셀과 답을 파일에서 찾는다. 시험이 고친 사본도 볼 수 있게, 저장소가 아니라 경로를 받는다."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TAG_PREFIX = "checkpoint:"
_ANSWER_HEAD = re.compile(r"^# %% \[([^\]]+)\]\s*$", re.MULTILINE)


@dataclass(frozen=True)
class TaggedCell:
    """`checkpoint:ID` 꼬리표가 붙은 셀 하나."""

    checkpoint: str
    source: str


def tagged_cells(path: Path) -> tuple[TaggedCell, ...]:
    """노트북의 확인 문제 셀을 차례대로. 노트북으로 읽을 수 없으면 `ValueError`."""
    return tuple(_tagged_cells(path))


def _tagged_cells(path: Path) -> Iterator[TaggedCell]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            for tag in cell["metadata"].get("tags", []):
                if tag.startswith(TAG_PREFIX):
                    yield TaggedCell(tag.removeprefix(TAG_PREFIX), "".join(cell["source"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"노트북의 모양이 아닙니다: {error}") from None


def answers(path: Path) -> dict[str, str]:
    """답 파일(`# %% [1-1]` 아래가 답)에서 확인 문제 이름마다 그 답."""
    _, *pieces = _ANSWER_HEAD.split(path.read_text(encoding="utf-8"))
    return {name: source.strip("\n") for name, source in zip(pieces[::2], pieces[1::2], strict=True)}
