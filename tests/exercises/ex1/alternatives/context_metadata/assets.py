"""표를 그냥 돌려주고, 메타데이터는 context로."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


@dg.asset(group_name="bronze", owners=["data@example.com"])
def raw_page_views(context: dg.AssetExecutionContext) -> pd.DataFrame:
    """기록."""
    frame = page_views(3)
    context.add_output_metadata({"num_rows": len(frame)})
    return frame


@dg.asset(group_name="silver", owners=["data@example.com"])
def cleaned_page_views(context, raw_page_views):
    """사람의 기록."""
    bots = raw_page_views.user_agent.map(lambda agent: isinstance(agent, str) and "bot" in agent.casefold()).astype(bool)
    frame = raw_page_views.loc[~bots].sort_values("timestamp", kind="stable")
    frame = frame.loc[~frame.duplicated(["session_id", "page_url"])].sort_index()
    context.add_output_metadata({"num_rows": len(frame)})
    context.log.info("봇과 중복을 뺐습니다")
    return frame


@dg.asset(group_name="gold", owners=["data@example.com"])
def page_popularity(context: dg.AssetExecutionContext, cleaned_page_views: pd.DataFrame) -> pd.DataFrame:
    """순위."""
    counts = cleaned_page_views.drop_duplicates(["page_url", "user_id"]).groupby("page_url")["user_id"].count()
    levels = sorted(set(counts), reverse=True)
    frame = pd.DataFrame({"page_url": counts.index, "unique_visitors": counts.to_numpy(),
                          "rank": [levels.index(count) + 1 for count in counts]})
    frame = frame.astype({"rank": "int32"}).sort_values(["rank", "page_url"])
    context.add_output_metadata({"num_rows": len(frame)})
    return frame
