"""`context`만으로 쓰고 `dg.Output`을 돌려준다. 이레는 context에게 묻는다."""

import dagster as dg
import pandas as pd

from .partitions import daily, weekly


@dg.asset(partitions_def=daily, group_name="bronze", required_resource_keys={"page_view_log"}, metadata={"owner": "블로그"})
def raw_page_views(context):
    """하루의 기록."""
    log = context.resources.page_view_log.read(context.partition_key)
    window = context.partition_time_window
    moments = log["timestamp"].map(lambda moment: moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC"))
    frame = log[[window.start <= moment < window.end for moment in moments]].copy() if len(log) else log.copy()
    frame["timestamp"] = pd.to_datetime(moments[frame.index], utc=True).dt.tz_localize(None)
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.asset(partitions_def=daily, group_name="silver", ins={"views": dg.AssetIn("raw_page_views")}, metadata={"owner": "블로그"})
def cleaned_page_views(context, views):
    """정리한 하루."""
    frame = views[~views["user_agent"].fillna("").astype(str).str.contains("bot", case=False)]
    frame = frame.sort_values("timestamp", kind="stable").drop_duplicates(subset=["session_id", "page_url"])
    yield dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.asset(
    partitions_def=weekly, group_name="gold", metadata={"owner": "블로그"},
    ins={"days": dg.AssetIn("cleaned_page_views", partition_mapping=dg.TimeWindowPartitionMapping(start_offset=0, end_offset=0))},
)
def weekly_page_report(context, days):
    """한 주의 보고서."""
    wanted = context.asset_partition_keys_for_input("days")
    assert len(wanted) == 7 and set(wanted) == set(days), sorted(set(wanted) - set(days))
    week = pd.concat(days).reset_index(names=["day", "row"]).sort_values("timestamp").drop_duplicates(["session_id", "page_url"])
    frame = week.groupby("page_url")[["day", "user_id"]].nunique().rename(columns={"day": "active_days", "user_id": "unique_visitors"})
    frame["views"] = week["page_url"].value_counts()
    frame["rank"] = frame["unique_visitors"].rank(method="dense", ascending=False)
    frame = frame.reset_index().astype({"rank": int, "views": int}).sort_values(by=["rank", "page_url"])
    context.add_output_metadata({"num_rows": len(frame)})
    return frame
