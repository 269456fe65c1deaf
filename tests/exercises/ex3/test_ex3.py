"""연습 3의 채점: 뼈대는 0점, 모범 답안과 다른 방식의 정답은 만점, 틀린 것은 제 기준만 잃는다. 진짜 서버에서도 마찬가지다."""

import contextlib
import itertools
import shutil
from dataclasses import asdict
from pathlib import Path

import dagster as dg
import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given, settings

from course_lib.classroom.real_services import services_feedback
from course_lib.grading import seen_resources
from course_lib.grading.files import read_files
from course_lib.grading.judge import Judge
from course_lib.grading.misconceptions import apply_edits, load_catalogue
from course_lib.manifest import load_manifest, repository_root
from course_lib.services import Services, postgres, s3
from course_lib.testing import run_asset
from course_lib.workspace import Workspace
from tests.rubrics.ex3_resources import with_services
from tests.rubrics.ex3_resources.generated import expected_profiles

from ..common import (
    LEARNER_TESTS,
    Mistake,
    alternatives,
    assert_each_loses_its_own,
    assert_tests_earn_nothing,
    explained,
    failed,
    points_of_tests,
    without_tests,
)
from .wrong import WEAK_TESTS, WRONG, WRONG_ON_SERVERS

EXERCISE = "ex3_resources"
ROOT = repository_root()
SOLUTION = ROOT / "solutions" / EXERCISE
ALTERNATIVES = alternatives(__file__)
CATALOGUE = load_catalogue(EXERCISE)
TEST_MODULE = "test_user_profiles.py"


@pytest.fixture(scope="module")
def judge():
    with Judge(EXERCISE) as opened:
        yield opened


# ---------------------------------------------------------------- 제출물


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_another_style_earns_everything(judge, name):
    assert_tests_earn_nothing(judge, without_tests({**judge.material.reference, **read_files(ALTERNATIVES[name])}))


# 서로 가리지 않는 곳들. definitions.py의 기준은 PostgresResource의 필드에 기대고, 여기 없는 기준은 쓰기의 기준에 기댄다.
AREAS = {"postgres": "postgres connects query password", "s3": "s3 uses parquet", "fakes": "fake",
         "columns": "keeps counts takes latest has"}
AREA_OF_WORD = {word: area for area, words in AREAS.items() for word in words.split()}


def area_of(mistake: Mistake) -> str:
    return AREA_OF_WORD.get(min(mistake.lost - {LEARNER_TESTS}).split("_")[0], "writing")


def batches(mistakes: list[Mistake]) -> list:
    """실수들을, 한 제출물에 함께 심어도 서로 가리지 않는 것끼리 묶는다. 하나씩 채점하는 것과 같은 것을 본다.

    자산이 아예 계산되지 않게 하는 실수와, 다른 곳의 파일까지 고치는 실수는 홀로 심는다.
    """
    alone, by_area = [], {}
    for mistake in mistakes:
        touches_assets = area_of(mistake) not in ("columns", "writing") and any(edit.file == "assets.py" for edit in mistake.edits)
        if mistake.lost & {"loads", "profiles_is_defined"} or touches_assets:
            alone.append((mistake,))
        else:
            by_area.setdefault(area_of(mistake), []).append(mistake)
    together = [tuple(filter(None, batch)) for batch in itertools.zip_longest(*by_area.values())]
    return [pytest.param(batch, id="+".join(mistake.id for mistake in batch)) for batch in (*alone, *together)]


@pytest.mark.parametrize("batch", batches(WRONG))
def test_uncatalogued_mistake_loses_its_criterion_only(judge, batch):
    assert_each_loses_its_own(judge, batch)


@pytest.mark.parametrize(("style", "old", "new", "criterion"), [
    ("sqlalchemy_client", "exec_driver_sql(sql, tuple(params) if params else ())",
     "exec_driver_sql(sql % tuple(map(repr, params)) if params else sql)", "query_binds_params"),
    ("pyarrow_s3", "region=self.region, endpoint_override=self.endpoint_url", "region=self.region", "uses_endpoint_url"),
    ("lifecycle", ', endpoint_url=self.endpoint_url)', ")", "uses_endpoint_url"),
    ("lifecycle", "execute(sql, params)", "execute(sql.replace('%s', '{!r}').format(*params) if params else sql)", "query_binds_params"),
])
def test_mistakes_are_seen_through_other_drivers(judge, style, old, new, criterion):
    files = without_tests({**judge.material.reference, **read_files(ALTERNATIVES[style])})
    source = files["resources.py"].decode("utf-8")
    assert source.count(old) == 1
    result = judge.grade_files({**files, "resources.py": source.replace(old, new).encode("utf-8")}, explain_mistakes=False)
    assert failed(result) == {criterion, LEARNER_TESTS}, explained(result)


def test_a_driver_beyond_the_sandbox_is_left_to_the_servers(judge):
    """채점기가 흉내 낼 수 없는 길로 접속하는 리소스는, 틀렸다고도 하지 않는다."""
    old = "        connection = psycopg.connect(\n"
    files = without_tests(judge.material.reference)
    source = files["resources.py"].decode("utf-8")
    assert source.count(old) == 1
    unknown = source.replace(old, "        import socket\n\n        socket.create_connection((self.host, self.port), timeout=1)\n" + old)
    result = judge.grade_files({**files, "resources.py": unknown.encode("utf-8")}, explain_mistakes=False)
    assert failed(result) == {LEARNER_TESTS}, explained(result)


@pytest.mark.parametrize("name", ["endpoint_ignored", "inner_join_loses_users", "largest_of_each_column"])
def test_feedback_names_the_misconception(judge, name):
    misconception = CATALOGUE.get(name)
    result = judge.grade_files(without_tests(apply_edits(judge.material.reference, misconception)))
    assert {c.id: c.misconception for c in result.criteria}[misconception.criterion] == name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["classes", "registered", "values", "configurable", "answers", "targets", "received", "value", "fault", "kind",
                         "put", "got", "hosts", "objects", "methods", "postgres", "s3", "queries", "fresh", "count", "text", "type"]),
        inner, max_size=8),
    max_leaves=12)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(answer=JSON, parse=st.sampled_from([
    seen_resources._resource_facts, seen_resources._asked, seen_resources._stored, seen_resources._fakes, seen_resources._fault]))
def test_a_forged_answer_is_the_submissions_fault(answer, parse):
    """손잡이는 이 네 가지 예외만 제출물의 잘못으로 바꾼다. 그 밖의 예외는 과정의 오류가 된다."""
    with contextlib.suppress(KeyError, TypeError, AttributeError, ValueError):
        parse(answer)


# ---------------------------------------------------------------- 학습자의 테스트


def earned_by_tests(judge: Judge, tests: bytes, resources: bytes | None = None) -> float:
    """테스트 파일이 얻는 점수. 자산은 없어도 된다: 테스트는 모범 답안의 자산과 여러분의 리소스로 돈다."""
    files = {**judge.material.reference, TEST_MODULE: tests}
    del files["assets.py"]
    if resources is not None:
        files["resources.py"] = resources
    return judge.grade_files(files, explain_mistakes=False).score


def test_a_good_test_file_catches_everything(judge):
    assert earned_by_tests(judge, judge.material.reference[TEST_MODULE]) == points_of_tests(judge)


@pytest.mark.parametrize("name", WEAK_TESTS)
def test_a_weak_test_file_earns_only_what_it_catches(judge, name):
    caught, source = WEAK_TESTS[name]
    assert earned_by_tests(judge, source.encode("utf-8")) == round(points_of_tests(judge) * caught / len(CATALOGUE.must_catch), 2)


@pytest.mark.parametrize("misconception", [m for m in CATALOGUE.misconceptions if m.criterion == LEARNER_TESTS], ids=lambda m: m.id)
def test_misconception_of_tests_loses_part_of_their_points(judge, misconception):
    tests = apply_edits(judge.material.reference, misconception)[TEST_MODULE]
    assert 0 < earned_by_tests(judge, tests) < points_of_tests(judge)


@pytest.mark.parametrize("misconception", [m for m in CATALOGUE.misconceptions if LEARNER_TESTS in m.also], ids=lambda m: m.id)
def test_tests_with_a_broken_fake_fail_on_the_reference(judge, misconception):
    resources = apply_edits(judge.material.reference, misconception)["resources.py"]
    assert earned_by_tests(judge, judge.material.reference[TEST_MODULE], resources) == 0


# ---------------------------------------------------------------- 만든 데이터에서 정답끼리 견주기


class Tables:
    """표를 통째로 답하는 가짜. SQL을 읽지 않으므로, SQL에서 계산하는 정답에는 쓸 수 없다."""

    def __init__(self, users: pd.DataFrame, events: pd.DataFrame):
        self.tables = {"users": users, "events": events}

    def query(self, sql: str, params: list | None = None) -> pd.DataFrame:
        return self.tables["users" if "from users" in sql.lower() else "events"].copy()


class Nowhere:
    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        assert key == with_services.KEY


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> dict[str, Path]:
    """모범 답안과 다른 방식의 정답들의 폴더."""
    home = tmp_path_factory.mktemp("ex3")
    for name, overlay in {"reference": SOLUTION, **ALTERNATIVES}.items():
        shutil.copytree(SOLUTION, home / name)
        shutil.copytree(overlay, home / name, dirs_exist_ok=True)
    return {name: home / name for name in ("reference", *ALTERNATIVES)}


@pytest.fixture(scope="module")
def assets(packages) -> dict[str, dg.AssetsDefinition]:
    """SQL에 기대지 않고 계산하며, 바로 부를 수 있는 정답들의 자산."""
    slow_or_in_sql = {"sql_aggregates", "graph_asset", "duckdb_inside", "context_keys"}
    loaded = {}
    for name, folder in packages.items():
        # 리소스만 다른 것들의 자산은 모범 답안과 같다.
        if name == "reference" or (name not in slow_or_in_sql and (ALTERNATIVES[name] / "assets.py").exists()):
            _, definitions = with_services.load(folder, f"generated_{name}")
            loaded[name] = definitions.get_repository_def().assets_defs_by_key[dg.AssetKey([with_services.ASSET])]
    return loaded


def users_and_events() -> st.SearchStrategy[tuple[pd.DataFrame, pd.DataFrame]]:
    """작은 두 표. 사람의 가짓수를 줄여 겹치는 사람, 조용한 사람, 모르는 사람이 자주 나오게 한다. updated_at은 겹치지 않는다."""
    person = st.sampled_from(["u1", "u2", "u3", "u4"])
    day = st.integers(0, 30).map(lambda days: pd.Timestamp("2024-02-20") + pd.Timedelta(days=days))
    moments = st.lists(st.integers(0, 500), unique=True, max_size=8).map(
        lambda minutes: [pd.Timestamp("2024-02-28 23:00") + pd.Timedelta(minutes=minute) for minute in minutes])
    users = moments.flatmap(lambda updated: st.tuples(*(st.tuples(person, st.sampled_from(["가", "나", "O'Brien", ""]), day, st.just(at)) for at in updated)))
    events = st.lists(st.tuples(st.sampled_from(["u1", "u2", "u3", "u9"]), day), max_size=8)
    types = {"user_id": "str", "name": "str", "signup_date": "datetime64[us]", "updated_at": "datetime64[us]", "occurred_at": "datetime64[us]"}

    def frame(rows, columns):
        return pd.DataFrame(list(rows), columns=columns).astype({name: types[name] for name in columns})

    return st.tuples(users.map(lambda rows: frame(rows, ["user_id", "name", "signup_date", "updated_at"])),
                     events.map(lambda rows: frame(rows, ["user_id", "occurred_at"])))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(tables=users_and_events())
def test_all_styles_agree_with_the_plain_count_on_generated_tables(assets, tables):
    expected = with_services._profile_rows(expected_profiles(*tables))
    for name, asset in assets.items():
        seen = run_asset(asset, resources={"postgres": Tables(*tables), "s3": Nowhere()}, key=with_services.ASSET)
        assert with_services._profile_rows(seen) == expected, name


# ---------------------------------------------------------------- 진짜 PostgreSQL과 S3


@pytest.fixture(scope="module")
def servers():
    with postgres() as database, s3() as storage:
        yield Services(database, storage)


def failures(folder: Path, servers: Services, package: str) -> list[int]:
    found = with_services.checks(folder, asdict(servers.postgres), asdict(servers.s3), package)
    assert len(found) == 3, found
    return [number for number, check in enumerate(found) if not check.ok]


@pytest.mark.parametrize("name", ["reference", *ALTERNATIVES])
def test_right_answers_pass_on_real_servers(packages, servers, name):
    found = with_services.checks(packages[name], asdict(servers.postgres), asdict(servers.s3), f"served_{name}")
    assert [check for check in found if not check.ok] == []


@pytest.mark.parametrize("name", WRONG_ON_SERVERS)
def test_mistakes_show_on_real_servers(judge, servers, tmp_path, name):
    folder = tmp_path / name
    for file, data in apply_edits(judge.material.reference, CATALOGUE.get(name)).items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data)
    broken = failures(folder, servers, f"wrong_{name}")
    assert WRONG_ON_SERVERS[name] in broken
    # 같은 리소스를 쓰는 뒤의 확인이 함께 실패할 수는 있어도, 앞의 것은 아니다.
    assert min(broken) == WRONG_ON_SERVERS[name]


def test_the_check_leaves_nothing_behind(packages, servers):
    with with_services._connected(asdict(servers.postgres)) as connection:
        databases = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        roles = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    assert not any(name.startswith("check_") for name in databases | roles)
    with with_services._client(asdict(servers.s3)) as client:
        assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]] == [servers.s3.bucket]


def test_the_learner_sees_the_servers_after_the_criteria(servers, tmp_path, monkeypatch):
    """서버가 떠 있으면 한 줄씩 더 보이고, 떠 있지 않으면 아무것도 보이지 않는다."""
    workspace = Workspace.open(tmp_path / "workspace")
    workspace.prepare()
    exercise = load_manifest().exercise(EXERCISE)
    assert services_feedback(exercise, workspace) is None
    monkeypatch.setattr("course_lib.classroom.real_services.services_status", lambda folder: servers)
    assert services_feedback(load_manifest().exercise("ex1"), workspace) is None
    shutil.copytree(SOLUTION, workspace.exercise_dir(exercise), dirs_exist_ok=True)
    # 학습자의 코드가 인쇄하는 것은 확인의 답으로 읽히지 않는다.
    with (workspace.exercise_dir(exercise) / "resources.py").open("a", encoding="utf-8") as resources:
        resources.write("\nprint('{\"ok\": true}')\n")
    shown = services_feedback(exercise, workspace).text()
    assert shown.count("✔") == 3 and "✘" not in shown, shown


def test_code_that_does_not_load_is_told_so(servers, tmp_path):
    shutil.copytree(SOLUTION, tmp_path / "broken")
    (tmp_path / "broken" / "resources.py").write_text("raise RuntimeError('아직')", encoding="utf-8")
    (check,) = with_services.checks(tmp_path / "broken", asdict(servers.postgres), asdict(servers.s3), "broken")
    assert not check.ok and "RuntimeError: 아직" in check.message
