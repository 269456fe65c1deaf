"""이어지는 런의 관찰: 파티션과 백필, 스케줄. 한 자식 안에서 임시 인스턴스 하나와 작업 폴더를 이어서 쓴다.

여기서도 채점하지 않는다. 자식이 새로 뜨면 인스턴스와 폴더도 새것이다.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._utils.schedules import schedule_execution_time_iterator

from course_lib import testing
from course_lib.grading import loading, spare_instances
from course_lib.grading.stand_ins import Material, StandIns


def runs(submission: "loading.LoadedSubmission", selection: Sequence[str], partition_keys: Sequence[str | None],
         resources: Mapping[str, Material], new_process: bool) -> dict:
    """파티션마다 한 런씩 구체화한다. **학습자의 IO 매니저를 그대로 쓰고** 인스턴스에 기록이 남는다(백필).

    `new_process`면 모듈에 담아 둔 기억을 지우고 시작한다. 런이 실패하면 그 까닭을 적고 다음 파티션으로 간다.
    """
    if new_process:
        submission.reload()
    for key in selection:
        submission.asset(key)
    job = job_of(submission, selection, StandIns(resources).resources)
    spare_instances.record_only_results(submission.instance)
    done = []
    for key in partition_keys:
        try:
            run = job.execute_in_process(partition_key=key, instance=submission.instance)
            done.append({"partition_key": key, "success": run.success, "metadata": loading.materialization_metadata(run.all_events),
                         "values": {name: value_of(run, name) for name in selection}})
        except BaseException as error:  # 다음 파티션도 보아야 한다
            done.append({"partition_key": key, "success": False, "fault": loading.describe_fault(error, submission.work_dir)})
    return {"runs": done}


def job_of(submission: "loading.LoadedSubmission", selection: Sequence[str], stand_ins: Mapping[str, Any]) -> dg.JobDefinition:
    """고른 자산들의 잡. 런마다 `dg.materialize`로 새로 만들면 런 하나에 20ms쯤이 더 든다."""
    assets = list({id(found): found for found in submission.repository.assets_defs_by_key.values()}.values())
    resources = {name: resource for asset in assets for name, resource in asset.resource_defs.items()}
    definitions = dg.Definitions(
        assets=[testing.unbound(asset) for asset in assets], resources={**resources, **submission.resources, **stand_ins},
        jobs=[dg.define_asset_job("backfill", selection=[dg.AssetKey([name]) for name in selection])],
    )
    return definitions.resolve_job_def("backfill")


def value_of(run: dg.ExecuteInProcessResult, name: str) -> dict:
    """런에서 자산이 낸 값. 값을 내지 않았으면 None이다."""
    try:
        return loading.plain_value(testing.unwrap(run.asset_value(dg.AssetKey([name]))))
    except dg.DagsterInvariantViolationError:
        return loading.plain_value(None)


def partition_facts(submission: "loading.LoadedSubmission", asset: str, keys: Sequence[str]) -> dict:
    """자산의 파티션 정의: 첫 열쇠들, 2024년 6월 1일에 `keys` 가운데 있는 것의 시간 창, 같은 객체를 쓰는 다른 자산들."""
    submission.asset(asset)
    definition = _partitions_of(submission, asset)
    if definition is None:
        return {"partitioned": False}
    now = datetime(2024, 6, 1)
    known = list(definition.get_partition_keys(current_time=now))
    windows = {}
    if isinstance(definition, dg.TimeWindowPartitionsDefinition):
        for key in set(keys) & set(known):
            window = definition.time_window_for_partition_key(key)
            windows[key] = [window.start.astimezone(UTC).isoformat(), window.end.astimezone(UTC).isoformat()]
    others = [key.to_user_string() for key in submission.repository.assets_defs_by_key]
    shared = [other for other in others if other != asset and _partitions_of(submission, other) is definition]
    return {"partitioned": True, "first": known[:3], "windows": windows, "shared_with": shared}


def _partitions_of(submission: "loading.LoadedSubmission", asset: str) -> dg.PartitionsDefinition | None:
    key = dg.AssetKey.from_user_string(asset)
    return submission.repository.assets_defs_by_key[key].specs_by_key[key].partitions_def


def schedule_ticks(submission: "loading.LoadedSubmission", name: str, at: Sequence[str]) -> dict:
    """스케줄을 주어진 때(ISO 8601)에 평가한다. 요청의 파티션 열쇠가 그 잡에 있는지도 본다.

    `next`는 2024년 2월 28일 정오(UTC) 뒤에 올 세 틱의 시각이다: 크론을 어떻게 적었든, 어느 시간대로 적었든 견줄 수 있다.
    """
    repository = submission.repository
    if not repository.has_schedule_def(name):
        raise loading.Broken("missing_schedule", key=name, known=sorted(found.name for found in repository.schedule_defs))
    schedule = repository.get_schedule_def(name)
    job = repository.get_job(schedule.job_name)
    # 데몬은 틱의 시각을 스케줄의 시간대로 건네준다.
    zone = ZoneInfo(schedule.execution_timezone or "UTC")
    ticks = []
    for moment in at:
        context = dg.build_schedule_context(instance=submission.instance, repository_def=repository, resources=submission.resources,
                                            scheduled_execution_time=datetime.fromisoformat(moment).astimezone(zone))
        ticks.append(_tick(schedule, context))
    coming = schedule_execution_time_iterator(datetime(2024, 2, 28, 12, tzinfo=UTC).timestamp(), schedule.cron_schedule,
                                              schedule.execution_timezone)
    return {"ticks": ticks, "next": [moment.astimezone(UTC).isoformat() for moment in itertools.islice(coming, 3)],
            "assets": sorted(key.to_user_string() for key in job.asset_layer.selected_asset_keys)}


def _tick(schedule: dg.ScheduleDefinition, context: dg.ScheduleEvaluationContext) -> dict:
    try:
        data = schedule.evaluate_tick(context)
    except dg.DagsterUnknownPartitionError as error:
        # 데몬에서도 틱이 실패한다. 어느 파티션을 요청했는지는 메시지에만 있다.
        asked = re.search("`(.*?)`", str(error))
        return {"requests": [], "unknown_partition": asked[1] if asked else str(error)[:100]}
    return {"requests": [_request(request) for request in data.run_requests or []], "unknown_partition": None}


def _request(request: dg.RunRequest) -> dict:
    return {"run_key": request.run_key, "partition_key": request.partition_key, "tags": {str(k): str(v) for k, v in request.tags.items()},
            "job": request.job_name}


OBSERVATIONS = {"runs": runs, "partition_facts": partition_facts, "schedule_ticks": schedule_ticks}
