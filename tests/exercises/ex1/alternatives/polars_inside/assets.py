"""계산은 polars로 하고 pandas 표로 돌려준다."""

import dagster as dg
import pandas as pd
import polars as pl

from course_lib.datasets import page_views

SCHEMA = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]


@dg.asset(group_name="bronze", owners=["team:blog"], kinds={"polars"})
def raw_page_views() -> dg.MaterializeResult:
    """기록."""
    frame = page_views(4)
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="silver", owners=["team:blog"], kinds={"polars"})
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.MaterializeResult:
    """사람의 기록."""
    agents = [None if pd.isna(agent) else str(agent) for agent in raw_page_views["user_agent"]]
    views = pl.DataFrame({
        "row": pl.Series(range(len(raw_page_views)), dtype=pl.Int64),
        "session_id": pl.Series(raw_page_views["session_id"].tolist(), dtype=pl.String),
        "page_url": pl.Series(raw_page_views["page_url"].tolist(), dtype=pl.String),
        "agent": pl.Series(agents, dtype=pl.String),
        "at": pl.Series(raw_page_views["timestamp"].rank(method="dense").tolist(), dtype=pl.Float64),
    })
    kept = (
        views.filter(~pl.col("agent").str.to_lowercase().str.contains("bot", literal=True).fill_null(False))
        .sort("at", "row")
        .unique(["session_id", "page_url"], keep="first", maintain_order=True)
    )
    frame = raw_page_views.iloc[kept["row"].to_list()][SCHEMA]
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="gold", owners=["team:blog"], kinds={"polars"})
def page_popularity(cleaned_page_views: pd.DataFrame) -> dg.MaterializeResult:
    """순위."""
    users = [None if pd.isna(user) else str(user) for user in cleaned_page_views["user_id"]]
    views = pl.DataFrame({
        "page_url": pl.Series(cleaned_page_views["page_url"].tolist(), dtype=pl.String),
        "user_id": pl.Series(users, dtype=pl.String),
    })
    frame = (
        views.group_by("page_url")
        .agg(pl.col("user_id").drop_nulls().n_unique().cast(pl.Int64).alias("unique_visitors"))
        .with_columns(pl.col("unique_visitors").rank("dense", descending=True).cast(pl.Int32).alias("rank"))
        .sort("rank", "page_url")
        .to_pandas()
    )
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})
