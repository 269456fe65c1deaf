"""이어지는 런의 관찰: 파티션과 백필, 스케줄, 센서. 한 자식 안에서 임시 인스턴스 하나와 작업 폴더를 이어서 쓴다.

여기서도 채점하지 않는다. 자식이 새로 뜨면 인스턴스와 폴더도 새것이다.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg

from course_lib import testing
from course_lib.grading import observe
from course_lib.grading.stand_ins import Material, StandIns

MAX_FILES = 200


def runs(submission: "observe.LoadedSubmission", selection: Sequence[str], partition_keys: Sequence[str | None],
         resources: Mapping[str, Material]) -> dict:
    """파티션마다 한 런씩 구체화한다. **학습자의 IO 매니저를 그대로 쓰고** 인스턴스에 기록이 남는다(백필).

    런이 실패하면 그 까닭을 적고 다음 파티션으로 간다.
    """
    stand_ins = StandIns(resources)
    for key in selection:
        submission.asset(key)
    assets = list({id(found): found for found in submission.repository.assets_defs_by_key.values()}.values())
    resources = {name: resource for asset in assets for name, resource in asset.resource_defs.items()}
    done = []
    for key in partition_keys:
        try:
            run = dg.materialize([testing.unbound(asset) for asset in assets], selection=[dg.AssetKey([name]) for name in selection],
                                 partition_key=key, instance=submission.instance,
                                 resources={**resources, **submission.resources, **stand_ins.resources})
            done.append({"partition_key": key, "success": run.success, "metadata": observe.materialization_metadata(run)})
        except BaseException as error:  # 다음 파티션도 보아야 한다
            done.append({"partition_key": key, "success": False, "fault": observe.describe_fault(error, submission.work_dir)})
    return {"runs": done, "log": stand_ins.log}


def stored(submission: "observe.LoadedSubmission", asset: str, partition_key: str | None) -> dict:
    """앞선 런이 남긴 값을 학습자의 IO 매니저로 다시 읽는다."""
    submission.asset(asset)
    value = submission.repository.load_asset_value(dg.AssetKey([asset]), partition_key=partition_key, instance=submission.instance)
    return {"value": observe.plain_value(value)}


def partition_facts(submission: "observe.LoadedSubmission", asset: str, keys: Sequence[str]) -> dict:
    """자산의 파티션 정의: 첫 열쇠들, 주어진 열쇠가 있는지, 그 시간 창, 업스트림의 어느 파티션을 읽는지."""
    assets_def = submission.asset(asset)
    definition = assets_def.specs_by_key[dg.AssetKey([asset])].partitions_def
    if definition is None:
        return {"partitioned": False}
    now = datetime(2024, 6, 1)
    facts: dict[str, Any] = {"partitioned": True, "kind": type(definition).__name__,
                             "first": list(definition.get_partition_keys(current_time=now))[:3]}
    windows = {}
    if isinstance(definition, dg.TimeWindowPartitionsDefinition):
        facts["timezone"] = definition.timezone
        known = set(definition.get_partition_keys(current_time=now))
        for key in keys:
            if key in known:
                window = definition.time_window_for_partition_key(key)
                windows[key] = [window.start.isoformat(), window.end.isoformat()]
    return {**facts, "windows": windows}


def schedule_ticks(submission: "observe.LoadedSubmission", name: str, at: Sequence[str]) -> dict:
    """스케줄을 주어진 때(ISO 8601)에 평가한다. 요청의 파티션 열쇠가 그 잡에 있는지도 본다."""
    repository = submission.repository
    if not repository.has_schedule_def(name):
        raise observe.Broken("missing_schedule", key=name, known=sorted(found.name for found in repository.schedule_defs))
    schedule = repository.get_schedule_def(name)
    job = repository.get_job(schedule.job_name)
    ticks = []
    for moment in at:
        context = dg.build_schedule_context(instance=submission.instance, scheduled_execution_time=datetime.fromisoformat(moment),
                                            repository_def=repository, resources=submission.resources)
        data = schedule.evaluate_tick(context)
        ticks.append({"requests": [_request(request) for request in data.run_requests or []], "skip": data.skip_message})
    cron = schedule.cron_schedule
    return {"ticks": ticks, "cron": [cron] if isinstance(cron, str) else list(cron), "timezone": schedule.execution_timezone or "UTC",
            "assets": sorted(key.to_user_string() for key in job.asset_layer.selected_asset_keys)}


def sensor_ticks(submission: "observe.LoadedSubmission", name: str, steps: Sequence[Mapping], execute: bool) -> dict:
    """센서를 파일 조작의 대본에 따라 평가한다.

    대본의 한 걸음은 `{"files": [조작…], "cursor": "keep" 또는 글}`이고, 걸음마다 틱이 한 번 있다. 커서는 앞의 틱에서 이어진다.
    `execute`면 요청을 그 잡으로 실행한다. 데몬처럼 이미 쓴 run_key의 요청은 실행하지 않는다.
    """
    repository = submission.repository
    if not repository.has_sensor_def(name):
        raise observe.Broken("missing_sensor", key=name, known=sorted(found.name for found in repository.sensor_defs))
    sensor = repository.get_sensor_def(name)
    landing = submission.landing
    ticks, cursor = [], submission.sensor_cursor
    for step in steps:
        _play(landing.path, step.get("files", []))
        if "cursor" in step:
            cursor = step["cursor"]
        before = _listing(landing.path)
        resources = {**submission.resources, "landing": landing}
        context = dg.build_sensor_context(instance=submission.instance, cursor=cursor, resources=resources, sensor_name=name)
        data = sensor.evaluate_tick(context)
        cursor = data.cursor
        for request in data.dynamic_partitions_requests or []:
            if isinstance(request, dg.AddDynamicPartitionsRequest):
                submission.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        tick = {"requests": [_request(request) for request in data.run_requests or []], "skip": data.skip_message, "cursor": cursor,
                "runs": []}
        for request in data.run_requests or []:
            if execute and (request.run_key is None or request.run_key not in submission.used_run_keys):
                submission.used_run_keys.add(request.run_key)
                tick["runs"].append(_run_request(submission, sensor, request, resources))
        tick["landing_untouched"] = before == _listing(landing.path)
        ticks.append(tick)
    submission.sensor_cursor = cursor
    return {"ticks": ticks, "quarantine": _contents(landing.quarantine)}


def _run_request(submission: "observe.LoadedSubmission", sensor: dg.SensorDefinition, request: dg.RunRequest,
                 resources: Mapping[str, Any]) -> dict:
    """요청 하나를 데몬이 하듯 실행하고 `daily_sales`의 값과 구체화 메타데이터를 본다."""
    try:
        job = submission.repository.get_job(request.job_name or sensor.job_name)
        run = job.execute_in_process(run_config=request.run_config, tags=request.tags, partition_key=request.partition_key,
                                     asset_selection=request.asset_selection, instance=submission.instance, resources=resources)
    except BaseException as error:  # 다음 요청도 보아야 한다
        return {"success": False, "fault": observe.describe_fault(error, submission.work_dir)}
    seen: dict[str, Any] = {"success": run.success, "metadata": observe.materialization_metadata(run)}
    value = _value_named(run, "daily_sales")
    return {**seen, "value": observe.plain_value(value)}


def _value_named(run: dg.ExecuteInProcessResult, name: str) -> Any:
    """이름이 `name`인 자산이나 op의 값."""
    try:
        return testing.unwrap(run.asset_value(dg.AssetKey([name])))
    except dg.DagsterError:
        pass
    try:
        return testing.unwrap(run.output_for_node(name))
    except dg.DagsterError:
        return None


def _request(request: dg.RunRequest) -> dict:
    return {"run_key": request.run_key, "partition_key": request.partition_key, "tags": {str(k): str(v) for k, v in request.tags.items()},
            "job": request.job_name}


def _play(folder: Path, operations: Sequence[Mapping]) -> None:
    """파일 조작 하나하나: write, copy, touch, delete, rename, mkdir. 시각은 ns다."""
    folder.mkdir(parents=True, exist_ok=True)
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
            case "delete":
                path.unlink()
            case "mkdir":
                path.mkdir(parents=True, exist_ok=True)
        if "mtime_ns" in operation:
            os.utime(path, ns=(operation["mtime_ns"], operation["mtime_ns"]))


def _listing(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
            for path in sorted(folder.rglob("*")) if path.is_file()}


def _contents(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()][:MAX_FILES]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


OBSERVATIONS = {"runs": runs, "stored": stored, "partition_facts": partition_facts, "schedule_ticks": schedule_ticks,
                "sensor_ticks": sensor_ticks}
