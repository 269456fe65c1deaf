"""시각을 시간대가 있는 UTC로 저장한다."""

import dagster as dg
import pandas as pd
from course_lib.resources import PageViewLog

from .partitions import daily, weekly


@dg.asset(group_name="bronze", owners=["team:blog"], partitions_def=daily)
def raw_page_views(context: dg.AssetExecutionContext, page_view_log: PageViewLog) -> dg.MaterializeResult:
    """하루의 기록."""
    log = page_view_log.read(context.partition_key)
    log = log.assign(timestamp=pd.to_datetime(log["timestamp"], utc=True))
    day = log[log["timestamp"].dt.date == pd.Timestamp(context.partition_key).date()]
    return dg.MaterializeResult(value=day, metadata={"num_rows": dg.MetadataValue.int(len(day))})


@dg.asset(group_name="silver", owners=["team:blog"], partitions_def=daily)
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.MaterializeResult:
    """정리한 하루."""
    people = raw_page_views[[not (isinstance(agent, str) and "bot" in agent.lower()) for agent in raw_page_views["user_agent"]]] \
        if len(raw_page_views) else raw_page_views
    first = people.sort_values("timestamp", kind="stable").groupby(["session_id", "page_url"], sort=False).head(1)
    return dg.MaterializeResult(value=first, metadata={"num_rows": len(first)})


@dg.asset(group_name="gold", owners=["team:blog"], partitions_def=weekly)
def weekly_page_report(cleaned_page_views: dict) -> dg.MaterializeResult:
    """한 주의 보고서. 빠진 날은 IO 매니저가 알아챈다."""
    seen = {}
    for day in sorted(cleaned_page_views):
        for view in cleaned_page_views[day].sort_values("timestamp").itertuples():
            seen.setdefault((view.session_id, view.page_url), (day, view.user_id))
    pages = {}
    for (_, page), (day, user) in seen.items():
        views, users, days = pages.setdefault(page, ([], set(), set()))
        views.append(page)
        days.add(day)
        if not pd.isna(user):
            users.add(user)
    order = sorted({len(users) for _, users, _ in pages.values()}, reverse=True)
    rows = [(page, len(views), len(users), len(days), 1 + order.index(len(users))) for page, (views, users, days) in pages.items()]
    frame = pd.DataFrame(sorted(rows, key=lambda row: (row[4], row[0])),
                         columns=["page_url", "views", "unique_visitors", "active_days", "rank"])
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})
