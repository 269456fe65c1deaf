"""여러 자산을 한 함수에서 낼 때의 모양. 값은 Output으로 내보낸다."""

import dagster as dg

from .resources import PostgresResource, S3Resource


@dg.multi_asset(outs={"user_profiles": dg.AssetOut(group_name="gold", description="사용자마다 한 행")})
def profile_tables(context: dg.AssetExecutionContext, s3: S3Resource, postgres: PostgresResource):
    events = postgres.query("select user_id, occurred_at from events")
    users = postgres.query("select user_id, name, signup_date, updated_at from users")
    newest = users.loc[users.groupby("user_id")["updated_at"].idxmax(), ["user_id", "name", "signup_date"]]
    summary = events.groupby("user_id")["occurred_at"].agg(["count", "max"]).rename(columns={"count": "event_count", "max": "last_event"})
    profiles = newest.join(summary, on="user_id").fillna({"event_count": 0}).astype({"event_count": "int64"})
    s3.put_parquet("profiles/user_profiles.parquet", profiles)
    yield dg.Output(profiles, output_name="user_profiles")
