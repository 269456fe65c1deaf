"""연습 5의 채점: 뼈대는 0점, 모범 답안과 다른 방식의 정답은 만점, 틀린 것은 제 기준만 잃는다."""


import pytest

from course_lib.grading.files import read_files
from course_lib.grading.judge import Judge
from course_lib.grading.misconceptions import CatalogueError, apply_edits, load_catalogue
from course_lib.grading.rubric import ATTRIBUTE
from course_lib.manifest import repository_root

from ...rubrics.ex5_csv_sensor import test_1_loading, test_2_sensor, test_3_ingest, test_4_facts, test_5_learner_tests
from ..common import (
    LEARNER_TESTS,
    Mistake,
    alternatives,
    assert_each_loses_its_own,
    assert_tests_earn_a_part,
    assert_tests_earn_nothing,
    with_dependents,
    without_tests,
)
from .wrong import TEST_FILES, WRONG

EXERCISE = "ex5_csv_sensor"
ROOT = repository_root()
ALTERNATIVES = alternatives(__file__)
CATALOGUE = load_catalogue(EXERCISE)
CRITERIA = tuple(
    getattr(function, ATTRIBUTE)
    for module in (test_1_loading, test_2_sensor, test_3_ingest, test_4_facts, test_5_learner_tests)
    for function in vars(module).values()
    if hasattr(function, ATTRIBUTE)
)
# 서로 가릴 수 있는 기준들. 한 제출물에 함께 심는 실수는 자리마다 하나다.
AREAS = (
    {"reads_bom", "reads_cp949", "quarantines_unknown_bytes", "quarantines_empty", "quarantines_other_header", "explains_quarantine"},
    {"quarantines_wrong_width", "quarantines_wide_first_row", "quarantines_unclosed_quote", "accepts_header_only"},
    {"revenue_is_exact", "reads_amounts", "reads_dates", "lists_rejected_rows", "records_rows"},
    {"replaces_corrected_file", "ingests_once", "survives_restart", "keeps_state_beside_landing", "leaves_landing_untouched"},
    {getattr(function, ATTRIBUTE).id for function in vars(test_2_sensor).values() if hasattr(function, ATTRIBUTE)},
)


@pytest.fixture(scope="module")
def judge():
    with Judge(EXERCISE) as opened:
        yield opened


# ---------------------------------------------------------------- 기준표와 목록


def test_criteria_come_in_the_order_of_the_work(judge):
    ids = [criterion.id for criterion in judge.criteria]
    assert ids[0] == "loads" and ids[-1] == LEARNER_TESTS
    assert ids.index("requests_each_file") < ids.index("makes_daily_sales") < ids.index("replaces_corrected_file")


# ---------------------------------------------------------------- 제출물


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_another_style_earns_everything(judge, name):
    assert_tests_earn_nothing(judge, without_tests({**judge.material.reference, **read_files(ALTERNATIVES[name])}))


def fits(batch: list[Mistake], mistake: Mistake) -> bool:
    """이 실수가 묶음의 다른 실수와 서로 가리지 않는가: 같은 기준을 잃지 않고, 건너뛰게 하지 않고, 같은 글을 고치지 않는다."""
    others = set().union(*(other.lost for other in batch))
    skips = others & with_dependents(CRITERIA, mistake.lost) or mistake.lost & with_dependents(CRITERIA, others)
    if skips or any(area & others and area & mistake.lost for area in AREAS):
        return False
    files = read_files(ROOT / "solutions" / EXERCISE)
    try:
        # 어느 차례로 심어도 같아야 서로의 글을 건드리지 않은 것이다.
        forward, backward = files, apply_edits(files, mistake)
        for other in batch:
            forward, backward = apply_edits(forward, other), apply_edits(backward, other)
        return apply_edits(forward, mistake) == backward
    except CatalogueError:
        return False


def batches(mistakes: list[Mistake]) -> list:
    """실수들을, 한 제출물에 함께 심을 수 있는 것끼리 묶는다. 하나씩 채점하는 것과 같은 것을 보면서 시간은 훨씬 덜 든다."""
    groups: list[list[Mistake]] = []
    for mistake in mistakes:
        group = next((group for group in groups if fits(group, mistake)), None)
        if group is None:
            groups.append([mistake])
        else:
            group.append(mistake)
    return [pytest.param(group, id="+".join(mistake.id for mistake in group)) for group in groups]


@pytest.mark.parametrize("batch", batches(list(WRONG)))
def test_uncatalogued_mistake_loses_its_criterion_only(judge, batch):
    assert_each_loses_its_own(judge, batch)


@pytest.mark.parametrize("misconception", [m for m in CATALOGUE.misconceptions if m.criterion == LEARNER_TESTS], ids=lambda m: m.id)
def test_misconception_of_tests_loses_part_of_their_points(judge, misconception):
    assert_tests_earn_a_part(judge, misconception)


@pytest.mark.parametrize("name", TEST_FILES)
def test_bad_test_file_earns_nothing_for_tests(judge, name):
    files = {**judge.material.reference, "test_sensor.py": TEST_FILES[name].encode("utf-8")}
    assert_tests_earn_nothing(judge, files)


@pytest.mark.parametrize("name", ["only_newer_mtime", "run_key_is_name", "float_revenue", "corrections_are_added"])
def test_feedback_names_the_misconception(judge, name):
    misconception = CATALOGUE.get(name)
    result = judge.grade_files(without_tests(apply_edits(judge.material.reference, misconception)))
    assert {c.id: c.misconception for c in result.criteria}[misconception.criterion] == name
