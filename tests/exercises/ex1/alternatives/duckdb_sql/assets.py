"""계산은 DuckDB의 SQL로."""

import dagster as dg
import duckdb
import pandas as pd

from course_lib.datasets import page_views


def ask(sql: str, views: pd.DataFrame) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        # 한 열이 통째로 비면 DuckDB가 자료형을 알 수 없으므로 글자형으로 바꾸어 넘긴다.
        texts = {name: "string" for name in ("page_url", "user_id", "session_id", "user_agent")}
        connection.register("views", views.assign(position=range(len(views))).astype(texts))
        return connection.execute(sql).df()


@dg.asset(group_name="bronze", owners=["team:blog"], kinds={"duckdb"})
def raw_page_views() -> dg.Output[pd.DataFrame]:
    """기록."""
    frame = page_views(2)
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="silver", owners=["team:blog"], kinds={"duckdb"})
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    """사람의 기록."""
    kept = ask(
        """
        SELECT position FROM views
        WHERE coalesce(user_agent, '') NOT ILIKE '%bot%'
        QUALIFY row_number() OVER (PARTITION BY session_id, page_url ORDER BY timestamp, position) = 1
        ORDER BY position
        """,
        raw_page_views,
    )
    frame = raw_page_views.iloc[kept["position"].tolist()]
    return dg.Output(frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="gold", owners=["team:blog"], kinds={"duckdb"})
def page_popularity(cleaned_page_views: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    """순위."""
    frame = ask(
        """
        SELECT page_url, count(DISTINCT user_id) AS unique_visitors,
               dense_rank() OVER (ORDER BY count(DISTINCT user_id) DESC) AS rank
        FROM views GROUP BY page_url ORDER BY rank, page_url
        """,
        cleaned_page_views,
    )
    return dg.Output(frame, metadata={"num_rows": len(frame)})
