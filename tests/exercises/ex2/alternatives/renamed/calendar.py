"""날짜를 다루는 함수들."""

from datetime import date, timedelta

import pandas as pd


def days_of_week(monday: str) -> list[str]:
    return [str(date.fromisoformat(monday) + timedelta(days=number)) for number in range(7)]


def on_day(log: pd.DataFrame, day: str) -> pd.DataFrame:
    moments = log["timestamp"]
    if moments.dt.tz is not None:
        moments = moments.dt.tz_convert("UTC").dt.tz_localize(None)
    return log.assign(timestamp=moments).loc[moments.dt.floor("D") == pd.Timestamp(day)].reset_index(drop=True)
