"""Dagster 코드 로케이션의 학급 채점: 센서가 요청한 런이 `course grade`와 같은 결과를 만든다."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest

from course_lib.grading import cohort, executors, lost_runs, pipeline
from course_lib.grading.handed_in import Entry
from course_lib.grading.misconceptions import load_catalogue
from course_lib.grading.results import CriterionResult, Outcome, SubmissionResult
from course_lib.grading.store import Store
from course_lib.grading.worker import IsolationRefused, JudgeWorker, WorkerError
from course_lib.manifest import load_manifest, repository_root

SOLUTION = repository_root() / "solutions" / "ex1_page_views"
FILES = ("__init__.py", "assets.py", "definitions.py", "test_assets.py")
KEYS = ["김|ex1_page_views", "박|ex1_page_views", "이|ex1_page_views"]
REPORTS = [dg.AssetKey("gradebook"), dg.AssetKey("class_report")]


@dataclass
class Class:
    """폴더 둘과 Dagster 인스턴스 하나. `tick`은 데몬처럼 커서를 잇고 파티션을 더하고, `run`은 요청받은 런을 돈다."""

    submitted: Path
    out: Path
    instance: dg.DagsterInstance
    cursor: str | None = None
    workers: list[dict] = field(default_factory=list)

    @property
    def folders(self) -> pipeline.ClassFolders:
        return pipeline.ClassFolders(submitted=str(self.submitted), graded=str(self.out))

    def hand_in(self, student: str, assets: str | None = None) -> None:
        target = self.submitted / student / "ex1"
        target.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copy(SOLUTION / name, target)
        if assets is not None:
            (target / "assets.py").write_text(assets, encoding="utf-8")

    def tick(self) -> tuple[list[dg.RunRequest], str | None]:
        context = dg.build_sensor_context(self.instance, self.cursor, resources={"folders": self.folders}, definitions=pipeline.defs)
        data = pipeline.submitted_sensor.evaluate_tick(context)
        self.cursor = data.cursor
        for request in data.dynamic_partitions_requests:
            if isinstance(request, dg.AddDynamicPartitionsRequest):
                self.instance.add_dynamic_partitions(request.partitions_def_name, request.partition_keys)
            else:
                for key in request.partition_keys:
                    self.instance.delete_dynamic_partition(request.partitions_def_name, key)
        return data.run_requests, data.skip_message

    def run(self, request: dg.RunRequest, **options) -> dg.ExecuteInProcessResult:
        job = pipeline.defs.resolve_job_def(pipeline.JOB)
        options = {"asset_selection": request.asset_selection or None, **options}
        return job.execute_in_process(instance=self.instance, tags=request.tags,
                                      run_config={"resources": {"folders": {"config": {"submitted": str(self.submitted), "graded": str(self.out)}}}},
                                      **options)

    def latest(self, asset: str, partition: str | None = None) -> dict[str, object]:
        records = self.instance.fetch_materializations(
            dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=[partition] if partition else None), limit=1).records
        return {name: value.value for name, value in records[0].asset_materialization.metadata.items()}


def checks(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """ex1 셋: 맞은 것, 틀린 것, 읽을 수 없는 압축. 진짜 샌드박스에서 한 번 채점한다."""
    root = tmp_path_factory.mktemp("pipeline")
    with dg.instance_for_test() as instance, pytest.MonkeyPatch.context() as patch:
        room = Class(root / "submitted", root / "graded", instance)
        real = JudgeWorker.__init__
        patch.setattr(JudgeWorker, "__init__", lambda self, **options: (room.workers.append(options), real(self, **options))[1])
        room.hand_in("김")
        (edit,) = load_catalogue("ex1_page_views").for_criterion("removes_bots")[0].edits
        room.hand_in("이", edit.apply((SOLUTION / edit.file).read_text(encoding="utf-8")))
        (room.submitted / "박").mkdir()
        (room.submitted / "박" / "ex1.zip").write_bytes(b"PK\x03\x04 not a zip")
        requests, _ = room.tick()
        yield room, requests, room.run(requests[0])


@pytest.fixture
def room(tmp_path, monkeypatch):
    """샌드박스 없는 일꾼으로 셋을 채점한 반: 무엇을 언제 요청하는지만 본다."""
    with dg.instance_for_test() as instance:
        room = Class(tmp_path / "submitted", tmp_path / "graded", instance)

        class QuickWorker:
            """assets.py에 적힌 수가 점수다. `고장`이면 채점기가 고장 난다."""

            def __init__(self, **options):
                room.workers.append(options)

            def __enter__(self):
                return self

            def __exit__(self, *_):
                pass

            def wait_ready(self):
                pass

            def grade_files(self, exercise, files):
                source = files["assets.py"].decode()
                if source == "고장":
                    raise WorkerError("채점기가 멈췄습니다.")
                outcome = Outcome.CORRECT if source == "100" else Outcome.INCORRECT
                return SubmissionResult(exercise, (CriterionResult(id="removes_bots", title="봇", why="왜", outcome=outcome, points=int(source),
                                                                   max_points=100, hidden=False, finding=None, misconception=None),))

        monkeypatch.setattr(pipeline, "JudgeWorker", QuickWorker)
        for student, points in (("김", "100"), ("박", "40"), ("이", "50")):
            room.hand_in(student, points)
        requests, _ = room.tick()
        room.run(requests[0])
        yield room


# ---- 진짜 채점


def test_the_sensor_asks_for_one_run_over_all_submissions(graded):
    room, requests, result = graded
    assert len(requests) == 1 and result.success
    assert room.instance.get_dynamic_partitions("submissions") == KEYS
    assert [room.latest("result", key)["status"] for key in KEYS] == ["graded", "unreadable", "graded"]
    assert room.latest("submission", KEYS[0])["files"] == len(FILES) and "unreadable" in room.latest("submission", KEYS[1])


def test_one_isolated_worker_grades_the_batch(graded):
    assert graded[0].workers == [{"isolation": "required", "own_session": True}]


def test_the_gradebook_is_that_of_course_grade(graded, tmp_path):
    room, _, _ = graded
    cohort.grade_class(room.submitted, tmp_path / "out")
    assert (room.out / "gradebook.csv").read_bytes() == (tmp_path / "out" / "gradebook.csv").read_bytes()
    assert {path.name for path in room.out.iterdir()} == {path.name for path in (tmp_path / "out").iterdir()}
    scores = [json.loads((room.out / student / "ex1_page_views" / "result.json").read_text(encoding="utf-8"))["score"] for student in "김박이"]
    assert scores[0] == 100 and scores[1] == 0 and 0 < scores[2] < 100


def test_the_ui_gets_counts_mean_and_distribution(graded):
    room = graded[0]
    found = room.latest("gradebook")
    assert (found["graded"], found["unreadable"], found["course_errors"], found["perfect"]) == (2, 1, 0, 1)
    second = room.latest("result", KEYS[2])["score"]
    assert found["mean_percent"] == pytest.approx((100 + second) / 2, abs=0.1)
    assert "| 100 | 1 | ██████████ |" in room.latest("class_report")["distribution"]


def test_an_unreadable_archive_is_not_judged_but_no_course_error(graded):
    assert checks(graded[2]) == {"all_judged": False, "no_course_error": True, "no_score_above_maximum": True}
    (failed,) = [check for check in graded[2].get_asset_check_evaluations() if not check.passed]
    assert failed.description.startswith("박/ex1_page_views: 압축 파일이") and failed.metadata["count"].value == 1


def test_what_is_no_submission_is_named(room):
    (room.submitted / "최" / "숙제").mkdir(parents=True)
    (room.submitted / "최" / "숙제" / "메모.txt").write_text("?", encoding="utf-8")
    room.hand_in("박", "60")
    (request,), _ = room.tick()
    room.run(request)
    assert room.latest("gradebook")["ignored"] == "최/숙제" and room.latest("gradebook")["unplaced"] == "없음"


# ---- 무엇을 언제 요청하는가


def test_the_second_tick_asks_nothing(room):
    assert room.tick() == ([], "새로 냈거나 바뀐 제출물이 없습니다.")


def test_only_changed_submissions_are_graded_again_even_back_and_forth(room):
    for points in ("60", "40", "60"):
        room.hand_in("박", points)
        (request,), _ = room.tick()
        result = room.run(request)
        assert checks(result) == {"all_judged": True, "no_course_error": True, "no_score_above_maximum": True}
        assert room.latest("result", KEYS[1])["score"] == float(points)
        assert [event.partition for event in result.get_asset_materialization_events() if event.asset_key.path == ["result"]] == [KEYS[1]]
        assert room.tick()[0] == []


def test_a_range_over_unchanged_submissions_reuses_them_with_one_worker(room):
    room.workers.clear()
    judged_at = room.latest("result", KEYS[1])["judged_at"]
    room.hand_in("김", "10")
    room.hand_in("이", "20")
    room.hand_in("가", "30")  # 이름은 앞이지만 파티션은 끝에 더해진다
    (request,), _ = room.tick()
    room.run(request)
    assert {key: room.latest("result", key)["score"] for key in [*KEYS, "가|ex1_page_views"]} == {
        KEYS[0]: 10.0, KEYS[1]: 40.0, KEYS[2]: 20.0, "가|ex1_page_views": 30.0}
    assert room.latest("result", KEYS[1])["judged_at"] == judged_at and room.latest("result", KEYS[0])["judged_at"] > judged_at
    assert len(room.workers) == 1


def test_a_course_error_fails_the_checks_and_is_not_asked_every_tick(room):
    room.hand_in("박", "고장")
    (request,), _ = room.tick()
    result = room.run(request)
    assert result.success and checks(result) == {"all_judged": False, "no_course_error": False, "no_score_above_maximum": True}
    requests, message = room.tick()
    assert requests == [] and "제출물 1개는 과정의 오류로" in message
    room.hand_in("이", "70")
    (request,), _ = room.tick()
    room.run(request)
    assert room.latest("result", KEYS[2])["score"] == 70.0


# ---- 죽은 런


def test_a_killed_run_keeps_what_it_judged_and_the_rest_is_asked_again(tmp_path):
    """런의 프로세스를 SIGKILL로 죽인다. 적을 사람이 없으므로 Dagster의 기록에는 도는 중이라고 남는다."""
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        room = Class(tmp_path / "submitted", tmp_path / "graded", instance)
        for student in "김박이":
            room.hand_in(student)
        ((request,), _) = room.tick()
        environment = {**os.environ, "COURSE_SUBMITTED": str(room.submitted), "COURSE_GRADED": str(room.out), "DAGSTER_HOME": str(tmp_path)}
        command = ["dagster", "job", "execute", "-m", "course_lib.grading.pipeline", "-j", pipeline.JOB, "--tags", json.dumps(request.tags)]
        run = subprocess.Popen([sys.executable, "-m", *command], env=environment, stderr=subprocess.DEVNULL)
        first = room.out / "김" / "ex1_page_views" / "result.json"
        while not first.exists():
            assert run.poll() is None, "런이 채점하지 못하고 끝났습니다."
            time.sleep(0.02)
        run.kill()
        run.wait()
        judged = first.read_bytes()
        assert not (room.out / "이" / "ex1_page_views" / "result.json").exists() and not (room.out / "gradebook.csv").exists()
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.STARTED]

        (request,), _ = room.tick()
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]
        assert checks(room.run(request)) == {"all_judged": True, "no_course_error": True, "no_score_above_maximum": True}
        assert first.read_bytes() == judged and room.tick()[0] == []


def fail(room: Class, status: dg.DagsterRunStatus = dg.DagsterRunStatus.FAILURE) -> None:
    """요청받은 런이 아무것도 하지 못하고 끝났다."""
    room.instance.create_run_for_job(pipeline.defs.resolve_job_def(pipeline.JOB), status=status)


def test_a_run_that_judged_nothing_is_asked_again_but_not_for_ever(room):
    room.hand_in("박", "60")
    for status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED, dg.DagsterRunStatus.FAILURE):
        assert len(room.tick()[0]) == 1
        fail(room, status)
    for _ in range(2):
        requests, message = room.tick()
        assert requests == [] and "런이 3번 잇달아 실패했습니다(남은 제출물 1개)" in message
    room.hand_in("박", "70")
    (request,), _ = room.tick()
    room.run(request)
    assert room.latest("result", KEYS[1])["score"] == 70.0 and room.tick() == ([], "새로 냈거나 바뀐 제출물이 없습니다.")


def test_a_course_error_is_not_asked_again_because_a_run_died(room):
    room.hand_in("박", "고장")
    room.hand_in("이", "70")
    (request,), _ = room.tick()
    room.run(request)
    assert room.tick()[0] == []
    fail(room)
    (request,), _ = room.tick()
    assert request.asset_selection == REPORTS


def test_a_run_that_died_before_the_gradebook_leaves_it_to_the_next(room):
    room.hand_in("박", "60")
    (request,), _ = room.tick()
    room.run(request, asset_selection=[dg.AssetKey("submission"), dg.AssetKey("result")])
    fail(room)
    (request,), _ = room.tick()
    assert request.asset_selection == REPORTS
    room.run(request)
    assert "60" in (room.out / "gradebook.csv").read_text(encoding="utf-8-sig") and room.tick()[0] == []


def test_a_run_whose_process_never_came_is_given_up_after_the_start_timeout(room, monkeypatch):
    room.hand_in("박", "60")
    fail(room, dg.DagsterRunStatus.STARTING)
    assert room.tick()[1] == "채점하는 런이 끝나기를 기다립니다."
    now = time.time() + room.instance.run_monitoring_start_timeout_seconds + 1
    monkeypatch.setattr(lost_runs.time, "time", lambda: now)
    assert len(room.tick()[0]) == 1


def test_a_score_above_the_maximum_fails_its_check(room):
    room.hand_in("박", "101")
    (request,), _ = room.tick()
    assert checks(room.run(request)) == {"all_judged": True, "no_course_error": True, "no_score_above_maximum": False}


def test_one_check_can_be_run_alone(room):
    """화면에서는 검사마다 실행 단추가 있다."""
    job = dg.define_asset_job("one", dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("gradebook"), "all_judged")))
    folders = pipeline.ClassFolders(submitted=str(room.submitted), graded=str(room.out))
    defs = dg.Definitions.merge(pipeline.defs, dg.Definitions(jobs=[job])).resolve_job_def("one")
    config = {"resources": {"folders": {"config": {"submitted": folders.submitted, "graded": folders.graded}}}}
    assert checks(defs.execute_in_process(instance=room.instance, run_config=config)) == {"all_judged": True}


def test_a_withdrawn_submission_leaves_the_gradebook(room):
    shutil.rmtree(room.submitted / "박")
    (request,), _ = room.tick()
    room.run(request)
    assert room.instance.get_dynamic_partitions("submissions") == [KEYS[0], KEYS[2]]
    assert "박" not in (room.out / "gradebook.csv").read_text(encoding="utf-8-sig")
    assert room.tick()[0] == []


def test_the_sensor_waits_for_the_run_and_for_course_grade(room):
    room.hand_in("박", "60")
    with Store(room.out):
        assert "다른 채점이" in room.tick()[1]
    waiting = room.instance.create_run_for_job(pipeline.defs.resolve_job_def(pipeline.JOB), status=dg.DagsterRunStatus.STARTED)
    assert room.tick() == ([], "채점하는 런이 끝나기를 기다립니다.")
    room.instance.delete_run(waiting.run_id)
    assert len(room.tick()[0]) == 1


@pytest.mark.parametrize("asset, waits", [("result", True), ("someone_elses", False)])
def test_the_sensor_waits_for_a_run_of_the_materialize_button(room, asset, waits):
    """화면의 Materialize 단추로 시작한 런은 잡의 이름이 다르다. 같은 인스턴스에 있는 다른 코드 로케이션의 런도 그 이름이다."""
    room.hand_in("박", "60")
    defs = pipeline.defs if waits else dg.Definitions(assets=[dg.asset(name=asset)(lambda: None)])
    room.instance.create_run_for_job(defs.resolve_implicit_global_asset_job_def(), status=dg.DagsterRunStatus.STARTED,
                                     asset_selection=frozenset({dg.AssetKey(asset)}))
    assert (room.tick()[0] == []) is waits


def test_batches_write_together_but_not_beside_another_grading(room):
    with Store(room.out, shared=True), Store(room.out, shared=True, wait=1):
        with pytest.raises(cohort.OutIsBusy, match="다른 채점이"):
            cohort.grade_class(room.submitted, room.out)
    with Store(room.out), pytest.raises(cohort.OutIsBusy):
        Store(room.out, shared=True).__enter__()


def test_a_run_whose_turn_to_write_never_comes_fails_with_the_reason(room, monkeypatch):
    monkeypatch.setattr(pipeline, "WAIT_SECONDS", 0)
    room.hand_in("박", "60")
    (request,), _ = room.tick()
    with Store(room.out):
        result = room.run(request, raise_on_error=False)
    assert "다른 채점이" in result.failure_data_for_node("result.judge_batch").user_failure_data.description


@pytest.mark.parametrize("name, size", [("", 0), ("in_process", 0), ("celery", executors.BATCH_SIZE)])
def test_the_executor_is_chosen_by_the_environment(monkeypatch, name, size):
    monkeypatch.setenv("COURSE_EXECUTOR", name)
    assert executors.executor().name == (name or "in_process") and executors.batch_size() == size


def test_an_unknown_executor_or_a_missing_package_is_said(monkeypatch):
    monkeypatch.setenv("COURSE_EXECUTOR", "셀러리")
    with pytest.raises(ValueError, match="in_process, celery, kubernetes 가운데"):
        executors.executor()
    monkeypatch.setenv("COURSE_EXECUTOR", "celery")
    monkeypatch.setitem(sys.modules, "dagster_celery", None)
    with pytest.raises(ModuleNotFoundError, match="uv sync --inexact --extra celery"):
        executors.executor()


def test_without_isolation_nothing_is_graded(room, monkeypatch):
    def refused(self):
        raise IsolationRefused("이 컴퓨터에서는 격리할 수 없습니다.")

    monkeypatch.setattr(pipeline.JudgeWorker, "wait_ready", refused)
    room.hand_in("박", "60")
    (request,), _ = room.tick()
    result = room.run(request, raise_on_error=False)
    assert not result.success and result.failure_data_for_node("result.judge_batch").user_failure_data.description == "이 컴퓨터에서는 격리할 수 없습니다."
    assert Store(room.out).record("박", "ex1_page_views").score == 40


@pytest.mark.parametrize("name, message", [("submitted", "COURSE_SUBMITTED"), ("graded", "COURSE_GRADED")])
def test_a_missing_folder_setting_is_said_in_korean(tmp_path, name, message):
    folders = pipeline.ClassFolders(**{"submitted": str(tmp_path), "graded": str(tmp_path / "out"), name: ""})
    with dg.instance_for_test() as instance:
        context = dg.build_sensor_context(instance, resources={"folders": folders}, definitions=pipeline.defs)
        assert f"환경 변수 {message}에 폴더를" in pipeline.submitted_sensor.evaluate_tick(context).skip_message


def test_any_student_name_is_a_partition_key_of_its_own(tmp_path):
    exercise = load_manifest().exercise("ex1")
    names = ["a...b", "a…b", "a....b", "=cmd()", "정 하나_12"]
    keys = [pipeline.partition_of(Entry(name, exercise, tmp_path)) for name in names]
    assert len(set(keys)) == len(names)
    pipeline.submissions.build_add_request(keys)
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("submissions", keys)
        assert instance.get_dynamic_partitions("submissions") == keys
