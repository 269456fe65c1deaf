"""시각에 시간대(서울)를 붙여 기록한다. 열의 순서도 다르다."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views

OWNER = {"owner": "블로그 팀"}


@dg.asset(group_name="bronze", metadata=OWNER)
def raw_page_views() -> dg.MaterializeResult[pd.DataFrame]:
    """서울 시각으로 남긴 기록."""
    views = page_views()
    views["timestamp"] = views["timestamp"].dt.tz_localize("Asia/Seoul")
    views = views[["timestamp", "session_id", "user_id", "page_url", "user_agent"]]
    return dg.MaterializeResult(value=views, metadata={"num_rows": len(views)})


@dg.asset(group_name="silver", metadata=OWNER)
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """사람의 기록."""
    people = raw_page_views.loc[lambda views: ~views["user_agent"].astype("string").str.contains("bot", case=False).fillna(False)]
    earliest = people.groupby(["session_id", "page_url"])["timestamp"].transform("min")
    views = people[people["timestamp"] == earliest].drop_duplicates(["session_id", "page_url"])
    return dg.MaterializeResult(value=views, metadata={"num_rows": len(views)})


@dg.asset(group_name="gold", metadata=OWNER)
def page_popularity(cleaned_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """순위."""
    counts = cleaned_page_views.groupby("page_url").agg(unique_visitors=("user_id", lambda users: users.dropna().nunique()))
    ranks = counts["unique_visitors"].astype("int64").rank(method="dense", ascending=False)
    views = counts.assign(rank=ranks.astype("int64")).reset_index().sort_values(["rank", "page_url"])
    return dg.MaterializeResult(value=views, metadata={"num_rows": len(views)})
