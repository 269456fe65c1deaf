"""multi_asset 하나에 자산 하나씩."""

import dagster as dg
import pandas as pd
from course_lib.resources import PageViewLog

from .partitions import daily, weekly


def out(group: str, description: str) -> dg.AssetOut:
    return dg.AssetOut(group_name=group, description=description, owners=["team:blog"])


@dg.multi_asset(outs={"raw_page_views": out("bronze", "기록")}, partitions_def=daily)
def read_day(context: dg.AssetExecutionContext, page_view_log: PageViewLog):
    log = page_view_log.read(day=context.partition_key)
    start, end = (pd.Timestamp(moment) for moment in context.partition_time_window)
    moments = pd.to_datetime(log["timestamp"], utc=True)
    frame = log[(moments >= start) & (moments < end)]
    frame = frame.assign(timestamp=moments[frame.index])
    yield dg.Output(frame, output_name="raw_page_views", metadata={"num_rows": len(frame)})


@dg.multi_asset(outs={"cleaned_page_views": out("silver", "정리한 기록")}, partitions_def=daily)
def clean_day(raw_page_views: pd.DataFrame):
    is_bot = raw_page_views["user_agent"].str.contains("(?i)bot", na=False).astype(bool)
    frame = raw_page_views[~is_bot].sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.multi_asset(outs={"weekly_page_report": out("gold", "보고서")}, partitions_def=weekly)
def report_week(context: dg.AssetExecutionContext, cleaned_page_views):
    week = pd.concat(cleaned_page_views.values()).sort_values("timestamp").drop_duplicates(["session_id", "page_url"])
    days = week["timestamp"].dt.strftime("%j")
    frame = week.assign(day=days).groupby("page_url").agg(
        views=("day", "size"), unique_visitors=("user_id", "nunique"), active_days=("day", "nunique")).reset_index()
    frame["rank"] = frame["unique_visitors"].rank(method="dense", ascending=False).astype("Int64")
    frame = frame.sort_values(["rank", "page_url"])
    context.add_output_metadata({"num_rows": len(frame)})
    return frame
