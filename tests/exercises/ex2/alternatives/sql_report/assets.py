"""정리와 보고서를 SQL로."""

import dagster as dg
import duckdb
import pandas as pd
from course_lib.resources import PageViewLog

from .partitions import daily, weekly


@dg.asset(group_name="bronze", owners=["team:blog"], partitions_def=daily, description="하루의 기록", kinds={"duckdb"})
def raw_page_views(context: dg.AssetExecutionContext, page_view_log: PageViewLog) -> dg.MaterializeResult:
    log = page_view_log.read(context.partition_key)
    log = log.assign(timestamp=pd.to_datetime(log["timestamp"], utc=True).dt.tz_localize(None))
    day = duckdb.sql(
        "SELECT * FROM log WHERE timestamp >= $day::DATE AND timestamp < $day::DATE + INTERVAL 1 DAY", params={"day": context.partition_key}
    ).df()
    return dg.MaterializeResult(value=day, metadata={"num_rows": len(day)})


@dg.asset(group_name="silver", owners=["team:blog"], partitions_def=daily, description="정리한 하루", kinds={"duckdb"})
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.MaterializeResult:
    numbered = raw_page_views.assign(n=range(len(raw_page_views)))
    kept = duckdb.sql("""
        SELECT n FROM numbered WHERE user_agent IS NULL OR lower(user_agent::TEXT) NOT LIKE '%bot%'
        QUALIFY row_number() OVER (PARTITION BY session_id, page_url ORDER BY timestamp, n) = 1""").df()["n"]
    frame = raw_page_views.iloc[sorted(kept)]
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="gold", owners=["team:blog"], partitions_def=weekly, description="한 주의 보고서", kinds={"duckdb"})
def weekly_page_report(cleaned_page_views: dict[str, pd.DataFrame]) -> dg.MaterializeResult:
    week = pd.concat([frame.astype({"user_id": "str"}) for frame in cleaned_page_views.values()], ignore_index=True)
    frame = duckdb.sql("""
        WITH first AS (
            SELECT * FROM week QUALIFY row_number() OVER (PARTITION BY session_id, page_url ORDER BY timestamp) = 1
        ), counted AS (
            SELECT page_url, count(*) AS views, count(DISTINCT user_id) AS unique_visitors, count(DISTINCT timestamp::DATE) AS active_days
            FROM first GROUP BY page_url
        )
        SELECT *, dense_rank() OVER (ORDER BY unique_visitors DESC) AS rank FROM counted ORDER BY rank, page_url""").df()
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})
