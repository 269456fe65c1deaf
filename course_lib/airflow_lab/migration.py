"""옮겨 가기: DAG의 태스크 하나를 Dagster에게 맡기고 나머지는 Airflow에 둔 채 실행한다.

DAG 파일 끝에 `migration/proxy_lines.py`를 덧붙이고, 그 옆의 `proxied_state/order_pipeline.yaml`에서 `clean_orders`를
`proxied: True`로 바꾼다. Dagster는 `migrating.py`를 이 컴퓨터 안의 빈 포트에 띄웠다가 끝나면 내린다.
"""

import contextlib
import dataclasses
import json
import os
import shutil
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import psutil

from course_lib.airflow_lab import runs
from course_lib.airflow_lab.environment import AirflowError, Environment
from course_lib.services.launch import LOOPBACK, Running, ServiceError, attached, free_port, log_tail

MIGRATION = Path(__file__).with_name("migration")
PROXY_LINES = MIGRATION / "proxy_lines.py"
PROXIED_STATE = MIGRATION / f"{runs.DAG_ID}.yaml"

# Airflow 쪽의 오퍼레이터가 Dagster의 런에 붙이는 꼬리표.
_TASK_ID_TAG = "dagster-airlift/airflow-task-id"
_READY_SECONDS = 180
_DAGSTER_YAML = """\
telemetry:
  enabled: false
# 대기열을 5초마다가 아니라 1초마다 본다. 기다리는 시간을 줄일 뿐 하는 일은 같다.
run_coordinator:
  module: dagster._core.run_coordinator
  class: QueuedRunCoordinator
  config:
    dequeue_interval_seconds: 1
"""
# Airflow의 태스크가 던지는 물음은 3초 안에 답해야 한다. 그래서 코드를 다 읽어 들일 때까지 먼저 물어본다.
_ASSETS = "{ assetNodes { assetKey { path } jobs { name } } }"
_MATERIALIZATIONS = """{ assetNodes { assetKey { path } assetMaterializations {
    partition runOrError { ... on Run { status tags { key value } } } } } }"""


def run(day: str, folder: Path, environment: Environment) -> runs.AirflowRun:
    """`clean_orders`만 Dagster에 맡기고 `day`의 파이프라인을 Airflow로 실행한다. 실패하면 `AirflowError`.

    Dagster는 `folder/dagster_home`을 DAGSTER_HOME으로 쓴다. 무슨 일이 있어도 끝나면 내린다.
    """
    runs.lay_out(folder, environment)
    dags = folder / "airflow_home" / "dags"
    pipeline = dags / f"{runs.DAG_ID}.py"
    pipeline.write_text(pipeline.read_text(encoding="utf-8") + PROXY_LINES.read_text(encoding="utf-8"), encoding="utf-8")
    (dags / "proxied_state").mkdir()
    shutil.copyfile(PROXIED_STATE, dags / "proxied_state" / PROXIED_STATE.name)
    with dagster_server(folder) as url:
        result = runs.execute(day, folder, environment, {"DAGSTER_URL": url})
        return dataclasses.replace(result, dagster_runs=_dagster_runs(url))


@contextlib.contextmanager
def dagster_server(folder: Path) -> Iterator[str]:
    """`migrating.py`를 담은 `dagster dev`를 띄우고 그 주소를 준다. 블록을 나가면 자식까지 모두 끝낸다."""
    home = folder / "dagster_home"
    home.mkdir()
    (home / "dagster.yaml").write_text(_DAGSTER_YAML, encoding="utf-8")
    port = free_port()
    command = [
        sys.executable, "-m", "dagster", "dev", "--host", LOOPBACK, "--port", str(port), "--log-level", "warning",
        "-m", "course_lib.airflow_lab.migrating",
    ]  # fmt: skip
    changes = {"DAGSTER_HOME": str(home), "ORDERS_DIR": str(folder / "data"), "PYTHONWARNINGS": "ignore", "DAGSTER_DISABLE_TELEMETRY": "1"}
    url = f"http://{LOOPBACK}:{port}"
    with attached() as launch:
        try:
            # 띄우는 도우미는 지금의 환경 변수를 물려준다.
            with mock.patch.dict(os.environ, changes):
                server = launch(command, home)
        except ServiceError as error:
            raise AirflowError(f"Dagster를 띄우지 못했습니다.\n{error}") from error
        family: list[psutil.Process] = []
        try:
            _wait_until_loaded(url, server, home)
            yield url
        finally:
            if (process := server.process()) is not None:
                family = process.children(recursive=True)
            server.stop()
            # 코드 서버는 부모가 끝난 뒤에도 잠시 남는다. 우리가 띄운 것이므로 번호로 끝낸다.
            for child in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()


def _wait_until_loaded(url: str, server: Running, home: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if any(node["jobs"] for node in _ask(url, _ASSETS)["assetNodes"]):
                return
        if server.process() is None:
            raise AirflowError(f"Dagster가 시작하다가 멈췄습니다.\n{log_tail(home)}")
        if time.monotonic() > deadline:
            raise AirflowError(f"Dagster가 {_READY_SECONDS}초 안에 준비되지 않았습니다.\n{log_tail(home)}")
        time.sleep(0.3)


def _dagster_runs(url: str) -> tuple[tuple[str, str, str], ...]:
    """Dagster가 성공한 구체화마다 (자산, 파티션 키, 런을 시작한 Airflow의 태스크)."""
    found = []
    for node in _ask(url, _MATERIALIZATIONS)["assetNodes"]:
        for made in node["assetMaterializations"]:
            tags = {tag["key"]: tag["value"] for tag in made["runOrError"].get("tags", [])}
            found.append((".".join(node["assetKey"]["path"]), made["partition"], tags.get(_TASK_ID_TAG, "")))
    return tuple(sorted(found))


def _ask(url: str, query: str) -> dict:
    """Dagster의 GraphQL에 묻는다. 회사 프록시를 거치지 않는다."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"Content-Type": "application/json"})
    with opener.open(request, timeout=30) as response:
        return json.load(response)["data"]
