"""이어지는 런의 관찰: 파티션과 백필, 스케줄. 한 자식 안에서 임시 인스턴스 하나와 작업 폴더를 이어서 쓴다.

여기서도 채점하지 않는다. 자식이 새로 뜨면 인스턴스와 폴더도 새것이다.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import dagster as dg

from course_lib import testing
from course_lib.grading import observe
from course_lib.grading.stand_ins import Material, StandIns


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


def _request(request: dg.RunRequest) -> dict:
    return {"run_key": request.run_key, "partition_key": request.partition_key, "tags": {str(k): str(v) for k, v in request.tags.items()},
            "job": request.job_name}


OBSERVATIONS = {"runs": runs, "stored": stored, "partition_facts": partition_facts, "schedule_ticks": schedule_ticks}
