"""dg.Output으로 값과 메타데이터를 함께. 설명은 description=, 주인은 metadata의 owner."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


@dg.asset(group_name="bronze", description="페이지 뷰 기록", metadata={"owner": "블로그 분석"})
def raw_page_views() -> dg.Output[pd.DataFrame]:
    frame = page_views()
    return dg.Output(frame, metadata={"num_rows": dg.MetadataValue.int(len(frame)), "preview": dg.MetadataValue.md(frame.head().to_csv())})


@dg.asset(group_name="silver", description="사람이 본 것", metadata={"owner": "블로그 분석"})
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    df = raw_page_views.copy()
    df = df[~df["user_agent"].fillna("").str.lower().str.contains("bot")]
    df = df.sort_values(["timestamp"], kind="mergesort").drop_duplicates(subset=["page_url", "session_id"])
    return dg.Output(df, metadata={"num_rows": df.shape[0]})


@dg.asset(group_name="gold", description="인기 순위", metadata={"owner": "블로그 분석"})
def page_popularity(cleaned_page_views: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    df = cleaned_page_views.groupby("page_url")["user_id"].nunique().rename("unique_visitors").reset_index()
    df["rank"] = df["unique_visitors"].rank(ascending=False, method="dense").astype("Int64")
    df = df.sort_values(by=["rank", "page_url"])
    return dg.Output(df, metadata={"num_rows": df.shape[0]})
