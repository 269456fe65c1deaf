"""관찰에서 본 것의 자료형과, 자식의 답을 그 자료형으로 바꾸는 함수들.

자식의 답은 믿을 수 없다. 형식이 조금이라도 다르면 여기서 예외를 내고, 손잡이가 그것을 제출물의 잘못으로 바꾼다.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


class SubmissionFault(Exception):
    """제출 코드 때문에 관찰할 수 없었다. `kind`는 syntax, import, exception, timeout 같은 갈래다."""

    def __init__(self, kind: str, **details: Any):
        super().__init__(kind)
        self.kind = kind
        self.details = details


@dataclass(frozen=True)
class AssetFacts:
    key: str
    group: str
    description: str
    deps: tuple[str, ...]
    owners: tuple[str, ...]
    kinds: tuple[str, ...]
    metadata: Mapping[str, Any]
    partitions: str | None


@dataclass(frozen=True)
class Facts:
    """`defs`에서 읽은 사실들."""

    assets: Mapping[str, AssetFacts]
    jobs: tuple[str, ...]
    schedules: tuple[Mapping[str, Any], ...]
    sensors: tuple[str, ...]
    checks: tuple[str, ...]

    @property
    def asset_keys(self) -> tuple[str, ...]:
        return tuple(self.assets)

    def asset(self, key: str) -> AssetFacts:
        if key not in self.assets:
            raise SubmissionFault("missing_asset", key=key, known=sorted(self.assets))
        return self.assets[key]


@dataclass(frozen=True)
class Seen:
    """자산이 낸 값 하나. `call`은 학습자에게 보여 줄 부른 모양이다."""

    call: str
    type: str
    _frame: pd.DataFrame | None = None
    repr: str = ""
    inputs_after: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def frame(self) -> pd.DataFrame:
        if self.type != "DataFrame" or self._frame is None:
            raise SubmissionFault("not_a_frame", type=self.type, repr=self.repr, call=self.call)
        return self._frame


@dataclass(frozen=True)
class Run:
    """런 하나에서 본 것. `log`는 끼워 넣은 리소스가 받은 부름의 차례, `objects`는 저장소에 남은 표, `error`는 실패한 까닭."""

    success: bool
    _values: Mapping[str, Seen]
    _metadata: Mapping[str, Mapping[str, Any]]
    log: tuple[str, ...] = ()
    objects: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    error: str = ""

    def frame(self, key: str) -> pd.DataFrame:
        return self._values[key].frame

    def metadata(self, key: str) -> Mapping[str, Any]:
        """그 자산의 구체화에 기록된 메타데이터."""
        return self._metadata.get(key, {})


@dataclass(frozen=True)
class PartitionRun:
    """파티션 하나의 런. `fault`는 실패한 까닭이다."""

    partition_key: str | None
    fault: SubmissionFault | None
    _values: Mapping[str, Seen]
    _metadata: Mapping[str, Mapping[str, Any]]

    @property
    def error(self) -> str:
        """실패한 까닭 한 줄(예외의 이름과 메시지). 실패하지 않았으면 빈 글."""
        return _error({"fault": self.fault.details}) if self.fault else ""

    def value(self, key: str) -> Seen:
        """자산이 낸 값. 런이 실패했으면 그 잘못을 낸다."""
        if self.fault:
            raise self.fault
        return self._values[key]

    def metadata(self, key: str) -> Mapping[str, Any]:
        """그 자산의 구체화에 기록된 메타데이터."""
        return self._metadata.get(key, {})


@dataclass(frozen=True)
class PartitionFacts:
    """파티션 정의의 사실. 파티션이 없으면 `partitioned`가 거짓이고 나머지는 비어 있다.

    `first`는 첫 열쇠 셋, `windows`는 물어본 열쇠의 시간 창(UTC), `shared_with`는 바로 이 객체를 함께 쓰는 다른 자산들이다.
    """

    partitioned: bool
    first: tuple[str, ...] = ()
    windows: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """런 요청 하나."""

    run_key: str | None
    partition_key: str | None
    tags: Mapping[str, str]
    job: str | None


@dataclass(frozen=True)
class Tick:
    """센서의 틱 한 번.

    `last`는 지금까지의 마지막 런이 낸 `daily_sales`, `partitions`는 거기에 파티션이 있을 때 지금 있는 파티션마다의 값이다.
    """

    requests: tuple[Request, ...]
    skip: str | None
    cursor: str | None = None
    landing_untouched: bool = True
    runs: tuple["IngestRun", ...] = ()
    last: Seen | None = None
    partitions: tuple[Seen, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """자산 검사 하나의 결과. `severity`는 `ERROR`이거나 `WARN`이다."""

    asset: str
    name: str
    passed: bool
    severity: str


@dataclass(frozen=True)
class IngestRun:
    """무대의 런 하나: 센서의 요청을 실행했거나(`run_key`), 자산을 구체화했거나.

    `metadata`와 `checks`는 실패한 런에도 그때까지의 것이 있다.
    """

    run_key: str | None
    success: bool
    error: str
    metadata: Mapping[str, Mapping[str, Any]]
    partition_key: str | None = None
    checks: tuple[CheckResult, ...] = ()
    _values: Mapping[str, Seen] = field(default_factory=dict)

    def value(self, key: str) -> Seen:
        """자산이 낸 값. 관찰할 때 `values`에 적은 자산만 있다. 런이 실패했으면 그 까닭을 낸다."""
        if not self.success:
            kind, _, message = self.error.partition(": ")
            raise SubmissionFault("exception", type=kind, message=message)
        return self._values[key]


@dataclass(frozen=True)
class ScheduleTick:
    """스케줄의 틱 한 번. 그때 없는 파티션을 요청해 틱이 실패했으면 `unknown_partition`이 그 열쇠다."""

    requests: tuple[Request, ...]
    unknown_partition: str | None


@dataclass(frozen=True)
class ScheduleTicks:
    """스케줄의 정의와 평가. `next`는 2024-02-28 12:00 뒤에 올 틱 셋의 시각(UTC), `assets`는 그 잡이 구체화하는 자산들이다."""

    next: tuple[str, ...]
    assets: tuple[str, ...]
    ticks: tuple[ScheduleTick, ...]


@dataclass(frozen=True)
class SensorTicks:
    """센서의 틱들과, 그 뒤 격리 폴더에 있는 파일들(이름 -> 내용)."""

    ticks: tuple[Tick, ...]
    quarantine: Mapping[str, bytes]

    @property
    def runs(self) -> tuple[IngestRun, ...]:
        return tuple(run for tick in self.ticks for run in tick.runs)


@dataclass(frozen=True)
class TestRun:
    """학습자의 테스트를 한 번 돌린 결과. 이름은 테스트 파일에 적힌 것뿐이다."""

    __test__ = False  # pytest가 모으지 않게
    outcomes: Mapping[str, str]

    @property
    def ran(self) -> bool:
        """끝까지 돌린 테스트가 하나라도 있는가. 스스로 건너뛴 것은 돌린 것이 아니다."""
        return any(outcome != "skipped" for outcome in self.outcomes.values())

    @property
    def failed_names(self) -> tuple[str, ...]:
        return tuple(name for name, outcome in self.outcomes.items() if outcome in ("failed", "error"))


# ---- 자식의 답을 자료형으로

# 부모만 정하는 갈래. 자식이 이렇게 말해도 믿지 않는다.
_OURS = frozenset({"timeout", "too_slow", "ended", "garbled"})
_MAX_TEXT, _MAX_ITEMS = 4000, 50


def fault_from(fault: Any) -> SubmissionFault:
    """자식이 말한 잘못. 글과 수와 글의 목록만 받고, 긴 것은 자른다."""
    details = {_text(name): _detail(value) for name, value in fault.items()}
    kind = _text(details.pop("kind"))
    if kind in _OURS or {"self", "kind"} & details.keys():
        raise TypeError("자식이 정할 수 없는 갈래다")
    return SubmissionFault(kind, **details)


def _detail(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(item)[:200] for item in value[:_MAX_ITEMS]]
    if isinstance(value, str):
        return value[:_MAX_TEXT]
    if value is None or isinstance(value, bool | int | float):
        return value
    raise TypeError("잘못의 설명이 아니다")


def facts_from(answer: Any) -> Facts:
    assets = {
        key: AssetFacts(key=_text(key), group=_text(a["group"]), description=_text(a["description"]),
                        deps=_texts(a["deps"]), owners=_texts(a["owners"]), kinds=_texts(a["kinds"]),
                        metadata=_metadata(a["metadata"]), partitions=None if a["partitions"] is None else _text(a["partitions"]))
        for key, a in answer["assets"].items()
    }
    schedules = tuple({"name": _text(s["name"]), "cron": s["cron"] if isinstance(s["cron"], str) else list(_texts(s["cron"])),
                       "timezone": _text(s["timezone"])} for s in answer["schedules"])
    return Facts(assets, _texts(answer["jobs"]), schedules, _texts(answer["sensors"]), _texts(answer["checks"]))


def run_from(answer: Any, call: str, selection: Sequence[str]) -> Run:
    if answer["success"] is True and not set(selection) <= set(answer["values"]):
        raise KeyError("구체화한 자산의 값이 없다")
    values = {_text(key): seen_from(value, call, {}) for key, value in answer["values"].items()}
    if not all(isinstance(frame, pd.DataFrame) for frame in answer["objects"].values()):
        raise TypeError("표가 아니다")
    return Run(answer["success"] is True, values, _all_metadata(answer["metadata"]), _texts(answer["log"]),
               dict(answer["objects"]), _error(answer))


def partition_runs_from(answer: Any, selection: Sequence[str], partition_keys: Sequence[str | None]) -> tuple[PartitionRun, ...]:
    return tuple(_partition_run(run, selection, key) for run, key in zip(answer["runs"], partition_keys, strict=True))


def _partition_run(run: Any, selection: Sequence[str], key: str | None) -> PartitionRun:
    if "fault" in run or run["success"] is not True:
        return PartitionRun(key, fault_from({"kind": "exception"} | run.get("fault", {})), {}, {})
    values = {name: seen_from(run["values"][name], f"{name} [{key}]", {}) for name in selection}
    return PartitionRun(key, None, values, _all_metadata(run["metadata"]))


def partition_facts_from(answer: Any) -> PartitionFacts:
    if answer["partitioned"] is not True:
        return PartitionFacts(False)
    windows = {_text(key): (_text(start), _text(end)) for key, (start, end) in answer["windows"].items()}
    return PartitionFacts(True, _texts(answer["first"]), windows, _texts(answer["shared_with"]))


def schedule_ticks_from(answer: Any, expected: int) -> ScheduleTicks:
    _expect_count(answer["ticks"], expected)
    ticks = tuple(ScheduleTick(_requests(tick), _optional(tick["unknown_partition"])) for tick in answer["ticks"])
    return ScheduleTicks(_texts(answer["next"]), _texts(answer["assets"]), ticks)


def sensor_ticks_from(answer: Any, expected: int) -> SensorTicks:
    _expect_count(answer["ticks"], expected)
    if not all(isinstance(data, bytes) for data in answer["quarantine"].values()):
        raise TypeError("파일이 아니다")
    return SensorTicks(tuple(map(_sensor_tick, answer["ticks"])), {_text(name): data for name, data in answer["quarantine"].items()})


def _sensor_tick(tick: Any) -> Tick:
    runs = tuple(map(_ingest_run, tick["runs"]))
    last, *partitions = [None if value is None else seen_from(value, "daily_sales", {}) for value in [tick["last"], *tick["partitions"]]]
    return Tick(_requests(tick), _optional(tick["skip"]), _optional(tick["cursor"]), tick["landing_untouched"] is True,
                runs, last, tuple(partitions))


def requested_from(answer: Any) -> tuple[str, ...]:
    return _texts(answer["requested"])


def shop_runs_from(answer: Any, expected: int) -> tuple[IngestRun, ...]:
    _expect_count(answer["runs"], expected)
    return tuple(map(_ingest_run, answer["runs"]))


def _ingest_run(run: Any) -> IngestRun:
    checks = tuple(CheckResult(_text(check["asset"]), _text(check["name"]), check["passed"] is True, _text(check["severity"]))
                   for check in run["checks"])
    values = {_text(key): seen_from(value, f"{key} [{run['partition_key']}]", {}) for key, value in run["values"].items()}
    return IngestRun(_optional(run["run_key"]), run["success"] is True, _error(run), _all_metadata(run["metadata"]),
                     _optional(run["partition_key"]), checks, values)


def _requests(tick: Any) -> tuple[Request, ...]:
    return tuple(Request(_optional(r["run_key"]), _optional(r["partition_key"]),
                         {_text(k): _text(v) for k, v in r["tags"].items()}, _optional(r["job"])) for r in tick["requests"])


def _error(run: Any) -> str:
    """런이 실패한 까닭 한 줄. 실패하지 않았으면 빈 글."""
    fault = run.get("fault")
    return f"{fault.get('type', '')}: {fault.get('message', '')}"[:2000] if fault else ""


def _expect_count(values: Any, expected: int) -> None:
    if len(values) != expected:
        raise ValueError("틱의 수가 다르다")


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _all_metadata(values: Any) -> dict[str, dict[str, Any]]:
    return {_text(key): _metadata(value) for key, value in values.items()}


def seen_from(value: Any, call: str, inputs_after: Any) -> Seen:
    frame = value.get("frame")
    if not (frame is None or isinstance(frame, pd.DataFrame)):
        raise TypeError("표가 아니다")
    if not all(isinstance(after, pd.DataFrame) for after in inputs_after.values()):
        raise TypeError("표가 아니다")
    return Seen(call=call, type=_text(value["type"]), _frame=frame, repr=_text(value.get("repr", "")),
                inputs_after=dict(inputs_after))


def test_run_from(answer: Any, names: frozenset[str]) -> TestRun:
    # 채점기가 이것을 많이 기억한다. 이름이 같은 글자들을 나누어 쓰면 하나가 3분의 1이 된다.
    return TestRun({
        sys.intern(name): sys.intern(outcome) if outcome in ("passed", "failed", "skipped") else "error"
        for name, outcome in answer["outcomes"].items()
        if name in names
    })


def manifest_from(answer: Any) -> bytes:
    if not isinstance(answer["manifest"], bytes):
        raise TypeError("manifest가 아니다")
    return answer["manifest"]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("글자가 아니다")
    return value


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(map(_text, values))


def _metadata(values: Any) -> dict[str, Any]:
    if not all(isinstance(value, bool | int | float | str | None) for value in values.values()):
        raise TypeError("메타데이터 값이 아니다")
    return dict(values)
