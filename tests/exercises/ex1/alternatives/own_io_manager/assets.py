"""스스로 정한 IO 매니저와 리소스를 쓰는 자산들."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


class Blog(dg.ConfigurableResource):
    days: int

    def views(self) -> pd.DataFrame:
        return page_views(self.days)


@dg.asset(group_name="bronze", owners=["team:blog"], io_manager_key="memory")
def raw_page_views(blog: Blog) -> dg.MaterializeResult[pd.DataFrame]:
    """기록."""
    frame = blog.views()
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="silver", owners=["team:blog"], io_manager_key="memory")
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """사람의 기록."""
    is_bot = raw_page_views["user_agent"].astype("string").str.contains("bot", case=False, na=False)
    frame = raw_page_views[~is_bot].sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="gold", owners=["team:blog"], io_manager_key="memory")
def page_popularity(cleaned_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """순위."""
    frame = cleaned_page_views.groupby("page_url", as_index=False).agg(unique_visitors=("user_id", "nunique"))
    frame["rank"] = frame["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    frame = frame.sort_values(["rank", "page_url"])
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})
