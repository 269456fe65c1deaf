"""연습의 시험들이 함께 쓰는 것: 채점 결과를 집합으로 읽기.

뼈대는 0점, 모범 답안은 만점, 목록에 있는 오개념은 제 기준만 잃는다는 법은 `course verify`가 보고,
tests/cli/test_verify.py가 연습마다 그것을 돌린다. 여기 있는 시험은 목록에 없는 정답과 오답을 본다.
"""

from collections.abc import Collection, Iterable

from course_lib.grading.results import Outcome, SubmissionResult
from course_lib.grading.rubric import Criterion

LEARNER_TESTS = "learner_tests_catch_bugs"


def lost(result: SubmissionResult) -> set[str]:
    """만점을 받지 못한 기준."""
    return {criterion.id for criterion in result.criteria if criterion.outcome is not Outcome.CORRECT}


def failed(result: SubmissionResult) -> set[str]:
    """건너뛴 것 말고 잃은 기준."""
    return {criterion.id for criterion in result.criteria if criterion.outcome not in (Outcome.CORRECT, Outcome.SKIPPED)}


def with_dependents(criteria: Iterable[Criterion], ids: Collection[str]) -> set[str]:
    """이 기준들과, 이 기준들에 (건너 건너) 기대는 기준들."""
    found = set(ids)
    while more := {criterion.id for criterion in criteria if found & set(criterion.after)} - found:
        found |= more
    return found


def explained(result: SubmissionResult) -> str:
    """잃은 기준마다 한 줄. 과정의 오류면 그 역추적까지."""
    return "\n".join(
        f"{c.id}: {c.outcome.value}: {c.message}" + (f"\n{c.finding.trace}" if c.outcome is Outcome.COURSE_ERROR else "")
        for c in result.criteria if c.outcome is not Outcome.CORRECT
    )  # fmt: skip
