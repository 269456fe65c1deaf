"""블로그 페이지 뷰: 도착한 하루의 파일(브론즈) -> 그날 사람이 본 것(실버) -> 한 주의 보고서(골드)."""

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .checks import ENOUGH_VIEWS, ROWS_BELONG_TO_DAY, enough_views, rows_belong_to_day
from .partitions import daily, weekly

OWNERS = ["team:blog-analytics"]
COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]

# 검사의 결과를 함께 내는 자산에는 반환형을 적지 않는다: `-> dg.MaterializeResult`라고 적으면 값이 없는 자산으로 읽혀 런이 멈춘다.

# 새 주가 다 모이면 한 번, 그 뒤에 그 주의 하루가 고쳐지면 다시 한 번. 빠진 날이 있으면 기다린다.
WHEN_THE_WEEK_IS_READY = dg.AutomationCondition.eager()


@dg.asset(group_name="bronze", owners=OWNERS, partitions_def=daily, check_specs=[ROWS_BELONG_TO_DAY])
def raw_page_views(context: dg.AssetExecutionContext, landing: Landing):
    """그날의 파일에서 읽을 수 있는 행 모두. 다른 날의 행도 거르지 않는다: 그것은 검사가 알린다."""
    lines = pd.read_csv(landing.path / f"views-{context.partition_key}.csv", encoding="utf-8", dtype="str")
    # 시간대가 없는 시각은 UTC로 읽고 있는 시각은 UTC로 옮긴 다음, 날마다 자료형이 같게 시간대를 뗀다.
    moments = pd.to_datetime(lines["timestamp"], format="ISO8601", utc=True, errors="coerce").dt.tz_localize(None)
    readable = moments.notna() & lines["page_url"].notna() & lines["session_id"].notna()
    raw = lines.assign(timestamp=moments)[readable].reset_index(drop=True)[COLUMNS]
    return dg.MaterializeResult(
        value=raw,
        metadata={"num_rows": len(raw), "rejected_rows": len(lines) - len(raw)},
        check_results=[rows_belong_to_day(raw, context.partition_key)],
    )


@dg.asset(group_name="silver", owners=OWNERS, partitions_def=daily)
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """그날 사람이 본 페이지 뷰. 한 세션에서 같은 글을 여러 번 봐도 처음 한 번만 센다."""
    is_bot = raw_page_views["user_agent"].astype("string").str.contains("bot", case=False, na=False)
    in_time_order = raw_page_views[~is_bot].sort_values("timestamp", kind="stable")
    cleaned = in_time_order.drop_duplicates(["session_id", "page_url"], keep="first").reset_index(drop=True)
    return dg.MaterializeResult(value=cleaned, metadata={"num_rows": len(cleaned)})


@dg.asset(
    group_name="gold", owners=OWNERS, partitions_def=weekly, automation_condition=WHEN_THE_WEEK_IS_READY, check_specs=[ENOUGH_VIEWS]
)
def weekly_page_report(cleaned_page_views: dict[str, pd.DataFrame]):
    """한 주(월~일, UTC) 동안 글마다 조회 수, 방문자 수, 순위."""
    week = pd.concat(cleaned_page_views.values(), ignore_index=True)
    # 하루씩 중복을 없앴어도 자정을 넘긴 세션은 두 날에 남아 있다. 한 주를 모아 놓고 다시 없앤다.
    views = week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"], keep="first")
    report = views.groupby("page_url", as_index=False).agg(views=("session_id", "size"), unique_visitors=("user_id", "nunique"))
    report["rank"] = report["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    report = report.sort_values(["rank", "page_url"], ignore_index=True)
    return dg.MaterializeResult(value=report, metadata={"num_rows": len(report)}, check_results=[enough_views(report)])
