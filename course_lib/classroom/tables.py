"""작은 표를 글과 HTML로 그린다. 다른 칸은 색만이 아니라 ◀ 표시로도 알린다."""

from collections.abc import Collection
from html import escape
from unicodedata import east_asian_width

import pandas as pd

MARK = "◀"
MAX_ROWS = 20
Cell = tuple[int, str]
"""(몇 번째 행, 열 이름)"""

_CELL = "padding:2px 8px;border:1px solid var(--jp-border-color2,#bbb);text-align:left;white-space:nowrap"
_MARKED = "background:#fff3cd;color:#5c3c00;font-weight:bold;"


def differing_cells(left: pd.DataFrame, right: pd.DataFrame) -> frozenset[Cell]:
    """행의 차례대로 견주어 값이 다른 칸. 한쪽에만 있는 행과 열은 모두 다른 칸이다."""
    columns = list(dict.fromkeys([*left.columns, *right.columns]))
    cells = set()
    for row in range(max(len(left), len(right))):
        for column in columns:
            if not _same(_value(left, row, column), _value(right, row, column)):
                cells.add((row, column))
    return frozenset(cells)


def frame_html(frame: pd.DataFrame, marks: Collection[Cell] = ()) -> str:
    """`frame`을 HTML 표로. `marks`의 칸에는 ◀ 표시를 붙인다."""
    head = "".join(f'<th style="{_CELL}">{escape(str(column))}</th>' for column in frame.columns)
    rows = []
    for row in range(min(len(frame), MAX_ROWS)):
        cells = []
        for column in frame.columns:
            marked = (row, column) in marks
            text = escape(show_value(_value(frame, row, column))) + (f" {MARK}" if marked else "")
            cells.append(f'<td style="{_MARKED if marked else ""}{_CELL}">{text}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    rest = f"<div>{_rest(frame)}</div>" if _rest(frame) else ""
    return f'<table style="border-collapse:collapse"><tr>{head}</tr>{"".join(rows)}</table>{rest}'


def frame_text(frame: pd.DataFrame, marks: Collection[Cell] = ()) -> str:
    """`frame`을 너비를 맞춘 글로. 한글은 두 칸으로 센다."""
    lines = [[str(column) for column in frame.columns]]
    for row in range(min(len(frame), MAX_ROWS)):
        lines.append(
            [
                show_value(_value(frame, row, column)) + (f" {MARK}" if (row, column) in marks else "")
                for column in frame.columns
            ]
        )
    widths = [max(_width(line[index]) for line in lines) for index in range(len(frame.columns))]
    text = "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "\n".join(filter(None, [text, _rest(frame)]))


def show_value(value: object) -> str:
    """칸 하나를 글로. 빈 값은 (없음)이다."""
    return "(없음)" if _missing(value) else str(value)


class _Absent:
    """그 행이나 열이 표에 아예 없다."""


_ABSENT = _Absent()


def _value(frame: pd.DataFrame, row: int, column: str) -> object:
    if column not in frame.columns or row >= len(frame):
        return _ABSENT
    return frame[column].iloc[row]


def _missing(value: object) -> bool:
    return value is None or (not isinstance(value, (list, tuple, dict, set)) and pd.isna(value) is True)


def _same(left: object, right: object) -> bool:
    if _missing(left) or _missing(right):
        return _missing(left) and _missing(right)
    if isinstance(left, float) and isinstance(right, (int, float)):
        return abs(left - right) <= 1e-9 * max(1.0, abs(left), abs(right))
    try:
        return bool(left == right)
    except (TypeError, ValueError):  # 시간대가 있는 시각과 없는 시각, 배열처럼 견줄 수 없는 값은 다른 값이다.
        return False


def _rest(frame: pd.DataFrame) -> str:
    if len(frame) == 0:
        return "(행이 없습니다)"
    return f"… 모두 {len(frame)}행 가운데 {MAX_ROWS}행" if len(frame) > MAX_ROWS else ""


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
