"""읽기, 계산, 쓰기를 op 넷으로 나눈 그래프 자산."""

import dagster as dg
import pandas as pd

from .resources import PostgresResource, S3Resource


@dg.op
def read_users(postgres: PostgresResource) -> pd.DataFrame:
    return postgres.query("SELECT user_id, name, signup_date, updated_at FROM users")


@dg.op
def read_events(postgres: PostgresResource) -> pd.DataFrame:
    return postgres.query("SELECT user_id, occurred_at FROM events")


@dg.op
def summarize(users: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    latest = users.sort_values("updated_at").groupby("user_id", as_index=False).tail(1)
    activity = events.groupby("user_id").agg(event_count=("occurred_at", "count"), last_event=("occurred_at", "max")).reset_index()
    merged = pd.merge(latest.drop(columns="updated_at"), activity, how="left")
    merged["event_count"] = merged["event_count"].fillna(0).astype("int32")
    return merged


@dg.op
def store(s3: S3Resource, profiles: pd.DataFrame) -> pd.DataFrame:
    s3.put_parquet("profiles/user_profiles.parquet", profiles)
    return profiles


@dg.graph_asset(group_name="gold", description="사용자마다 한 행")
def user_profiles():
    return store(summarize(read_users(), read_events()))
