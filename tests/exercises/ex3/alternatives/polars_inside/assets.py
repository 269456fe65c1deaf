"""계산은 polars로 하고, 넘길 때는 pandas의 표로."""

import dagster as dg
import pandas as pd
import polars as pl

from .resources import PostgresResource, S3Resource


@dg.asset(group_name="gold", key="user_profiles", io_manager_key="io_manager")
def build(postgres: PostgresResource, s3: S3Resource) -> pd.DataFrame:
    """사용자마다 한 행."""
    users = pl.from_pandas(postgres.query("SELECT user_id, name, signup_date, updated_at FROM users"))
    events = pl.from_pandas(postgres.query("SELECT user_id, occurred_at FROM events"))
    activity = events.group_by("user_id").agg(event_count=pl.len(), last_event=pl.col("occurred_at").max())
    profiles = (
        users.sort("updated_at")
        .unique("user_id", keep="last")
        .drop("updated_at")
        .join(activity, on="user_id", how="left")
        .with_columns(pl.col("event_count").fill_null(0).cast(pl.Int64))
        .to_pandas()
    )
    s3.put_parquet("profiles/user_profiles.parquet", profiles)
    return profiles
