"""프로세스가 사라진 런: 컴퓨터가 꺼지거나 `dagster dev`가 통째로 죽으면 런은 "도는 중"이라고 적힌 채 남는다.

런 프로세스만 죽으면 그것을 띄운 코드 서버가 실패로 적는다. 코드 서버까지 죽으면 적을 사람이 없다. Kubernetes의 런은 Dagster의 런 감시
(`run_monitoring`)가 찾지만, 한 컴퓨터의 기본 런처는 그것이 보지 못한다. 그래서 센서가 그 컴퓨터에서 프로세스를 찾아본다.
"""

import time
from collections.abc import Sequence, Set

import dagster as dg
import psutil
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME
from dagster._core.launcher import DefaultRunLauncher

# 부팅한 때로 헤아리는 프로세스의 시작은 시계를 맞추면 조금 달라진다.
_CLOCK_SECONDS = 60
_UNFINISHED = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED,
               dg.DagsterRunStatus.CANCELING]
# 마지막 런을 찾을 때 돌아보는 런의 수.
_LOOK_BACK = 20


def unfinished_runs(instance: dg.DagsterInstance, job: str, assets: Set[dg.AssetKey]) -> int:
    """끝나지 않은 런의 수. 프로세스가 사라진 것은 먼저 실패로 적어서 세지 않는다."""
    records = _runs(instance, job, assets, statuses=_UNFINISHED)
    lost = [record.dagster_run for record in records if _is_lost(instance, record)]
    for run in lost:
        instance.report_run_failed(run, "런의 프로세스가 사라졌습니다. 끝난 채점은 결과 폴더에 남아 있고, 남은 것은 센서가 다시 요청합니다.")
    return len(records) - len(lost)


def last_run_died(instance: dg.DagsterInstance, job: str, assets: Set[dg.AssetKey]) -> bool:
    """마지막 런이 실패했거나 취소되었는가."""
    runs = _runs(instance, job, assets, limit=_LOOK_BACK)
    return bool(runs) and runs[0].dagster_run.status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


def _runs(instance: dg.DagsterInstance, job: str, assets: Set[dg.AssetKey], *, statuses: Sequence[dg.DagsterRunStatus] = (),
          limit: int | None = None) -> list[dg.RunRecord]:
    """그 잡의 런과, 화면의 Materialize 단추로 `assets` 가운데 무엇을 고른 런. 새것이 앞에 있다.

    단추로 시작한 런은 코드 로케이션이 달라도 잡의 이름이 모두 같으므로 고른 자산을 본다.
    """
    records = instance.get_run_records(dg.RunsFilter(job_name=job, statuses=statuses), limit=limit)
    pressed = instance.get_run_records(dg.RunsFilter(job_name=IMPLICIT_ASSET_JOB_NAME, statuses=statuses), limit=limit)
    ours = [record for record in pressed if assets & (record.dagster_run.asset_selection or set())]
    return sorted([*records, *ours], key=lambda record: record.storage_id, reverse=True)


def _is_lost(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    """기본 런처의 런은 코드 서버의 자식이라, 같은 코드 서버에서 도는 센서가 그 프로세스를 볼 수 있다."""
    if not isinstance(instance.run_launcher, DefaultRunLauncher) or record.dagster_run.status == dg.DagsterRunStatus.QUEUED:
        return False
    for event in instance.all_logs(record.dagster_run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        pid = event.dagster_event.engine_event_data.metadata.get("pid")
        if pid is not None:
            return not _runs_since(int(pid.value), event.timestamp)
    # 띄우다 만 런: 런 감시와 같은 시간만큼 기다린다.
    return time.time() - record.update_timestamp.timestamp() > instance.run_monitoring_start_timeout_seconds


def _runs_since(pid: int, moment: float) -> bool:
    """그 번호의 프로세스가 `moment`부터 지금까지 도는가. 번호는 다시 쓰이므로 시작한 때도 본다."""
    try:
        process = psutil.Process(pid)
        return process.create_time() <= moment + _CLOCK_SECONDS and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
