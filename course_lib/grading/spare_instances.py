"""미리 만들어 두는 임시 Dagster 인스턴스.

자산을 직접 부를 때마다 Dagster는 임시 인스턴스를 하나 만든다. 한 번에 30ms쯤 걸리고, 그 대부분은 메모리 안의
빈 데이터베이스에 Alembic 판 번호를 찍는 일이다. 자이고트가 몇 개를 미리 만들어 두면 fork된 자식은 저마다의 복사본을 쓴다.
다 쓰면 판 번호를 찍지 않고 새로 만든다: 자식이 끝나면 사라질 데이터베이스라 옮겨 갈 판이 없다.
"""

import contextlib
from collections.abc import Callable, Iterator

import dagster as dg
from dagster._core.execution import execute_in_process
from dagster._core.storage.event_log import in_memory as event_log_in_memory
from dagster._core.storage.runs import in_memory as runs_in_memory

_spare: list[dg.DagsterInstance] = []
# 기록하는 이벤트. 나머지(단계의 시작과 끝, 로그)를 데이터베이스에 쓰는 데에 런 시간의 4분의 1이 든다.
_RECORDED = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_OBSERVATION,
    # 검사의 결과는 계획된 검사의 기록 위에 적힌다.
    dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}
_ENDS = {dg.DagsterEventType.RUN_SUCCESS, dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED}


def prepare(count: int) -> None:
    """임시 인스턴스를 `count`개 만들어 두고, 앞으로의 `DagsterInstance.ephemeral()`이 그것부터 내주게 한다."""
    create = dg.DagsterInstance.ephemeral
    for module in (event_log_in_memory, runs_in_memory):
        module.stamp_alembic_rev = lambda *args, **kwargs: None

    def ephemeral(*args, **kwargs) -> dg.DagsterInstance:
        return _spare.pop() if _spare and not args and not kwargs else create(*args, **kwargs)

    _spare.extend(create() for _ in range(count))
    dg.DagsterInstance.ephemeral = staticmethod(ephemeral)
    execute_in_process.ephemeral_instance_if_missing = _unseen_if_missing


@contextlib.contextmanager
def _unseen_if_missing(instance: dg.DagsterInstance | None) -> Iterator[dg.DagsterInstance]:
    """인스턴스를 주지 않은 런의 것. 런이 끝나면 아무도 볼 수 없으니 결과만 적는다."""
    if instance is not None:
        yield instance
        return
    with dg.DagsterInstance.ephemeral() as unseen:
        record_only_results(unseen)
        yield unseen


def record_only_results(instance: dg.DagsterInstance) -> None:
    """이 인스턴스의 데이터베이스에는 자산의 구체화와 관찰, 검사의 결과, 런의 끝만 적는다. 런의 결과가 든 이벤트는 그대로 나온다.

    런의 상태는 끝난 것만 맞다(도는 동안에는 시작 전으로 남는다). 런 하나의 CPU 시간이 5분의 1쯤 준다.
    """
    storage, run_storage = instance.event_log_storage, instance.run_storage

    class ResultsOnly(type(storage)):
        # 런의 상태를 여기서 적으니, 이벤트마다 런을 찾아 상태를 고치지 않게 한다.
        handles_run_events_in_store_event = True

        def store_event(self, event: dg.EventLogEntry) -> None:
            kind = event.dagster_event and event.dagster_event.event_type
            if kind in _RECORDED:
                super().store_event(event)
            elif kind in _ENDS:
                run_storage.handle_run_event(event.run_id, event.dagster_event)

    storage.__class__ = ResultsOnly
    # 같은 잡의 런마다 똑같은 스냅숏이 있는지 다시 묻는다. 한 번 있던 것은 늘 있다.
    for name in ("has_job_snapshot", "has_execution_plan_snapshot"):
        setattr(run_storage, name, _remembering(getattr(run_storage, name)))


def _remembering(known: Callable[[str], bool]) -> Callable[[str], bool]:
    seen: set[str] = set()

    def remembered(snapshot_id: str) -> bool:
        if snapshot_id not in seen and known(snapshot_id):
            seen.add(snapshot_id)
        return snapshot_id in seen

    return remembered
