"""강사가 보는 한 쪽 `summary.html`: 점수의 분포, 기준마다 맞힌 비율, 잦은 오개념, 비슷한 제출물, 느리거나 판정하지 못한 제출물."""

import heapq
import os
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from course_lib.grading import similarity
from course_lib.grading.files import read_files
from course_lib.grading.misconceptions import Catalogue, Edit, load_catalogue
from course_lib.grading.render import points_text
from course_lib.grading.reports.feedback import template
from course_lib.grading.reports.gradebook import Row, score_text, signed
from course_lib.grading.store import FEEDBACK, Store
from course_lib.manifest import Exercise, repository_root

if TYPE_CHECKING:
    from course_lib.grading.handed_in import Entry

SUMMARY = "summary.html"
SLOWEST = 10
MOST_MISCONCEPTIONS = 15
NAMED_STUDENTS = 12
_BANDS = ("0–9", "10–19", "20–29", "30–39", "40–49", "50–59", "60–69", "70–79", "80–89", "90–99", "100")


@dataclass
class _Criterion:
    """기준 하나의 셈."""

    title: str
    max_points: int
    hidden: bool
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def judged(self) -> int:
        return self.outcomes.total() - self.outcomes["course_error"]

    @property
    def pass_rate(self) -> float:
        return 100 * self.outcomes["correct"] / self.judged if self.judged else 0.0


@dataclass
class _Misconception:
    count: int = 0
    students: list[str] = field(default_factory=list)


@dataclass
class _Exercise:
    """연습 하나의 셈. 제출물의 수와 상관없이 작다."""

    exercise: Exercise
    scores: Counter[float] = field(default_factory=Counter)
    criteria: dict[str, _Criterion] = field(default_factory=dict)
    misconceptions: dict[str, _Misconception] = field(default_factory=dict)
    late: int = 0


def write_summary(store: Store, entries: "Sequence[Entry]", rows: Callable[[], Iterator[Row]], exercises: Sequence[Exercise]) -> None:
    """`summary.html`을 쓴다. 결과는 하나씩 읽어 셈만 남긴다."""
    tables = {exercise.id: _Exercise(exercise) for exercise in exercises}
    slowest: list[tuple[float, str, str]] = []
    failed, adjusted, statuses = [], [], Counter()
    for row in rows():
        record, table = row.record, tables[row.record.exercise]
        statuses[record.status] += 1
        name = record.student
        if record.status == "graded":
            table.scores[row.score] += 1
        else:
            failed.append((name, table.exercise, record.status, record.reason))
        if row.adjustments:
            adjusted.append((name, table.exercise, signed(row.added), score_text(row.score), "; ".join(a.reason for a in row.adjustments)))
        table.late += bool(row.late_days)
        heapq.heappush(slowest, (record.seconds, name, record.exercise))
        if len(slowest) > SLOWEST:
            heapq.heappop(slowest)
        _count(table, name, store)
    page = template(SUMMARY).render(
        sections=[_section(table, store, entries) for table in tables.values()], statuses=statuses, total=statuses.total(),
        slowest=[(f"{seconds:.1f}", name, tables[exercise].exercise) for seconds, name, exercise in sorted(slowest, reverse=True)],
        failed=failed, adjusted=adjusted, page=lambda name, exercise: f"{quote(name)}/{exercise.id}/{FEEDBACK}")
    store.write(store.out / SUMMARY, page.encode("utf-8", "backslashreplace"))


def _count(table: _Exercise, student: str, store: Store) -> None:
    document = store.read_json(student, table.exercise.id)
    for test in document["tests"] if document else ():
        criterion = table.criteria.setdefault(test["name"], _Criterion(test["title"], test["max_points"], test["hidden"]))
        criterion.outcomes[test["outcome"]] += 1
        if test["misconception"]:
            seen = table.misconceptions.setdefault(test["misconception"], _Misconception())
            seen.count += 1
            if len(seen.students) < NAMED_STUDENTS:
                seen.students.append(student)


def _section(table: _Exercise, store: Store, entries: "Sequence[Entry]") -> dict:
    scores = list(table.scores.elements())
    catalogue = load_catalogue(table.exercise.id)
    return {
        "exercise": table.exercise,
        "count": len(scores),
        "mean": points_text(round(statistics.fmean(scores), 1)) if scores else "",
        "median": points_text(statistics.median(scores)) if scores else "",
        "late": table.late,
        "bands": _bands(table),
        "criteria": list(table.criteria.items()),
        "misconceptions": [_misconception(name, seen, catalogue)
                           for name, seen in sorted(table.misconceptions.items(), key=lambda item: -item[1].count)[:MOST_MISCONCEPTIONS]],
        "groups": _groups(table.exercise, store, entries),
    }


def _bands(table: _Exercise) -> list[tuple[str, int, int]]:
    """(점수대, 몇 명, 막대의 길이 0~100). 점수대는 100점으로 환산한 것이다."""
    counts = Counter()
    for score, number in table.scores.items():
        counts[max(0, min(10, int(10 * score / table.exercise.points)))] += number
    most = max(counts.values(), default=0)
    return [(name, counts[band], round(100 * counts[band] / most) if most else 0) for band, name in enumerate(_BANDS)]


def _misconception(name: str, seen: _Misconception, catalogue: Catalogue) -> dict:
    found = next((m for m in catalogue.misconceptions if m.id == name), None)
    return {"id": name, "title": found.title if found else name, "explanation": found.explanation if found else "", "count": seen.count,
            "students": ", ".join(seen.students) + (" …" if seen.count > len(seen.students) else ""),
            "example": "\n".join(_example(edit) for edit in found.edits) if found else ""}


def _example(edit: Edit) -> str:
    """이 실수가 있는 코드의 보기. -는 바른 코드, +는 실수다."""
    lines = [f"- {line}" for line in edit.old.splitlines()] + [f"+ {line}" for line in edit.new.splitlines()]
    return "\n".join([edit.file, *lines])


def _groups(exercise: Exercise, store: Store, entries: "Sequence[Entry]") -> list[similarity.Group]:
    root = repository_root()
    names = (entry.student for entry in entries if entry.exercise == exercise)

    def load(student: str) -> similarity.CodePrint | None:
        try:
            return similarity.CodePrint.from_bytes(store.code_print_path(student, exercise.id).read_bytes())
        except (OSError, ValueError):
            return None

    scaffold = _print_of(root / "exercises" / exercise.id)
    reference = root / "solutions" / exercise.id
    return similarity.similar_groups(names, load, scaffold=scaffold, reference=_print_of(reference) if reference.is_dir() else None)


def _print_of(folder: Path) -> similarity.CodePrint:
    files = read_files(folder) if os.path.isdir(folder) else {}
    files.pop("misconceptions.py", None)
    return similarity.code_print(files)
