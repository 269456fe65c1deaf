"""센서, 자산, 검사의 테스트. 새 폴더에 파일을 놓고, 틱을 평가하고, 자산을 계산한다.

센서만 보는 테스트를 앞에 둔다. 런을 실행하지 않아 빠르다.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from course_lib.resources import Landing
from course_lib.testing import run_asset

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .definitions import defs
from .sensors import views_sensor

HEADER = "page_url,user_id,timestamp,session_id,user_agent\n"
DAY = "2024-02-29"
NOON = 1_709_208_000
WEEK = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-02-26", periods=7)]
MONDAY, TUESDAY, *_ = WEEK


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    folder = tmp_path / "blog" / "landing"
    folder.mkdir(parents=True)
    return Landing(folder)


def drop(landing: Landing, day: str, *rows: str, mtime: int = NOON) -> None:
    """그날의 파일을 놓는다."""
    path = landing.path / f"views-{day}.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    os.utime(path, (mtime, mtime))


def view(day: str = DAY, time: str = "10:00:00", page: str = "/소개", user: str = "u01", session: str = "s1", agent: str = "Chrome") -> str:
    return f"{page},{user},{day}T{time},{session},{agent}"


def tick(landing: Landing, cursor: str | None = None):
    """틱 한 번. `.run_requests`, `.skip_message`, `.cursor`를 본다."""
    context = dg.build_sensor_context(cursor=cursor, resources={"landing": landing}, repository_def=defs.get_repository_def())
    return views_sensor.evaluate_tick(context)


def days(data) -> list[str | None]:
    return [request.partition_key for request in data.run_requests]


def keys(data) -> list[str | None]:
    return [request.run_key for request in data.run_requests]


def raw(landing: Landing, day: str = DAY) -> pd.DataFrame:
    """그날의 raw_page_views. 멈추는 검사가 실패하면 예외가 난다."""
    return run_asset(raw_page_views, partition_key=day, resources={"landing": landing})


def cleaned(*rows: str) -> pd.DataFrame:
    frame = pd.DataFrame([row.split(",") for row in rows], columns=HEADER.strip().split(","))
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"]), user_id=frame["user_id"].replace("", None))


def report_run(days: dict[str, pd.DataFrame]) -> dg.ExecuteInProcessResult:
    """이 이레의 cleaned_page_views로 weekly_page_report를 구체화한 런. 적지 않은 날은 조회가 없던 날이다."""
    week = {day: days.get(day, cleaned(view()).head(0)) for day in WEEK}

    class Given(dg.IOManager):
        def load_input(self, context):
            return week

        def handle_output(self, context, obj):
            pass

    upstream = dg.AssetSpec("cleaned_page_views", partitions_def=cleaned_page_views.partitions_def)
    return dg.materialize([upstream, weekly_page_report], partition_key=MONDAY, resources={"io_manager": Given()})


def report(days: dict[str, list[str]]) -> list[tuple]:
    """{날짜: 행들}로 만든 보고서의 행들."""
    made = report_run({day: cleaned(*rows) for day, rows in days.items()}).output_for_node("weekly_page_report")
    return list(made[["page_url", "views", "unique_visitors", "rank"]].itertuples(index=False, name=None))


class Automation:
    """그 주가 끝난 다음 날 아침에 자동화 조건을 평가해, 요청한 주들을 준다. 커서는 앞의 평가에서 이어진다."""

    def __init__(self, instance: dg.DagsterInstance):
        self.instance, self.cursor = instance, None

    def __call__(self) -> set[str]:
        result = dg.evaluate_automation_conditions(
            defs, self.instance, asset_selection=dg.AssetSelection.assets("weekly_page_report"), cursor=self.cursor,
            evaluation_time=datetime(2024, 3, 4, 6, tzinfo=UTC))
        self.cursor = result.cursor
        return set(result.get_requested_partitions(dg.AssetKey("weekly_page_report")))


def made(instance: dg.DagsterInstance, asset: str, partition: str) -> None:
    """계산하지 않고, 구체화했다고 인스턴스에 적기만 한다."""
    instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=partition))


def test_a_day_is_requested_once_whatever_its_mtime(landing):
    drop(landing, DAY, view())
    first = tick(landing)
    assert days(first) == [DAY]
    assert tick(landing, first.cursor).skip_message
    drop(landing, "2024-03-01", view("2024-03-01"), mtime=NOON - 3600)
    drop(landing, DAY, view(), mtime=NOON + 3600)
    assert days(tick(landing, first.cursor)) == ["2024-03-01"]


def test_a_corrected_day_comes_again_under_another_key(landing):
    drop(landing, DAY, view())
    first = tick(landing)
    drop(landing, DAY, view(user="u02"), mtime=NOON + 60)
    second = tick(landing, first.cursor)
    assert days(second) == [DAY]
    assert keys(second) != keys(first)


def test_two_empty_days_are_two_days(landing):
    drop(landing, "2024-03-01")
    drop(landing, "2024-03-02")
    assert len(set(keys(tick(landing)))) == 2


@pytest.mark.parametrize("cursor", ["", "망가진 커서", "[]"])
def test_a_lost_cursor_brings_back_the_same_keys(landing, cursor):
    drop(landing, DAY, view())
    assert keys(tick(landing, cursor)) == keys(tick(landing))


def test_other_names_are_not_days(landing):
    for name in ("views-2024-02-30.csv", "views-2024-02-29.csv.tmp", "orders-2024-02-29.csv", "views-2023-12-31.csv"):
        (landing.path / name).write_text(HEADER, encoding="utf-8")
    assert tick(landing).run_requests == []


def test_raw_keeps_what_can_be_read(landing):
    drop(landing, DAY, view(), view(user=""), "/글,u01,어제,s1,Chrome", f",u01,{DAY}T10:00:00,s1,Chrome", "/글,u01,2024-02-29T09:30:00+09:00,s2,")
    made = raw(landing)
    assert len(made) == 3
    assert made["user_id"].isna().sum() == 1
    assert sorted(pd.to_datetime(made["timestamp"], utc=True).dt.hour) == [0, 10, 10]


def test_the_whole_day_belongs_to_the_day(landing):
    drop(landing, DAY, view(time="00:00:00"), view(time="23:59:59.999999"))
    assert len(raw(landing)) == 2


@pytest.mark.parametrize("moment", ["2024-02-28T23:59:59.999999", "2024-03-01T00:00:00"])
def test_a_row_of_another_day_stops_the_day(landing, moment):
    drop(landing, DAY, view(), f"/소개,u01,{moment},s2,Chrome")
    with pytest.raises(dg.DagsterError, match="rows_belong_to_day"):
        raw(landing)


def test_cleaned_drops_bots_then_keeps_the_first(landing):
    drop(landing, DAY, view(time="10:30:00"), view(time="10:00:00"), view(time="09:00:00", agent="Googlebot"), view(session="s2", agent=""))
    made = run_asset(cleaned_page_views, partition_key=DAY, raw_page_views=raw(landing))
    assert sorted(made["timestamp"].dt.hour) == [10, 10]
    assert sorted(made["timestamp"].dt.minute) == [0, 0]


def test_the_week_counts_people_and_sessions_once():
    rows = report({
        MONDAY: [view(MONDAY, "23:58:00", "/자정"), view(MONDAY, page="/둘", session="a"), view(MONDAY, page="/둘", user="u02", session="b")],
        TUESDAY: [view(TUESDAY, "00:04:00", "/자정", user="u09"), view(TUESDAY, page="/둘", session="c"), view(TUESDAY, page="/모름", user="")],
    })
    assert rows == [("/둘", 3, 2, 1), ("/자정", 1, 1, 2), ("/모름", 1, 0, 3)]


@pytest.mark.parametrize("views, passed", [(9, False), (10, True)])
def test_few_views_are_a_warning(views, passed):
    run = report_run({MONDAY: cleaned(*[view(MONDAY, session=f"s{number}") for number in range(views)])})
    [check] = run.get_asset_check_evaluations()
    assert (check.passed, check.severity) == (passed, dg.AssetCheckSeverity.WARN)


def test_the_report_waits_for_its_week_and_follows_corrections():
    with dg.DagsterInstance.ephemeral() as instance:
        requested = Automation(instance)
        for day in WEEK[:6]:
            made(instance, "cleaned_page_views", day)
        assert requested() == set()
        made(instance, "cleaned_page_views", WEEK[6])
        assert requested() == {MONDAY}
        made(instance, "weekly_page_report", MONDAY)
        assert requested() == set()
        made(instance, "cleaned_page_views", TUESDAY)
        assert requested() == {MONDAY}
