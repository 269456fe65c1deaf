"""진짜 Redis와 `dagster-celery worker`를 이 컴퓨터에 띄우고, 학급 채점의 런 하나를 명령으로 돌린다. 시험과 벤치마크가 함께 쓴다."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import dagster as dg
import psutil
import redis
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG
from dagster_celery.make_app import make_app

from course_lib.grading import executors, pipeline
from course_lib.services.launch import free_port

WAIT_SECONDS = 120


def settings(home: Path, submitted: Path, graded: Path, **more: str) -> dict[str, str]:
    """런과 일꾼이 함께 받는 환경 변수. 강사가 적는 것과 같다. `home`은 새로 만드는 DAGSTER_HOME이다."""
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    # 새 SQLite 기록을 여러 프로세스가 한꺼번에 만들면 alembic의 판이 두 번 적혀 모두 실패한다(Dagster 1.13.27). 강사는 dagster dev를 먼저 띄운다.
    with dg.DagsterInstance.from_config(str(home)) as instance:
        instance.get_runs_count()
    return {
        **os.environ, "DAGSTER_HOME": str(home), "COURSE_SUBMITTED": str(submitted), "COURSE_GRADED": str(graded),
        # dagster-celery는 celery 명령을 PATH에서 찾는다.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **more,
    }  # fmt: skip


@contextlib.contextmanager
def celery_workers(folder: Path, environment: dict[str, str], names: Sequence[str],
                   config: Path = executors.CELERY) -> Iterator[tuple[dict[str, str], dict[str, subprocess.Popen]]]:
    """`names`의 일꾼들과 Redis. 블록에 `environment`에 브로커를 더한 것과, 이름마다의 프로세스를 준다.

    끝나면 띄운 것을 번호로 끝내고, 스스로 끝나지 않은 것이 있으면 AssertionError.
    """
    port = str(free_port())
    broker = f"redis://127.0.0.1:{port}/0"
    environment = {**environment, "COURSE_EXECUTOR": "celery", "COURSE_BROKER": broker}
    started: dict[str, subprocess.Popen] = {}

    def start(name: str, *command: str) -> None:
        with (folder / f"{name}.log").open("wb") as log:
            started[name] = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    try:
        start("redis", "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", str(folder))
        with contextlib.closing(redis.Redis.from_url(broker)) as client:
            wait_until(lambda: _answers(client), "Redis")
        for name in names:
            start(name, "dagster-celery", "worker", "start", "-A", "dagster_celery.app", "-y", str(config), "-n", name, "--", "--concurrency", "1")
        with contextlib.closing(make_app({"broker": broker, "backend": broker})) as app:
            wait_until(lambda: {worker.split("@")[0] for answer in app.control.ping() for worker in answer} == set(names), "Celery 일꾼")
        yield environment, started
    finally:
        # 일꾼을 먼저 끝내야 Redis를 찾지 않는다. dagster-celery는 신호를 celery에게 전하지 않는다.
        family = [process for popen in reversed(started.values()) for process in family_of(popen)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        _, left = psutil.wait_procs(family, timeout=30)
        kill(left)
        for popen in started.values():
            popen.wait()
    assert not left, f"스스로 끝나지 않은 프로세스: {left}"


def family_of(popen: subprocess.Popen) -> list[psutil.Process]:
    """프로세스와 그 자식들. 이미 끝났으면 없다."""
    if popen.poll() is not None:
        return []
    process = psutil.Process(popen.pid)
    return [process, *process.children(recursive=True)]


def kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def wait_until(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not ready():
        assert time.monotonic() < deadline, f"{what}이(가) 준비되지 않았습니다."
        time.sleep(0.1)


def _answers(client: redis.Redis) -> bool:
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def run_job(environment: dict[str, str], keys: Sequence[str]) -> subprocess.CompletedProcess:
    """센서가 요청하는 것과 같은 런을 `dagster job execute`로. `keys`는 파티션들이고, 인스턴스에 없으면 더한다."""
    with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as instance:
        instance.add_dynamic_partitions(pipeline.submissions.name, keys)
    tags = {ASSET_PARTITION_RANGE_START_TAG: keys[0], ASSET_PARTITION_RANGE_END_TAG: keys[-1]}
    return subprocess.run(
        [sys.executable, "-m", "dagster", "job", "execute", "-m", pipeline.__name__, "-j", pipeline.JOB, "--tags", json.dumps(tags)],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=600)
