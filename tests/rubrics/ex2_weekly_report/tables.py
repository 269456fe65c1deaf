"""채점 기준들이 함께 쓰는 표와 말.

기준 하나의 표는 규칙 하나로만 답이 갈리게 짰다. 한 주의 보고서는 한 번 백필해 함께 보되, 기준마다 제 규칙이 걸린
페이지와 열만 견준다(`week.py`).
"""

import pandas as pd

from course_lib.grading import stand_ins
from course_lib.grading.rubric import expect
from course_lib.grading.seen import Seen

VIEW_COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]
REPORT_COLUMNS = ["page_url", "views", "unique_visitors", "active_days", "rank"]

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def views(*rows: tuple, timezone: str | None = None) -> pd.DataFrame:
    """(page_url, user_id, 시각, session_id[, user_agent]) 행들로 페이지 뷰 표를 만든다. 시각은 `timezone`의 것이다."""
    frame = pd.DataFrame([row if len(row) == 5 else (*row, CHROME) for row in rows], columns=VIEW_COLUMNS)
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"], format="ISO8601").dt.tz_localize(timezone).astype(
        "datetime64[us]" if timezone is None else f"datetime64[us, {timezone}]"))


def log_of(day: str, frame: pd.DataFrame) -> dict:
    """그날의 기록만 있는 리소스."""
    return {"page_view_log": stand_ins.page_view_log({day: frame})}


def read_raw(submission, day: str, log: pd.DataFrame) -> Seen:
    """그날의 기록이 `log`일 때 `raw_page_views`의 값."""
    return submission.call("raw_page_views", partition_key=day, resources=log_of(day, log))


def only(seen: Seen, columns: list[str]) -> pd.DataFrame:
    """결과에서 이 열들만. 하나라도 없으면 기준이 틀린 것이다."""
    missing = [name for name in columns if name not in seen.frame.columns]
    expect(not missing, f"{seen.call}의 결과에 열이 없습니다: {', '.join(missing)}", shown=seen.frame)
    return seen.frame[columns]


def pages_and_times(seen: Seen) -> pd.DataFrame:
    """행을 알아볼 만큼만: page_url과 UTC 시각. 시간대가 없는 시각은 UTC로 읽는다."""
    frame = only(seen, ["page_url", "timestamp"])
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"], utc=True).dt.tz_localize(None).astype("datetime64[us]"))


def pages_at(*rows: tuple[str, str]) -> pd.DataFrame:
    """`pages_and_times`와 견줄 표."""
    return views(*[(page, None, moment, "s") for page, moment in rows])[["page_url", "timestamp"]]


def figures(seen: Seen, column: str, pages: list[str]) -> pd.DataFrame:
    """보고서에서 이 페이지들의 이 숫자만. 1.0처럼 실수로 적은 정수는 정수로 본다(자료형은 다른 기준이 본다)."""
    frame = only(seen, ["page_url", column])
    frame = frame[frame["page_url"].isin(pages)].reset_index(drop=True)
    numbers = frame[column]
    if pd.api.types.is_float_dtype(numbers) and numbers.notna().all() and (numbers % 1 == 0).all():
        frame = frame.astype({column: "int64"})
    return frame


def expected_figures(column: str, values: dict[str, int]) -> pd.DataFrame:
    """`figures`와 견줄 표."""
    return pd.DataFrame({"page_url": list(values), column: list(values.values())}).astype({"page_url": "str"})
