"""user_features와 user_scores의 테스트. dbt는 부르지 않고, 손으로 만든 fct_user_activity를 작은 DuckDB 파일에 둔다."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from dagster_duckdb import DuckDBResource

from course_lib.testing import run_asset

from .assets import user_features, user_scores

DAY = "2024-01-10"
MODEL = {"active_days_7": 2.0, "views_7": 0.5, "purchases_7": 8.0}


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBResource:
    """테스트마다 새로 만드는 빈 창고."""
    return DuckDBResource(database=str(tmp_path / "test.duckdb"))


def features(warehouse: DuckDBResource, *rows: tuple) -> dict[int, tuple]:
    """(날, 사용자, 본 수, 산 수) 행들의 활동으로 만든 DAY의 특징: {사용자: (활동한 날, 본 수, 산 수)}."""
    activity = pd.DataFrame([(day, user, "free", views, bought) for day, user, views, bought in rows],
                            columns=["day", "user_id", "plan", "views", "purchases"])
    with duckdb.connect(warehouse.database) as connection:
        connection.register("activity", activity)
        connection.execute("create table fct_user_activity (day date, user_id bigint, plan varchar, views bigint, purchases bigint)")
        connection.execute("insert into fct_user_activity select * from activity")
    made = run_asset(user_features, partition_key=DAY, resources={"warehouse": warehouse})
    assert set(made.columns) == {"day", "user_id", "active_days_7", "views_7", "purchases_7"}
    assert {f"{day:%Y-%m-%d}" for day in made["day"]} <= {DAY}
    return {row.user_id: (row.active_days_7, row.views_7, row.purchases_7) for row in made.itertuples()}


def scores(*users: tuple, model: dict[str, float] = MODEL) -> list[tuple]:
    """(사용자, 활동한 날, 본 수, 산 수)의 점수: [(사용자, 점수, 순위), ...]."""
    given = pd.DataFrame(users, columns=["user_id", "active_days_7", "views_7", "purchases_7"])
    made = run_asset(
        user_scores, partition_key=DAY, user_features=given.assign(day=pd.Timestamp(DAY)),
        trained_model=pd.DataFrame({"feature": list(model), "weight": list(model.values())}),
    )
    return list(made[["user_id", "score", "rank"]].itertuples(index=False, name=None))


def test_the_window_is_seven_days_with_both_ends(warehouse):
    made = features(warehouse, ("2024-01-03", 1, 100, 0), ("2024-01-04", 1, 1, 0), (DAY, 1, 2, 0))
    assert made == {1: (2, 3, 0)}


def test_nothing_after_the_day_is_seen(warehouse):
    made = features(warehouse, (DAY, 1, 1, 0), ("2024-01-11", 1, 100, 9), ("2024-01-11", 2, 1, 0))
    assert made == {1: (1, 1, 0)}


def test_days_are_counted_not_events(warehouse):
    made = features(warehouse, ("2024-01-08", 1, 5, 1), (DAY, 1, 0, 2), (DAY, 2, 1, 0))
    assert made == {1: (2, 5, 3), 2: (1, 1, 0)}


def test_a_quiet_week_has_no_rows(warehouse):
    assert features(warehouse, ("2024-01-01", 1, 1, 0)) == {}


def test_every_feature_counts_with_its_weight():
    assert scores((1, 1, 2, 0), (2, 3, 0, 1)) == [(2, 14.0, 1), (1, 3.0, 2)]


def test_weights_are_found_by_name():
    turned = dict(reversed(MODEL.items()))
    assert scores((1, 1, 2, 0), (2, 3, 0, 1), model=turned) == [(2, 14.0, 1), (1, 3.0, 2)]


def test_ties_share_a_rank_without_a_gap():
    assert scores((4, 1, 0, 0), (3, 2, 0, 0), (2, 2, 0, 0), (1, 3, 0, 0)) == [(1, 6.0, 1), (2, 4.0, 2), (3, 4.0, 2), (4, 2.0, 3)]


def test_no_features_give_no_scores():
    assert scores() == []
