"""자산 검사를 함께 내는 자산과 다른 자산들."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


@dg.asset(group_name="bronze", owners=["team:blog"], check_specs=[dg.AssetCheckSpec("has_rows", asset="raw_page_views")])
def raw_page_views():
    """기록."""
    frame = page_views(2)
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)},
                                check_results=[dg.AssetCheckResult(check_name="has_rows", passed=len(frame) > 0)])


@dg.asset(group_name="silver", owners=["team:blog"])
def cleaned_page_views(raw_page_views: pd.DataFrame):
    """사람의 기록."""
    is_bot = raw_page_views["user_agent"].astype("string").str.contains("bot", case=False, na=False)
    frame = raw_page_views[~is_bot].sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset_check(asset=cleaned_page_views)
def no_repeats(cleaned_page_views: pd.DataFrame) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=not cleaned_page_views.duplicated(["session_id", "page_url"]).any())


@dg.asset(group_name="gold", owners=["team:blog"])
def page_popularity(cleaned_page_views: pd.DataFrame):
    """순위."""
    frame = cleaned_page_views.groupby("page_url", as_index=False).agg(unique_visitors=("user_id", "nunique"))
    frame["rank"] = frame["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    frame = frame.sort_values(["rank", "page_url"])
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="gold", owners=["team:blog"])
def most_popular_page(page_popularity: pd.DataFrame) -> str:
    """연습에 없는 자산이 더 있어도 된다."""
    return page_popularity["page_url"].iloc[0]
