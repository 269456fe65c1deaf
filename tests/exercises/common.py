"""연습의 시험들이 함께 쓰는 것: 채점 결과를 집합으로 읽기, 목록에 없는 정답과 오답을 채점해 보기.

뼈대는 0점, 모범 답안은 만점, 목록에 있는 오개념은 제 기준만 잃는다는 법은 `course verify`가 보고,
tests/cli/test_verify.py가 연습마다 그것을 돌린다. 여기 있는 시험은 목록에 없는 정답과 오답을 본다.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.judge import Judge
from course_lib.grading.misconceptions import Catalogue, Edit, Misconception, apply_edits
from course_lib.grading.results import Outcome, SubmissionResult
from course_lib.grading.rubric import Criterion
from course_lib.manifest import repository_root

LEARNER_TESTS = "learner_tests_catch_bugs"


@dataclass(frozen=True)
class Mistake:
    """모범 답안에 심는, 목록에 없는 실수. `lost`는 (건너뛰는 것 말고) 그 실수가 잃는 기준 모두다."""

    id: str
    lost: frozenset[str]
    edits: tuple[Edit, ...]


def alternatives(test_file: str) -> dict[str, Path]:
    """시험 파일 옆의 `alternatives/`에 있는, 다른 방식의 정답들. 모범 답안 위에 덮을 파일만 있다."""
    return {folder.name: folder for folder in sorted((Path(test_file).parent / "alternatives").iterdir()) if folder.is_dir()}


def without_tests(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """학습자의 테스트를 뺀 제출물. 테스트는 다른 모듈을 바꿔 끼우고 돌리므로 나머지가 무엇이든 결과가 같고, 시간은 더 든다."""
    return {name: data for name, data in files.items() if not name.startswith("test_")}


def points_of_tests(judge: Judge) -> int:
    """학습자의 테스트에 걸린 점수."""
    return next(criterion.points for criterion in judge.criteria if criterion.id == LEARNER_TESTS)


def assert_guide_names_what_tests_must_catch(catalogue: Catalogue) -> None:
    """안내 노트북은 학습자의 테스트가 잡아야 하는 실수를 모두 미리 말해 준다."""
    guide = (repository_root() / "exercises" / catalogue.exercise / "guide.ipynb").read_text(encoding="utf-8").replace("`", "")
    assert [name for name in catalogue.must_catch if catalogue.get(name).title not in guide] == []


def assert_tests_earn_nothing(judge: Judge, files: Mapping[str, bytes]) -> None:
    """학습자의 테스트만 점수를 얻지 못한다."""
    result = judge.grade_files(files, explain_mistakes=False)
    assert lost(result) == {LEARNER_TESTS}, explained(result)
    assert result.score == result.max_score - points_of_tests(judge)


def assert_tests_earn_a_part(judge: Judge, misconception: Misconception) -> None:
    """테스트의 오개념은 테스트의 점수를 조금만 잃는다."""
    result = judge.grade_files(apply_edits(judge.material.reference, misconception), explain_mistakes=False)
    assert lost(result) == {LEARNER_TESTS}, explained(result)
    assert result.max_score - points_of_tests(judge) < result.score < result.max_score


def assert_each_loses_its_own(judge: Judge, mistakes: Iterable[Mistake]) -> None:
    """한 제출물에 함께 심은 실수들이 저마다 제 기준만 잃는다. 그 기준에 기대는 것은 건너뛴다."""
    files, expected = without_tests(judge.material.reference), {LEARNER_TESTS}
    for mistake in mistakes:
        files, expected = apply_edits(files, mistake), expected | mistake.lost
    result = judge.grade_files(files, explain_mistakes=False)
    assert failed(result) == expected, explained(result)
    assert lost(result) == with_dependents(judge.criteria, expected)


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
