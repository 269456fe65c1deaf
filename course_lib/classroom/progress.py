"""학습자의 진행 기록 `progress.txt`.

한 줄이 한 사건이다: `2026-11-23 12:00 correct 1-1`. 사람이 읽고 고칠 수 있는 글이라서 읽을 때는 너그럽다.
모르는 이름과 읽을 수 없는 줄은 지우지 않고 지나친다. 노트북 여러 개가 함께 써도 줄이 섞이지 않게
덧붙이기로 열어 한 번에 쓴다.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from course_lib.workspace import Workspace


@dataclass(frozen=True)
class Event:
    """기록의 한 줄. `kind`는 correct, incorrect, hint 같은 낱말, `target`은 확인 문제나 연습의 이름이다."""

    when: str
    kind: str
    target: str


def read_events() -> tuple[Event, ...]:
    """작업 공간의 기록을 차례대로 읽는다. 파일이 없으면 빈 기록이다."""
    path = Workspace.open().progress_path
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(event for line in lines if (event := _parse(line)) is not None)


def record(kind: str, target: str) -> None:
    """사건 한 줄을 덧붙인다. 쓸 수 없는 폴더라면 배우는 일을 막지 않고 기록만 건너뛴다."""
    path = Workspace.open().progress_path
    line = f"{datetime.now():%Y-%m-%d %H:%M} {kind} {target}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            # 손으로 고친 파일은 줄바꿈 없이 끝날 수 있다. 그 뒤에 붙이면 두 줄 다 잃는다.
            size = os.lseek(descriptor, 0, os.SEEK_END)
            if size and os.lseek(descriptor, size - 1, os.SEEK_SET) >= 0 and os.read(descriptor, 1) != b"\n":
                line = f"\n{line}"
            os.write(descriptor, line.encode("utf-8"))
        finally:
            os.close(descriptor)
    except OSError:
        return


def solved(events: tuple[Event, ...] | None = None) -> frozenset[str]:
    """한 번이라도 맞힌 확인 문제와 연습의 이름."""
    return frozenset(event.target for event in _given(events) if event.kind == "correct")


def hints_shown(target: str, events: tuple[Event, ...] | None = None) -> int:
    """`target`의 힌트를 몇 번 보았는지."""
    return sum(event.kind == "hint" and event.target == target for event in _given(events))


def last_outcome(target: str, events: tuple[Event, ...] | None = None) -> str:
    """`target`을 마지막으로 확인한 결과의 낱말. 확인한 적이 없으면 빈 글이다."""
    checks = [event.kind for event in _given(events) if event.target == target and event.kind != "hint"]
    return checks[-1] if checks else ""


def last_score(names: Collection[str], events: tuple[Event, ...] | None = None) -> str:
    """연습(`names`는 그 이름들)을 마지막으로 확인한 점수: `만점`, `70점`. 확인한 적이 없으면 빈 글이다."""
    kinds = [event.kind for event in _given(events) if event.target in names and event.kind != "hint"]
    if not kinds:
        return ""
    return "만점" if kinds[-1] == "correct" else kinds[-1].removeprefix("score=") + "점"


def _given(events: tuple[Event, ...] | None) -> tuple[Event, ...]:
    return read_events() if events is None else events


def _parse(line: str) -> Event | None:
    parts = line.split(maxsplit=3)
    if len(parts) < 4:
        return None
    day, time, kind, target = parts
    return Event(f"{day} {time}", kind, target.strip())
