"""파이썬 이름과 자산의 이름이 다르다: name=, key=, ins=."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


@dg.asset(name="raw_page_views", group_name="bronze", owners=["team:blog"])
def load_views() -> dg.MaterializeResult[pd.DataFrame]:
    """기록."""
    views = page_views(5)
    return dg.MaterializeResult(value=views, metadata={"num_rows": len(views)})


@dg.asset(key="cleaned_page_views", ins={"views": dg.AssetIn("raw_page_views")}, group_name="silver", owners=["team:blog"])
def clean(views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """사람의 기록."""
    people = views[~views["user_agent"].astype("string").str.contains("BOT", case=False, na=False)]
    kept = people.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])
    return dg.MaterializeResult(value=kept, metadata={"num_rows": len(kept)})


@dg.asset(key=["page_popularity"], ins={"views": dg.AssetIn(key=dg.AssetKey("cleaned_page_views"))}, group_name="gold",
          owners=["team:blog"])
def rank(views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """순위."""
    counts = views.groupby("page_url", as_index=False).agg(unique_visitors=("user_id", "nunique"))
    counts["rank"] = counts["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    ordered = counts.sort_values(["rank", "page_url"])
    return dg.MaterializeResult(asset_key="page_popularity", value=ordered, metadata={"num_rows": len(ordered)})
