"""채점 뒤에 붙는 덤: 학습자 자신의 Dagster(`course ui`)에서 무엇을 했는지 읽어 보인다. 점수에는 들어가지 않는다.

그 연습의 DAGSTER_HOME에 있는 기록만 읽는다. 기록이 없어도, 읽을 수 없어도 채점을 막지 않고, 없는 기록을 만들지도 않는다.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pandas as pd
from dagster._core.definitions.run_request import InstigatorType

from course_lib.classroom.feedback import Block, Feedback, Table
from course_lib.manifest import Exercise
from course_lib.workspace import Workspace

DAYS = 7
PRESENT, ABSENT = "✔ 있음", "○ 없음"
# 며칠 켜 둔 센서의 틱은 수만 번일 수 있다. 가장 새것부터 이만큼만 센다.
MAX_TICKS = 500

NOT_GRADED = "(점수에는 들어가지 않습니다)"
# 화면에서 한 일은 사람이 센다. 틱과 런의 상태를 부르는 말.
_TICKS = {"SUCCESS": "런을 요청함", "SKIPPED": "건너뜀", "FAILURE": "실패"}
_RUNS = {"SUCCESS": "성공", "FAILURE": "실패", "CANCELED": "취소"}


def own_feedback(exercise: Exercise, workspace: Workspace, today: date | None = None) -> Feedback | None:
    """학습자의 Dagster에서 본 것. 이 연습에서 볼 것이 없으면 None. `today`는 UTC의 오늘이다."""
    look = _LOOKS.get(exercise.id)
    if look is None:
        return None
    try:
        with _instance(workspace.dagster_home(exercise)) as instance:
            return look(exercise, instance, today or datetime.now(UTC).date())
    except Exception as error:  # 덤이 채점을 가려서는 안 된다
        return Feedback(f"내 Dagster · {exercise.title} {NOT_GRADED}",
                        (f"기록을 읽지 못했습니다({type(error).__name__}). `course ui {exercise.alias}`를 끄고 다시 확인해 보세요.",))


@contextlib.contextmanager
def _instance(home: Path) -> Iterator[dg.DagsterInstance | None]:
    """`home`의 인스턴스. 아직 한 번도 쓰지 않았으면 None(열기만 해도 파일이 생기므로 열지 않는다)."""
    if not (home / "dagster.yaml").is_file() or not (home / "history" / "runs.db").is_file():
        yield None
        return
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


def last_days(exercise: Exercise, instance: dg.DagsterInstance | None, today: date) -> Feedback:
    """지난 이레(어제까지, UTC)의 일별 자산이 구체화되었는지, 주별 자산은 어느 주가 구체화되었는지."""
    days = [f"{today - timedelta(days=back)}" for back in range(DAYS, 0, -1)]
    assets = ("raw_page_views", "cleaned_page_views")
    done = {asset: materialized_partitions(instance, asset) for asset in (*assets, "weekly_page_report")}
    if not any(done.values()):
        return Feedback(f"내 Dagster의 지난 이레 · 0/{DAYS} {NOT_GRADED}", (
            f"아직 구체화한 날이 없습니다. `course ui {exercise.alias}`로 Dagster 화면을 열고 지난 이레를 백필해 보세요.",))
    missing = [day for day in days if not all(day in done[asset] for asset in assets)]
    grid = pd.DataFrame({"날(UTC)": days} | {asset: [PRESENT if day in done[asset] else ABSENT for day in days] for asset in assets})
    blocks: list[Block] = [Table("일별 파티션", grid)]
    blocks.append(f"아직 없는 날: {', '.join(missing)}" if missing else "이레가 모두 있습니다.")
    weeks = sorted(done["weekly_page_report"])
    blocks.append(f"구체화한 주(weekly_page_report): {', '.join(weeks[-5:]) or '없음'}")
    return Feedback(f"내 Dagster의 지난 이레 · {DAYS - len(missing)}/{DAYS} {NOT_GRADED}", tuple(blocks))


def sensor_activity(exercise: Exercise, instance: dg.DagsterInstance | None, today: date) -> Feedback | None:
    """센서가 몇 번 돌았고 그 요청의 런이 어떻게 끝났는지. 돈 적이 없으면 None."""
    sensor = "csv_sensor"
    ticks = tick_statuses(instance, sensor)
    if not ticks:
        return None
    runs = run_statuses(instance, sensor)
    return Feedback(f"내 Dagster의 {sensor} {NOT_GRADED}", (
        f"틱 {ticks.total()}번: {_counted(ticks, _TICKS)}", f"센서가 시작한 런 {runs.total()}개: {_counted(runs, _RUNS)}"))


def materialized_partitions(instance: dg.DagsterInstance | None, asset: str) -> set[str]:
    """자산에서 한 번이라도 구체화한 파티션들."""
    return set(instance.get_materialized_partitions(dg.AssetKey([asset]))) if instance else set()


def tick_statuses(instance: dg.DagsterInstance | None, sensor: str) -> Counter[str]:
    """센서의 틱이 어떻게 끝났는지: `SUCCESS`, `SKIPPED`, `FAILURE`마다 몇 번."""
    counts: Counter[str] = Counter()
    if instance is not None:
        for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
            if state.name == sensor:
                ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=MAX_TICKS)
                counts.update(tick.status.value for tick in ticks)
    return counts


def run_statuses(instance: dg.DagsterInstance | None, sensor: str) -> Counter[str]:
    """센서가 시작한 런이 어떻게 끝났는지."""
    if instance is None:
        return Counter()
    return Counter(run.status.value for run in instance.get_runs(dg.RunsFilter(tags={"dagster/sensor_name": sensor}), limit=MAX_TICKS))


def _counted(counts: Counter[str], words: dict[str, str]) -> str:
    said = [f"{word} {counts[status]}" for status, word in words.items() if counts[status]]
    others = sum(count for status, count in counts.items() if status not in words)
    return ", ".join([*said, *([f"진행 중 {others}"] if others else [])]) or "없음"


# 연습마다 채점 뒤에 볼 것. 여기에 없는 연습은 보지 않는다.
_LOOKS: dict[str, Callable[[Exercise, dg.DagsterInstance | None, date], Feedback | None]] = {
    "ex2_weekly_report": last_days,
    "ex5_csv_sensor": sensor_activity,
}
