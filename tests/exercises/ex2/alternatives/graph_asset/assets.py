"""세 자산 모두 op 여럿으로 나눈 graph_asset."""

import dagster as dg
import pandas as pd

from .partitions import daily, weekly


@dg.op(required_resource_keys={"page_view_log"})
def read_log(context: dg.OpExecutionContext) -> pd.DataFrame:
    return context.resources.page_view_log.read(context.partition_key)


@dg.op
def of_the_day(context: dg.OpExecutionContext, log: pd.DataFrame):
    times = log["timestamp"].dt.tz_localize("UTC") if log["timestamp"].dt.tz is None else log["timestamp"].dt.tz_convert("UTC")
    window = context.partition_time_window
    frame = log.assign(timestamp=times.dt.tz_localize(None))[times.between(window.start, window.end, inclusive="left")]
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.graph_asset(partitions_def=daily, group_name="bronze", description="기록", owners=["team:blog"])
def raw_page_views():
    return of_the_day(read_log())


@dg.op
def clean(views: pd.DataFrame):
    agents = views["user_agent"].astype("object").where(views["user_agent"].notna(), "").astype(str)
    frame = views[~agents.str.lower().str.contains("bot")].sort_values("timestamp", kind="stable")
    frame = frame.drop_duplicates(["session_id", "page_url"])
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.graph_asset(partitions_def=daily, group_name="silver", description="정리한 기록", owners=["team:blog"])
def cleaned_page_views(raw_page_views):
    return clean(raw_page_views)


@dg.op
def gather(days: dict[str, pd.DataFrame]) -> pd.DataFrame:
    week = pd.concat([frame.assign(day=day) for day, frame in days.items()])
    return week.sort_values("timestamp").drop_duplicates(["session_id", "page_url"])


@dg.op
def rank_pages(week: pd.DataFrame):
    frame = week.groupby("page_url", as_index=False).agg(
        views=("day", "size"), unique_visitors=("user_id", "nunique"), active_days=("day", "nunique"))
    frame["rank"] = frame["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    frame = frame.sort_values(["rank", "page_url"])
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.graph_asset(partitions_def=weekly, group_name="gold", description="보고서", metadata={"owner": "blog"})
def weekly_page_report(cleaned_page_views):
    return rank_pages(gather(cleaned_page_views))
