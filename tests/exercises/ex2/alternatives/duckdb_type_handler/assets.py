"""시간 창으로 나눈 테이블 하나를 쓰는 자산들."""

import dagster as dg
import pandas as pd
from course_lib.resources import PageViewLog

from .partitions import daily, weekly

BY_TIME = {"partition_expr": "timestamp"}


@dg.asset(partitions_def=daily, group_name="bronze", owners=["blog@example.com"], metadata=BY_TIME)
def raw_page_views(context: dg.AssetExecutionContext, page_view_log: PageViewLog) -> pd.DataFrame:
    """하루의 기록."""
    log = page_view_log.read(context.partition_key)
    log["timestamp"] = pd.to_datetime(log["timestamp"], utc=True).dt.tz_convert(None)
    frame = log[log["timestamp"].dt.normalize() == context.partition_key]
    context.add_output_metadata({"num_rows": len(frame)})
    return frame


@dg.asset(partitions_def=daily, group_name="silver", owners=["blog@example.com"], metadata=BY_TIME)
def cleaned_page_views(context: dg.AssetExecutionContext, raw_page_views: pd.DataFrame) -> pd.DataFrame:
    """정리한 하루."""
    is_bot = raw_page_views["user_agent"].astype("string").str.contains("bot", case=False, na=False)
    frame = raw_page_views[~is_bot].sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])
    context.add_output_metadata({"num_rows": len(frame)})
    return frame


@dg.asset(partitions_def=weekly, group_name="gold", owners=["blog@example.com"], io_manager_key="files")
def weekly_page_report(context: dg.AssetExecutionContext, cleaned_page_views: pd.DataFrame) -> pd.DataFrame:
    """한 주의 보고서."""
    window = context.partition_time_window
    days = daily.get_partition_keys_in_time_window(window)
    missing = set(days) - context.instance.get_materialized_partitions(dg.AssetKey("cleaned_page_views"))
    if missing:
        raise ValueError(f"빠진 날: {', '.join(sorted(missing))}")
    week = cleaned_page_views.sort_values("timestamp").drop_duplicates(["session_id", "page_url"])
    frame = week.assign(day=week["timestamp"].dt.date).groupby("page_url", as_index=False).agg(
        views=("timestamp", "count"), unique_visitors=("user_id", "nunique"), active_days=("day", "nunique"))
    frame["rank"] = frame["unique_visitors"].rank(method="dense", ascending=False).astype(int)
    frame = frame.sort_values(["rank", "page_url"])
    context.add_output_metadata({"num_rows": len(frame)})
    return frame
