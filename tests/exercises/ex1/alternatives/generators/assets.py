"""yield로 내는 자산들."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


@dg.asset(group_name="bronze", owners=["team:blog"])
def raw_page_views() -> Iterator[dg.Output]:
    """기록."""
    frame = page_views(2)
    yield dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="silver", owners=["team:blog"])
def cleaned_page_views(raw_page_views: pd.DataFrame) -> Iterator[dg.MaterializeResult]:
    """사람의 기록."""
    is_bot = raw_page_views["user_agent"].astype("string").str.contains("bot", case=False, na=False)
    frame = raw_page_views[~is_bot].sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])
    yield dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="gold", owners=["team:blog"])
def page_popularity(cleaned_page_views: pd.DataFrame):
    """순위."""
    frame = cleaned_page_views.groupby("page_url", as_index=False).agg(unique_visitors=("user_id", "nunique"))
    frame["rank"] = frame["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    frame = frame.sort_values(["rank", "page_url"])
    yield dg.Output(frame, metadata={"num_rows": len(frame)})
