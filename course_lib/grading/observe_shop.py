"""센서의 무대에서 이어지는 관찰: 무대의 인스턴스로 자동화 조건을 평가하고, 자산을 구체화한다.

여기서도 채점하지 않는다. 무대는 `observe_sensor`가 만든다.
"""

from collections.abc import Sequence
from datetime import datetime

import dagster as dg

from course_lib.grading import loading, observe_sensor
from course_lib.grading.observe_sensor import Shop


def automation_tick(submission: "loading.LoadedSubmission", asset: str, at: str, shop: str) -> dict:
    """자산의 자동화 조건을 그때(ISO 8601)에 한 번 평가한다. 커서는 이 무대의 앞선 평가에서 이어진다."""
    submission.asset(asset)
    stage = observe_sensor.stage(shop)
    key = dg.AssetKey([asset])
    if submission.repository.asset_graph.get(key).automation_condition is None:
        raise loading.Broken("no_automation", key=asset)
    assets = list({id(found): found for found in submission.repository.assets_defs_by_key.values()}.values())
    result = dg.evaluate_automation_conditions(assets, stage.instance, asset_selection=dg.AssetSelection.assets(key),
                                               evaluation_time=datetime.fromisoformat(at), cursor=stage.automation_cursor)
    stage.automation_cursor = result.cursor
    return {"requested": sorted(str(partition) for partition in result.get_requested_partitions(key))}


def shop_runs(submission: "loading.LoadedSubmission", asset: str, partition_keys: Sequence[str], shop: str) -> dict:
    """자산 하나를 파티션마다 한 런씩, 그 검사와 함께 구체화한다. 학습자의 IO 매니저를 그대로 쓴다."""
    submission.asset(asset)
    stage, key = observe_sensor.stage(shop), dg.AssetKey([asset])
    job = submission.repository.get_implicit_job_def_for_assets([key]).get_subset(asset_selection=frozenset([key]))
    return {"runs": [{"run_key": None, "partition_key": partition, **_run(submission, stage, job, asset, partition)}
                     for partition in partition_keys]}


def _run(submission: "loading.LoadedSubmission", stage: Shop, job: dg.JobDefinition, asset: str, partition: str) -> dict:
    def execute() -> dg.ExecuteInProcessResult:
        return job.execute_in_process(partition_key=partition, instance=stage.instance, resources=observe_sensor.resources_of(job, stage))

    return observe_sensor.run_seen(submission, stage.instance, execute, [asset])


OBSERVATIONS = {"automation_tick": automation_tick, "shop_runs": shop_runs}
