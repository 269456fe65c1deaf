"""학급 채점의 같은 정의를 Celery에서: 진짜 Redis와 일꾼 프로세스 둘이 묶음을 나누어 맡고, 성적표는 `course grade`와 같다."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import psutil
import pytest
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG
from dagster_celery.make_app import make_app

from course_lib.grading import cohort, executors
from course_lib.grading.misconceptions import load_catalogue
from course_lib.manifest import repository_root
from course_lib.ui import free_port

SOLUTION = repository_root() / "solutions" / "ex1_page_views"
WORKERS = ("one", "two")
WAIT_SECONDS = 120


def hand_in(submitted: Path) -> list[str]:
    """ex1 여섯: 맞은 것 셋, 틀린 것 둘, 읽을 수 없는 압축. 파티션의 차례로."""
    (edit,) = load_catalogue("ex1_page_views").for_criterion("removes_bots")[0].edits
    for student in "가나다라마":
        target = submitted / student / "ex1"
        shutil.copytree(SOLUTION, target, ignore=shutil.ignore_patterns("misconceptions.py", "__pycache__"))
        if student in "나라":
            (target / edit.file).write_text(edit.apply((target / edit.file).read_text(encoding="utf-8")), encoding="utf-8")
    (submitted / "바").mkdir()
    (submitted / "바" / "ex1.zip").write_bytes(b"PK\x03\x04 not a zip")
    return [f"{student}|ex1_page_views" for student in "가나다라마바"]


def wait_until(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not ready():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """런과 일꾼이 함께 받는 환경 변수. 강사가 적는 것과 같다."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    return {
        **os.environ, "DAGSTER_HOME": str(home), "COURSE_SUBMITTED": str(tmp_path / "submitted"), "COURSE_GRADED": str(tmp_path / "graded"),
        "COURSE_EXECUTOR": "celery", "COURSE_BATCH_SIZE": "2", "COURSE_BROKER": f"redis://127.0.0.1:{free_port(6400)}/0",
        # dagster-celery는 celery 명령을 PATH에서 찾는다.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip


@pytest.fixture
def workers(tmp_path: Path, environment: dict[str, str]) -> Iterator[None]:
    """Redis와 `dagster-celery worker` 둘. 끝나면 띄운 것을 번호로 끝내고, 남은 것이 없는지 본다."""
    broker = environment["COURSE_BROKER"]
    port = broker.rsplit(":", 1)[1].split("/")[0]
    logs = [(tmp_path / f"{name}.log").open("wb") for name in ("redis", *WORKERS)]
    commands = [
        ["redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", str(tmp_path)],
        *(["dagster-celery", "worker", "start", "-A", "dagster_celery.app", "-y", str(executors.CELERY), "-n", name, "--", "--concurrency", "1"]
          for name in WORKERS),
    ]  # fmt: skip
    started = [subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
               for command, log in zip(commands, logs, strict=True)]
    try:
        app = make_app({"broker": broker, "backend": broker})
        wait_until(lambda: _answering(app) == set(WORKERS), "Celery 일꾼이 준비되지 않았습니다.")
        app.close()
        yield
    finally:
        # 일꾼을 먼저 끝내야 Redis를 찾지 않는다. dagster-celery는 신호를 celery에게 전하지 않는다.
        family = [process for popen in reversed(started) for process in (psutil.Process(popen.pid), *psutil.Process(popen.pid).children(recursive=True))]
        for process in family:
            with_pid_gone(process.terminate)
        _, left = psutil.wait_procs(family, timeout=30)
        for process in left:
            with_pid_gone(process.kill)
        for popen, log in zip(started, logs, strict=True):
            popen.wait()
            log.close()
    assert not left, f"스스로 끝나지 않은 프로세스: {left}"


def with_pid_gone(act: Callable[[], None]) -> None:
    try:
        act()
    except psutil.NoSuchProcess:
        pass


def _answering(app) -> set[str]:
    try:
        return {name.split("@")[0] for answer in app.control.ping(timeout=1) for name in answer}
    except OSError:
        return set()


def test_two_workers_share_the_batches_and_the_gradebook_is_that_of_course_grade(tmp_path, environment, workers):
    keys = hand_in(tmp_path / "submitted")
    with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as instance:
        instance.add_dynamic_partitions("submissions", keys)
        tags = {ASSET_PARTITION_RANGE_START_TAG: keys[0], ASSET_PARTITION_RANGE_END_TAG: keys[-1]}
        done = subprocess.run(
            [sys.executable, "-m", "dagster", "job", "execute", "-m", "course_lib.grading.pipeline", "-j", "grading", "--tags", json.dumps(tags)],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=300)
        assert done.returncode == 0, done.stderr[-5000:] + "".join((tmp_path / f"{name}.log").read_text(errors="replace")[-3000:] for name in WORKERS)
        (run,) = instance.get_runs()
        events = [event.dagster_event for event in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)]
        took = {event.step_key: event.engine_event_data.metadata["Celery worker"].value.split("@")[0]
                for event in events if "Celery worker" in event.engine_event_data.metadata}
        assert {step: worker for step, worker in took.items() if "judge_batch" in step}.keys() == {
            "result.judge_batch[0_2]", "result.judge_batch[2_4]", "result.judge_batch[4_6]"}
        assert {worker for step, worker in took.items() if "judge_batch" in step} == set(WORKERS)
        records = instance.fetch_materializations(dg.AssetRecordsFilter(dg.AssetKey("result"), asset_partitions=keys), limit=10).records
        assert {record.partition_key for record in records} == set(keys)

    cohort.grade_class(tmp_path / "submitted", tmp_path / "out")
    assert (tmp_path / "graded" / "gradebook.csv").read_bytes() == (tmp_path / "out" / "gradebook.csv").read_bytes()
    assert {path.name for path in (tmp_path / "graded").iterdir()} == {path.name for path in (tmp_path / "out").iterdir()}
