"""두 표를 나란히 놓고 다른 곳을 기호와 말로 표시한다.

노트북(`show_diff`)과 채점 결과(HTML, 텍스트)가 함께 쓴다. IPython에 기대지 않는 순수한 함수뿐이다.
표의 내용은 남의 코드가 만든 것이므로 HTML로 나가는 글자는 모두 이스케이프한다.
"""

import html
from collections import Counter, defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from unicodedata import combining, east_asian_width

import pandas as pd

from course_lib.grading.cells import Column, column_of, describe_pair, key_of, same, show

MAX_ROWS = 12
MAX_COLUMNS = 12
# 남의 표는 얼마든지 클 수 있다. 짝을 찾는 시간이 행 수의 제곱에 가까우므로 앞부분만 비교한다.
MAX_COMPARED = 2000
# 한쪽에만 있는 행끼리 비슷한 짝을 찾을 때 견주어 보는 쌍의 상한.
MAX_PAIRS = 40_000

# 표 하나만 보일 때의 상한.
MAX_LONE_ROWS = 40
_EDGE = "border:1px solid currentColor;padding:2px 8px;text-align:left"

TITLES = ("내 결과", "기대한 결과")


@dataclass(frozen=True)
class Cell:
    text: str
    differs: bool = False

    @property
    def marked(self) -> str:
        return f"≠ {self.text}" if self.differs else self.text


@dataclass(frozen=True)
class Row:
    """한쪽 표의 한 행. 짝이 되는 행이 이쪽에 없으면 cells가 비어 있다."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Side:
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    size: int


@dataclass(frozen=True)
class TableDiff:
    """비교한 결과. notes는 표만 보아서는 알 수 없는 차이(열, 자료형, 순서)를 적은 문장들이다."""

    actual: Side
    expected: Side
    notes: tuple[str, ...]
    same: bool


def diff_tables(actual, expected, *, ordered: bool = False, titles: tuple[str, str] = TITLES) -> TableDiff:
    """두 표를 비교한다.

    DataFrame이 아니면 표로 바꾸어 본다(Series, 목록, dict의 목록, 값 하나). 인덱스와 열 순서, 정수 폭, 날짜 단위는 보지 않는다.
    `ordered=False`이면 행 순서도 보지 않고, 기대한 행마다 같은 행이나 가장 비슷한 행을 짝짓는다.
    """
    mine, wanted = _frame(actual), _frame(expected)
    left, right = _columns(mine), _columns(wanted)
    shared = [name for name in right if name in left]
    notes = _column_notes(left, right) + _dtype_notes(left, right, shared, titles)
    if len(mine) != len(wanted):
        notes.insert(0, f"행 수가 다릅니다: {titles[0]} {len(mine)}행, {titles[1]} {len(wanted)}행.")

    mine_rows, wanted_rows = _keys(left, shared, len(mine)), _keys(right, shared, len(wanted))
    shuffled = mine_rows != wanted_rows and Counter(mine_rows) == Counter(wanted_rows)
    if not (mine_rows == wanted_rows or shuffled) and max(len(mine), len(wanted)) > MAX_COMPARED:
        notes.append(f"표가 커서 앞의 {MAX_COMPARED}행만 비교했습니다.")
        mine_rows, wanted_rows = mine_rows[:MAX_COMPARED], wanted_rows[:MAX_COMPARED]

    if mine_rows == wanted_rows or (ordered and shuffled):
        # 순서만 다를 때 빠진 행과 남는 행으로 보이면 오해한다. 두 순서를 그대로 놓고 견준다.
        pairs = [(n, n) for n in range(len(mine_rows))]
    else:
        pairs = _in_order(mine_rows, wanted_rows) if ordered else _any_order(mine_rows, wanted_rows)
    if ordered and shuffled:
        notes.append("들어 있는 행은 같고 순서가 다릅니다.")

    differing = {
        n
        for n, (i, j) in enumerate(pairs)
        if i is None or j is None or not all(same(left[name].values[i], right[name].values[j]) for name in shared)
    }
    equal = not notes and not differing
    shown_pairs, hidden = _choose_rows(pairs, differing)
    names, hidden_columns = _choose_columns(left, right, shared, shown_pairs)
    if hidden:
        notes.append(f"… 외 {hidden}행")
    if hidden_columns:
        notes.append(f"… 외 {hidden_columns}열")
    return TableDiff(
        actual=_side(titles[0], names, left, right, shown_pairs, len(mine), first=True),
        expected=_side(titles[1], names, right, left, shown_pairs, len(wanted), first=False),
        notes=tuple(notes),
        same=equal,
    )


def diff_html(actual, expected, *, ordered: bool = False, titles: tuple[str, str] = TITLES) -> str:
    """비교를 HTML 조각으로 만든다. 색이 없어도 읽히도록 다른 칸은 ≠ 기호와 굵은 글씨로 표시한다."""
    diff = diff_tables(actual, expected, ordered=ordered, titles=titles)
    tables = "".join(_side_html(side) for side in (diff.actual, diff.expected))
    lines = _closing(diff)
    notes = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    body = f'<div style="display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start">{tables}</div>'
    return f'<div class="table-diff">{body}{f"<ul>{notes}</ul>" if notes else ""}</div>'


def diff_text(actual, expected, *, ordered: bool = False, titles: tuple[str, str] = TITLES) -> str:
    """비교를 고정폭 글자로 만든다. 한 화면(100칸)에 들어가면 나란히, 아니면 위아래로 놓는다."""
    diff = diff_tables(actual, expected, ordered=ordered, titles=titles)
    left, right = _side_lines(diff.actual), _side_lines(diff.expected)
    width = max(_width(line) for line in left)
    if width + 4 + max(_width(line) for line in right) <= 100:
        lines = [f"{_pad(a, width)}    {b}".rstrip() for a, b in zip(left, right, strict=True)]
    else:
        lines = [*left, "", *right]
    lines += _closing(diff)
    return "\n".join(lines)


def frame_html(frame: pd.DataFrame) -> str:
    """표 하나를 HTML로. 인덱스는 그리지 않는다."""
    head = "".join(f'<th scope="col" style="{_EDGE}">{html.escape(str(name))}</th>' for name in frame.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td style={chr(34)}{_EDGE}{chr(34)}>{html.escape(text)}</td>' for text in row)}</tr>" for row in _texts(frame)
    )
    rest = f"<div>{_rest(frame)}</div>" if _rest(frame) else ""
    return f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{rest}'


def frame_text(frame: pd.DataFrame) -> str:
    """표 하나를 너비를 맞춘 글로. 한글은 두 칸으로 센다."""
    lines = [[str(name) for name in frame.columns], *_texts(frame)]
    widths = [max(_width(line[n]) for line in lines) for n in range(len(frame.columns))]
    text = "\n".join("  ".join(_pad(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
    return "\n".join(filter(None, [text, _rest(frame)]))


# 표로 바꾸기 -------------------------------------------------------------------------------------

def _frame(value) -> pd.DataFrame:
    if isinstance(value, pd.DataFrame):
        return value
    if isinstance(value, pd.Series):
        return value.to_frame("값" if value.name is None else value.name)
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(item, dict) for item in value):
            return pd.DataFrame(list(value))
        return pd.DataFrame({"값": pd.Series(list(value), dtype=object).infer_objects()})
    return pd.DataFrame({"값": pd.Series([value], dtype=object).infer_objects()})


def _columns(frame: pd.DataFrame) -> dict[str, Column]:
    """열 이름 -> 열. 같은 이름이 또 나오면 (또)를 붙여 둘 다 보여 준다."""
    columns: dict[str, Column] = {}
    for position, name in enumerate(frame.columns):
        text = str(name)
        while text in columns:
            text += "(또)"
        columns[text] = column_of(frame.iloc[:, position])
    return columns


def _column_notes(left: dict[str, Column], right: dict[str, Column]) -> list[str]:
    missing = [name for name in right if name not in left]
    extra = [name for name in left if name not in right]
    notes = []
    if missing:
        notes.append("빠진 열: " + _names(missing))
    if extra:
        notes.append("남는 열: " + _names(extra))
    return notes


def _names(names: list[str]) -> str:
    rest = len(names) - MAX_COLUMNS
    return ", ".join(show(name) for name in names[:MAX_COLUMNS]) + (f" 외 {rest}열" if rest > 0 else "")


def _dtype_notes(left: dict[str, Column], right: dict[str, Column], shared: list[str], titles: tuple[str, str]) -> list[str]:
    # 빈 표의 자료형은 대개 뜻이 없지만, 둘 다 비었을 때는 그것이 유일한 차이일 수 있다.
    different = [
        name
        for name in shared
        if left[name].kind != right[name].kind and bool(left[name].values) == bool(right[name].values)
    ]
    return [
        f"열 {show(name)}의 자료형이 다릅니다: {titles[0]} {left[name].kind}, {titles[1]} {right[name].kind}."
        for name in different[:MAX_COLUMNS]
    ]


# 행 짝짓기 ---------------------------------------------------------------------------------------

def _keys(columns: dict[str, Column], shared: list[str], size: int) -> list[tuple]:
    picked = [[key_of(value) for value in columns[name].values] for name in shared]
    return list(zip(*picked, strict=True)) if picked else [()] * size


def _in_order(mine: list[tuple], wanted: list[tuple]) -> list[tuple[int | None, int | None]]:
    pairs: list[tuple[int | None, int | None]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=mine, b=wanted, autojunk=False).get_opcodes():
        if tag == "equal" or i2 - i1 == j2 - j1:
            pairs += zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            pairs += _similar(list(range(i1, i2)), list(range(j1, j2)), mine, wanted)
    return pairs


def _any_order(mine: list[tuple], wanted: list[tuple]) -> list[tuple[int | None, int | None]]:
    free: dict[tuple, list[int]] = defaultdict(list)
    for i in reversed(range(len(mine))):
        free[mine[i]].append(i)
    partner = {j: free[row].pop() for j, row in enumerate(wanted) if free.get(row)}
    taken = set(partner.values())
    left = [i for i in range(len(mine)) if i not in taken]
    right = [j for j in range(len(wanted)) if j not in partner]
    extra = []
    for i, j in _similar(left, right, mine, wanted):
        if j is None:
            extra.append((i, None))
        else:
            partner[j] = i
    return [(partner.get(j), j) for j in range(len(wanted))] + extra


def _similar(left: list[int], right: list[int], mine: list[tuple], wanted: list[tuple]):
    """한쪽에만 있는 행끼리, 같은 칸이 많은 것부터 짝짓는다. 같은 칸이 없는 행은 남은 수가 같을 때만 차례로 짝짓는다."""
    if not left or not right:
        return [(i, None) for i in left] + [(None, j) for j in right]
    if len(left) * len(right) > MAX_PAIRS:
        paired = list(zip(left, right, strict=False))
    else:
        scored = []
        for a, i in enumerate(left):
            for b, j in enumerate(right):
                equal = sum(x == y for x, y in zip(mine[i], wanted[j], strict=True))
                if equal:
                    scored.append((-equal, abs(a - b), i, j))
        paired, used_left, used_right = [], set(), set()
        for _, _, i, j in sorted(scored):
            if i not in used_left and j not in used_right:
                paired.append((i, j))
                used_left.add(i)
                used_right.add(j)
    partner = {j: i for i, j in paired}
    taken = set(partner.values())
    lonely = [i for i in left if i not in taken]
    waiting = [j for j in right if j not in partner]
    # 남은 수가 같으면 없어지고 생긴 것이 아니라 통째로 바뀐 행으로 보는 편이 읽기 쉽다.
    if len(lonely) == len(waiting):
        partner |= dict(zip(waiting, lonely, strict=True))
        lonely = []
    return [(partner.get(j), j) for j in right] + [(i, None) for i in lonely]


def _choose_rows(pairs, differing: set[int]):
    """다른 행을 먼저 골라 상한까지 보여 준다. 고른 행은 원래 차례대로 놓는다."""
    if len(pairs) <= MAX_ROWS:
        return pairs, 0
    ranked = sorted(range(len(pairs)), key=lambda n: n not in differing)
    return [pairs[n] for n in sorted(ranked[:MAX_ROWS])], len(pairs) - MAX_ROWS


def _choose_columns(left, right, shared, pairs) -> tuple[list[str], int]:
    names = list(right) + [name for name in left if name not in right]
    if len(names) <= MAX_COLUMNS:
        return names, 0

    def plain(name: str) -> bool:
        return name in shared and all(
            i is None or j is None or same(left[name].values[i], right[name].values[j]) for i, j in pairs
        )

    ranked = sorted(names, key=plain)[:MAX_COLUMNS]
    return [name for name in names if name in ranked], len(names) - MAX_COLUMNS


def _closing(diff: TableDiff) -> list[str]:
    return [*(["두 표가 같습니다."] if diff.same else []), *diff.notes]


# 보여 주기 ---------------------------------------------------------------------------------------

def _side(title, names, own, other, pairs, size, *, first) -> Side:
    visible = [name for name in names if name in own]
    lonely = "남는 열" if first else "빠진 열"
    headings = tuple(show(name) if name in other else f"{show(name)} ({lonely})" for name in visible)
    rows = []
    for pair in pairs:
        mine, theirs = pair if first else pair[::-1]
        if mine is None:
            rows.append(Row("(이 행이 없음)", ()))
            continue
        cells = tuple(_cell(own[name], other.get(name), mine, theirs) for name in visible)
        if theirs is None:
            label = "+ 남는 행" if first else "- 빠진 행"
        else:
            label = "다름" if any(cell.differs for cell in cells) else ""
        rows.append(Row(label, cells))
    return Side(title, headings, tuple(rows), size)


def _cell(own: Column, other: Column | None, mine: int, theirs: int | None) -> Cell:
    value = own.values[mine]
    if other is None or theirs is None or same(value, other.values[theirs]):
        return Cell(show(value))
    return Cell(describe_pair(value, other.values[theirs])[0], differs=True)


def _side_html(side: Side) -> str:
    head = "".join(f'<th scope="col" style="{_EDGE}">{html.escape(name)}</th>' for name in ("", *side.columns))
    rows = []
    for row in side.rows:
        label = f'<th scope="row" style="{_EDGE}">{html.escape(row.label)}</th>'
        if not row.cells:
            cells = f'<td style="{_EDGE}" colspan="{max(1, len(side.columns))}">&nbsp;</td>'
        else:
            cells = "".join(
                f'<td style="{_EDGE};border-width:2px"><b>{html.escape(cell.marked)}</b></td>'
                if cell.differs
                else f'<td style="{_EDGE}">{html.escape(cell.text)}</td>'
                for cell in row.cells
            )
        rows.append(f"<tr>{label}{cells}</tr>")
    caption = f'<caption style="text-align:left"><b>{html.escape(side.title)}</b> ({side.size}행)</caption>'
    return f'<table style="border-collapse:collapse">{caption}<thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _side_lines(side: Side) -> list[str]:
    grid = [("", *side.columns)]
    grid += [(row.label, *(cell.marked for cell in row.cells)) for row in side.rows]
    widths = [
        max((_width(line[n]) for line in grid if n < len(line)), default=0) for n in range(len(side.columns) + 1)
    ]
    lines = [f"{side.title} ({side.size}행)"]
    for line in grid:
        lines.append("  ".join(_pad(text, widths[n]) for n, text in enumerate(line)).rstrip())
    return lines


def _texts(frame: pd.DataFrame) -> list[list[str]]:
    columns = [column_of(frame.iloc[:, n]).values[:MAX_LONE_ROWS] for n in range(len(frame.columns))]
    return [[show(value) for value in row] for row in zip(*columns, strict=True)]


def _rest(frame: pd.DataFrame) -> str:
    if frame.empty:
        return "(행이 없습니다)"
    return f"… 모두 {len(frame)}행 가운데 {MAX_LONE_ROWS}행" if len(frame) > MAX_LONE_ROWS else ""


def _width(text: str) -> int:
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
