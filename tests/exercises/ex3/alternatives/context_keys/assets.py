"""리소스를 매개변수가 아니라 컨텍스트에서 꺼낸다. 값은 MaterializeResult로 돌려준다."""

import dagster as dg
import pandas as pd


@dg.asset(group_name="gold", required_resource_keys={"postgres", "s3"}, description="사용자마다 한 행")
def user_profiles(context: dg.AssetExecutionContext) -> dg.MaterializeResult[pd.DataFrame]:
    users = context.resources.postgres.query("SELECT * FROM users ORDER BY updated_at DESC")
    events = context.resources.postgres.query("SELECT * FROM events ORDER BY occurred_at")
    profiles = users.drop_duplicates("user_id")[["user_id", "name", "signup_date"]].reset_index(drop=True)
    moments = events.groupby("user_id")["occurred_at"]
    profiles["event_count"] = moments.size().reindex(profiles["user_id"], fill_value=0).to_numpy()
    profiles["last_event"] = moments.last().reindex(profiles["user_id"]).to_numpy()
    context.resources.s3.put_parquet(df=profiles, key="profiles/user_profiles.parquet")
    context.log.info("사용자 %d명", len(profiles))
    return dg.MaterializeResult(value=profiles, metadata={"num_rows": len(profiles)})
