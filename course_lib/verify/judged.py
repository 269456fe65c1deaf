"""채점해 보아야 아는 법: 뼈대는 0점, 모범 답안은 만점, 오개념마다 제 기준만 잃는다."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.manifest import FILE_NAME, Exercise
from course_lib.verify.problem import Problem

if TYPE_CHECKING:
    from course_lib.grading.judge import Judge
    from course_lib.grading.misconceptions import Misconception
    from course_lib.grading.results import SubmissionResult

# 이보다 짧은 글은 까닭이라기보다 제목이다.
_SHORTEST_WHY = 10


def judged_problems(exercise: Exercise, root: Path, on_step: Callable[[str], None]) -> Iterator[Problem]:
    """연습 하나를 진짜 채점기로 채점해 본다. 채점기를 열 수 없으면 그 까닭 하나만 알린다."""
    # 채점기는 무겁다. 파일만 보는 검사와 `course --help`가 기다리지 않게 여기서 부른다.
    from course_lib.grading.judge import Judge, JudgeError
    from course_lib.grading.misconceptions import CatalogueError

    if not all((root / top / exercise.id).is_dir() for top in ("exercises", "solutions", "tests/rubrics")):
        # 없는 폴더는 tree가 알린다.
        return
    try:
        with Judge(exercise.id, root=root) as judge:
            yield from _rubric_problems(exercise, judge)
            on_step(f"{exercise.alias} 뼈대 코드")
            yield from _scaffold_problems(exercise, judge.grade(root / "exercises" / exercise.id))
            on_step(f"{exercise.alias} 모범 답안")
            yield from _solution_problems(exercise, judge.grade(root / "solutions" / exercise.id))
            yield from _catalogue_problems(exercise, judge, on_step)
    except (JudgeError, CatalogueError) as error:
        yield Problem(exercise.id, str(error))


def kit_scaffold_problems(exercise: Exercise, root: Path) -> Iterator[Problem]:
    """꾸러미의 기준표를 읽을 수 있고, 뼈대 코드가 0점인가."""
    from course_lib.grading.judge import Judge, JudgeError

    try:
        with Judge(exercise.id, root=root) as judge:
            yield from _scaffold_problems(exercise, judge.grade(root / "exercises" / exercise.id))
    except JudgeError as error:
        yield Problem(exercise.id, str(error))


def _rubric_problems(exercise: Exercise, judge: "Judge") -> Iterator[Problem]:
    where = f"tests/rubrics/{exercise.id}"
    total = sum(criterion.points for criterion in judge.criteria)
    if total != exercise.points:
        yield Problem(where, f"기준의 점수를 더하면 {total}점인데 {FILE_NAME}에는 {exercise.points}점입니다.")
    for criterion in judge.criteria:
        if not criterion.title.strip():
            yield Problem(where, f"기준 {criterion.id}에 제목이 없습니다.")
        if len(criterion.why) < _SHORTEST_WHY:
            yield Problem(where, f"기준 {criterion.id}의 docstring이 없거나 짧습니다. 왜 중요한지 학습자에게 말해 주세요.")
        if criterion.id not in exercise.hints:
            yield Problem(f"{FILE_NAME} {exercise.id}", f"기준 {criterion.id}의 힌트가 없습니다.")
    for name in sorted(set(exercise.hints) - {criterion.id for criterion in judge.criteria}):
        yield Problem(f"{FILE_NAME} {exercise.id}", f"힌트가 있는 {name}은 채점 기준표에 없는 기준입니다.")


def _scaffold_problems(exercise: Exercise, result: "SubmissionResult") -> Iterator[Problem]:
    from course_lib.grading.results import Outcome

    allowed = {Outcome.NOT_ATTEMPTED, Outcome.INCORRECT, Outcome.SKIPPED}
    for criterion in result.criteria:
        if criterion.points > 0 or criterion.outcome is Outcome.CORRECT:
            yield Problem(f"exercises/{exercise.id}", f"뼈대 코드가 기준 {criterion.id}에서 이미 점수를 얻습니다.")
        elif criterion.outcome not in allowed:
            yield Problem(
                f"exercises/{exercise.id}", f"뼈대 코드가 기준 {criterion.id}에서 {criterion.outcome.value}입니다. {criterion.message}"
            )


def _solution_problems(exercise: Exercise, result: "SubmissionResult") -> Iterator[Problem]:
    for criterion in _lost(result):
        yield Problem(
            f"solutions/{exercise.id}", f"모범 답안이 기준 {criterion.id}에서 {criterion.outcome.value}입니다. {criterion.message}"
        )


def _catalogue_problems(exercise: Exercise, judge: "Judge", on_step: Callable[[str], None]) -> Iterator[Problem]:
    from course_lib.grading.misconceptions import build_variant

    where = f"solutions/{exercise.id}/misconceptions.py"
    catalogue = judge.material.catalogue
    criteria = {criterion.id for criterion in judge.criteria}
    names = {misconception.id for misconception in catalogue.misconceptions}
    for name, count in Counter(misconception.id for misconception in catalogue.misconceptions).items():
        if count > 1:
            yield Problem(where, f"오개념 이름 {name}이 {count}번 나옵니다.")
    for name in sorted(set(catalogue.must_catch) - names):
        yield Problem(where, f"TESTS_MUST_CATCH의 {name}은 없는 오개념입니다.")
    for name in sorted(criteria - {misconception.criterion for misconception in catalogue.misconceptions}):
        yield Problem(where, f"기준 {name}을 잃는 오개념이 없습니다. 이 기준이 무엇을 지키는지 보여 줄 틀린 답을 쓰세요.")
    with tempfile.TemporaryDirectory() as folder:
        for misconception in catalogue.misconceptions:
            if unknown := {misconception.criterion, *misconception.also} - criteria:
                yield Problem(where, f"오개념 {misconception.id}이 가리키는 기준 {', '.join(sorted(unknown))}이 없습니다.")
                continue
            on_step(f"{exercise.alias} 오개념 {misconception.id}")
            variant = build_variant(judge.material, misconception, Path(folder))
            yield from _misconception_problems(where, misconception, judge.grade(variant, explain_mistakes=False))


def _misconception_problems(where: str, misconception: "Misconception", result: "SubmissionResult") -> Iterator[Problem]:
    """제 기준을 잃고, 그 밖에는 그 기준에 기대는 것만 건너뛴다."""
    from course_lib.grading.results import Outcome

    if not (misconception.title.strip() and misconception.explanation.strip()):
        yield Problem(where, f"오개념 {misconception.id}에 제목이나 설명이 없습니다.")
    failed = {criterion.id for criterion in _lost(result) if criterion.outcome is not Outcome.SKIPPED}
    if misconception.criterion not in failed:
        lost = ", ".join(sorted(failed)) or "없음"
        yield Problem(where, f"오개념 {misconception.id}이 기준 {misconception.criterion}을 잃지 않습니다(잃은 기준: {lost}).")
    for name in sorted(set(misconception.also) - failed):
        yield Problem(where, f"오개념 {misconception.id}이 함께 잃는다고 적힌 기준 {name}을 잃지 않습니다.")
    for name in sorted(failed - {misconception.criterion, *misconception.also}):
        yield Problem(where, f"오개념 {misconception.id}이 상관없는 기준 {name}까지 잃습니다.")
    for criterion in result.course_errors:
        yield Problem(where, f"오개념 {misconception.id}을 채점하다가 과정의 오류가 났습니다: {criterion.message}")


def _lost(result: "SubmissionResult") -> list:
    from course_lib.grading.results import Outcome

    return [criterion for criterion in result.criteria if criterion.outcome is not Outcome.CORRECT]
