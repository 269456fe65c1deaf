"""센서의 관찰: 파일 조작의 대본을 연기하고, 걸음마다 틱을 한 번 평가하고, 요청을 데몬이 하듯 실행한다.

여기서도 채점하지 않는다. 무대(도착 폴더와 인스턴스)는 저마다 비어 있는 채로 시작한다.
"""

import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from dagster._check import CheckError
from dagster._core.definitions.asset_daemon_cursor import AssetDaemonCursor
from dagster._core.definitions.job_definition import default_job_io_manager
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.instance.types import CachingDynamicPartitionsLoader

from course_lib import testing
from course_lib.grading import loading, spare_instances
from course_lib.resources import Landing

SALES = dg.AssetKey(["daily_sales"])
MAX_QUARANTINED = 2000


@dataclass
class Shop:
    """무대 하나: 도착 폴더, 인스턴스, 센서와 자동화의 커서, 데몬이 기억하는 런 키, `daily_sales`의 값들."""

    folder: Path
    runs: bool
    cursor: str | None = None
    automation_cursor: AssetDaemonCursor | None = None
    used_run_keys: set[str] = field(default_factory=set)
    sales: dict[str | None, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "shop" / "landing").mkdir(parents=True)
        (self.folder / "instance").mkdir()
        self.landing = Landing(self.folder / "shop" / "landing")
        # 런이 없으면 파일을 둘 곳도 필요 없다. 미리 만들어 둔 인스턴스면 된다.
        self.instance = dg.DagsterInstance.ephemeral(**({"tempdir": str(self.folder / "instance")} if self.runs else {}))
        spare_instances.record_only_results(self.instance)


# 자식 하나는 제출물 하나만 다룬다. 이름이 같은 무대는 다음 관찰에서 이어진다.
_shops: dict[str, Shop] = {}


def stage(name: str) -> Shop:
    """이름이 `name`인 무대. 센서가 아직 서지 않았으면 없다."""
    if name not in _shops:
        raise loading.Broken("exception", "센서가 아직 돌지 않았다")
    return _shops[name]


def sensor_ticks(submission: "loading.LoadedSubmission", name: str, steps: Sequence[Mapping], shop: str | None) -> dict:
    """대본의 한 걸음은 `{"files": [조작…], "cursor": 글, "runs": 횟수, "values": [자산…], "reload": 참/거짓}`이고 모두 없어도 된다.

    커서는 앞의 틱에서 이어진다. `values`의 자산은 런이 낸 값도 돌려준다. `runs`는 요청마다 실행할 횟수이며 없으면 실행하지 않는다. 이미 쓴 run_key의 요청은
    실행하지 않는다. `reload`면 프로세스가 새로 뜬 것처럼 제출물의 모듈을 새로 불러온다.
    """
    key = shop or next(unused for number in itertools.count(1) if (unused := f"#{number}") not in _shops)
    if key not in _shops:
        _shops[key] = Shop(submission.work_dir / f"shop-{len(_shops)}", runs=any(step.get("runs") for step in steps))
    stage = _shops[key]
    ticks = []
    for step in steps:
        if step.get("reload"):
            submission.reload()
        _play(stage.landing.path, step.get("files", []))
        stage.cursor = step.get("cursor", stage.cursor)
        ticks.append(_tick(submission, name, stage, step.get("runs", 0), step.get("values", ())))
    return {"ticks": ticks, "quarantine": _contents(stage.landing.quarantine)}


def _tick(submission: "loading.LoadedSubmission", name: str, shop: Shop, times: int, wanted: Sequence[str]) -> dict:
    repository = submission.repository
    if not repository.has_sensor_def(name):
        raise loading.Broken("missing_sensor", key=name, known=sorted(found.name for found in repository.sensor_defs))
    sensor = repository.get_sensor_def(name)
    before = _contents(shop.landing.path), _times(shop.landing.path)
    resources = {**submission.resources, "landing": shop.landing}
    context = dg.build_sensor_context(instance=shop.instance, cursor=shop.cursor, resources=resources, sensor_name=name,
                                      repository_def=repository)
    # 데몬의 인스턴스에는 주소(instance_ref)가 있어 Dagster가 스스로 마련한다. 임시 인스턴스에는 없다.
    context.caching_dynamic_partitions_loader = CachingDynamicPartitionsLoader(shop.instance)
    data = sensor.evaluate_tick(context)
    shop.cursor = data.cursor
    for change in data.dynamic_partitions_requests or []:
        if isinstance(change, dg.AddDynamicPartitionsRequest):
            shop.instance.add_dynamic_partitions(change.partitions_def_name, list(change.partition_keys))
        else:
            for key in change.partition_keys:
                shop.instance.delete_dynamic_partition(change.partitions_def_name, key)
    requests = list(data.run_requests or [])
    runs = []
    for request in requests:
        if times and (request.run_key is None or request.run_key not in shop.used_run_keys):
            shop.used_run_keys.add(request.run_key)
            runs += [{"run_key": request.run_key, "partition_key": request.partition_key, **_run(submission, sensor, request, shop, wanted)}
                     for _ in range(times)]
    return {
        "requests": [{"run_key": request.run_key, "partition_key": request.partition_key, "job": request.job_name,
                      "tags": {str(key): str(value) for key, value in request.tags.items()}} for request in requests],
        "skip": data.skip_message, "cursor": shop.cursor, "runs": runs,
        "last": next(reversed(shop.sales.values()), None), "partitions": _partition_values(submission, shop),
        "landing_untouched": before == (_contents(shop.landing.path), _times(shop.landing.path)),
    }


def _run(submission: "loading.LoadedSubmission", sensor: dg.SensorDefinition, request: dg.RunRequest, shop: Shop,
         wanted: Sequence[str]) -> dict:
    """요청 하나를 실행한다. `daily_sales`가 낸 값은 무대에 남긴다."""

    def execute() -> dg.ExecuteInProcessResult:
        job = submission.repository.get_job(request.job_name or sensor.job_name)
        settings = {"run_config": request.run_config, "tags": request.tags, "partition_key": request.partition_key, "instance": shop.instance}
        if request.asset_selection:
            # 잡에서 자산을 고르면 Dagster가 잡을 다시 짓는데, 그때는 자산에 묶인 리소스를 바꿀 수 없다.
            assets = list({id(found): found for found in submission.repository.assets_defs_by_key.values() if found.is_executable}.values())
            run = dg.materialize([testing.unbound(asset) for asset in assets], selection=list(request.asset_selection), **settings,
                                 resources={**job.resource_defs, **resources_of(job, shop)})
        else:
            run = job.execute_in_process(resources=resources_of(job, shop), **settings)
        for partition, value in _sales(run):
            # 파티션마다 마지막 값만, 마지막에 낸 것이 맨 뒤에 오게.
            shop.sales.pop(partition, None)
            shop.sales[partition] = loading.plain_value(_exact(value))
        return run

    return run_seen(submission, shop.instance, execute, wanted)


def resources_of(job: dg.JobDefinition, shop: Shop) -> dict[str, Any]:
    """잡에 끼워 넣을 리소스: 무대의 도착 폴더와, 학습자가 IO 매니저를 정하지 않았으면 무대의 파일."""
    resources: dict[str, Any] = {"landing": shop.landing}
    if job.resource_defs.get("io_manager") is default_job_io_manager:
        # 두면 Dagster가 메모리로 바꾼다. 런마다 프로세스가 다른 진짜에서는 앞선 런의 값이 파일로 이어진다.
        resources["io_manager"] = dg.FilesystemIOManager(base_dir=str(shop.folder / "instance"))
    return resources


def run_seen(submission: "loading.LoadedSubmission", instance: dg.DagsterInstance,
             execute: Callable[[], dg.ExecuteInProcessResult], wanted: Sequence[str]) -> dict:
    """런 하나에서 본 것. 실패한 런도 그때까지 구체화한 자산의 메타데이터와 검사의 결과가 인스턴스에 남아 있다."""
    before = _last_run_id(instance)
    seen: dict[str, Any] = {"success": False, "values": {}}
    try:
        run = execute()
        seen = {"success": run.success, "values": {name: _value_of(run, name) for name in wanted}}
    except BaseException as error:  # 다음 런도 보아야 한다
        seen["fault"] = loading.describe_fault(error, submission.work_dir)
    run_id = _last_run_id(instance)
    logs = [] if run_id in (None, before) else instance.all_logs(run_id)
    return {**seen, "metadata": loading.materialization_metadata(logs), "checks": loading.check_results(logs)}


def _last_run_id(instance: dg.DagsterInstance) -> str | None:
    return next((run.run_id for run in instance.get_runs(limit=1)), None)


def _value_of(run: dg.ExecuteInProcessResult, name: str) -> dict:
    try:
        return loading.plain_value(testing.unwrap(run.asset_value(dg.AssetKey([name]))))
    except (dg.DagsterError, CheckError, KeyError):
        return loading.plain_value(None)


def _sales(run: dg.ExecuteInProcessResult) -> list[tuple[str | None, Any]]:
    """런이 구체화한 `daily_sales`의 (파티션, 값). 자산이면 자산의 값, op이면 그 구체화를 기록한 op의 값이다."""
    events = [event for event in run.get_asset_materialization_events() if event.asset_key == SALES]
    if not events:
        return []
    partition = events[-1].step_materialization_data.materialization.partition
    try:
        return [(partition, testing.unwrap(run.asset_value(SALES)))]
    except (dg.DagsterError, CheckError, KeyError):
        return [(partition, testing.unwrap(run.output_for_node(str(events[-1].node_handle))))]


def _exact(value: Any) -> Any:
    """날짜와 매출을 글자로 적은 표. Arrow의 십진수에는 자릿수의 한도가 있고 NaN이 없어, 담는 사이에 달라질 수 있다."""
    if not isinstance(value, pd.DataFrame):
        return value
    return value.assign(**{name: value[name].map(str) for name in ("date", "revenue") if name in value.columns})


def _partition_values(submission: "loading.LoadedSubmission", shop: Shop) -> list[Any]:
    """`daily_sales`에 파티션이 있으면, 지금 있는 파티션마다의 마지막 값."""
    definition = submission.partitions.get(SALES.to_user_string())
    if definition is None:
        return []
    with partition_loading_context(dynamic_partitions_store=shop.instance):
        current = set(definition.get_partition_keys())
    return [value for partition, value in shop.sales.items() if partition in current]


def _play(folder: Path, operations: Sequence[Mapping]) -> None:
    """파일 조작 하나하나: write, copy, rename, touch, delete, mkdir. `mtime_ns`를 주면 그 시각으로 한다."""
    for operation in operations:
        path = folder / operation["name"]
        match operation["do"]:
            case "write":
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(operation["data"])
            case "copy":
                (folder / operation["to"]).write_bytes(path.read_bytes())
                path = folder / operation["to"]
            case "rename":
                path = path.rename(folder / operation["to"])
            case "touch":
                path.touch()
            case "delete":
                path.unlink()
            case "mkdir":
                path.mkdir(parents=True, exist_ok=True)
        if "mtime_ns" in operation:
            os.utime(path, ns=(operation["mtime_ns"], operation["mtime_ns"]))


def _contents(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()][:MAX_QUARANTINED]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _times(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob("*")}


OBSERVATIONS = {"sensor_ticks": sensor_ticks}
