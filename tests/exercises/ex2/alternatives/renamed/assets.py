"""파이썬의 이름이 다른 자산, 폴더로 나눈 도우미."""

import dagster as dg
import pandas as pd
from course_lib.resources import PageViewLog

from .calendar import days_of_week, on_day
from .partitions import daily, weekly

common = {"owners": ["team:blog"]}


@dg.asset(key="raw_page_views", partitions_def=daily, group_name="bronze", **common)
def step_one(context: dg.AssetExecutionContext, page_view_log: PageViewLog) -> pd.DataFrame:
    """하루의 기록."""
    frame = on_day(page_view_log.read(context.partition_key), context.partition_key)
    context.add_asset_metadata({"num_rows": len(frame)}, asset_key="raw_page_views")
    return frame


@dg.asset(name="cleaned_page_views", partitions_def=daily, group_name="silver", **common)
def step_two(context: dg.AssetExecutionContext, raw_page_views: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    """정리한 하루."""
    frame = raw_page_views.drop(raw_page_views.index[raw_page_views["user_agent"].str.contains("bot", case=False, na=False).astype(bool)])
    frame = frame.loc[frame.groupby(["session_id", "page_url"])["timestamp"].idxmin()] if len(frame) else frame
    return dg.Output(frame, metadata={"num_rows": frame.shape[0]})


@dg.asset(name="weekly_page_report", partitions_def=weekly, group_name="gold", **common)
def step_three(context: dg.AssetExecutionContext, cleaned_page_views: dict[str, pd.DataFrame]) -> dg.Output[pd.DataFrame]:
    """한 주의 보고서."""
    for day in days_of_week(context.partition_key):
        if day not in cleaned_page_views:
            raise dg.Failure(description=f"{day}이 아직 없습니다")
    week = pd.concat(list(cleaned_page_views.values()))
    week = week.sort_values("timestamp").drop_duplicates(["session_id", "page_url"])
    pages = week.groupby("page_url", as_index=False)
    frame = pages.agg(views=("page_url", "count"), unique_visitors=("user_id", "nunique"))
    days = week.assign(day=week["timestamp"].dt.dayofyear).groupby("page_url", as_index=False).agg(active_days=("day", "nunique"))
    frame = frame.merge(days, on="page_url")
    frame["rank"] = frame["unique_visitors"].rank(method="dense", ascending=False).astype(int)
    frame = frame.sort_values(["rank", "page_url"])
    return dg.Output(frame, metadata={"num_rows": int(frame["rank"].count())})
