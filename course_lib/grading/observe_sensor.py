"""센서의 관찰: 파일 조작의 대본을 연기하고, 걸음마다 틱을 한 번 평가하고, 요청을 데몬이 하듯 실행한다.

여기서도 채점하지 않는다. 무대(도착 폴더와 인스턴스)는 저마다 비어 있는 채로 시작한다.
"""

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from dagster._check import CheckError
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
    """무대 하나: 도착 폴더, 인스턴스, 센서의 커서, 데몬이 기억하는 런 키, `daily_sales`의 값들."""

    folder: Path
    runs: bool
    cursor: str | None = None
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


def sensor_ticks(submission: "loading.LoadedSubmission", name: str, steps: Sequence[Mapping], shop: str | None) -> dict:
    """대본의 한 걸음은 `{"files": [조작…], "cursor": 글, "runs": 횟수, "reload": 참/거짓}`이고 모두 없어도 된다.

    커서는 앞의 틱에서 이어진다. `runs`는 요청마다 실행할 횟수이며 없으면 실행하지 않는다. 이미 쓴 run_key의 요청은
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
        ticks.append(_tick(submission, name, stage, step.get("runs", 0)))
    return {"ticks": ticks, "quarantine": _contents(stage.landing.quarantine)}


def _tick(submission: "loading.LoadedSubmission", name: str, shop: Shop, times: int) -> dict:
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
            runs += [{"run_key": request.run_key, **_run(submission, sensor, request, shop)} for _ in range(times)]
    return {
        "requests": [{"run_key": request.run_key, "partition_key": request.partition_key, "job": request.job_name,
                      "tags": {str(key): str(value) for key, value in request.tags.items()}} for request in requests],
        "skip": data.skip_message, "cursor": shop.cursor, "runs": runs,
        "last": next(reversed(shop.sales.values()), None), "partitions": _partition_values(submission, shop),
        "landing_untouched": before == (_contents(shop.landing.path), _times(shop.landing.path)),
    }


def _run(submission: "loading.LoadedSubmission", sensor: dg.SensorDefinition, request: dg.RunRequest, shop: Shop) -> dict:
    """요청 하나를 실행한다. `daily_sales`가 낸 값은 무대에 남긴다."""
    try:
        job = submission.repository.get_job(request.job_name or sensor.job_name)
        resources: dict[str, Any] = {"landing": shop.landing}
        if job.resource_defs.get("io_manager") is default_job_io_manager:
            # 두면 Dagster가 메모리로 바꾼다. 런마다 프로세스가 다른 진짜에서는 앞선 런의 값이 파일로 이어진다.
            resources["io_manager"] = dg.FilesystemIOManager(base_dir=str(shop.folder / "instance"))
        settings = {"run_config": request.run_config, "tags": request.tags, "partition_key": request.partition_key, "instance": shop.instance}
        if request.asset_selection:
            # 잡에서 자산을 고르면 Dagster가 잡을 다시 짓는데, 그때는 자산에 묶인 리소스를 바꿀 수 없다.
            assets = list({id(found): found for found in submission.repository.assets_defs_by_key.values() if found.is_executable}.values())
            run = dg.materialize([testing.unbound(asset) for asset in assets], selection=list(request.asset_selection), **settings,
                                 resources={**job.resource_defs, **resources})
        else:
            run = job.execute_in_process(resources=resources, **settings)
        seen = {"success": run.success, "metadata": loading.materialization_metadata(run)}
        for partition, value in _sales(run):
            # 파티션마다 마지막 값만, 마지막에 낸 것이 맨 뒤에 오게.
            shop.sales.pop(partition, None)
            shop.sales[partition] = loading.plain_value(_exact(value))
        return seen
    except BaseException as error:  # 다음 요청도 보아야 한다
        return {"success": False, "metadata": {}, "fault": loading.describe_fault(error, submission.work_dir)}


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
