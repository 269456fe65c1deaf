"""채점 기준들이 함께 쓰는 파일과 말: 하루의 CSV, 센서의 대본, 기대하는 표."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from course_lib.grading import stand_ins
from course_lib.grading.seen import Seen, Tick
from course_lib.grading.submission import Submission

SENSOR = "views_sensor"
RAW, CLEANED, REPORT = "raw_page_views", "cleaned_page_views", "weekly_page_report"
VIEW_COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]
REPORT_COLUMNS = ["page_url", "views", "unique_visitors", "rank"]
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1)"
NOON = 1_709_521_200 * 10**9
MINUTE = 60 * 10**9

Step = Mapping[str, Any]


def name_of(day: str) -> str:
    return f"views-{day}.csv"


def day_file(*rows: tuple[str | None, ...]) -> bytes:
    """(page_url, user_id, 시각, session_id[, user_agent]) 행들이 든 하루의 파일. None은 빈 칸이다."""
    lines = [row if len(row) == len(VIEW_COLUMNS) else (*row, CHROME) for row in rows]
    return "".join(",".join(value or "" for value in line) + "\n" for line in [tuple(VIEW_COLUMNS), *lines]).encode("utf-8")


def views(*rows: tuple) -> pd.DataFrame:
    """같은 행들로 만든, 파일을 읽은 표. 시각은 UTC이고 시간대를 뗐다."""
    frame = pd.DataFrame([row if len(row) == len(VIEW_COLUMNS) else (*row, CHROME) for row in rows], columns=VIEW_COLUMNS)
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"], format="ISO8601").astype("datetime64[us]"))


def pages_and_times(seen: Seen) -> pd.DataFrame:
    """행을 알아볼 만큼만: page_url과 UTC 시각. 시간대가 없는 시각은 UTC로 읽는다."""
    frame = seen.frame[[name for name in ("page_url", "timestamp") if name in seen.frame.columns]]
    if "timestamp" not in frame.columns:
        return frame
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"], utc=True).dt.tz_localize(None).astype("datetime64[us]"))


def pages_at(*rows: tuple[str, str]) -> pd.DataFrame:
    """`pages_and_times`와 견줄 표."""
    return views(*[(page, None, moment, "s") for page, moment in rows])[["page_url", "timestamp"]]


def landing_of(day: str, data: bytes) -> dict[str, Any]:
    """그날의 파일만 도착해 있는 리소스."""
    return {"landing": stand_ins.landing({name_of(day): data})}


# ---------------------------------------------------------------- 센서의 대본


def write(name: str, data: bytes, mtime: int = NOON) -> dict[str, Any]:
    return {"do": "write", "name": name, "data": data, "mtime_ns": mtime}


def arrives(day: str, data: bytes, mtime: int = NOON) -> dict[str, Any]:
    """그날의 파일이 도착한다."""
    return write(name_of(day), data, mtime)


def after(*operations: dict[str, Any], **rest: Any) -> Step:
    """한 걸음: 이 조작들 다음의 틱."""
    return {"files": list(operations), **rest}


def play(submission: Submission, *steps: Step) -> tuple[Tick, ...]:
    """새 무대에서 대본을 연기한다. 런은 실행하지 않는다. 틀렸을 때 학습자에게 대본을 보인다."""
    shown = [(number, operation["do"], operation["name"]) for number, step in enumerate(steps, start=1) for operation in step.get("files", [])]
    submission.last_call = (f"{SENSOR}의 틱 {len(steps)}번", {"도착 폴더": pd.DataFrame(shown, columns=["틱", "한 일", "파일"])})
    return submission.sensor(SENSOR, steps).ticks


def days(tick: Tick) -> list[str | None]:
    """틱이 요청한 날들."""
    return [request.partition_key for request in tick.requests]


def keys(tick: Tick) -> list[str | None]:
    return [request.run_key for request in tick.requests]
