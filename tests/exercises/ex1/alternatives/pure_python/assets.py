"""pandas의 도구 없이 반복문으로."""

import dagster as dg
import pandas as pd

from course_lib.datasets import page_views


@dg.asset(group_name="bronze", owners=["team:blog"])
def raw_page_views() -> dg.MaterializeResult[pd.DataFrame]:
    """기록."""
    frame = page_views(2)
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="silver", owners=["team:blog"])
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """사람의 기록."""
    earliest: dict[tuple[str, str], tuple] = {}
    for position, row in enumerate(raw_page_views.itertuples(index=False)):
        if isinstance(row.user_agent, str) and "bot" in row.user_agent.lower():
            continue
        key = (row.session_id, row.page_url)
        if key not in earliest or row.timestamp < earliest[key][0]:
            earliest[key] = (row.timestamp, position)
    frame = raw_page_views.iloc[[position for _, position in earliest.values()]]
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="gold", owners=["team:blog"])
def page_popularity(cleaned_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """순위."""
    visitors: dict[str, set[str]] = {}
    for page_url, user_id in zip(cleaned_page_views["page_url"], cleaned_page_views["user_id"], strict=True):
        users = visitors.setdefault(page_url, set())
        if not pd.isna(user_id):
            users.add(user_id)
    ordered = sorted(visitors.items(), key=lambda item: (-len(item[1]), item[0]))
    rows, rank, before = [], 0, None
    for page_url, users in ordered:
        rank += len(users) != before
        before = len(users)
        rows.append({"page_url": page_url, "unique_visitors": len(users), "rank": rank})
    frame = pd.DataFrame(rows, columns=["page_url", "unique_visitors", "rank"])
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(rows)})
