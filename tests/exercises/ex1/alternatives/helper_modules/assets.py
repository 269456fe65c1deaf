"""자산은 얇게: 계산은 logic/에, 데이터는 옆의 CSV에."""

from pathlib import Path

import dagster as dg
import pandas as pd

from .logic.cleaning import first_views, without_bots
from .logic.ranking import popularity

SAMPLE = Path(__file__).with_name("sample.csv")


def result(frame: pd.DataFrame) -> dg.MaterializeResult:
    return dg.MaterializeResult(value=frame, metadata={"num_rows": len(frame)})


@dg.asset(group_name="bronze", owners=["team:blog"])
def raw_page_views():
    """CSV에 적어 둔 다섯 행을 날짜만 바꾸어 스무 번."""
    rows = pd.read_csv(SAMPLE, parse_dates=["timestamp"], encoding="utf-8")
    days = [
        rows.assign(timestamp=rows["timestamp"] + pd.Timedelta(days=day), session_id=rows["session_id"] + f"-{day}")
        for day in range(20)
    ]
    return result(pd.concat(days, ignore_index=True))


@dg.asset(group_name="silver", owners=["team:blog"])
def cleaned_page_views(raw_page_views):
    """사람의 기록."""
    return result(first_views(without_bots(raw_page_views)))


@dg.asset(group_name="gold", owners=["team:blog"])
def page_popularity(cleaned_page_views):
    """순위."""
    return result(popularity(cleaned_page_views))
