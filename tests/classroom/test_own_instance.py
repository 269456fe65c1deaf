"""학습자 자신의 Dagster를 읽는 덤: 무엇이 있는지 맞게 말하고, 없거나 깨졌어도 조용하다."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, TickData, TickStatus
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import SerializableErrorInfo

from course_lib.classroom import exercises, own_instance
from course_lib.classroom.own_instance import own_feedback
from course_lib.grading.results import SubmissionResult
from course_lib.manifest import load_manifest
from course_lib.workspace import Workspace

EX1, EX2, EX5 = (load_manifest().exercise(name) for name in ("ex1", "ex2", "ex5"))
TODAY = date(2024, 3, 4)
LAST_WEEK = [f"2024-02-{day}" for day in range(26, 30)] + [f"2024-03-0{day}" for day in range(1, 4)]


@pytest.fixture
def prepared(workspace: Path) -> Workspace:
    """새로 만든 작업 공간. Dagster는 아직 한 번도 열지 않았다."""
    opened = Workspace.open(workspace)
    opened.prepare()
    return opened


@pytest.fixture
def instance(prepared: Workspace):
    with dg.DagsterInstance.from_config(str(prepared.dagster_home(EX2))) as opened:
        yield opened


@pytest.fixture
def sensor_instance(prepared: Workspace):
    with dg.DagsterInstance.from_config(str(prepared.dagster_home(EX5))) as opened:
        yield opened


def materialize(instance: dg.DagsterInstance, *assets: str, keys: list[str | None]) -> None:
    for asset in assets:
        for key in keys:
            instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=key))


def test_before_the_first_look_nothing_is_there_and_nothing_is_made(prepared):
    before = sorted(prepared.path.rglob("*"))
    text = own_feedback(EX2, prepared, TODAY).text()
    assert "0/7" in text and "course ui ex2" in text
    assert sorted(prepared.path.rglob("*")) == before


def test_a_workspace_that_is_not_there_is_no_problem(tmp_path):
    assert "0/7" in own_feedback(EX2, Workspace.open(tmp_path / "없는 곳"), TODAY).text()
    assert not (tmp_path / "없는 곳").exists()


def test_a_full_week(prepared, instance):
    materialize(instance, "raw_page_views", "cleaned_page_views", keys=LAST_WEEK)
    materialize(instance, "weekly_page_report", keys=["2024-02-19", "2024-02-26"])
    text = own_feedback(EX2, prepared, TODAY).text()
    assert "7/7" in text and "이레가 모두 있습니다" in text
    assert all(day in text for day in LAST_WEEK)
    assert "2024-02-19, 2024-02-26" in text


def test_it_names_the_days_that_are_missing(prepared, instance):
    materialize(instance, "raw_page_views", "cleaned_page_views", keys=["2024-02-25", *LAST_WEEK[:2], *LAST_WEEK[4:]])
    materialize(instance, "raw_page_views", keys=["2024-02-28"])
    feedback = own_feedback(EX2, prepared, TODAY)
    assert "5/7" in feedback.headline
    assert "아직 없는 날: 2024-02-28, 2024-02-29" in feedback.text()
    rows = feedback.blocks[0].frame.set_index("날(UTC)").loc["2024-02-28"]
    assert list(rows) == [own_instance.PRESENT, own_instance.ABSENT]
    assert "2024-02-25" not in feedback.text() and "2024-03-04" not in feedback.text()


def test_the_run_of_today_does_not_count(prepared, instance):
    materialize(instance, "raw_page_views", "cleaned_page_views", keys=[None, f"{TODAY}"])
    assert "0/7" in own_feedback(EX2, prepared, TODAY).text()


@pytest.mark.parametrize("elsewhere", ["capstone", "예전처럼 함께 쓰던 곳"])
def test_what_another_exercise_did_does_not_count(prepared, elsewhere):
    # 종합 과제의 일별 자산은 연습 2와 이름도 파티션도 같다.
    home = prepared.dagster_home("capstone") if elsewhere == "capstone" else prepared.path / "dagster_home"
    with dg.DagsterInstance.from_config(str(home)) as other:
        materialize(other, "raw_page_views", "cleaned_page_views", keys=LAST_WEEK)
    assert "0/7" in own_feedback(EX2, prepared, TODAY).text()


def test_other_exercises_show_nothing(prepared):
    assert own_feedback(EX1, prepared, TODAY) is None


@pytest.mark.parametrize("spoil", [
    lambda home: (home / "history" / "runs.db").write_bytes(b"no database"),
    lambda home: (home / "dagster.yaml").write_text("storage: [", encoding="utf-8"),
    lambda home: (home / "dagster.yaml").write_text("no_such_setting: 1\n", encoding="utf-8"),
])
def test_a_broken_instance_is_said_and_harms_nothing(prepared, spoil):
    with dg.DagsterInstance.from_config(str(prepared.dagster_home(EX2))):
        pass
    spoil(prepared.dagster_home(EX2))
    assert "기록을 읽지 못했습니다" in own_feedback(EX2, prepared, TODAY).text()


def test_the_check_shows_it_after_the_criteria_and_no_point_changes(prepared, monkeypatch):
    shown = []
    result = SubmissionResult(EX2.id, ())
    monkeypatch.setattr(exercises, "_show", shown.append)
    monkeypatch.setattr(exercises._worker, "grade", lambda *args: result)
    assert exercises.check_exercise("ex2", workspace=prepared) is result
    assert isinstance(shown[0], exercises.ExerciseReport)
    assert [feedback.headline for feedback in shown[1:]] == ["내 Dagster의 지난 이레 · 0/7 (점수에는 들어가지 않습니다)"]


# ---------------------------------------------------------------- 센서


@pytest.fixture
def sensor(sensor_instance) -> InstigatorState:
    location = ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name="exercises.ex5_csv_sensor.definitions"), "ex5")
    origin = RemoteInstigatorOrigin(repository_origin=RemoteRepositoryOrigin(location, "__repository__"), instigator_name="csv_sensor")
    return sensor_instance.add_instigator_state(InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING))


def tick(instance: dg.DagsterInstance, sensor: InstigatorState, status: TickStatus) -> None:
    error = SerializableErrorInfo("", [], None) if status is TickStatus.FAILURE else None
    instance.create_tick(TickData(
        instigator_origin_id=sensor.instigator_origin_id, instigator_name=sensor.name, instigator_type=InstigatorType.SENSOR,
        status=status, timestamp=1.0, selector_id=sensor.selector_id, run_ids=[], error=error))


def test_a_sensor_that_never_ran_shows_nothing(prepared, sensor_instance):
    assert own_feedback(EX5, prepared, TODAY) is None


def test_a_sensor_shows_its_ticks_and_runs(prepared, sensor_instance, sensor):
    for status in (TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.SKIPPED, TickStatus.FAILURE, TickStatus.STARTED):
        tick(sensor_instance, sensor, status)

    @dg.op
    def ingest() -> None: ...

    @dg.job
    def ingest_job() -> None:
        ingest()

    ingest_job.execute_in_process(instance=sensor_instance, tags={"dagster/sensor_name": "csv_sensor"})
    ingest_job.execute_in_process(instance=sensor_instance, tags={"dagster/sensor_name": "another"})
    text = own_feedback(EX5, prepared, TODAY).text()
    assert "틱 5번: 런을 요청함 1, 건너뜀 2, 실패 1, 진행 중 1" in text
    assert "센서가 시작한 런 1개: 성공 1" in text
