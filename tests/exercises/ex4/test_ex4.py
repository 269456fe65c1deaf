"""연습 4의 채점: 다른 방식의 정답은 만점, 틀린 것은 제 기준만 잃고, 격리하지 않는 컴퓨터에서도 같은 것을 본다."""

import json
import re

import pytest

from course_lib.grading.files import read_files
from course_lib.grading.judge import Judge
from course_lib.grading.misconceptions import load_catalogue
from course_lib.grading.sandbox.client import DBT_IN_PROCESSES, SERVE, WARM_UP, Sandbox, zygote_supported
from course_lib.grading.sandbox.process import ProcessSandbox
from course_lib.grading.seen_dbt import dbt_runs
from course_lib.grading.submission import Submission
from course_lib.manifest import repository_root

from ...rubrics.ex4_dbt_hybrid import story
from ...rubrics.ex4_dbt_hybrid.tables import ASSETS, MODELS
from ..common import (
    LEARNER_TESTS,
    alternatives,
    assert_each_loses_its_own,
    assert_guide_names_what_tests_must_catch,
    assert_tests_earn_nothing,
    explained,
    failed,
    lost,
    points_of_tests,
    without_tests,
)
from .wrong import WRONG

EXERCISE = "ex4_dbt_hybrid"
ROOT = repository_root()
TEST_MODULE = "test_hybrid.py"
ALTERNATIVES = alternatives(__file__)
CATALOGUE = load_catalogue(EXERCISE)


def test_criteria_come_in_the_order_of_the_work(judge):
    ids = [criterion.id for criterion in judge.criteria]
    assert ids[0] == "loads" and ids[-1] == LEARNER_TESTS
    work = ["models_are_assets", "daily_assets", "users_keep_latest", "builds_a_day", "bad_day_stops", "computes_scores"]
    assert [ids.index(name) for name in work] == sorted(ids.index(name) for name in work)


def test_the_guide_names_every_mistake_the_tests_must_catch():
    assert_guide_names_what_tests_must_catch(CATALOGUE)


def test_the_guide_gives_the_points_of_the_rubric(judge):
    cells = json.loads((ROOT / "exercises" / EXERCISE / "guide.ipynb").read_text(encoding="utf-8"))["cells"]
    table = "\n".join("".join(cell["source"]) for cell in cells).partition("### 2.5 점수")[2].partition("\n##")[0]
    told = [int(points) for points in re.findall(r"\| (\d+) \|$", table, re.MULTILINE)]
    # 기준표의 파일마다 한 줄이다. 첫 두 파일(불러오기와 계보)만 한 줄에 있다.
    rubric = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / "rubrics" / EXERCISE).glob("test_*.py"))]
    loading, *rest = [sum(criterion.points for criterion in judge.criteria if f"def test_{criterion.id}(" in source) for source in rubric]
    assert told == [loading + rest[0], *rest[1:]]


def test_expected_activity_of_the_story_is_what_a_reader_counts():
    first = story.activity_of(story.FIRST)
    assert list(first.itertuples(index=False, name=None)) == [(1, "pro", 3, 2), (2, "free", 1, 1), (3, "free", 0, 1)]
    busy = story.activity_of(story.SECOND, generated=True)
    assert len(busy) > 40 and busy["purchases"].gt(0).any() and busy["views"].eq(0).any()


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_another_style_earns_everything(judge, name):
    assert_tests_earn_nothing(judge, without_tests({**judge.material.reference, **read_files(ALTERNATIVES[name])}))


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.id)
def test_uncatalogued_mistakes_lose_their_criteria_only(judge: Judge, wrong):
    assert_each_loses_its_own(judge, [wrong])


def test_a_project_dbt_cannot_read_is_explained_with_the_words_of_dbt(judge):
    files = {**judge.material.reference, "dbt_project/models/stg_users.sql": "select * from {{ ref('no_such_model') }}".encode()}
    result = judge.grade_files(without_tests(files), explain_mistakes=False)
    assert failed(result) == {"loads", LEARNER_TESTS}
    assert "no_such_model" in result.criteria[0].message


def test_learner_tests_do_not_depend_on_the_learners_own_project(judge):
    """모범 답안의 dbt 프로젝트와 함께 돈다: SQL이 깨진 제출물도 테스트의 점수는 얻는다."""
    files = {**judge.material.reference, "dbt_project/models/stg_users.sql": "{{ 깨진".encode()}
    result = judge.grade_files(files, explain_mistakes=False)
    assert {c.id: c.points for c in result.criteria}[LEARNER_TESTS] == points_of_tests(judge)


def test_manifest_handed_in_with_the_files_is_not_used(judge):
    made = Submission(judge.material, {**judge.material.reference, "dbt_project/target/manifest.json": b"{}"}, judge.sandbox,
                      manifests=judge.reference.manifests)
    try:
        assert set(MODELS) <= set(made.facts().assets)
    finally:
        made.close()


@pytest.mark.skipif(not zygote_supported(), reason="격리하는 샌드박스는 리눅스에만 있다")
def test_the_reference_earns_everything_where_the_kernel_gives_no_namespaces():
    """컨테이너에서 흔한 단계: 쓸 수 있는 /dev/shm이 없어서, 프로세스끼리의 잠금을 만들 수 없다."""
    with Sandbox.start(layers="RLS", bwrap=False) as sandbox, Judge(EXERCISE, sandbox=sandbox) as judge:
        result = judge.grade_files(without_tests(judge.material.reference), explain_mistakes=False)
    assert lost(result) == {LEARNER_TESTS}, explained(result)


def test_a_day_is_built_without_isolation_too(judge):
    """macOS와 Windows에서 쓰는 길: 새 파이썬 하나와, dbt 명령마다 진짜 프로세스 하나."""
    with ProcessSandbox(SERVE, WARM_UP, dbt=DBT_IN_PROCESSES) as sandbox:
        submission = Submission(judge.material, judge.material.reference, sandbox)
        try:
            (run,) = dbt_runs(submission, ASSETS, [story.FIRST], models=MODELS, values=["user_scores"],
                              raw={"users": story.USERS, "events": story.EVENTS})
            assert run.fault is None and run.made == set(ASSETS)
            story.expect_activity(run, story.FIRST, ["user_id", "views", "purchases"], story.EVENTS, message="다르다")
        finally:
            submission.close()
