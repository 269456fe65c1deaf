"""채점 기준들이 함께 쓰는 표와 말.

기준 하나의 표는 규칙 하나로만 답이 갈리게 짰다. 그래서 기준마다 그 규칙을 보는 데 필요한 열만 견준다:
열을 더 남긴 제출물은 열의 기준에서만, 순위를 실수로 낸 제출물은 자료형의 기준에서만 점수를 잃는다.
"""

import pandas as pd

from course_lib.grading.rubric import expect
from course_lib.grading.seen import Seen

VIEW_COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]
POPULARITY_COLUMNS = ["page_url", "unique_visitors", "rank"]

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def views(*rows: tuple, timezone: str | None = None) -> pd.DataFrame:
    """(page_url, user_id, 시각, session_id, user_agent) 행들로 페이지 뷰 표를 만든다. 시각은 `09:05`나 `2024-01-02 09:05`."""
    frame = pd.DataFrame(rows, columns=VIEW_COLUMNS)
    moments = [text if " " in text else f"2024-01-01 {text}" for text in frame["timestamp"]]
    return frame.assign(timestamp=pd.to_datetime(pd.Series(moments, dtype="str")).dt.tz_localize(timezone))


# 규칙 어느 것에도 걸리지 않는 두 행. 정리해도 그대로다.
PLAIN_VIEWS = views(
    ("/글/가을-산책", "u01", "09:00", "s1", CHROME),
    ("/소개", "u02", "09:05", "s2", IPHONE),
)


def only(seen: Seen, columns: list[str]) -> pd.DataFrame:
    """결과에서 이 열들만. 하나라도 없으면 기준이 틀린 것이다."""
    missing = [name for name in columns if name not in seen.frame.columns]
    expect(not missing, f"{seen.call}의 결과에 열이 없습니다: {', '.join(missing)}", shown=seen.frame)
    return seen.frame[columns]


def remaining(seen: Seen) -> pd.DataFrame:
    """정리하고 남은 행을 알아볼 만큼만: page_url, session_id, 시:분. 시각의 자료형은 다른 기준이 본다."""
    frame = only(seen, ["page_url", "session_id", "timestamp"])
    moments = frame["timestamp"]
    if not pd.api.types.is_datetime64_any_dtype(moments):
        moments = pd.to_datetime(moments.astype("str"), errors="coerce", format="mixed", utc=True)
    return frame[["page_url", "session_id"]].assign(time=moments.dt.strftime("%H:%M"))


def left(*rows: tuple) -> pd.DataFrame:
    """`remaining`과 견줄 표."""
    return pd.DataFrame(rows, columns=["page_url", "session_id", "time"])


def counted(seen: Seen) -> pd.DataFrame:
    """방문자 수만: page_url, unique_visitors."""
    return _whole_numbers(only(seen, ["page_url", "unique_visitors"]))


def ranked(seen: Seen) -> pd.DataFrame:
    """순위만: page_url, rank."""
    return _whole_numbers(only(seen, ["page_url", "rank"]))


def _whole_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """1.0처럼 실수로 적은 정수를 정수로. 자료형은 다른 기준이 본다."""
    numbers = frame.select_dtypes("number").columns
    return frame.astype({name: "int64" for name in numbers if frame[name].notna().all() and (frame[name] % 1 == 0).all()})
