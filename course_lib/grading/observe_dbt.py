"""dbt 프로젝트의 관찰: manifest 만들기, 원본 표를 채우고 하루씩 구체화하기.

dbt는 진짜 명령으로 돈다("dbt" 프로필). 창고(DuckDB 파일)는 작업 폴더에 있고 그 자리는 환경 변수로 알린다.
여기서도 채점하지 않는다. dagster_dbt는 이 프로필에서만 불러온다.
"""

import contextlib
import importlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd

from course_lib import activity
from course_lib.grading import loading, observe, observe_runs, spare_instances, warm_dbt
from course_lib.grading.dbt_manifest import MANIFEST, PROJECT
from course_lib.grading.remembered_dbt import Memory

WAREHOUSE = "warehouse.duckdb"


# ---------------------------------------------------------------- "dbt" 프로필의 자식이 시작하는 함수들


def warm_up() -> None:
    """자이고트에서 fork하기 전에 한 번: 다른 연습과 같은 것에 dbt를 더한다."""
    importlib.import_module("dagster_duckdb")
    warm_dbt.import_dbt()
    warm_dbt.warm_up()
    observe.warm_up()
    # 자식마다 새로 만든 빈 창고는 바이트가 저마다 다르다. 같은 데서 시작해야 기억한 것을 쓸 수 있다.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, WAREHOUSE)
        duckdb.connect(str(path)).close()
        _empty_warehouse.append(path.read_bytes())


def serve(sock: socket.socket, work_dir: Path) -> None:
    """dbt 명령을 맡을 서버를 두고 관찰 요청에 답한다."""
    global _server
    _server = warm_dbt.DbtServer(closing=[sock])
    _server.install()
    serve_cold(sock, work_dir)


def serve_cold(sock: socket.socket, work_dir: Path) -> None:
    """dbt 명령마다 새 프로세스를 띄우며 관찰 요청에 답한다(격리하지 않는 대안)."""
    observe.OBSERVATIONS.update(OBSERVATIONS)
    # dbt는 PATH에서 찾는다.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    os.environ[activity.VARIABLE] = str(work_dir / WAREHOUSE)
    # 파일이 없으면 과정의 도구가 자식마다 원본 표를 채운다. 채점할 때의 원본 표는 채점 기준표가 준다.
    if _empty_warehouse:
        Path(os.environ[activity.VARIABLE]).write_bytes(_empty_warehouse[0])
    else:
        duckdb.connect(os.environ[activity.VARIABLE]).close()
    observe.serve(sock, work_dir)


_server: warm_dbt.DbtServer | None = None
_empty_warehouse: list[bytes] = []


# ---------------------------------------------------------------- 관찰


def parse_dbt(submission: "loading.LoadedSubmission") -> dict:
    """`dbt parse`가 만든 manifest. 프로젝트를 읽지 못하면 dbt의 메시지가 든 Broken."""
    project = submission.root / PROJECT
    command = ["dbt", "--no-use-colors", "parse", "--no-partial-parse", "--project-dir", str(project), "--profiles-dir", str(project),
               "--target-path", "target"]
    run = _server.run if _server else subprocess.Popen
    process = run(command, cwd=project, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with process.stdout:
        said = process.stdout.read().decode("utf-8", "replace")
    code, manifest = process.wait(), submission.root / MANIFEST
    if code or not manifest.is_file():
        raise loading.Broken("dbt", message=said[-2000:])
    return {"manifest": manifest.read_bytes()}


def dbt_runs(submission: "loading.LoadedSubmission", raw: Mapping[str, pd.DataFrame] | None, selection: Sequence[str],
             partition_keys: Sequence[str], models: Sequence[str], values: Sequence[str], known: Mapping[str, dict], recording: bool) -> dict:
    """파티션마다 한 런씩 구체화하고, 런마다 창고의 표(`models`)와 Python 자산의 값(`values`)을 본다. 실패한 런의 표도 본다.

    `raw`가 있으면 먼저 원본 표를 그것으로 바꾼다. IO 매니저와 리소스는 학습자의 것이다. `known`은 기억한 dbt 명령들이다.
    """
    for key in selection:
        submission.asset(key)
    warehouse = Path(os.environ[activity.VARIABLE])
    memory = Memory(warehouse, known, recording)
    if _server:
        _server.memory = memory

    def fill() -> tuple[bytes, int]:
        activity.fill_raw(warehouse, raw["users"], raw["events"])
        return b"", 0

    if raw is not None:
        memory.step(["fill", *(frame.to_csv() for frame in raw.values())], fill)
    job = observe_runs.job_of(submission, selection, {})
    spare_instances.record_only_results(submission.instance)
    return {"runs": [_day(submission, job, key, models, values) for key in partition_keys], "new": memory.new}


def _day(submission: "loading.LoadedSubmission", job: dg.JobDefinition, partition_key: str, models: Sequence[str],
         values: Sequence[str]) -> dict:
    faults: list[dict] = []

    @dg.failure_hook
    def remember(context: dg.HookContext) -> None:
        # 예외를 붙들고 있으면 그 안의 창고 연결이 닫히지 않아 dbt가 창고를 열지 못한다.
        if context.op_exception is not None:
            faults.append(_fault(context.op_exception, submission))

    seen: dict[str, Any] = {"success": False, "values": {}}
    events: list[dg.DagsterEvent] = []
    try:
        # 한 자산이 실패해도 거기에 기대지 않는 자산은 만든다. Dagster의 화면에서 돌린 런도 그렇다.
        run = job.with_hooks({remember}).execute_in_process(partition_key=partition_key, instance=submission.instance, raise_on_error=False)
        events = run.all_events
        if run.success:
            seen = {"success": True, "values": {name: observe_runs.value_of(run, name) for name in values}}
    except BaseException as error:
        faults.append(_fault(error, submission))
    if not seen["success"]:
        seen["fault"] = next(iter(faults), {"kind": "exception"})
    return {**seen, "metadata": loading.materialization_metadata(events), "tables": _tables(submission, models)}


def _fault(error: BaseException, submission: "loading.LoadedSubmission") -> dict:
    """런이 실패한 까닭. dbt가 실패했으면 명령이 아니라 dbt의 오류를 말한다."""
    fault = loading.describe_fault(error, submission.work_dir)
    if fault.get("type") == "DagsterDbtCliRuntimeError":
        message = fault["message"]
        fault = {"kind": "dbt", "message": message.partition("Errors parsed from dbt logs:")[2].strip() or message}
    return fault


def _tables(submission: "loading.LoadedSubmission", models: Sequence[str]) -> dict[str, pd.DataFrame]:
    """창고에 있는 모델의 표. 어느 스키마의 어느 이름인지는 manifest에 있다."""
    nodes = json.loads((submission.root / MANIFEST).read_bytes())["nodes"].values()
    places = {node["name"]: (node["schema"], node["alias"]) for node in nodes if node["resource_type"] == "model"}
    tables = {}
    with duckdb.connect(os.environ[activity.VARIABLE]) as connection:
        for name in set(models) & set(places):
            with contextlib.suppress(duckdb.Error):  # 아직 만들지 않은 표, 열이 사라진 뷰
                tables[name] = connection.table(".".join(f'"{part}"' for part in places[name])).df()
    return tables


def statements(submission: "loading.LoadedSubmission") -> dict:
    """design.py에 적은 두 표. 값은 글로."""
    module = importlib.import_module(f"{loading.PACKAGE_PARENT}.{submission.package}.design")
    found = {}
    for name in ("PARTITIONED", "REASONS"):
        table = getattr(module, name, None)
        if not isinstance(table, Mapping):
            raise loading.Broken("missing_name", name=name, file="design.py")
        found[name] = {str(key): str(value) for key, value in table.items()}
    return found


def check_facts(submission: "loading.LoadedSubmission") -> dict:
    """자산마다의 자산 검사 이름."""
    checks: dict[str, list[str]] = {}
    for key in submission.repository.asset_graph.asset_check_keys:
        checks.setdefault(key.asset_key.to_user_string(), []).append(key.name)
    return {"checks": {asset: sorted(names) for asset, names in checks.items()}}


OBSERVATIONS = {"parse_dbt": parse_dbt, "dbt_runs": dbt_runs, "statements": statements, "check_facts": check_facts}
