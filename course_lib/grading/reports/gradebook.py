"""성적표 `gradebook.csv`: 제출물 하나가 한 줄. 엑셀이 한글을 열도록 UTF-8에 BOM을 붙인다."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from course_lib.grading.class_files import FORMULA_STARTS, Adjustment, Deadlines
from course_lib.grading.render import points_text
from course_lib.grading.store import FEEDBACK, Record

GRADEBOOK = "gradebook.csv"
COLUMNS = ("student", "exercise", "score", "max_score", "status", "attempted_at", "late_days", "feedback")
# 강사가 손댄 점수가 있을 때만 붙는 열. score는 손댄 뒤의 점수다.
ADJUSTED_COLUMNS = ("graded_score", "adjustment", "adjustment_reason")
BOM = "\ufeff"


@dataclass(frozen=True)
class Row:
    """성적표의 한 줄. `score`는 손으로 고친 것까지 셈한 점수이고, 판정하지 못했으면 None이다."""

    record: Record
    score: float | None
    late_days: int | None
    adjustments: tuple[Adjustment, ...]

    @property
    def added(self) -> float:
        return sum(adjustment.points for adjustment in self.adjustments)


def gradebook_rows(records: Iterable[Record], deadlines: Deadlines,
                   adjustments: Mapping[tuple[str, str], Sequence[Adjustment]]) -> Iterator[Row]:
    """기록에 늦은 날과 손으로 고친 점수를 붙인다. 점수는 0보다 작아지지 않고, 만점을 넘는 것은 강사의 뜻이다.

    판정하지 못한 제출물에 점수를 적으면 그것이 점수다.
    """
    for record in records:
        mine = tuple(adjustments.get(record.key, ()))
        score = record.score
        if mine:
            score = max(0.0, (score or 0.0) + sum(adjustment.points for adjustment in mine))
        yield Row(record, score, deadlines.late_days(*record.key, record.attempted_at), mine)


def gradebook_csv(rows: Iterable[Row], *, adjusted: bool) -> Iterator[str]:
    """성적표의 글을 한 줄씩. `adjusted`면 손댄 점수의 열을 붙인다."""
    yield BOM + csv_line([*COLUMNS, *(ADJUSTED_COLUMNS if adjusted else ())])
    for row in rows:
        record = row.record
        cells = [cell(record.student), record.exercise, score_text(row.score), record.max_score, record.status, record.attempted_at,
                 "" if row.late_days is None else row.late_days, cell(f"{record.student}/{record.exercise}/{FEEDBACK}")]
        if adjusted:
            cells += [score_text(record.score), signed(row.added) if row.adjustments else "",
                      cell("; ".join(a.reason for a in row.adjustments if a.reason))]
        yield csv_line(cells)


def csv_line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def cell(text: str) -> str:
    """엑셀이 수식으로 읽지 않게."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def copied_cell(text: str) -> str:
    """남의 CSV에서 옮겨 적는 칸. 빈칸을 뜻하는 `-`와 수는 그대로 두고, 나머지는 `cell`과 같다."""
    return text if re.fullmatch(r"-|[+-]?[0-9][0-9.,]*%?", text.strip()) else cell(text)


def score_text(score: float | None) -> str:
    return "" if score is None else points_text(score)


def signed(points: float) -> str:
    """더한 점수의 글: +3, -2.5. 엑셀의 칸에서는 수로 읽힌다."""
    return ("+" if points >= 0 else "-") + points_text(abs(points))
