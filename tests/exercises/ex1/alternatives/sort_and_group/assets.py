"""drop_duplicates 대신 정렬하고 묶어서 첫 행을, rank 대신 서로 다른 값의 차례를."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


def recorded(frame: pd.DataFrame) -> dg.MaterializeResult:
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame), "columns": ", ".join(frame.columns)})


@dg.asset(group_name="bronze", owners=["team:blog"])
def raw_page_views():
    """기록."""
    return recorded(page_views())


@dg.asset(group_name="silver", owners=["team:blog"])
def cleaned_page_views(raw_page_views):
    """사람의 기록."""
    numbered = raw_page_views.reset_index(drop=True).rename_axis("position").reset_index()
    lowered = numbered["user_agent"].astype("string").str.lower().fillna("")
    ordered = numbered[~lowered.str.contains("bot", regex=False)].sort_values(["timestamp", "position"])
    first = ordered.groupby(["session_id", "page_url"], sort=False).head(1)
    return recorded(first.drop(columns="position"))


@dg.asset(group_name="gold", owners=["team:blog"])
def page_popularity(cleaned_page_views):
    """순위."""
    known = cleaned_page_views[["page_url", "user_id"]].drop_duplicates().dropna().groupby("page_url").size()
    pages = sorted(cleaned_page_views["page_url"].unique())
    counts = known.reindex(pages, fill_value=0)
    distinct = pd.Series(counts.unique()).sort_values(ascending=False, ignore_index=True)
    place = {count: position + 1 for position, count in distinct.items()}
    frame = pd.DataFrame({"page_url": pages, "unique_visitors": counts.tolist(), "rank": [place[count] for count in counts]},
                         columns=["page_url", "unique_visitors", "rank"])
    return recorded(frame.astype({"unique_visitors": "int64", "rank": "int64"}).sort_values(["rank", "page_url"]))
