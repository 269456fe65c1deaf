"""LMS에 올릴 CSV.

- `moodle.csv`: Moodle의 "성적 > 가져오기 > CSV 파일"에 올린다. 첫 열을 학생을 알아볼 칸(사용자 아이디나 학번)에, 연습의 열을 성적 항목에 잇는다.
- `moodle_<연습>.csv`: Moodle의 과제에서 "채점 용지(grading worksheet) 올리기". 내려받은 제출물에 참가자 번호가 있을 때만 만든다.
- `moodle_feedback_<연습>.zip`: Moodle의 과제에서 "여러 피드백 파일을 zip으로 올리기". 학생마다의 피드백 쪽이 들어 있다.
- `canvas.csv`: Canvas의 "성적부 > 가져오기". 머리줄은 `Student, ID, SIS User ID, SIS Login ID, Section`이고 둘째 줄이 만점이다.

Moodle의 채점 용지는 열의 이름이 사이트의 언어를 따른다. 그래서 내려받은 명부(`--roster`)를 주면, 새로 짓지 않고 그 파일의 점수 칸만
채운다. Canvas에서 내보낸 성적부도 같다. 채우지 못한 칸은 그대로 둔다.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.class_files import read_table
from course_lib.grading.handed_in import CohortError
from course_lib.grading.reports.gradebook import BOM, Row, cell, copied_cell, csv_line, score_text
from course_lib.grading.store import FEEDBACK, Store
from course_lib.manifest import Exercise

WORKSHEET_COLUMNS = ("Identifier", "Full name", "Status", "Grade", "Maximum grade", "Grade can be changed", "Last modified (submission)",
                     "Last modified (grade)", "Feedback comments")
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_PARTICIPANT = re.compile(r"(\d+)\s*$")
# 채점 용지의 점수 열 이름: 영어와, 한국어 Moodle에서 만나는 것들.
_GRADE_NAMES = ("grade", "성적", "점수", "평점")
_COMMENT_NAMES = ("feedback comments", "피드백 댓글", "피드백 의견", "피드백 설명")


@dataclass(frozen=True)
class Grade:
    """LMS에 올릴 점수 하나. 판정하지 못한 제출물(course_error)의 점수는 None이고, 칸을 비운다."""

    student: str
    full_name: str
    lms_id: str
    exercise: str
    score: float | None
    max_score: int
    comment: str


def grade_of(row: Row) -> Grade:
    record = row.record
    score = row.score if record.status != "course_error" or row.adjustments else None
    reasons = [record.reason] if record.status == "unreadable" else []
    reasons += [f"{row.late_days}일 늦음"] if row.late_days else []
    reasons += [adjustment.reason for adjustment in row.adjustments if adjustment.reason]
    return Grade(record.student, record.full_name, record.lms_id, record.exercise, score, record.max_score, "; ".join(reasons))


def moodle_csv(students: Iterable[Sequence[Grade]], exercises: Sequence[Exercise]) -> Iterator[str]:
    """Moodle 성적부로 가져올 표: 학생 한 명이 한 줄, 연습 하나가 한 열."""
    yield BOM + csv_line(["username", "fullname", *(f"{exercise.title} ({exercise.alias})" for exercise in exercises), "feedback"])
    for grades in students:
        by_exercise = {grade.exercise: grade for grade in grades}
        comment = "; ".join(grade.comment for grade in grades if grade.comment)
        yield csv_line([cell(grades[0].student), cell(grades[0].full_name), *_scores(by_exercise, exercises), cell(comment)])


def worksheet_csv(grades: Iterable[Grade]) -> Iterator[str]:
    """Moodle 과제 하나의 채점 용지. 참가자 번호를 모르는 학생은 올릴 수 없으므로 빠진다."""
    yield BOM + csv_line(WORKSHEET_COLUMNS)
    for grade in grades:
        if grade.lms_id:
            yield csv_line([f"Participant {grade.lms_id}", cell(grade.full_name), "Submitted for grading", score_text(grade.score),
                            grade.max_score, "Yes", "-", "-", cell(grade.comment)])


def write_feedback_zip(store: Store, name: str, grades: Iterable[Grade]) -> None:
    """학생마다의 피드백 쪽을 Moodle이 알아보는 이름(`이름_번호_assignsubmission_file_feedback.html`)으로 담은 zip.

    Moodle은 이름을 `_`로 나누어 둘째 조각의 번호로 학생을 찾는다. 그래서 이름 속의 `_`는 빈칸으로 바꾼다.
    """
    with store.opened(store.out / name) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for grade in grades:
            if grade.lms_id:
                # 시각을 적지 않는다: 같은 결과면 같은 파일이다.
                entry = zipfile.ZipInfo(f"{grade.full_name.replace('_', ' ')}_{grade.lms_id}_assignsubmission_file_{FEEDBACK}")
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, (store.folder(grade.student, grade.exercise) / FEEDBACK).read_bytes())


def canvas_csv(students: Iterable[Sequence[Grade]], exercises: Sequence[Exercise]) -> Iterator[str]:
    """Canvas 성적부로 가져올 표. 둘째 줄은 만점이다. 열의 이름이 Canvas의 과제와 다르면 새 과제를 만들지 묻는다."""
    yield BOM + csv_line([*CANVAS_COLUMNS, *(f"{exercise.title} ({exercise.alias})" for exercise in exercises)])
    yield csv_line(["    Points Possible", "", "", "", "", *(exercise.points for exercise in exercises)])
    for grades in students:
        first = grades[0]
        yield csv_line([cell(first.full_name or first.student), first.lms_id, "", "" if first.lms_id else cell(first.student), "",
                        *_scores({grade.exercise: grade for grade in grades}, exercises)])


class Roster:
    """LMS에서 내려받은 CSV. 학생의 줄을 찾아 점수 칸만 채운다."""

    def __init__(self, path: Path, exercises: Sequence[Exercise]):
        if not path.is_file():
            raise CohortError(f"명부 파일이 없습니다: {path}")
        self.name = path.name
        self._head, self._rows = read_table(path)
        names = [name.strip() for name in self._head]
        lowered = [name.lower() for name in names]
        self.is_canvas = lowered[:2] == ["student", "id"]
        if self.is_canvas:
            self._columns = {exercise.id: index for exercise in exercises for index, name in enumerate(names)
                             if re.search(rf"(?<![0-9a-zA-Z]){re.escape(exercise.alias)}(?![0-9a-zA-Z])|{re.escape(exercise.id)}", name)
                             or exercise.title in name}
        else:
            found = next((index for index, name in enumerate(lowered) if name in _GRADE_NAMES), None)
            self._columns = {exercise.id: found for exercise in exercises} if found is not None else {}
        self._comment = next((index for index, name in enumerate(lowered) if name in _COMMENT_NAMES), None)
        if not self._columns:
            raise CohortError(f"{path.name}에서 점수를 적을 열을 찾지 못했습니다. Moodle의 채점 용지는 Grade(성적) 열이, "
                              "Canvas의 성적부는 ex1처럼 연습의 이름이 든 열이 있어야 합니다.")
        self._by_id = {self._id_of(row): row for row in self._rows}

    def fill(self, grade: Grade) -> bool:
        """학생의 점수를 적는다. 명부에 그 학생이 없거나 점수를 모르면 False."""
        column, row = self._columns.get(grade.exercise), self._find(grade)
        if column is None or row is None or grade.score is None:
            return False
        row += [""] * (len(self._head) - len(row))
        row[column] = score_text(grade.score)
        if self._comment is not None and grade.comment:
            row[self._comment] = cell(grade.comment)
        return True

    def csv(self) -> Iterator[str]:
        yield BOM + csv_line(list(map(copied_cell, self._head)))
        for row in self._rows:
            # 이름은 학생이 정한다. 이미 따옴표를 붙여 적은 우리의 칸은 다시 붙지 않는다.
            yield csv_line(list(map(copied_cell, row)))

    def _find(self, grade: Grade) -> list[str] | None:
        if grade.lms_id:
            return self._by_id.get(grade.lms_id)
        return next((row for row in self._rows if grade.student in row), None)

    def _id_of(self, row: Sequence[str]) -> str:
        if self.is_canvas:
            return row[1].strip() if len(row) > 1 else ""
        match = _PARTICIPANT.search(row[0])
        return match[1] if match else row[0]


def _scores(by_exercise: Mapping[str, Grade], exercises: Sequence[Exercise]) -> list[str]:
    return [score_text(by_exercise[exercise.id].score) if exercise.id in by_exercise else "" for exercise in exercises]
