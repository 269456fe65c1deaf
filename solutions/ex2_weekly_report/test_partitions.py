"""날과 주로 나눈 자산, 그리고 스케줄의 테스트. 규칙마다 작은 표 하나와 손으로 적은 결과 하나다.

raw_page_views에는 `read(day)`가 있는 가짜 기록을 리소스로 준다. weekly_page_report에는 파일에서 읽을 때처럼 {날짜: 표}를 준다.
"""

from datetime import datetime

import dagster as dg
import pandas as pd
import pytest
from course_lib.testing import run_asset

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .definitions import defs
from .partitions import weekly

COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36"
# 2월 26일(월)부터 3월 3일(일)까지. 윤날이 들어 있다.
WEEK = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-02-26", periods=7)]
MONDAY, TUESDAY, WEDNESDAY, *_, SUNDAY = WEEK


class FakeLog:
    """언제나 같은 표를 주는 기록. 무엇을 물었는지 기억한다."""

    def __init__(self, log: pd.DataFrame):
        self.log = log
        self.asked: list[str] = []

    def read(self, day: str) -> pd.DataFrame:
        self.asked.append(day)
        return self.log


def views(*rows: tuple, timezone: str | None = None) -> pd.DataFrame:
    """(페이지, 사용자, 시각, 세션) 행들로 페이지 뷰 표를 만든다."""
    frame = pd.DataFrame([(*row, CHROME) for row in rows], columns=COLUMNS)
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"], format="ISO8601").dt.tz_localize(timezone))


def raw_pages(day: str, log: pd.DataFrame) -> list[str]:
    raw = run_asset(raw_page_views, partition_key=day, resources={"page_view_log": FakeLog(log)})
    return sorted(raw["page_url"])


def report(days: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """이 날들의 cleaned로 만든 보고서. 적지 않은 날은 기록이 빈 날이다."""
    nothing = views(("/", None, MONDAY, "s")).head(0)
    return run_asset(weekly_page_report, partition_key=MONDAY, cleaned_page_views={day: days.get(day, nothing) for day in WEEK})


def column(days: dict[str, pd.DataFrame], name: str) -> dict[str, int]:
    made = report(days)
    return dict(zip(made["page_url"], made[name], strict=True))


def requested(*when: int) -> list[str | None]:
    """그때의 틱이 요청한 파티션들."""
    context = dg.build_schedule_context(scheduled_execution_time=datetime(*when), repository_def=defs.get_repository_def())
    tick = defs.resolve_schedule_def("daily_page_views_schedule").evaluate_tick(context)
    return [request.partition_key for request in tick.run_requests]


def test_raw_reads_the_log_of_its_day():
    log = FakeLog(views(("/a", "u1", "2024-02-29 10:00", "s1")))
    run_asset(raw_page_views, partition_key="2024-02-29", resources={"page_view_log": log})
    assert log.asked == ["2024-02-29"]


def test_a_day_goes_from_midnight_to_midnight():
    log = views(
        ("/yesterday", "u1", "2024-02-28 23:59:59.999999", "s1"),
        ("/first", "u1", "2024-02-29 00:00", "s2"),
        ("/last", "u1", "2024-02-29 23:59:59.999999", "s3"),
        ("/tomorrow", "u1", "2024-03-01 00:00", "s4"),
    )
    assert raw_pages("2024-02-29", log) == ["/first", "/last"]


def test_a_morning_in_seoul_is_still_yesterday_in_utc():
    log = views(
        ("/yesterday", "u1", "2024-02-29 08:59", "s1"),
        ("/today", "u1", "2024-02-29 09:00", "s2"),
        ("/today too", "u1", "2024-03-01 08:59", "s3"),
        timezone="Asia/Seoul",
    )
    assert raw_pages("2024-02-29", log) == ["/today", "/today too"]


def test_cleaned_keeps_the_first_view_of_a_session():
    raw = views(("/a", "u1", "2024-02-29 10:30", "s1"), ("/a", "u1", "2024-02-29 10:00", "s1"))
    cleaned = run_asset(cleaned_page_views, raw_page_views=raw, partition_key="2024-02-29")
    assert list(cleaned["timestamp"]) == [pd.Timestamp("2024-02-29 10:00")]


def test_weeks_start_on_monday():
    assert weekly.get_first_partition_key() == "2024-01-01"
    assert f"{weekly.time_window_for_partition_key(MONDAY).end:%Y-%m-%d}" == "2024-03-04"


def test_a_visitor_of_three_days_is_one_visitor():
    days = {day: views(("/a", "u1", f"{day} 10:00", day), ("/b", None, f"{day} 10:00", day)) for day in (MONDAY, TUESDAY, SUNDAY)}
    assert column(days, "unique_visitors") == {"/a": 1, "/b": 0}
    assert column(days, "views") == {"/a": 3, "/b": 3}
    assert column(days, "active_days") == {"/a": 3, "/b": 3}


def test_a_session_over_midnight_counts_once():
    days = {
        MONDAY: views(("/a", "u1", f"{MONDAY} 23:58", "s1")),
        TUESDAY: views(("/a", "u1", f"{TUESDAY} 00:03", "s1")),
    }
    assert report(days).to_dict("records") == [{"page_url": "/a", "views": 1, "unique_visitors": 1, "active_days": 1, "rank": 1}]


def test_ties_share_a_rank_without_a_gap():
    pages = [("/c", "u1"), ("/b", "u1"), ("/b", "u2"), ("/a", "u1"), ("/a", "u2")]
    days = {MONDAY: views(*[(page, user, f"{MONDAY} 10:00", f"{user}{page}") for page, user in pages])}
    assert list(report(days)[["page_url", "rank"]].itertuples(index=False, name=None)) == [("/a", 1), ("/b", 1), ("/c", 2)]


def test_an_empty_week_gives_an_empty_report():
    made = report({})
    assert list(made.columns) == ["page_url", "views", "unique_visitors", "active_days", "rank"]
    assert made.empty


def test_a_missing_day_is_named():
    days = {day: views(("/a", "u1", f"{day} 10:00", day)) for day in WEEK if day != WEDNESDAY}
    with pytest.raises(Exception, match=WEDNESDAY):
        run_asset(weekly_page_report, partition_key=MONDAY, cleaned_page_views=days)


@pytest.mark.parametrize("tick, day", [((2024, 3, 1, 2), "2024-02-29"), ((2025, 1, 1, 2), "2024-12-31")])
def test_a_tick_asks_for_the_day_before(tick, day):
    assert requested(*tick) == [day]


def test_the_first_tick_asks_for_nothing():
    assert requested(2024, 1, 1, 2) == []


def test_days_are_stored_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for day in (MONDAY, TUESDAY):
        log = FakeLog(views((f"/{day}", "u1", f"{day} 10:00", "s1")))
        dg.materialize([raw_page_views], partition_key=day, resources={**defs.resources, "page_view_log": log})
    for day in (MONDAY, TUESDAY):
        assert list(defs.load_asset_value("raw_page_views", partition_key=day)["page_url"]) == [f"/{day}"]
