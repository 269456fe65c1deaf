"""자산마다 세 신호를 나란히 보인다: 실패했나, 오래됐나(stale), 신선한가.

세 신호는 저마다 다른 것을 본다. 실패는 **런**을, 오래됨은 **업스트림과 코드의 판**을, 신선도는 **시간**을 본다.
여기서는 인스턴스에 남은 기록을 읽기만 한다. Dagster UI가 쓰는 계산(`CachingStaleStatusResolver`,
`FreshnessPolicy`의 평가기)을 그대로 부르므로 UI에서 보게 될 것과 같다.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from unittest import mock

import dagster as dg
import pandas as pd
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.definitions.freshness import FreshnessState
from dagster._core.definitions.freshness_evaluator import FRESHNESS_EVALUATORS_BY_POLICY_TYPE
from dagster._core.loader import LoadingContextForTest
from dagster._time import get_current_timestamp

from course_lib.classroom.feedback import Feedback, Table
from course_lib.classroom.threads import in_thread

_STALE = {StaleStatus.MISSING: "없음", StaleStatus.STALE: "오래됨", StaleStatus.FRESH: "최신"}
_FRESHNESS = {
    FreshnessState.PASS: "통과(PASS)",
    FreshnessState.WARN: "주의(WARN)",
    FreshnessState.FAIL: "실패(FAIL)",
    FreshnessState.UNKNOWN: "모름",
}


@dataclass(frozen=True)
class Signals:
    """자산 하나의 세 신호. `causes`는 오래된 까닭, `freshness`는 신선도 정책이 없으면 None이다."""

    asset: str
    last_run: str
    status: StaleStatus
    causes: tuple[str, ...]
    freshness: FreshnessState | None


def show_signals(defs: dg.Definitions, instance: dg.DagsterInstance, hours_later: float = 0) -> None:
    """세 신호를 표로 보인다. `hours_later`는 신선도를 잴 때 시계를 몇 시간 뒤로 돌려 놓을지다."""
    from IPython.display import display

    rows = [
        {
            "자산": item.asset,
            "마지막 런": item.last_run,
            "데이터": _STALE[item.status] + (f" ← {', '.join(item.causes)}" if item.causes else ""),
            "신선도": "정책 없음" if item.freshness is None else _FRESHNESS[item.freshness],
        }
        for item in read_signals(defs, instance, hours_later)
    ]
    when = f"{hours_later:g}시간 뒤라면" if hours_later else "지금"
    display(Feedback("세 신호", (Table(when, pd.DataFrame(rows)),)))


def read_signals(defs: dg.Definitions, instance: dg.DagsterInstance, hours_later: float = 0) -> tuple[Signals, ...]:
    """자산마다 세 신호를 업스트림부터 차례로 읽는다."""
    graph = defs.resolve_asset_graph()
    context = LoadingContextForTest(instance)
    resolver = CachingStaleStatusResolver(instance, graph, context)
    return tuple(
        Signals(
            asset=key.to_user_string(),
            last_run=_last_run(instance, key),
            status=resolver.get_status(key),
            causes=tuple(sorted({cause.asset_key.to_user_string() for cause in resolver.get_stale_root_causes(key)})),
            freshness=_freshness(graph.get(key), instance, hours_later),
        )
        for key in graph.toposorted_asset_keys
    )


def _last_run(instance: dg.DagsterInstance, key: dg.AssetKey) -> str:
    """이 자산을 만들기로 한 마지막 런에서 어떻게 되었는지."""
    records = instance.get_asset_records([key])
    run_id = records[0].asset_entry.last_run_id if records else None
    if run_id is None:
        return "없음"
    made = records[0].asset_entry.last_materialization_record
    if made is not None and made.run_id == run_id:
        return "성공"
    failed_steps = {
        record.event_log_entry.step_key
        for record in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    }
    # 자산 하나짜리 단계의 이름은 자산 키다. 실패한 단계가 아니면 앞이 실패해서 시작하지 못한 것이다.
    return "실패" if "__".join(key.path) in failed_steps else "건너뜀"


def _freshness(node, instance: dg.DagsterInstance, hours_later: float) -> FreshnessState | None:
    policy = node.freshness_policy_or_from_metadata
    if policy is None:
        return None
    evaluator = FRESHNESS_EVALUATORS_BY_POLICY_TYPE[type(policy)]()
    then = get_current_timestamp() + timedelta(hours=hours_later).total_seconds()

    async def evaluate() -> FreshnessState:
        return await evaluator.evaluate_freshness(context=LoadingContextForTest(instance), node=node)

    with mock.patch("dagster._time._mockable_get_current_timestamp", return_value=then):
        return in_thread(asyncio.run, evaluate())
