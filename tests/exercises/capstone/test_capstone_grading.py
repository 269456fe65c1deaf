"""종합 과제의 채점: 다른 방식의 정답은 만점, 목록에 없는 틀린 것은 제 기준만 잃는다."""


import pytest

from course_lib.grading.files import read_files
from course_lib.grading.judge import Judge
from course_lib.grading.misconceptions import apply_edits, load_catalogue
from course_lib.manifest import repository_root

from ..common import (
    LEARNER_TESTS,
    alternatives,
    assert_each_loses_its_own,
    assert_guide_names_what_tests_must_catch,
    assert_tests_earn_nothing,
    without_tests,
)
from .wrong import TEST_FILES, WRONG

EXERCISE = "capstone"
TEST_MODULE = "test_capstone.py"
ROOT = repository_root()
ALTERNATIVES = alternatives(__file__)
CATALOGUE = load_catalogue(EXERCISE)


@pytest.fixture(scope="module")
def judge():
    with Judge(EXERCISE) as opened:
        yield opened


def test_criteria_come_in_the_order_of_the_work(judge):
    ids = [criterion.id for criterion in judge.criteria]
    assert ids[0] == "loads" and ids[-1] == LEARNER_TESTS
    work = ["days_and_weeks", "raw_reads_its_file", "cleaned_follows_rules", "sensor_requests_each_day", "blocking_check_stops_bad_day",
            "report_waits_for_the_week", "report_counts_the_week"]
    assert [ids.index(name) for name in work] == sorted(ids.index(name) for name in work)


def test_the_guide_names_every_mistake_the_tests_must_catch():
    assert_guide_names_what_tests_must_catch(CATALOGUE)


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_another_style_earns_everything(judge, name):
    assert_tests_earn_nothing(judge, without_tests({**judge.material.reference, **read_files(ALTERNATIVES[name])}))


@pytest.mark.parametrize("mistake", WRONG, ids=lambda mistake: mistake.id)
def test_uncatalogued_mistake_loses_its_criterion_only(judge, mistake):
    assert_each_loses_its_own(judge, [mistake])


@pytest.mark.parametrize("name", TEST_FILES)
def test_bad_test_file_earns_nothing_for_tests(judge, name):
    """뼈대 코드로 본다: 테스트는 모범 답안의 모듈로 돈다."""
    files = {**read_files(ROOT / "exercises" / EXERCISE), TEST_MODULE: TEST_FILES[name].encode("utf-8")}
    assert judge.grade_files(files, explain_mistakes=False).score == 0


def test_feedback_names_the_misconception(judge):
    result = judge.grade_files(without_tests(apply_edits(judge.material.reference, CATALOGUE.get("run_key_of_content_only"))))
    named = {criterion.id: criterion.misconception for criterion in result.criteria}
    assert named["run_key_is_day_and_content"] == "run_key_of_content_only"
