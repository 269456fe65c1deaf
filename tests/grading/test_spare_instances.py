"""관찰하는 런이 데이터베이스에 남기는 것: 적게 적어도, 제출물이 인스턴스에 물어볼 만한 것은 그대로다."""

import dagster as dg
import pytest
from dagster._core.execution import execute_in_process

from course_lib.grading import spare_instances

daily = dg.DailyPartitionsDefinition("2024-01-01")


@dg.asset(partitions_def=daily)
def numbers(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    if context.partition_key == "2024-01-02":
        raise ValueError("없는 날")
    return dg.MaterializeResult(metadata={"num_rows": 3})


@pytest.fixture(params=[False, True], ids=["everything", "results only"])
def instance(request):
    with dg.DagsterInstance.ephemeral() as instance:
        if request.param:
            spare_instances.record_only_results(instance)
        yield instance


def test_finished_runs_and_their_materializations_are_found(instance):
    for day in ("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-03"):
        dg.materialize([numbers], instance=instance, partition_key=day, raise_on_error=False)

    statuses = [run.status for run in reversed(instance.get_runs())]
    assert statuses == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, *[dg.DagsterRunStatus.SUCCESS] * 2]
    assert instance.get_materialized_partitions(numbers.key) == {"2024-01-01", "2024-01-03"}
    assert instance.get_latest_materialization_event(numbers.key).asset_materialization.metadata["num_rows"].value == 3


@dg.asset(check_specs=[dg.AssetCheckSpec("few", asset="checked", blocking=True)])
def checked():
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=False, metadata={"rows": 3})])


def test_the_results_of_checks_are_found_even_of_a_run_they_stopped(instance):
    dg.materialize([checked], instance=instance, raise_on_error=False)
    [run] = instance.get_runs()
    assert run.status is dg.DagsterRunStatus.FAILURE
    entries = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    assert [(entry.dagster_event.asset_check_evaluation_data.check_name, entry.dagster_event.asset_check_evaluation_data.passed)
            for entry in entries] == [("few", False)]


def test_another_instance_records_everything():
    with dg.DagsterInstance.ephemeral() as quiet, dg.DagsterInstance.ephemeral() as plain:
        spare_instances.record_only_results(quiet)
        run = dg.materialize([numbers], instance=plain, partition_key="2024-01-01")

        assert dg.DagsterEventType.STEP_SUCCESS in {entry.dagster_event.event_type for entry in plain.all_logs(run.run_id) if entry.dagster_event}


@pytest.mark.parametrize("day", ["2024-01-01", "2024-01-02"])
def test_a_run_without_an_instance_gives_the_same_result(monkeypatch, day):
    def seen() -> tuple:
        run = dg.materialize([numbers], partition_key=day, raise_on_error=False)
        return run.success, run.dagster_run.status, [event.event_type for event in run.all_events]

    usual = seen()
    stored = []
    record = spare_instances.record_only_results
    monkeypatch.setattr(spare_instances, "record_only_results", lambda instance: (stored.append(instance), record(instance)))
    monkeypatch.setattr(execute_in_process, "ephemeral_instance_if_missing", spare_instances._unseen_if_missing)

    assert seen() == usual and len(stored) == 1
