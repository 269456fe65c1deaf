"""multi_asset 하나에 자산 하나씩. 값은 outs의 IO 매니저로."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


def out(group: str, description: str) -> dg.AssetOut:
    return dg.AssetOut(group_name=group, description=description, owners=["team:blog"])


@dg.multi_asset(outs={"raw_page_views": out("bronze", "기록")})
def make_raw():
    frame = page_views(2)
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.multi_asset(outs={"cleaned_page_views": out("silver", "정리한 기록")})
def make_cleaned(raw_page_views: pd.DataFrame):
    is_bot = raw_page_views["user_agent"].str.contains("(?i)bot", na=False).astype(bool)
    frame = raw_page_views[~is_bot].sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])
    yield dg.Output(frame, output_name="cleaned_page_views", metadata={"num_rows": len(frame)})


@dg.multi_asset(outs={"page_popularity": out("gold", "순위")})
def make_popularity(context: dg.AssetExecutionContext, cleaned_page_views: pd.DataFrame):
    frame = cleaned_page_views.groupby("page_url").agg(unique_visitors=("user_id", "nunique"))
    frame["rank"] = frame["unique_visitors"].rank(method="dense", ascending=False).astype(int)
    frame = frame.reset_index().sort_values(["rank", "page_url"])
    context.add_output_metadata({"num_rows": len(frame)}, output_name="page_popularity")
    return frame
