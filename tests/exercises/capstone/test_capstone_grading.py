"""종합 과제의 채점: 다른 방식의 정답은 만점, 목록에 없는 틀린 것은 제 기준만 잃는다."""

from pathlib import Path

import pytest

from course_lib.grading.files import read_files
from course_lib.grading.judge import Judge
from course_lib.grading.misconceptions import apply_edits, load_catalogue
from course_lib.manifest import repository_root

from ..common import LEARNER_TESTS, explained, failed, lost, with_dependents
from .wrong import TEST_FILES, WRONG

EXERCISE = "capstone"
LEARNER_TEST_POINTS = 10
TEST_MODULE = "test_capstone.py"
ROOT = repository_root()
ALTERNATIVES = {folder.name: folder for folder in sorted((Path(__file__).parent / "alternatives").iterdir()) if folder.is_dir()}
CATALOGUE = load_catalogue(EXERCISE)


@pytest.fixture(scope="module")
def judge():
    with Judge(EXERCISE) as opened:
        yield opened


def without_tests(files: dict[str, bytes]) -> dict[str, bytes]:
    """학습자의 테스트를 뺀 제출물. 테스트는 다른 모듈을 바꿔 끼우고 돌리므로 다른 모듈이 무엇이든 결과가 같다."""
    return {name: data for name, data in files.items() if name != TEST_MODULE}


def test_criteria_come_in_the_order_of_the_work(judge):
    ids = [criterion.id for criterion in judge.criteria]
    assert ids[0] == "loads" and ids[-1] == LEARNER_TESTS
    work = ["days_and_weeks", "raw_reads_its_file", "cleaned_follows_rules", "sensor_requests_each_day", "blocking_check_stops_bad_day",
            "report_waits_for_the_week", "report_counts_the_week"]
    assert [ids.index(name) for name in work] == sorted(ids.index(name) for name in work)


def test_the_guide_names_every_mistake_the_tests_must_catch():
    guide = (ROOT / "exercises" / EXERCISE / "guide.ipynb").read_text(encoding="utf-8").replace("`", "")
    assert [name for name in CATALOGUE.must_catch if CATALOGUE.get(name).title not in guide] == []


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_another_style_earns_everything(judge, name):
    result = judge.grade_files(without_tests({**judge.material.reference, **read_files(ALTERNATIVES[name])}))
    assert lost(result) == {LEARNER_TESTS}, explained(result)
    assert result.score == 100 - LEARNER_TEST_POINTS


@pytest.mark.parametrize("mistake", WRONG, ids=lambda mistake: mistake.id)
def test_uncatalogued_mistake_loses_its_criterion_only(judge, mistake):
    result = judge.grade_files(apply_edits(without_tests(judge.material.reference), mistake), explain_mistakes=False)
    assert failed(result) == mistake.lost | {LEARNER_TESTS}, explained(result)
    assert lost(result) == with_dependents(judge.criteria, failed(result))


@pytest.mark.parametrize("name", TEST_FILES)
def test_bad_test_file_earns_nothing_for_tests(judge, name):
    """뼈대 코드로 본다: 테스트는 모범 답안의 모듈로 돈다."""
    files = {**read_files(ROOT / "exercises" / EXERCISE), TEST_MODULE: TEST_FILES[name].encode("utf-8")}
    assert judge.grade_files(files, explain_mistakes=False).score == 0


def test_feedback_names_the_misconception(judge):
    result = judge.grade_files(without_tests(apply_edits(judge.material.reference, CATALOGUE.get("run_key_of_content_only"))))
    named = {criterion.id: criterion.misconception for criterion in result.criteria}
    assert named["run_key_is_day_and_content"] == "run_key_of_content_only"
