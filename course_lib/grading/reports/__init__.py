"""디스크의 결과(`store`)에서 만드는 것들: 성적표, 학생의 피드백, 요약, JUnit, LMS에 올릴 CSV, 다른 채점기의 JSON.

무엇이든 결과를 하나씩 읽어 가며 만든다. 제출물이 천 개여도 기억하는 것은 합계뿐이다.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from course_lib.grading.class_files import Adjustment, Deadlines
from course_lib.grading.handed_in import Entry
from course_lib.grading.reports.feedback import refresh_note
from course_lib.grading.reports.gradebook import GRADEBOOK, Row, gradebook_csv, gradebook_rows
from course_lib.grading.reports.junit import junit_xml
from course_lib.grading.reports.lms import Grade, Roster, canvas_csv, grade_of, moodle_csv, worksheet_csv, write_feedback_zip
from course_lib.grading.reports.summary import write_summary
from course_lib.grading.store import Record, Store
from course_lib.manifest import Exercise

JUNIT, MOODLE, CANVAS = "junit.xml", "moodle.csv", "canvas.csv"


@dataclass(frozen=True)
class Settings:
    """채점의 결과를 바꾸지 않는, 보고서의 재료: 마감, 손으로 고친 점수, LMS의 명부."""

    deadlines: Deadlines = field(default_factory=Deadlines)
    adjustments: dict[tuple[str, str], list[Adjustment]] = field(default_factory=dict)
    roster: Roster | None = None


def write_reports(store: Store, entries: Sequence[Entry], settings: Settings) -> tuple[str, ...]:
    """`entries` 가운데 결과가 디스크에 있는 것들로 보고서를 모두 쓴다.

    제출물이 없어 쓰지 못한 adjustments.csv의 줄(`학생/연습`)들을 돌려준다.
    """
    exercises = list(dict.fromkeys(entry.exercise for entry in entries))

    def rows() -> Iterator[Row]:
        return gradebook_rows(_records(store, entries), settings.deadlines, settings.adjustments)

    for row in rows():
        refresh_note(store, row)
    adjusted = any(row.adjustments for row in rows())
    write = _writer(store)
    write(GRADEBOOK, gradebook_csv(rows(), adjusted=adjusted))
    write(JUNIT, junit_xml(document for entry in entries if (document := store.read_json(*entry.key)) is not None))
    _write_lms(store, write, rows, exercises, settings)
    write_summary(store, entries, rows, exercises)
    known = {entry.key for entry in entries}
    return tuple("/".join(key) for key in settings.adjustments if key not in known)


def _write_lms(store: Store, write: "Callable[[str, Iterable[str]], None]", rows: Callable[[], Iterator[Row]],
               exercises: Sequence[Exercise], settings: Settings) -> None:
    def grades() -> Iterator[Grade]:
        return map(grade_of, rows())

    def students() -> Iterator[list[Grade]]:
        return (list(own) for _, own in groupby(grades(), key=lambda grade: grade.student))

    write(MOODLE, moodle_csv(students(), exercises))
    write(CANVAS, canvas_csv(students(), exercises))
    for exercise in exercises:
        if any(grade.lms_id for grade in grades() if grade.exercise == exercise.id):
            write(f"moodle_{exercise.alias}.csv", worksheet_csv(grade for grade in grades() if grade.exercise == exercise.id))
            write_feedback_zip(store, f"moodle_feedback_{exercise.alias}.zip", (grade for grade in grades() if grade.exercise == exercise.id))
    if settings.roster is not None:
        for grade in grades():
            settings.roster.fill(grade)
        write(f"filled_{settings.roster.name}", settings.roster.csv())


def _records(store: Store, entries: "Iterable[Entry]") -> Iterator[Record]:
    for entry in entries:
        record = store.record(*entry.key)
        if record is not None:
            yield record


def _writer(store: Store) -> Callable[[str, Iterable[str]], None]:
    return lambda name, lines: store.write_lines(store.out / name, lines)
