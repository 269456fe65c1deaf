"""정리와 순위를 op 여럿으로 나눈 graph_asset."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


@dg.asset(group_name="bronze", owners=["team:blog"])
def raw_page_views():
    """기록."""
    frame = page_views(2, start="2024-05-01")
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.op
def drop_bots(views: pd.DataFrame) -> pd.DataFrame:
    agents = views["user_agent"].astype("object").where(views["user_agent"].notna(), "").astype(str)
    return views[~agents.str.lower().str.contains("bot")]


@dg.op
def drop_repeats(views: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    frame = views.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.graph_asset(group_name="silver", description="정리한 기록", owners=["team:blog"])
def cleaned_page_views(raw_page_views):
    return drop_repeats(drop_bots(raw_page_views))


@dg.op
def count_visitors(views: pd.DataFrame) -> pd.DataFrame:
    return views.groupby("page_url", as_index=False).agg(unique_visitors=("user_id", "nunique"))


@dg.op
def rank_pages(counts: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    ranks = counts["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    frame = counts.assign(rank=ranks).sort_values(["rank", "page_url"])
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.graph_asset(group_name="gold", description="순위", metadata={"owner": "blog"})
def page_popularity(cleaned_page_views):
    return rank_pages(count_visitors(cleaned_page_views))
