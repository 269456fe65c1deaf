"""사용자마다 한 행: 누구이고, 얼마나 썼고, 언제 마지막으로 썼나."""

import dagster as dg
import pandas as pd

from .resources import PostgresResource, S3Resource

PROFILES_KEY = "profiles/user_profiles.parquet"


# 매개변수의 이름이 리소스 키, 타입이 "이것은 업스트림이 아니라 리소스"라는 표시다.
@dg.asset(group_name="gold", kinds={"postgres", "s3"})
def user_profiles(postgres: PostgresResource, s3: S3Resource) -> pd.DataFrame:
    """사용자와 그 활동의 요약. S3의 profiles/user_profiles.parquet에도 같은 표를 둔다."""
    users = postgres.query("SELECT user_id, name, signup_date, updated_at FROM users")
    events = postgres.query("SELECT user_id, occurred_at FROM events")
    profiles = summarize(users, events)
    # 쓰기는 모두 읽고 다 계산한 뒤 한 번뿐이다. 도중에 실패하면 저장소에는 지난번 것이 온전히 남는다.
    s3.put_parquet(PROFILES_KEY, profiles)
    return profiles


def summarize(users: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """데이터베이스도 저장소도 모르는 계산. 그래서 표 두 개만 있으면 시험할 수 있다."""
    # 같은 사용자의 행이 여럿이면 가장 나중에 고친 것이 지금 모습이다.
    latest = users.sort_values("updated_at").drop_duplicates("user_id", keep="last")
    activity = events.groupby("user_id", as_index=False).agg(
        event_count=("occurred_at", "size"), last_event=("occurred_at", "max")
    )
    # left: 아직 아무것도 하지 않은 사용자도 사용자다.
    profiles = latest[["user_id", "name", "signup_date"]].merge(activity, on="user_id", how="left")
    # 짝이 없던 행 때문에 NaN이 생긴 열은 실수가 된다. 횟수는 정수다.
    return profiles.assign(event_count=profiles["event_count"].fillna(0).astype("int64"))
