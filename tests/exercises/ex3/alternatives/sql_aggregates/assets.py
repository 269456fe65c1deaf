"""데이터베이스가 잘하는 일은 데이터베이스에: 최신 행 고르기와 세기를 표준 SQL로 한다."""

import dagster as dg
import pandas as pd

from .resources import PostgresResource, S3Resource

LATEST = """
    SELECT user_id, name, signup_date
    FROM (
        SELECT user_id, name, signup_date, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY updated_at DESC) AS place
        FROM users
    ) AS numbered
    WHERE place = 1
"""
ACTIVITY = """
    SELECT user_id, COUNT(*) AS event_count, MAX(occurred_at) AS last_event
    FROM events
    GROUP BY user_id
"""


@dg.asset(group_name="gold")
def user_profiles(postgres: dg.ResourceParam[PostgresResource], s3: dg.ResourceParam[S3Resource]) -> dg.Output[pd.DataFrame]:
    """사용자마다 한 행."""
    profiles = postgres.query(LATEST).merge(postgres.query(ACTIVITY), how="left", on="user_id")
    profiles["event_count"] = profiles["event_count"].fillna(0).astype("Int64")
    s3.put_parquet("profiles/user_profiles.parquet", profiles)
    return dg.Output(profiles, metadata={"num_rows": len(profiles)})
