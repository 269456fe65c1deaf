"""골드 표를 막대로 그린다.

그림 파일을 만들지 않고 HTML 표로 그린다. 글자는 보는 사람의 브라우저가 제 글꼴로 그리므로, 한글 글꼴이 없는 컴퓨터에서
실행한 노트북도 한글이 깨지지 않는다. 막대마다 이름과 값을 글자로 적어 색 없이도 읽히고, HTML을 그리지 못하는 곳에는 글이 보인다.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from unicodedata import east_asian_width

import pandas as pd
from IPython.display import display

TEXT_WIDTH = 24
# 이보다 긴 이름은 줄인다. 그대로 두면 막대가 화면 밖으로 밀려난다.
LABEL_LENGTH = 30
EMPTY = "(그릴 행이 없음)"
NO_VALUE = "값 없음"


@dataclass(frozen=True)
class Bar:
    """막대 하나. `share`는 가장 긴 막대를 1로 본 길이이고, 값이 없으면 0이다."""

    labels: tuple[str, ...]
    value: str
    share: float


class BarPlot:
    """막대그림. HTML과 글을 함께 갖는다."""

    def __init__(self, title: str, bars: Sequence[Bar]):
        self.html = _html(title, bars)
        self.text = _text(title, bars)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def show_bars(table: pd.DataFrame, by: str | Sequence[str], value: str, *, title: str, unit: str = "") -> None:
    """`table`의 행마다 막대 하나를 행의 차례대로 그린다. `by`는 이름표가 될 열들, `value`는 길이가 될 열이다.

    `value`는 0보다 크거나 같은 수(int, float, Decimal)여야 한다. 음수가 있거나 없는 열의 이름을 주면 ValueError.
    """
    display(draw_bars(table, by, value, title=title, unit=unit))


def draw_bars(table: pd.DataFrame, by: str | Sequence[str], value: str, *, title: str, unit: str = "") -> BarPlot:
    """화면에 띄우지 않고 그림만 만든다."""
    columns = [by] if isinstance(by, str) else list(by)
    if missing := [name for name in (*columns, value) if name not in table.columns]:
        raise ValueError(f"표에 없는 열입니다: {', '.join(missing)}. 표의 열: {', '.join(map(str, table.columns))}")
    numbers = [None if pd.isna(number) else number for number in table[value]]
    if any(number is not None and number < 0 for number in numbers):
        raise ValueError(f"`{value}`에 음수가 있습니다. 막대의 길이는 0보다 작을 수 없으니 음수인 행을 따로 보세요.")
    longest = max((number for number in numbers if number is not None), default=0)
    labels = [tuple(map(_label, row)) for row in table[columns].itertuples(index=False, name=None)]
    return BarPlot(title, [_bar(names, number, longest, unit) for names, number in zip(labels, numbers, strict=True)])


def _bar(labels: tuple[str, ...], number: object, longest: object, unit: str) -> Bar:
    if number is None:
        return Bar(labels, NO_VALUE, 0.0)
    return Bar(labels, f"{number:,}{unit}", float(number / longest) if longest else 0.0)


def _label(value: object) -> str:
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return f"{value:%Y-%m-%d}"
    text = NO_VALUE if pd.isna(value) else str(value)
    return text if len(text) <= LABEL_LENGTH else text[: LABEL_LENGTH - 1] + "…"


# 글과 HTML ---------------------------------------------------------------------------------------

def _text(title: str, bars: Sequence[Bar]) -> str:
    if not bars:
        return f"{title}\n{EMPTY}"
    names = ["  ".join(column) for column in _columns(bars)]
    return "\n".join([title, *(f"{name}  {_blocks(bar.share):<{TEXT_WIDTH}}  {bar.value}" for name, bar in zip(names, bars, strict=True))])


def _columns(bars: Sequence[Bar]) -> list[list[str]]:
    widths = [max(map(_width, column)) for column in zip(*(bar.labels for bar in bars), strict=True)]
    return [[label + " " * (width - _width(label)) for label, width in zip(bar.labels, widths, strict=True)] for bar in bars]


def _width(text: str) -> int:
    # 한글은 글자 너비가 같은 글꼴에서 두 칸이다.
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _blocks(share: float) -> str:
    # 값이 있으면 아무리 작아도 한 칸은 보인다.
    return "█" * max(round(share * TEXT_WIDTH), 1 if share else 0)


def _html(title: str, bars: Sequence[Bar]) -> str:
    body = "".join(_html_row(bar) for bar in bars) or f"<tr><td>{EMPTY}</td></tr>"
    return f'<table style="border-collapse:collapse;margin:6px 0"><caption style="text-align:left;font-weight:bold">{escape(title)}</caption>{body}</table>'


def _html_row(bar: Bar) -> str:
    cell = 'style="padding:2px 8px;text-align:left;font-weight:normal;white-space:nowrap"'
    heads = "".join(f'<th scope="row" {cell}>{escape(label)}</th>' for label in bar.labels)
    width = round(bar.share * 300)
    strip = f'<span style="display:inline-block;height:12px;width:{width}px;background:#57606a;vertical-align:middle"></span>'
    return f'<tr>{heads}<td {cell}>{strip} {escape(bar.value)}</td></tr>'
