"""연습 2의 채점: 뼈대는 0점, 모범 답안과 다른 방식의 정답은 만점, 틀린 것은 제 기준만 잃는다."""

import importlib
import pkgutil
import random
from types import SimpleNamespace

import pandas as pd
import pytest

from course_lib.grading.files import read_files
from course_lib.grading.judge import Judge
from course_lib.grading.misconceptions import CatalogueError, apply_edits, load_catalogue
from course_lib.grading.rubric import ATTRIBUTE, Criterion
from course_lib.manifest import repository_root

from ...rubrics import ex2_weekly_report as rubric
from ..common import (
    LEARNER_TESTS,
    Mistake,
    alternatives,
    assert_each_loses_its_own,
    assert_guide_names_what_tests_must_catch,
    assert_tests_earn_a_part,
    assert_tests_earn_nothing,
    with_dependents,
    without_tests,
)
from .oracle import day_log, expected_report, random_history
from .wrong import TEST_FILES, WRONG

EXERCISE = "ex2_weekly_report"
ROOT = repository_root()
TEST_MODULE = "test_partitions.py"
ALTERNATIVES = alternatives(__file__)
CATALOGUE = load_catalogue(EXERCISE)
# 어느 날의 행이 들어오는지를 바꾸는 실수의 기준. 다른 숫자의 실수와 함께 심으면 서로 가린다.
TOUCH_EVERY_FIGURE = {"missing_day_fails", "rematerializing_replaces"}
WEEKLY = f"{rubric.__name__}.test_6_weekly"

MODULES = [importlib.import_module(f"{rubric.__name__}.{found.name}") for found in pkgutil.iter_modules(rubric.__path__)]
# 기준의 id -> 그 기준과, 그 기준이 있는 채점 기준표 파일.
CRITERIA: dict[str, tuple[Criterion, str]] = {
    getattr(function, ATTRIBUTE).id: (getattr(function, ATTRIBUTE), module.__name__)
    for module in MODULES for function in vars(module).values() if hasattr(function, ATTRIBUTE)
}  # fmt: skip
ALL_CRITERIA = [criterion for criterion, _ in CRITERIA.values()]


@pytest.fixture(scope="module")
def judge():
    with Judge(EXERCISE) as opened:
        yield opened


# ---------------------------------------------------------------- 기준표와 목록


def test_criteria_come_in_the_order_of_the_work(judge):
    ids = [criterion.id for criterion in judge.criteria]
    assert ids[0] == "loads" and ids[-1] == LEARNER_TESTS
    work = ["daily_partitions", "raw_reads_its_day", "cleaned_is_defined", "schedule_runs_at_two", "days_are_stored_apart", "weekly_is_defined"]
    assert [ids.index(name) for name in work] == sorted(ids.index(name) for name in work)


def test_the_guide_names_every_mistake_the_tests_must_catch():
    assert_guide_names_what_tests_must_catch(CATALOGUE)


# ---------------------------------------------------------------- 제출물


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_another_style_earns_everything(judge, name):
    assert_tests_earn_nothing(judge, without_tests({**judge.material.reference, **read_files(ALTERNATIVES[name])}))


def planted(files: dict[str, bytes], mistakes: tuple[Mistake, ...]) -> dict[str, bytes]:
    """모범 답안에 실수들을 함께 심은 사본. 같은 자리를 고치면 CatalogueError."""
    for mistake in mistakes:
        files = apply_edits(files, mistake)
    return files


def batches(mistakes: list[Mistake]) -> list:
    """실수들을, 한 제출물에 함께 심어도 서로 가리지 않는 것끼리 묶는다.

    하나씩 채점하는 것과 같은 것을 보면서 시간은 절반도 들지 않는다. 묶음 안에서는 기준표의 파일이 서로 다르고(주별 보고서의
    기준들은 저마다 제 페이지와 열만 보므로 함께 심는다), 한 실수가 다른 실수의 기준을 건너뛰게 하지 않는다.
    """
    reference = without_tests(read_files(ROOT / "solutions" / EXERCISE))
    found: list[list[Mistake]] = []
    for mistake in mistakes:
        for batch in found:
            if all(_independent(mistake, other) for other in batch):
                try:
                    planted(reference, (*batch, mistake))
                except CatalogueError:
                    continue
                batch.append(mistake)
                break
        else:
            found.append([mistake])
    return [pytest.param(tuple(batch), id="+".join(mistake.id for mistake in batch)) for batch in found]


def _independent(one: Mistake, other: Mistake) -> bool:
    apart = not with_dependents(ALL_CRITERIA, one.lost) & other.lost and not with_dependents(ALL_CRITERIA, other.lost) & one.lost
    shared = set.intersection(*({CRITERIA[name][1] for name in mistake.lost} for mistake in (one, other)))
    return apart and (not shared or (shared == {WEEKLY} and not (one.lost | other.lost) & TOUCH_EVERY_FIGURE))



@pytest.mark.parametrize("batch", batches(list(WRONG)))
def test_uncatalogued_mistake_loses_its_criterion_only(judge, batch):
    assert_each_loses_its_own(judge, batch)


@pytest.mark.parametrize("misconception", [m for m in CATALOGUE.misconceptions if m.criterion == LEARNER_TESTS], ids=lambda m: m.id)
def test_misconception_of_tests_loses_part_of_their_points(judge, misconception):
    assert_tests_earn_a_part(judge, misconception)


@pytest.mark.parametrize("name", TEST_FILES)
def test_bad_test_file_earns_nothing_for_tests(judge, name):
    """자산이 없는 제출물로 본다: 테스트는 모범 답안의 자산으로 돈다."""
    files = {**read_files(ROOT / "exercises" / EXERCISE), TEST_MODULE: TEST_FILES[name].encode("utf-8")}
    assert judge.grade_files(files, explain_mistakes=False).score == 0


@pytest.mark.parametrize("name", ["asks_for_today", "midnight_session_twice"])
def test_feedback_names_the_misconception(judge, name):
    misconception = CATALOGUE.get(name)
    result = judge.grade_files(without_tests(apply_edits(judge.material.reference, misconception)))
    assert {c.id: c.misconception for c in result.criteria}[misconception.criterion] == name


# ---------------------------------------------------------------- 무작위 예순 주를 SQL과 견주기

MONDAYS = [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-26"), pd.Timestamp("2024-12-30"), pd.Timestamp("2026-02-23")]


@pytest.fixture(scope="module")
def functions():
    """모범 답안의 세 함수를 Dagster 없이 부르는 것."""
    assets = importlib.import_module(f"solutions.{EXERCISE}.assets")
    return SimpleNamespace(**{
        name: getattr(assets, name).node_def.compute_fn.decorated_fn
        for name in ("raw_page_views", "cleaned_page_views", "weekly_page_report")
    })


@pytest.mark.parametrize("seed", range(60))
def test_a_random_week_equals_sql(functions, seed):
    rng = random.Random(f"week/{seed}")
    monday = MONDAYS[seed] if seed < len(MONDAYS) else pd.Timestamp("2024-01-01") + pd.Timedelta(weeks=rng.randrange(140))
    history = random_history(seed, monday)
    days = {}
    for number in range(7):
        day = monday + pd.Timedelta(days=number)
        # 시간대가 있는 날과 없는 날이 한 주에 섞여 있다.
        log = day_log(history, day, rng, rng.choice([None, "UTC", "Asia/Seoul", "America/New_York"]))
        context = SimpleNamespace(partition_key=f"{day:%Y-%m-%d}")
        raw = functions.raw_page_views(context, SimpleNamespace(read=lambda asked, log=log: log)).value
        days[context.partition_key] = functions.cleaned_page_views(raw).value
    report = functions.weekly_page_report(SimpleNamespace(partition_key=f"{monday:%Y-%m-%d}"), days).value
    assert list(report.itertuples(index=False, name=None)) == expected_report(history, monday)
