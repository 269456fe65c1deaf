"""작은 표 하나를 글과 HTML로 그린다. 두 표를 견주는 그림은 `course_lib.grading.tables`에 있다."""

from html import escape
from unicodedata import east_asian_width

import pandas as pd

MAX_ROWS = 40
_CELL = "padding:2px 8px;border:1px solid var(--jp-border-color2,#bbb);text-align:left"


def frame_html(frame: pd.DataFrame) -> str:
    """`frame`을 HTML 표로. 인덱스는 그리지 않는다."""
    head = "".join(f'<th style="{_CELL}">{escape(str(column))}</th>' for column in frame.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td style={chr(34)}{_CELL}{chr(34)}>{escape(text)}</td>' for text in row)}</tr>" for row in _rows(frame)
    )
    rest = f"<div>{_rest(frame)}</div>" if _rest(frame) else ""
    return f'<table style="border-collapse:collapse"><tr>{head}</tr>{rows}</table>{rest}'


def frame_text(frame: pd.DataFrame) -> str:
    """`frame`을 너비를 맞춘 글로. 한글은 두 칸으로 센다."""
    lines = [[str(column) for column in frame.columns], *_rows(frame)]
    widths = [max(_width(line[index]) for line in lines) for index in range(len(frame.columns))]
    text = "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "\n".join(filter(None, [text, _rest(frame)]))


def _rows(frame: pd.DataFrame) -> list[list[str]]:
    shown = frame.head(MAX_ROWS)
    return [["(없음)" if pd.isna(value) else str(value) for value in row] for row in shown.itertuples(index=False)]


def _rest(frame: pd.DataFrame) -> str:
    if frame.empty:
        return "(행이 없습니다)"
    return f"… 모두 {len(frame)}행 가운데 {MAX_ROWS}행" if len(frame) > MAX_ROWS else ""


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
