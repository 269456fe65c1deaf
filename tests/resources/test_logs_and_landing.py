"""`PageViewLog`와 `Landing`."""

import os
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from course_lib.datasets import VIEW_COLUMNS
from course_lib.resources import Landing, PageViewLog

DAYS = ["2024-01-01", "2024-02-29", "2024-03-01", "2024-12-31"]


def of_day(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    start = pd.Timestamp(day)
    return frame[(frame.timestamp >= start) & (frame.timestamp < start + pd.Timedelta(days=1))]


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_always_the_same_rows(day):
    log = PageViewLog().read(day)
    assert list(log.columns) == VIEW_COLUMNS
    assert log.timestamp.dtype == "datetime64[us]"
    assert_frame_equal(PageViewLog().read(day), log)
    assert len(of_day(log, day)) >= 20


@pytest.mark.parametrize("day", DAYS)
def test_neighbours_rows_near_midnight_are_there_and_are_not_lost_from_their_own_day(day):
    """이웃한 날의 행을 버려도 잃는 것이 없다: 그날의 기록에도 있다."""
    log = PageViewLog().read(day)
    yesterday, tomorrow = (str((pd.Timestamp(day) + pd.Timedelta(days=n)).date()) for n in (-1, 1))
    for neighbour in (yesterday, tomorrow):
        rows = of_day(log, neighbour)
        assert len(rows) > 0
        own = of_day(PageViewLog().read(neighbour), neighbour)
        assert len(rows.merge(own, on=VIEW_COLUMNS)) == len(rows)
    edges = set(log.timestamp)
    start = pd.Timestamp(day)
    for midnight in (start, start + pd.Timedelta(days=1)):
        assert {midnight, midnight - pd.Timedelta(microseconds=1)} <= edges


def test_a_session_that_crosses_midnight_sees_a_page_on_both_days():
    log = PageViewLog().read(DAYS[0])
    late = log[log.session_id == "s0101-밤"]
    days_per_page = late.assign(day=late.timestamp.dt.date).groupby("page_url").day.nunique()
    assert days_per_page.max() == 2


@pytest.mark.parametrize("given", [str, Path])
def test_landing_is_a_path_with_a_quarantine_beside_it(given, tmp_path):
    landing = Landing(given(tmp_path / "landing"))
    assert landing.path == tmp_path / "landing"
    assert landing.quarantine == tmp_path / "quarantine"
    assert list(tmp_path.iterdir()) == []
    assert Landing(path=given(tmp_path / "landing")).path == landing.path


def test_landing_and_log_are_resources_of_assets_and_sensors(tmp_path, monkeypatch):
    folder = tmp_path / "도착"
    folder.mkdir()
    (folder / "a.csv").write_text("x", encoding="utf-8")

    @dg.asset
    def names(landing: Landing, page_view_log: PageViewLog) -> list:
        assert not page_view_log.read("2024-01-01").empty
        return sorted(os.listdir(landing.path)) + [landing.quarantine.name]

    @dg.sensor(target=[names])
    def files(context: dg.SensorEvaluationContext, landing: Landing):
        return dg.RunRequest(run_key=next(landing.path.iterdir()).name)

    monkeypatch.setenv("COURSE_TEST_LANDING", str(folder))
    for path in (folder, dg.EnvVar("COURSE_TEST_LANDING")):
        resources = {"landing": Landing(path), "page_view_log": PageViewLog(), "io_manager": dg.mem_io_manager}
        defs = dg.Definitions([names], sensors=[files], resources=resources)
        run = defs.resolve_implicit_global_asset_job_def().execute_in_process()
        assert run.output_for_node("names") == ["a.csv", "quarantine"]
        with dg.build_sensor_context(resources={"landing": Landing(path)}) as context:
            assert files(context).run_key == "a.csv"
