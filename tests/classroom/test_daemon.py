"""노트북 뒤에서 도는 데몬: 정말 틱하고, 부르면 멈추고, 아무것도 남기지 않는다."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import psutil
import pytest
from dagster._core.definitions.freshness import FreshnessState

from course_lib.classroom.clock import clock_at
from course_lib.classroom.daemon import freshness_tick, start_daemon
from course_lib.classroom.timeline import SENSOR, SKIPPED, WORKED, read_timeline

CODE = '''
import dagster as dg

@dg.asset
def made() -> None: ...

@dg.sensor(target=[made], minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
def always():
    yield dg.RunRequest(run_key="same")

defs = dg.Definitions(assets=[made], sensors=[always], executor=dg.in_process_executor)
'''


@pytest.fixture
def code(tmp_path: Path) -> Path:
    file = tmp_path / "code location.py"
    file.write_text(CODE, encoding="utf-8")
    return file


def test_a_daemon_ticks_launches_and_stops(code):
    daemon = start_daemon(code)
    try:
        assert daemon.ticks("always") == [] and daemon.ticks("no_such") == []
        daemon.wait_until(lambda: len(daemon.ticks("always")) >= 3 and all(run.is_finished for run in daemon.instance.get_runs()))
        (run,) = daemon.instance.get_runs()
        assert run.status is dg.DagsterRunStatus.SUCCESS
        assert daemon.ticks("always")[0].run_ids == [run.run_id]

        rows = read_timeline(daemon.instance).rows
        (sensor,) = [row for row in rows if row.kind == SENSOR]
        assert [span.state for span in sensor.spans[:2]] == [WORKED, SKIPPED]

        family = [daemon._process.process(), *daemon._process.process().children(recursive=True)]
        daemon.stop()
        daemon.stop()
        assert not daemon.running
        _, alive = psutil.wait_procs(family, timeout=30)
        assert alive == []
        assert daemon.ticks("always"), "멈춘 뒤에도 기록은 읽을 수 있어야 한다"
        with pytest.raises(RuntimeError, match="데몬이 멈춰 있습니다"):
            daemon.wait_until(lambda: False)
    finally:
        daemon.forget()
    assert not daemon.home.exists()


def test_freshness_is_recorded_when_it_changes():
    @dg.asset(freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=24)))
    def report() -> None: ...

    defs = dg.Definitions(assets=[report])
    made = datetime(2024, 3, 1, 9, tzinfo=UTC)
    with dg.DagsterInstance.ephemeral() as instance:
        with clock_at(made):
            dg.materialize([report], instance=instance)
        for hours, state in ((1, FreshnessState.PASS), (25, FreshnessState.FAIL)):
            with clock_at(made + timedelta(hours=hours)):
                freshness_tick(defs, instance)
            assert instance.get_freshness_state_records([report.key])[report.key].freshness_state is state
