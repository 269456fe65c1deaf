"""확인 문제가 보여 주는 답. 글(text/plain)과 HTML 두 모양으로 그려진다.

기호와 낱말을 함께 쓴다. 색을 못 보아도, 화면을 읽어 주는 도구로도 같은 뜻이 전해져야 한다.
"""

import re
from dataclasses import dataclass
from html import escape

import pandas as pd

from course_lib.grading.tables import frame_html, frame_text
from course_lib.grading.results import Outcome
from course_lib.grading.tables import TITLES, diff_html, diff_text


LABELS = {
    Outcome.CORRECT: "✔ 정답",
    Outcome.INCORRECT: "✘ 아직 아니에요",
    Outcome.NOT_ATTEMPTED: "○ 아직",
    Outcome.SKIPPED: "… 건너뜀",
    Outcome.SUBMISSION_ERROR: "✘ 실행하다 멈췄어요",
    Outcome.COURSE_ERROR: "⚠ 과정의 오류입니다. 당신의 잘못이 아니에요",
}
_COLORS = {
    Outcome.CORRECT: "#1a7f37",
    Outcome.INCORRECT: "#b35900",
    Outcome.SUBMISSION_ERROR: "#b35900",
    Outcome.COURSE_ERROR: "#c1121f",
}
_NEUTRAL = "#57606a"


@dataclass(frozen=True)
class Table:
    """답에 함께 보이는 표 하나."""

    label: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class Comparison:
    """나란히 견주어 보이는 두 표: 나온 것과 기다린 것."""

    actual: pd.DataFrame
    expected: pd.DataFrame
    ordered: bool = False
    titles: tuple[str, str] = TITLES


@dataclass(frozen=True)
class Code:
    """답에 함께 보이는 코드나 오류의 글."""

    text: str
    label: str = ""


Block = str | Table | Comparison | Code


@dataclass(frozen=True, repr=False)
class Feedback:
    """화면에 보이는 답 하나: 머리말 한 줄과 그 아래의 글, 표, 코드.

    `outcome`이 없으면 채점이 아닌 안내(힌트, 답, 지도)다. 글에서 `이렇게` 감싼 곳은 코드로 보인다.
    """

    headline: str
    blocks: tuple[Block, ...] = ()
    outcome: Outcome | None = None

    @classmethod
    def of(cls, outcome: Outcome, title: str, *blocks: Block) -> "Feedback":
        """`outcome`의 기호와 낱말을 앞세운 답."""
        headline = f"{LABELS[outcome]} · {title}" if title else LABELS[outcome]
        return cls(headline, tuple(block for block in blocks if block), outcome)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}

    def __repr__(self) -> str:
        return self.text()

    def text(self) -> str:
        """터미널과 기록에 남는 글."""
        return "\n".join([self.headline, *(_block_text(block) for block in self.blocks)])

    def html(self) -> str:
        """노트북에 보이는 HTML."""
        color = _COLORS.get(self.outcome, _NEUTRAL) if self.outcome else _NEUTRAL
        loud = "border:2px solid" if self.outcome is Outcome.COURSE_ERROR else "border-left:4px solid"
        body = "".join(_block_html(block) for block in self.blocks)
        return (
            f'<div style="{loud} {color};padding:4px 12px;margin:4px 0">'
            f'<div style="font-weight:bold;color:{color}">{escape(self.headline)}</div>{body}</div>'
        )


def _block_text(block: Block) -> str:
    if isinstance(block, Table):
        return f"[{block.label}]\n{frame_text(block.frame)}"
    if isinstance(block, Comparison):
        return diff_text(block.actual, block.expected, ordered=block.ordered, titles=block.titles)
    if isinstance(block, Code):
        return "\n".join(filter(None, [f"[{block.label}]" if block.label else "", block.text]))
    return block


def _block_html(block: Block) -> str:
    if isinstance(block, Table):
        return f'<div style="margin:4px 0"><div><b>{escape(block.label)}</b></div>{frame_html(block.frame)}</div>'
    if isinstance(block, Comparison):
        return diff_html(block.actual, block.expected, ordered=block.ordered, titles=block.titles)
    if isinstance(block, Code):
        label = f"<div><b>{escape(block.label)}</b></div>" if block.label else ""
        return f'{label}<pre style="margin:4px 0;overflow-x:auto">{escape(block.text)}</pre>'
    paragraphs = [prose_html(paragraph) for paragraph in block.split("\n\n")]
    return "".join(f'<p style="margin:4px 0">{paragraph}</p>' for paragraph in paragraphs)


def prose_html(text: str) -> str:
    """줄글을 HTML로. `이렇게` 감싼 곳은 코드, 줄바꿈은 줄바꿈이다."""
    marked = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(text, quote=False))
    return marked.replace("\n", "<br>")
