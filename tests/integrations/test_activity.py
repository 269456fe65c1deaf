"""연습 4의 모범 답안을 진짜 dbt로 돌린다: 이틀을 만들고, 늦게 온 이벤트로 하루를 다시 만들고, 시험이 막는 날을 만든다.

dbt는 뜨는 데만 몇 초가 걸리므로 한 번 돌린 이야기를 나누어 본다. 채점 기준이 아니라 답안이 정말 도는지를 보는 시험이다.
"""

import importlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import pytest

from course_lib import activity
from course_lib.manifest import repository_root

pytestmark = [
    # dagster_dbt가 제 안에서 쓰는 옛것(sqlglot의 부속, context.op)이다. 과정의 코드가 아니다.
    pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_dbt"),
    # 날로 나눈 @dbt_assets는 여러 날을 런 하나로, 파이썬 자산은 날마다 백필한다. 하루를 함께 만드는 데는 상관없다.
    pytest.mark.filterwarnings("ignore:Asset job .* materializes assets with varying BackfillPolicies:UserWarning"),
]

ALL = {"stg_users", "stg_events", "fct_user_activity", "user_features", "trained_model", "user_scores"}
DAILY = ALL - {"stg_users", "trained_model"}
USERS = pd.DataFrame(
    [(1, "free", "2023-12-01", "2023-12-01"), (1, "pro", "2023-12-01", "2024-01-01 12:00"), (2, "free", "2023-12-02", "2023-12-02")],
    columns=["user_id", "plan", "signed_up_on", "updated_at"],
)
EVENTS = [
    (1, 1, "view", "2024-01-01 00:00"),
    (2, 1, "purchase", "2024-01-01 23:59:59.999999"),
    (2, 1, "purchase", "2024-01-01 23:59:59.999999"),
    (3, 2, "heartbeat", "2024-01-01 10:00"),
    (4, 1, "view", "2024-01-02 00:00"),
    (5, 2, "view", "2024-01-02 08:00"),
    (6, 99, "view", "2024-01-03 08:00"),
]
LATE = (7, 2, "view", "2024-01-01 20:00")


@dataclass(frozen=True)
class Step:
    success: bool
    made: set[str]
    failed_checks: set[str]
    activity: list[tuple]
    scores: pd.DataFrame | None


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> dict[str, Step]:
    folder = tmp_path_factory.mktemp("activity")
    package = folder / "activity_answer"
    shutil.copytree(repository_root() / "solutions" / "ex4_dbt_hybrid", package,
                    ignore=shutil.ignore_patterns("target", "logs", "__pycache__"))
    # JupyterLab에서 모델을 저장하면 옆에 이런 사본이 남는다.
    models = package / "dbt_project" / "models"
    (models / ".ipynb_checkpoints").mkdir()
    for name in ("stg_users.sql", "schema.yml"):
        copy = models / ".ipynb_checkpoints" / name.replace(".", "-checkpoint.")
        shutil.copyfile(models / name, copy)
    warehouse = folder / "activity.duckdb"
    # 이 모듈이 바꾼 환경과 폴더는 이 모듈에서 끝난다.
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral(tempdir=str(folder)) as instance:
        for name in ("PATH", "DO_NOT_TRACK"):
            patch.setenv(name, os.environ.get(name, ""))
        patch.setenv(activity.VARIABLE, str(warehouse))
        patch.syspath_prepend(folder)
        patch.chdir(folder)

        def fill(*events: tuple) -> None:
            activity.fill_raw(warehouse, USERS, pd.DataFrame(events, columns=["event_id", "user_id", "kind", "occurred_at"]))

        fill(*EVENTS)
        defs = importlib.import_module("activity_answer.definitions").defs
        repository = defs.get_repository_def()
        repository.validate_loadable()
        assets = list(repository.assets_defs_by_key.values())

        def build(day: str, keys: set[str]) -> Step:
            result = dg.materialize(
                assets, selection=[dg.AssetKey(key) for key in keys], partition_key=day,
                instance=instance, raise_on_error=False,
            )
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                rows = connection.execute("select day::varchar, user_id, plan, views, purchases from fct_user_activity order by all").fetchall()
            return Step(
                result.success,
                {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()},
                {check.check_name for check in result.get_asset_check_evaluations() if not check.passed},
                rows,
                result.asset_value("user_scores") if result.success else None,
            )

        told = {"first day": build("2024-01-01", ALL), "second day": build("2024-01-02", DAILY)}
        fill(*EVENTS, LATE)
        told["first day again"] = build("2024-01-01", DAILY)
        told["a stranger's day"] = build("2024-01-03", DAILY)
        return told


FIRST = ("2024-01-01", 1, "pro", 1, 1)
SECOND = [("2024-01-02", 1, "pro", 1, 0), ("2024-01-02", 2, "free", 1, 0)]


def test_one_day_is_built_from_the_raw_tables_to_the_scores(story):
    first = story["first day"]
    assert first.success and first.made == ALL
    assert first.activity == [FIRST]
    # 2.0 * 활동한 날 + 0.5 * 본 수 + 8.0 * 산 수
    assert first.scores.values.tolist() == [[1, 10.5, 1]]


def test_the_next_day_is_added_to_the_first(story):
    second = story["second day"]
    assert second.success and second.made == DAILY
    assert second.activity == [FIRST, *SECOND]
    assert second.scores.values.tolist() == [[1, 13.0, 1], [2, 2.5, 2]]


def test_building_a_day_again_changes_only_that_day(story):
    again = story["first day again"]
    assert again.activity == [FIRST, ("2024-01-01", 2, "free", 1, 0), *SECOND]
    # 둘째 날의 활동은 표에 있지만 첫날의 점수에는 들지 않는다.
    assert again.scores.values.tolist() == [[1, 10.5, 1], [2, 2.5, 2]]


def test_an_event_of_a_stranger_stops_everything_below(story):
    stopped = story["a stranger's day"]
    assert not stopped.success and stopped.made == {"stg_events"}
    assert stopped.failed_checks == {"relationships_stg_events_user_id__user_id__ref_stg_users_"}
    assert stopped.activity == story["first day again"].activity


def test_the_sample_has_what_the_exercise_speaks_of(tmp_path):
    users, events = activity.users(), activity.events()
    assert users["user_id"].duplicated().any()
    assert events.duplicated().any() and not events.drop_duplicates()["event_id"].duplicated().any()
    assert set(events["kind"]) == {"view", "purchase", "heartbeat"}
    unknown = events[~events["user_id"].isin(users["user_id"])]
    assert {f"{day:%Y-%m-%d}" for day in unknown["occurred_at"]} == {activity.DAY_OF_A_STRANGER}
    assert set(unknown["kind"]) == {"view"}
    pd.testing.assert_frame_equal(events, activity.events())


def test_an_existing_warehouse_is_left_alone(tmp_path, monkeypatch):
    """두 번째로 열 때는 원본을 다시 채우지도, manifest를 다시 만들지도 않는다."""
    warehouse = tmp_path / "made" / "by me.duckdb"
    warehouse.parent.mkdir()
    warehouse.write_bytes(b"mine")
    monkeypatch.setenv(activity.VARIABLE, str(warehouse))
    opened: list[Path] = []
    monkeypatch.setattr(activity, "open_dbt_project", opened.append)
    activity.open_project(tmp_path / "dbt_project")
    assert warehouse.read_bytes() == b"mine" and opened == [tmp_path / "dbt_project"]


def test_a_missing_warehouse_is_filled_in_the_place_of_things_made(tmp_path, monkeypatch):
    monkeypatch.setenv(activity.VARIABLE, "")
    monkeypatch.delenv(activity.VARIABLE)
    monkeypatch.setattr(activity, "open_dbt_project", lambda folder: None)
    activity.open_project(tmp_path)
    assert os.environ[activity.VARIABLE] == str(tmp_path / "target" / "activity.duckdb")
    with duckdb.connect(os.environ[activity.VARIABLE], read_only=True) as connection:
        assert connection.execute("select count(*) from raw.users").fetchone() == (len(activity.users()),)
        assert connection.execute("select min(occurred_at) from raw.events").fetchone() == (pd.Timestamp("2024-01-01"),)
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["activity.duckdb"]
