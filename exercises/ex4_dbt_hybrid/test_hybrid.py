"""user_features와 user_scores의 테스트를 여기에 쓴다. 터미널에서 `uv run pytest exercises/ex4_dbt_hybrid`로 돌린다.

채점할 때는 assets.py와 dbt_project를 모범 답안으로 바꾸고 돌린다: 그때는 모두 통과해야 한다.
이어서 흔한 실수를 하나씩 심고 돌린다: 그때마다 하나는 실패해야 한다.
그래서 여러분의 모듈에서는 user_features와 user_scores만 가져다 쓴다. dbt는 부르지 않는다: 표를 손으로 만든다.
"""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from dagster_duckdb import DuckDBResource

from course_lib.testing import run_asset

from .assets import user_features, user_scores  # noqa: F401  (테스트에서 쓴다)

FEATURES = ["day", "user_id", "active_days_7", "views_7", "purchases_7"]


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBResource:
    """테스트마다 새로 만드는 빈 창고."""
    return DuckDBResource(database=str(tmp_path / "test.duckdb"))


def features(warehouse: DuckDBResource, day: str, *rows: tuple) -> pd.DataFrame:
    """이 행들의 fct_user_activity로 만든 그날의 user_features. 예: features(warehouse, "2024-01-10", ("2024-01-10", 1, "free", 3, 1))"""
    activity = pd.DataFrame(rows, columns=["day", "user_id", "plan", "views", "purchases"])
    with duckdb.connect(warehouse.database) as connection:
        connection.register("activity", activity)
        connection.execute("create table fct_user_activity (day date, user_id bigint, plan varchar, views bigint, purchases bigint)")
        connection.execute("insert into fct_user_activity select * from activity")
    return run_asset(user_features, partition_key=day, resources={"warehouse": warehouse})


def test_features_has_five_columns(warehouse):
    made = features(warehouse, "2024-01-10", ("2024-01-10", 1, "free", 3, 1))
    assert sorted(made.columns) == sorted(FEATURES)


# 여기에 규칙마다 작은 표 하나와 손으로 적은 결과 하나로 테스트를 쓰세요.
# user_scores는 표 둘로 계산한다: run_asset(user_scores, partition_key="2024-01-10", user_features=표, trained_model=표)
