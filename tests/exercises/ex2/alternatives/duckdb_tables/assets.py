"""주별 자산이 표 하나를 받는다."""

import dagster as dg
import pandas as pd
from course_lib.resources import PageViewLog

from .partitions import daily, weekly


@dg.asset(partitions_def=daily, group_name="bronze", metadata={"owner": "블로그 팀"}, description="하루의 기록")
def raw_page_views(context, page_view_log: PageViewLog) -> pd.DataFrame:
    log = page_view_log.read(context.partition_key)
    times = log["timestamp"] if log["timestamp"].dt.tz is None else log["timestamp"].dt.tz_convert("UTC").dt.tz_localize(None)
    day = log.assign(timestamp=times)[times.dt.strftime("%Y-%m-%d") == context.partition_key]
    context.add_output_metadata({"num_rows": len(day)})
    return day


@dg.asset(partitions_def=daily, group_name="silver", metadata={"owner": "블로그 팀"}, description="정리한 하루")
def cleaned_page_views(context, raw_page_views: pd.DataFrame) -> pd.DataFrame:
    bots = raw_page_views["user_agent"].astype("string").str.lower().str.contains("bot").fillna(False).astype(bool)
    frame = raw_page_views.loc[~bots].sort_values("timestamp", kind="mergesort").drop_duplicates(["page_url", "session_id"])
    context.add_output_metadata({"num_rows": len(frame)})
    return frame


@dg.asset(partitions_def=weekly, group_name="gold", metadata={"owner": "블로그 팀"}, description="한 주의 보고서")
def weekly_page_report(context, cleaned_page_views: pd.DataFrame) -> pd.DataFrame:
    week = cleaned_page_views.sort_values("timestamp").drop_duplicates(["page_url", "session_id"])
    pages = week.groupby("page_url")
    frame = pd.DataFrame({
        "views": pages.size(),
        "unique_visitors": pages["user_id"].nunique(),
        "active_days": pages["timestamp"].agg(lambda times: times.dt.date.nunique()),
    }).astype("int64")
    frame["rank"] = (-frame["unique_visitors"]).rank(method="dense").astype("int64")
    frame = frame.reset_index().sort_values(["rank", "page_url"])
    context.add_output_metadata({"num_rows": len(frame)})
    return frame
