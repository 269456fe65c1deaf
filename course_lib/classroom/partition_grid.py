"""파티션이 어디까지 채워졌는지 그린다: 일별은 달력, 차원이 둘이면 표, 나머지는 차례대로 늘어놓는다.

파티션의 목록은 정의에서, 상태는 인스턴스에서 읽는다. Dagster UI의 파티션 막대가 보이는 것과 같은 계산이다.
칸마다 기호가 있고 기호의 뜻을 말로 적는다. 색만으로는 모두에게 보이지 않는다.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

import dagster as dg
import pandas as pd
from IPython.display import display

from course_lib.classroom.drawings import to_definitions
from course_lib.grading.tables import frame_text

MADE, FAILED, RUNNING, MISSING = "있음", "실패", "진행 중", "없음"
SYMBOLS = {MADE: "✔", FAILED: "✘", RUNNING: "…", MISSING: "·"}
# 실패는 마지막 시도의 결과다. 앞서 만든 것이 저장소에 남아 있을 수 있다.
LEGEND = "✔ 있음  ✘ 실패(마지막 시도)  … 진행 중  · 없음"
# 이보다 많으면 끝의 것만 그린다.
MAX_CELLS = 140
_PER_LINE = 7
_COLORS = {MADE: "#1a7f37", FAILED: "#b35900", RUNNING: "#57606a", MISSING: "#8c959f"}
_STATES = {
    dg.AssetPartitionStatus.MATERIALIZED: MADE,
    dg.AssetPartitionStatus.FAILED: FAILED,
    dg.AssetPartitionStatus.IN_PROGRESS: RUNNING,
    None: MISSING,
}
_UNITS = {"HOURLY": "시간별", "DAILY": "일별", "WEEKLY": "주별", "MONTHLY": "월별"}
_WEEKDAYS = "월화수목금토일"


@dataclass(frozen=True)
class PartitionStates:
    """자산 하나의 파티션과 그 상태.

    `kind`는 "일별(UTC)"처럼 나눈 방법을 말하는 글이고, `states`는 {파티션 키: 상태}다(정의의 차례).
    `axes`는 차원이 둘일 때 두 차원의 이름이다. 앞의 것이 키에서도 앞에 온다. `calendar`는 키가 날짜 하나하나인지다.
    """

    asset: str
    kind: str
    states: dict[str, str]
    axes: tuple[str, str] | None = None
    calendar: bool = False

    def keys(self, state: str) -> list[str]:
        """상태가 `state`인 파티션의 키."""
        return [key for key, found in self.states.items() if found == state]


class PartitionGrid:
    """자산마다 파티션 격자 하나. HTML과 글을 함께 갖는다."""

    def __init__(self, assets: Sequence[PartitionStates]):
        self.html = "".join(map(_html, assets)) + f'<div style="white-space:pre-wrap">{escape(LEGEND)}</div>'
        self.text = "\n\n".join([*map(_text, assets), LEGEND])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def show_partitions(defs_or_assets, instance: dg.DagsterInstance, keys: Collection[str] | None = None) -> None:
    """`instance`에 기록된 파티션의 상태를 그린다. 파티션이 없는 자산은 건너뛴다.

    `defs_or_assets`는 `Definitions`, 자산 하나, 자산 목록이다. `keys`를 주면 그 파티션만 그린다.
    """
    display(draw_partitions(defs_or_assets, instance, keys))


def draw_partitions(defs_or_assets, instance: dg.DagsterInstance, keys: Collection[str] | None = None) -> PartitionGrid:
    """화면에 띄우지 않고 그림만 만든다."""
    return PartitionGrid(read_partitions(defs_or_assets, instance, keys))


def read_partitions(
    defs_or_assets, instance: dg.DagsterInstance, keys: Collection[str] | None = None
) -> tuple[PartitionStates, ...]:
    """파티션이 있는 자산을 업스트림부터 차례로 읽는다."""
    graph = to_definitions(defs_or_assets).resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.toposorted_asset_keys]
    return tuple(_read(node, instance, keys) for node in nodes if node.partitions_def is not None)


def _read(node, instance: dg.DagsterInstance, keys: Collection[str] | None) -> PartitionStates:
    partitions = node.partitions_def
    # 동적 파티션의 키는 정의가 아니라 인스턴스에 있다.
    with dg.partition_loading_context(dynamic_partitions_store=instance):
        wanted = [key for key in partitions.get_partition_keys() if keys is None or key in keys]
        statuses = instance.get_status_by_partition(node.key, wanted, partitions) or {}
    return PartitionStates(
        asset=node.key.to_user_string(),
        kind=_kind(partitions),
        states={str(key): _STATES[statuses.get(key)] for key in wanted},
        axes=tuple(partitions.partition_dimension_names) if isinstance(partitions, dg.MultiPartitionsDefinition) else None,
        calendar=isinstance(partitions, dg.DailyPartitionsDefinition),
    )


def _kind(partitions: dg.PartitionsDefinition) -> str:
    if isinstance(partitions, dg.MultiPartitionsDefinition):
        return " × ".join(f"{item.name} {_kind(item.partitions_def)}" for item in partitions.partitions_defs)
    if isinstance(partitions, dg.DynamicPartitionsDefinition):
        return "동적"
    if isinstance(partitions, dg.TimeWindowPartitionsDefinition):
        unit = "시간 구간" if partitions.schedule_type is None else _UNITS[partitions.schedule_type.name]
        # Dagster의 day_offset은 일요일이 0이다.
        first = f"{_WEEKDAYS[partitions.day_offset - 1]}요일부터, " if unit == "주별" else ""
        return f"{unit}({first}{partitions.timezone})"
    return "고정"


def _title(asset: PartitionStates) -> str:
    counts = ", ".join(f"{state} {len(asset.keys(state))}" for state in SYMBOLS if asset.keys(state))
    return f"{asset.asset} · {asset.kind} · {counts or '파티션이 아직 없음'}"


def _failures(asset: PartitionStates) -> str:
    failed = asset.keys(FAILED)
    return f"실패한 파티션: {', '.join(failed[:_PER_LINE])}{' …' if len(failed) > _PER_LINE else ''}" if failed else ""


def _shown(asset: PartitionStates) -> tuple[dict[str, str], str]:
    """그릴 칸들과, 줄였다면 줄였다는 말."""
    left_out = len(asset.states) - MAX_CELLS
    if left_out <= 0:
        return asset.states, ""
    return dict(list(asset.states.items())[left_out:]), f"(앞의 {left_out}개는 그리지 않았습니다)"


def _rows(asset: PartitionStates, states: dict[str, str]) -> tuple[list[str], list[tuple[str, list[str | None]]]]:
    """표의 머리와 줄들. 칸은 파티션 키이고, 파티션이 아닌 칸은 None이다."""
    if asset.calendar:
        return _calendar(states)
    if asset.axes:
        split = [key.split("|", 1) for key in states]
        columns = list(dict.fromkeys(second for _, second in split))
        firsts = dict.fromkeys(first for first, _ in split)
        return columns, [(first, [key if (key := f"{first}|{second}") in states else None for second in columns]) for first in firsts]
    keys = list(states)
    return [], [("", list(keys[start : start + _PER_LINE])) for start in range(0, len(keys), _PER_LINE)]


def _calendar(states: dict[str, str]) -> tuple[list[str], list[tuple[str, list[str | None]]]]:
    mondays: dict[date, list[str | None]] = {}
    for key in states:
        # 날짜가 아닌 꼴(fmt)로 이름을 바꾼 일별 파티션도 날짜로 시작하지 않으면 늘어놓기만 한다.
        try:
            day = date.fromisoformat(key)
        except ValueError:
            return [], [("", list(states))]
        week = mondays.setdefault(day - timedelta(days=day.weekday()), [None] * 7)
        week[day.weekday()] = key
    return list(_WEEKDAYS), [(f"{monday} 주", week) for monday, week in mondays.items()]


def _text(asset: PartitionStates) -> str:
    states, note = _shown(asset)
    columns, rows = _rows(asset, states)
    lines = [_title(asset)]
    if columns:
        table = [[label, *("" if key is None else SYMBOLS[states[key]] for key in keys)] for label, keys in rows]
        lines.append(frame_text(pd.DataFrame(table, columns=["", *columns])) if table else "")
    else:
        lines += ["  ".join(f"{SYMBOLS[states[key]]} {key}" for key in keys) for _, keys in rows]
    return "\n".join(filter(None, [*lines, _failures(asset), note]))


def _html(asset: PartitionStates) -> str:
    states, note = _shown(asset)
    columns, rows = _rows(asset, states)
    style = "padding:2px 8px;border:1px solid var(--jp-border-color2,#bbb);text-align:center"
    head = "".join(f'<th style="{style}">{escape(text)}</th>' for text in ("", *columns)) if columns else ""
    body = "".join(
        f"<tr>{f'<th style={chr(34)}{style}{chr(34)}>{escape(label)}</th>' if columns else ''}"
        f"{''.join(_cell(key, states, bool(columns), style) for key in keys)}</tr>"
        for label, keys in rows
    )
    below = "".join(f"<div>{escape(text)}</div>" for text in (_failures(asset), note) if text)
    return (
        f'<div style="margin:6px 0"><b>{escape(_title(asset))}</b>'
        f'<table style="border-collapse:collapse;margin:4px 0"><tr>{head}</tr>{body}</table>{below}</div>'
    )


def _cell(key: str | None, states: dict[str, str], in_table: bool, style: str) -> str:
    if key is None:
        return f'<td style="{style}"></td>'
    state = states[key]
    # 표에서는 줄과 칸의 머리가 키를 말하므로 기호만 보인다.
    text = SYMBOLS[state] if in_table else f"{SYMBOLS[state]} {key}"
    name = escape(f"{key} {state}", quote=True)
    return f'<td style="{style};color:{_COLORS[state]}" title="{name}" aria-label="{name}">{escape(text)}</td>'
