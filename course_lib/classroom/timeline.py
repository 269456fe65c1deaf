"""스케줄과 센서의 틱, 그리고 런이 언제 있었는지 한 그림에 놓는다.

모두 인스턴스에 기록된 것이다. 위에서 아래로 스케줄, 센서, 런이고 왼쪽에서 오른쪽으로 시간이 흐른다.
칸마다 기호가 있고 기호의 뜻을 말로 적는다. 색만으로는 모두에게 보이지 않는다.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickStatus
from IPython.display import display

WORKED, SKIPPED, FAILED, RUNNING, WAITING = "일함", "건너뜀", "실패", "하는 중", "기다림"
SYMBOLS = {FAILED: "✘", WORKED: "✔", RUNNING: "━", WAITING: "…", SKIPPED: "·"}
LEGEND = "✔ 틱이 런을 요청했거나 런이 성공함  · 틱이 건너뜀  ✘ 실패  … 런이 시작을 기다림  ━ 하는 중"
SCHEDULE, SENSOR, RUN = "스케줄", "센서", "런"
# 한글은 두 칸을 차지한다.
_WIDE = {SCHEDULE: "스케줄", SENSOR: "센서  ", RUN: "런    "}
MAX_COLUMNS = 40
MAX_RUNS = 12
MAX_TICKS = 500
_UNITS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400)
_COLORS = {WORKED: "#1a7f37", FAILED: "#b35900", RUNNING: "#57606a", WAITING: "#57606a", SKIPPED: "#8c959f"}
_TICKS = {
    TickStatus.SUCCESS: WORKED,
    TickStatus.SKIPPED: SKIPPED,
    TickStatus.FAILURE: FAILED,
    TickStatus.STARTED: RUNNING,
}
_ENDED = {dg.DagsterRunStatus.SUCCESS: WORKED, dg.DagsterRunStatus.FAILURE: FAILED, dg.DagsterRunStatus.CANCELED: FAILED}


@dataclass(frozen=True)
class Span:
    """줄 위의 한 토막. 틱은 길이가 없고(`start == end`), 런은 기다린 토막, 하던 토막, 끝난 점으로 나뉜다. 시각은 유닉스 초다."""

    start: float
    end: float
    state: str


@dataclass(frozen=True)
class Row:
    """그림의 한 줄: 스케줄이나 센서 하나의 틱들, 또는 런 하나."""

    kind: str
    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Timeline:
    """그림에 쓰는 것. `left_out`은 그리지 않은 오래된 런의 수다."""

    rows: tuple[Row, ...]
    left_out: int = 0

    @property
    def start(self) -> float:
        return min(span.start for row in self.rows for span in row.spans)

    @property
    def end(self) -> float:
        return max(span.end for row in self.rows for span in row.spans)


class TimelineDrawing:
    """시간표 그림. HTML과 글을 함께 갖는다."""

    def __init__(self, timeline: Timeline):
        self.html = _html(timeline)
        self.text = _text(timeline)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def show_timeline(instance: dg.DagsterInstance) -> None:
    """`instance`에 기록된 틱과 런을 시간의 차례로 그린다. 오래된 런은 줄이고 줄였다고 적는다."""
    display(draw_timeline(instance))


def draw_timeline(instance: dg.DagsterInstance) -> TimelineDrawing:
    """화면에 띄우지 않고 그림만 만든다."""
    return TimelineDrawing(read_timeline(instance))


def read_timeline(instance: dg.DagsterInstance) -> Timeline:
    """틱이 하나라도 있는 스케줄과 센서를 이름 차례로, 런을 만들어진 차례로 읽는다."""
    # 잠깐 쓰는 인스턴스(ephemeral)에는 스케줄과 센서의 저장소가 없다.
    states = instance.all_instigator_state() if instance.schedule_storage else []
    rows = [row for state in states if (row := _instigator(instance, state)).spans]
    rows.sort(key=lambda row: ((SCHEDULE, SENSOR).index(row.kind), row.name))
    records = instance.get_run_records()
    kept = records[:MAX_RUNS]
    return Timeline((*rows, *(_run(instance, record) for record in reversed(kept))), len(records) - len(kept))


def _instigator(instance: dg.DagsterInstance, state) -> Row:
    ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=MAX_TICKS)
    kind = SCHEDULE if state.instigator_type == InstigatorType.SCHEDULE else SENSOR
    return Row(kind, state.instigator_name, tuple(Span(t.timestamp, t.timestamp, _TICKS[t.status]) for t in reversed(ticks)))


def _run(instance: dg.DagsterInstance, record) -> Row:
    run = record.dagster_run
    now = datetime.now().timestamp()
    started = record.start_time or record.end_time or now
    # 만들어진 시각은 저장소의 시계, 나머지는 Dagster의 시계다. 노트북에서는 Dagster의 시계를 세워 두기도 한다.
    created = min(record.create_timestamp.timestamp(), started)
    spans = [Span(created, started, WAITING)]
    if record.start_time:
        spans.append(Span(started, record.end_time or now, RUNNING))
    if run.status in _ENDED:
        ended = record.end_time or started
        spans.append(Span(ended, ended, _ENDED[run.status]))
    return Row(RUN, _run_name(instance, run), tuple(spans))


def _run_name(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """만들 자산의 이름(없으면 잡의 이름)과, 있으면 파티션이나 런 키의 앞부분."""
    planned = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED).records
    keys = dict.fromkeys(found.asset_key.to_user_string() for found in planned)
    name = ", ".join(keys) or run.job_name
    mark = run.tags.get("dagster/partition") or run.tags.get("dagster/run_key", "")[:8]
    return f"{name} {mark}".strip()


# 칸 ----------------------------------------------------------------------------------------------

def _scale(timeline: Timeline) -> tuple[int, int]:
    """칸 하나가 몇 초인지와 칸의 수. 칸이 `MAX_COLUMNS`를 넘지 않는 가장 작은 단위를 고른다."""
    length = timeline.end - timeline.start
    unit = next((unit for unit in _UNITS if length / unit < MAX_COLUMNS), 0)
    while not unit or length / unit >= MAX_COLUMNS:
        unit = (unit or _UNITS[-1]) * 2
    return unit, int(length / unit) + 1


def _cells(row: Row, start: float, unit: int, columns: int) -> list[list[Span]]:
    """칸마다 그 칸에 걸친 토막들."""
    cells: list[list[Span]] = [[] for _ in range(columns)]
    for span in row.spans:
        for column in range(int((span.start - start) / unit), int((span.end - start) / unit) + 1):
            cells[column].append(span)
    return cells


def _strongest(spans: Iterable[Span]) -> str | None:
    """칸에 여럿이 있으면 눈여겨볼 것 하나: 실패, 일함, 하는 중, 기다림, 건너뜀의 차례."""
    states = {span.state for span in spans}
    return next((state for state in SYMBOLS if state in states), None)


def _length(seconds: float) -> str:
    for size, word in ((86400, "일"), (3600, "시간"), (60, "분")):
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{word}"
    return f"{int(seconds)}초"


def _clock(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp).strftime("%H:%M:%S")


def _caption(timeline: Timeline, unit: int) -> str:
    first = datetime.fromtimestamp(timeline.start).strftime("%Y-%m-%d %H:%M:%S")
    note = f" (앞의 런 {timeline.left_out}개는 그리지 않았습니다)" if timeline.left_out else ""
    return f"시간표: {first}부터 {_clock(timeline.end)}까지, 칸 하나는 {_length(unit)}{note}"


# 글과 HTML ---------------------------------------------------------------------------------------

def _text(timeline: Timeline) -> str:
    if not timeline.rows:
        return "(틱도 런도 없음)"
    unit, columns = _scale(timeline)
    width = max(len(row.name) for row in timeline.rows)
    lines = [f"┌ {_caption(timeline, unit)}"]
    for row in timeline.rows:
        cells = _cells(row, timeline.start, unit, columns)
        marks = "".join(SYMBOLS.get(_strongest(cell), " ") for cell in cells)
        lines.append(f"│ {_WIDE[row.kind]}  {row.name:<{width}}  {marks}".rstrip())
    return "\n".join([*lines, f"└ {LEGEND}"])


def _html(timeline: Timeline) -> str:
    if not timeline.rows:
        return "<div>(틱도 런도 없음)</div>"
    unit, columns = _scale(timeline)
    body = "".join(_html_row(row, _cells(row, timeline.start, unit, columns)) for row in timeline.rows)
    return (
        f'<table data-timeline="" style="border-collapse:collapse;margin:6px 0">'
        f'<caption style="text-align:left">{escape(_caption(timeline, unit))}</caption>{body}</table>'
        f'<div style="white-space:pre-wrap">{escape(LEGEND)}</div>'
    )


def _html_row(row: Row, cells: list[list[Span]]) -> str:
    head = 'style="padding:1px 8px;text-align:left;font-weight:normal"'
    return (
        f"<tr><th {head}>{row.kind}</th><th {head}>{escape(row.name)}</th>{''.join(map(_html_cell, cells))}</tr>"
    )


def _html_cell(spans: list[Span]) -> str:
    # 칸의 너비가 모두 같아야 자리가 곧 시각이다.
    style = "padding:1px 0;min-width:15px;width:15px;text-align:center;border-left:1px solid var(--jp-border-color3,#ddd)"
    state = _strongest(spans)
    if state is None:
        return f'<td style="{style}"></td>'
    name = escape(", ".join(f"{_clock(span.start)} {span.state}" for span in spans), quote=True)
    return f'<td style="{style};color:{_COLORS[state]}" title="{name}" aria-label="{name}">{SYMBOLS[state]}</td>'
