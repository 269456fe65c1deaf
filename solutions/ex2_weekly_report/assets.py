"""블로그 페이지 뷰: 하루의 기록(브론즈) -> 그날 사람이 본 것(실버) -> 한 주의 보고서(골드)."""

import dagster as dg
import pandas as pd

from course_lib.resources import PageViewLog

from .partitions import daily, weekly

OWNERS = ["team:blog-analytics"]


@dg.asset(group_name="bronze", owners=OWNERS, partitions_def=daily)
def raw_page_views(context: dg.AssetExecutionContext, page_view_log: PageViewLog) -> dg.MaterializeResult[pd.DataFrame]:
    """하루(UTC)의 페이지 뷰 기록. 그날의 행만 있고, 거르지 않은 그대로다."""
    log = page_view_log.read(context.partition_key)
    # 시간대가 없는 시각은 UTC로 읽고, 있는 시각은 UTC로 옮긴다. 어느 날은 있고 어느 날은 없으면 한 주를 이어 붙일 수
    # 없으므로, 옮긴 다음 시간대를 뗀다.
    moments = pd.to_datetime(log["timestamp"], utc=True).dt.tz_localize(None)
    start = pd.Timestamp(context.partition_key)
    end = start + pd.Timedelta(days=1)
    # 기록에는 이웃한 날의 행이 섞여 있다. 끝을 23:59:59로 적으면 마지막 1초를 잃으므로 "다음 날 0시보다 앞"이라고 적는다.
    of_the_day = (moments >= start) & (moments < end)
    raw = log.assign(timestamp=moments)[of_the_day].reset_index(drop=True)
    return dg.MaterializeResult(value=raw, metadata={"num_rows": len(raw)})


@dg.asset(group_name="silver", owners=OWNERS, partitions_def=daily)
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """그날 사람이 본 페이지 뷰. 한 세션에서 같은 글을 여러 번 봐도 처음 한 번만 센다."""
    is_bot = raw_page_views["user_agent"].astype("string").str.contains("bot", case=False, na=False)
    in_time_order = raw_page_views[~is_bot].sort_values("timestamp", kind="stable")
    cleaned = in_time_order.drop_duplicates(["session_id", "page_url"], keep="first").reset_index(drop=True)
    return dg.MaterializeResult(value=cleaned, metadata={"num_rows": len(cleaned)})


# 파일에 저장하는 IO 매니저는 업스트림의 이레를 {날짜: 표}로 건네준다.
@dg.asset(group_name="gold", owners=OWNERS, partitions_def=weekly)
def weekly_page_report(
    context: dg.AssetExecutionContext, cleaned_page_views: dict[str, pd.DataFrame]
) -> dg.MaterializeResult[pd.DataFrame]:
    """한 주(월~일, UTC) 동안 페이지마다 조회 수, 방문자 수, 조회가 있던 날의 수와 순위."""
    days = daily.get_partition_keys_in_time_window(weekly.time_window_for_partition_key(context.partition_key))
    # 엿새로 만든 보고서는 이레로 만든 것과 똑같이 생겼다. 그래서 조용히 넘어가지 않고 멈춘다.
    missing = [day for day in days if day not in cleaned_page_views]
    if missing:
        raise dg.Failure(f"아직 구체화하지 않은 날이 있습니다: {', '.join(missing)}")
    week = pd.concat([cleaned_page_views[day] for day in days], ignore_index=True)
    # 하루씩 중복을 없앴어도 자정을 넘긴 세션은 두 날에 남아 있다. 한 주를 모아 놓고 다시 없앤다.
    views = week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"], keep="first")
    # 방문자는 날마다 센 수를 더할 수 없다. 이틀 온 사람은 두 명이 아니다. 그래서 행에서 다시 센다.
    report = views.assign(day=views["timestamp"].dt.normalize()).groupby("page_url", as_index=False).agg(
        views=("session_id", "size"), unique_visitors=("user_id", "nunique"), active_days=("day", "nunique")
    )
    report["rank"] = report["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    report = report.sort_values(["rank", "page_url"], ignore_index=True)
    return dg.MaterializeResult(value=report, metadata={"num_rows": len(report)})
