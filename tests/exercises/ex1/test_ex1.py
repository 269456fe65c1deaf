"""연습 1의 채점: 뼈대는 0점, 모범 답안과 다른 방식의 정답은 만점, 틀린 것은 제 기준만 잃는다."""

import importlib
import itertools
import logging
import shutil
import sys
from types import SimpleNamespace

import dagster as dg
import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given, settings

from course_lib.grading.files import read_files
from course_lib.grading.judge import Judge
from course_lib.grading.misconceptions import apply_edits, load_catalogue
from course_lib.grading.rubric import ATTRIBUTE
from course_lib.manifest import repository_root

from ...rubrics.ex1_page_views import test_1_loading, test_2_raw, test_3_cleaned, test_4_popularity, test_5_facts
from ..common import (
    LEARNER_TESTS,
    Mistake,
    alternatives,
    assert_each_loses_its_own,
    assert_tests_earn_a_part,
    assert_tests_earn_nothing,
    without_tests,
)
from .wrong import TEST_FILES, WRONG

EXERCISE = "ex1_page_views"
ROOT = repository_root()
ALTERNATIVES = alternatives(__file__)
CATALOGUE = load_catalogue(EXERCISE)
# 기준의 id -> 그 기준이 있는 채점 기준표 파일.
AREA_OF = {
    getattr(function, ATTRIBUTE).id: module.__name__
    for module in (test_1_loading, test_2_raw, test_3_cleaned, test_4_popularity, test_5_facts)
    for function in vars(module).values()
    if hasattr(function, ATTRIBUTE)
}


@pytest.fixture(scope="module")
def judge():
    with Judge(EXERCISE) as opened:
        yield opened


# ---------------------------------------------------------------- 기준표와 목록


def test_criteria_come_in_the_order_of_the_work(judge):
    ids = [criterion.id for criterion in judge.criteria]
    assert ids[0] == "loads" and ids[-1] == LEARNER_TESTS
    assert ids.index("raw_is_defined") < ids.index("cleaned_is_defined") < ids.index("popularity_is_defined")


# ---------------------------------------------------------------- 제출물


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_another_style_earns_everything(judge, name):
    assert_tests_earn_nothing(judge, without_tests({**judge.material.reference, **read_files(ALTERNATIVES[name])}))


def batches(mistakes: list[Mistake]) -> list:
    """실수들을, 한 제출물에 함께 심어도 서로 가리지 않는 것끼리 묶는다(자산마다 하나씩).

    하나씩 채점하는 것과 같은 것을 보면서 시간은 절반도 들지 않는다. 자산이 아예 계산되지 않게 하는 실수는
    다른 기준을 건너뛰게 하므로 홀로 심는다.
    """
    alone, by_area = [], {}
    for mistake in mistakes:
        if "loads" in mistake.lost or any(name.endswith("_is_defined") for name in mistake.lost):
            alone.append((mistake,))
        else:
            by_area.setdefault(AREA_OF[min(mistake.lost)], []).append(mistake)
    together = [tuple(filter(None, batch)) for batch in itertools.zip_longest(*by_area.values())]
    return [pytest.param(batch, id="+".join(mistake.id for mistake in batch)) for batch in (*alone, *together)]


@pytest.mark.parametrize("batch", batches(WRONG))
def test_uncatalogued_mistake_loses_its_criterion_only(judge, batch):
    assert_each_loses_its_own(judge, batch)


@pytest.mark.parametrize("misconception", [m for m in CATALOGUE.misconceptions if m.criterion == LEARNER_TESTS], ids=lambda m: m.id)
def test_misconception_of_tests_loses_part_of_their_points(judge, misconception):
    assert_tests_earn_a_part(judge, misconception)


@pytest.mark.parametrize("name", TEST_FILES)
def test_bad_test_file_earns_nothing_for_tests(judge, name):
    files = {**judge.material.reference, "test_assets.py": TEST_FILES[name].encode("utf-8")}
    assert_tests_earn_nothing(judge, files)


@pytest.mark.parametrize("name", ["case_sensitive_bot", "keeps_first_row_unsorted", "missing_users_are_one_visitor", "average_rank"])
def test_feedback_names_the_misconception(judge, name):
    misconception = CATALOGUE.get(name)
    result = judge.grade_files(without_tests(apply_edits(judge.material.reference, misconception)))
    assert {c.id: c.misconception for c in result.criteria}[misconception.criterion] == name


# ---------------------------------------------------------------- 만든 데이터에서 정답끼리 견주기


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """모범 답안과 다른 방식의 정답들을, 자산의 이름으로 찾을 수 있게 불러온 것."""
    home = tmp_path_factory.mktemp("ex1_packages")
    reference = ROOT / "solutions" / EXERCISE
    sys.path.insert(0, str(home))
    loaded = {}
    try:
        for name, overlay in {"reference": reference, **ALTERNATIVES}.items():
            package = f"ex1_{name}"
            shutil.copytree(reference, home / package)
            shutil.copytree(overlay, home / package, dirs_exist_ok=True)
            defs = importlib.import_module(f"{package}.definitions").defs
            found = dg.Definitions.merge(defs() if name == "definitions_function" else defs).get_repository_def().assets_defs_by_key
            loaded[name] = {key.to_user_string(): asset for key, asset in found.items()}
        yield loaded
    finally:
        sys.path.remove(str(home))


def frames() -> st.SearchStrategy[pd.DataFrame]:
    """작은 페이지 뷰 표. 값의 가짓수를 줄여 중복, 동점, 빠진 값이 자주 나오게 한다."""
    row = st.tuples(
        st.sampled_from(["/", "/a", "/b", "/글/한글"]),
        st.sampled_from([None, "u1", "u2", "u3"]),
        st.integers(0, 5).map(lambda minutes: pd.Timestamp("2024-02-29 23:57") + pd.Timedelta(minutes=minutes)),
        st.sampled_from(["s1", "s2", "s3"]),
        st.sampled_from([None, "Mozilla/5.0", "Googlebot/2.1", "AhrefsBot", "CUBOT X19", "Yeti/1.1", ""]),
    )
    types = {"page_url": "str", "user_id": "str", "session_id": "str", "user_agent": "str", "timestamp": "datetime64[us]"}
    columns = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]
    return st.lists(row, max_size=20).map(lambda rows: pd.DataFrame(rows, columns=columns).astype(types))


# graph_asset은 함수 하나가 아니고, definitions_function의 자산은 모범 답안의 것이다.
NOT_ONE_FUNCTION = {"graph_asset", "definitions_function"}
CONTEXT = SimpleNamespace(add_output_metadata=lambda *args, **kwargs: None, log=logging.getLogger(__name__))


def computed(asset: dg.AssetsDefinition, frame: pd.DataFrame) -> pd.DataFrame:
    """자산의 함수를 Dagster 없이 부른다. 예를 수백 개 보려면 한 번에 수십 밀리초가 드는 run_asset으로는 늦다."""
    compute = asset.node_def.compute_fn
    value = compute.decorated_fn(*([CONTEXT] if compute.has_context_arg() else []), frame)
    value = next(value) if hasattr(value, "__next__") else value
    return value.value if isinstance(value, dg.Output | dg.MaterializeResult) else value


@settings(max_examples=20, deadline=None, derandomize=True)
@given(views=frames())
def test_all_styles_agree_on_generated_views(packages, views):
    before = views.copy(deep=True)
    cleaned = computed(packages["reference"]["cleaned_page_views"], views)
    popularity = computed(packages["reference"]["page_popularity"], cleaned)
    for name in packages.keys() - NOT_ONE_FUNCTION:
        mine = computed(packages[name]["cleaned_page_views"], views)
        assert rows(mine[list(cleaned.columns)]) == rows(cleaned), name
        ranked = computed(packages[name]["page_popularity"], cleaned)
        assert records(ranked[list(popularity.columns)]) == records(popularity), name
    pd.testing.assert_frame_equal(views, before)


def records(frame: pd.DataFrame) -> list[tuple]:
    texts = frame.astype("object").where(frame.notna(), None)
    return list(texts.itertuples(index=False, name=None))


def rows(frame: pd.DataFrame) -> list[tuple]:
    return sorted(records(frame), key=repr)
