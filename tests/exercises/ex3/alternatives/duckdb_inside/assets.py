"""합치기를 DuckDB의 SQL로. 데이터베이스에는 두 번만 묻고, 합치는 SQL은 메모리에서 돈다. 자산 검사도 있다."""

import dagster as dg
import duckdb
import pandas as pd

from .resources import PostgresResource, S3Resource

SUMMARY = """
    SELECT u.user_id, u.name, u.signup_date, COUNT(e.user_id)::BIGINT AS event_count, MAX(e.occurred_at) AS last_event
    FROM (SELECT * FROM people QUALIFY ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY updated_at DESC) = 1) AS u
    LEFT JOIN acts AS e USING (user_id)
    GROUP BY ALL
"""


@dg.asset(group_name="gold", check_specs=[dg.AssetCheckSpec("one_row_per_user", asset="user_profiles")])
def user_profiles(postgres: PostgresResource, s3: S3Resource):
    """사용자마다 한 행."""
    users = postgres.query("SELECT user_id, name, signup_date, updated_at FROM users")
    events = postgres.query("SELECT user_id, occurred_at FROM events")
    with duckdb.connect() as engine:
        engine.register("people", users)
        engine.register("acts", events)
        profiles: pd.DataFrame = engine.sql(SUMMARY).df()
    s3.put_parquet("profiles/user_profiles.parquet", profiles)
    yield dg.MaterializeResult(
        value=profiles, check_results=[dg.AssetCheckResult(passed=bool(profiles["user_id"].is_unique), check_name="one_row_per_user")])
