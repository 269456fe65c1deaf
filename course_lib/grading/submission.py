"""제출물 손잡이: 채점 기준표가 보는 제출물. 시키면 샌드박스에서 움직여 보고 데이터만 돌려준다.

자식 하나가 관찰 요청에 차례로 답한다. 자식이 죽거나 한도를 넘으면 그 관찰은 SubmissionFault가 되고,
다음 관찰은 새 자식이 맡는다.
"""

import ast
import concurrent.futures
import functools
import hashlib
import random
import select
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from course_lib.grading import wire
from course_lib.grading.stand_ins import Material as StandIn

if TYPE_CHECKING:
    from course_lib.grading.misconceptions import Material
    from course_lib.grading.sandbox.client import Sandbox
    from course_lib.grading.sandbox.process import ProcessSandbox

T = TypeVar("T")

MAX_FILES = 500
MAX_FILES_BYTES = 4 << 20
IGNORED_DIRS = {"__pycache__", ".ipynb_checkpoints", ".git", ".pytest_cache", ".venv", "node_modules"}


@dataclass(frozen=True)
class Limits:
    """관찰 하나의 한도. 기계가 바쁘다고 떨어지는 일이 없도록 CPU 시간을 세고, 벽시계는 잠만 자는 코드를 잡는다."""

    cpu_seconds: float = 5.0
    wall_seconds: float = 20.0


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
class IngestRun:
    """센서의 요청을 실행한 런 하나."""

    run_key: str | None
    success: bool
    error: str
    metadata: Mapping[str, Mapping[str, Any]]


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
    def passed(self) -> bool:
        return bool(self.outcomes) and all(outcome == "passed" for outcome in self.outcomes.values())

    @property
    def failed_names(self) -> tuple[str, ...]:
        return tuple(name for name, outcome in self.outcomes.items() if outcome in ("failed", "error"))


def read_files(folder: Path) -> dict[str, bytes]:
    """제출 폴더의 파일들(이름은 `/`로 나눈 상대 경로). 링크와 숨은 폴더, 캐시는 보지 않는다."""
    files: dict[str, bytes] = {}
    total = 0
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part in IGNORED_DIRS for part in relative.parts) or path.suffix in (".pyc", ".ipynb"):
            continue
        if any(folder.joinpath(*relative.parts[:i]).is_symlink() for i in range(1, len(relative.parts) + 1)):
            continue
        if not path.is_file():
            continue
        total += path.stat().st_size
        if len(files) >= MAX_FILES or total > MAX_FILES_BYTES:
            raise SubmissionFault("too_many_files")
        files[relative.as_posix()] = path.read_bytes()
    return files


def _digest(files: Mapping[str, bytes]) -> bytes:
    """파일들의 이름과 내용의 지문."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.digest()


class Submission:
    """제출물 하나. 관찰 메서드는 학습자의 잘못이면 스스로 SubmissionFault를 낸다."""

    def __init__(self, material: "Material", files: Mapping[str, bytes], sandbox: "Sandbox | ProcessSandbox", *,
                 limits: Limits = Limits(), profile: str = "plain", test_runs: "dict[bytes, TestRun] | None" = None):
        self.material = material
        self.package = material.exercise.id
        self.test_module = material.exercise.test_module
        self.files = dict(files)
        self._sandbox = sandbox
        self._limits = limits
        self._profile = profile
        # 마지막으로 부른 모양과 넣은 표들: 틀렸을 때 무엇을 넣었는지 보인다.
        self.last_call: tuple[str, dict[str, pd.DataFrame]] | None = None
        self._child = None
        self._test_runs = {} if test_runs is None else test_runs

    # ---- 관찰

    def facts(self) -> Facts:
        return self._ask({"observe": "facts"}, _facts)

    def call(self, asset: str, inputs: Mapping[str, pd.DataFrame] | None = None, partition_key: str | None = None,
             resources: Mapping[str, StandIn] | None = None) -> Seen:
        """자산 하나를 주어진 업스트림 표로 계산한다. `resources`는 `stand_ins`로 만든 재료다."""
        inputs = dict(inputs or {})
        shown = f"{asset}({', '.join(inputs)})" + (f" [{partition_key}]" if partition_key else "")
        self.last_call = (shown, inputs)
        return self._ask({"observe": "call", "asset": asset, "inputs": inputs, "partition_key": partition_key,
                          "resources": dict(resources or {})}, lambda answer: _seen(answer["value"], shown, answer["inputs_after"]))

    def materialize(self, selection: Sequence[str], inputs: Mapping[str, pd.DataFrame] | None = None,
                    partition_key: str | None = None, resources: Mapping[str, StandIn] | None = None,
                    may_fail: bool = False) -> Run:
        """자산들을 한 런에서 메모리로 구체화한다. `inputs`의 자산은 실행하지 않고 그 표를 준다.

        런이 실패하면 학습자의 잘못(SubmissionFault)이다. 실패를 보려는 것이면 `may_fail=True`로 부른다.
        """
        shown = f"dg.materialize([{', '.join(selection)}])"
        return self._ask({"observe": "materialize", "selection": list(selection), "inputs": dict(inputs or {}),
                          "partition_key": partition_key, "resources": dict(resources or {}), "may_fail": may_fail},
                         lambda answer: _run(answer, shown))

    def runs(self, selection: Sequence[str], partition_keys: Sequence[str | None] = (None,),
             resources: Mapping[str, StandIn] | None = None, new_process: bool = False) -> tuple[PartitionRun, ...]:
        """파티션마다 한 런씩, 학습자의 IO 매니저로 구체화한다(백필). 기록과 파일은 `restart`할 때까지 이어진다.

        `new_process`면 제출물의 모듈을 새로 불러온다: 파일은 남고, 모듈에 담아 둔 기억은 사라진다.
        """
        return self._ask({"observe": "runs", "selection": list(selection), "partition_keys": list(partition_keys),
                          "resources": dict(resources or {}), "new_process": new_process},
                         lambda answer: _partition_runs(answer, selection, partition_keys))

    def partitions(self, asset: str, keys: Sequence[str] = ()) -> PartitionFacts:
        """자산의 파티션 정의. `keys` 가운데 있는 파티션의 시간 창을 함께 준다."""
        return self._ask({"observe": "partition_facts", "asset": asset, "keys": list(keys)}, _partition_facts)

    def schedule(self, name: str, at: Sequence[str]) -> ScheduleTicks:
        """스케줄을 주어진 때(ISO 8601)에 평가한다."""
        return self._ask({"observe": "schedule_ticks", "name": name, "at": list(at)}, _schedule_ticks)

    def sensor(self, name: str, steps: Sequence[Mapping], shop: str | None = None) -> SensorTicks:
        """센서를 파일 조작의 대본에 따라 평가한다. 걸음마다 틱이 한 번 있다.

        걸음은 `{"files": [{"do": "write", "name": …, "data": 바이트, "mtime_ns": …}, …], "runs": 1}`이다. 자세한 것은
        `observe_sensor`에 있다. 폴더와 커서는 빈 채로 시작하고, `shop`의 이름이 같으면 앞의 부름에서 이어진다.
        """
        return self._ask({"observe": "sensor_ticks", "name": name, "steps": [dict(step) for step in steps], "shop": shop},
                         _sensor_ticks)

    def restart(self) -> None:
        """다음 관찰을 새 프로세스에서 한다: 모듈에 담아 둔 기억은 남지 않는다."""
        self.close()

    def run_tests(self, others: Mapping[str, bytes]) -> TestRun:
        """학습자의 테스트 파일을, 다른 모듈을 `others`로 바꾸고 돌린다. 늘 새 자식에서.

        같은 파일들로 이미 돌려 보았으면 그 결과를 쓴다: 자산만 고치고 다시 확인할 때 테스트를 또 돌리지 않는다.
        """
        files = {**self.files, **others}
        key = _digest(files)
        if key not in self._test_runs:
            fresh = Submission(self.material, self.files, self._sandbox, limits=self._limits, profile=self._profile)
            try:
                self._test_runs[key] = fresh._ask({"observe": "run_tests", "test_module": self.test_module},
                                                  lambda answer: _test_run(answer, self.test_names), swapped=others)
            finally:
                fresh.close()
        return self._test_runs[key]

    def run_tests_against(self, variants: Sequence[Mapping[str, bytes]]) -> list[TestRun | SubmissionFault]:
        """여러 변형에 대해 두 개씩 동시에. 어느 것이 모범 답안인지 차례로 알 수 없게 섞어 돌린다."""

        def one(others: Mapping[str, bytes]) -> TestRun | SubmissionFault:
            try:
                return self.run_tests(others)
            except SubmissionFault as fault:
                return fault

        order = random.sample(range(len(variants)), len(variants))
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            runs = dict(zip(order, pool.map(one, [variants[i] for i in order]), strict=True))
        return [runs[i] for i in range(len(variants))]

    @functools.cached_property
    def test_names(self) -> frozenset[str]:
        """테스트 파일에 글자로 적힌 테스트 이름(`test_a`, `TestA::test_b`). 자식이 지어낸 이름은 받지 않는다."""
        try:
            tree = ast.parse(self.files.get(self.test_module, b""))
        except (SyntaxError, ValueError):
            return frozenset()
        names = set()
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.ClassDef):
                names |= {f"{node.name}::{child.name}" for child in node.body if isinstance(child, ast.FunctionDef)}
        return frozenset(names)

    # ---- 자식과의 대화

    def ask(self, request: dict, parse: Callable[[Any], T]) -> T:
        """관찰 하나. `parse`가 답을 자료형으로 바꾼다. 형식이 틀린 답에 `parse`가 낸 예외는 제출물의 잘못이 된다."""
        return self._ask(request, parse)

    def close(self) -> None:
        if self._child is not None:
            child, self._child = self._child, None
            child.kill()
            child.close()

    def _ask(self, request: dict, parse: Callable[[Any], T], swapped: Mapping[str, bytes] | None = None) -> T:
        try:
            if self._child is None:
                self._child = self._sandbox.spawn(self._profile)
                self._exchange({"package": self.package, "files": self.files, "swapped": dict(swapped or {})})
            answer = self._exchange(request)
            try:
                return parse(answer)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                # 자식의 말은 믿을 수 없다. 형식이 틀린 답은 우리 코드가 아니라 제출물이 만든 것이다.
                raise SubmissionFault("garbled", message=str(error)) from error
        except SubmissionFault as fault:
            if fault.kind in ("timeout", "ended", "garbled"):
                self.close()
            raise

    def _exchange(self, request: dict) -> Any:
        child = self._child
        deadline = time.monotonic() + self._limits.wall_seconds
        cpu_deadline = child.cpu_seconds() + self._limits.cpu_seconds

        def read(size: int) -> bytes:
            chunks = bytearray()
            while len(chunks) < size:
                while not select.select([child.sock], [], [], 0.05)[0]:
                    if time.monotonic() > deadline or child.cpu_seconds() > cpu_deadline:
                        raise SubmissionFault("timeout", seconds=self._limits.cpu_seconds)
                chunk = child.sock.recv(min(size - len(chunks), 1 << 20))
                if not chunk:
                    raise SubmissionFault("ended")
                chunks += chunk
            return bytes(chunks)

        try:
            child.sock.settimeout(self._limits.wall_seconds)
            wire.send(child.sock, request, limit=64 << 20)
            answer = wire.receive(read)
            if "fault" in answer:
                raise SubmissionFault(**{str(name): value for name, value in answer["fault"].items()})
            return answer["ok"]
        except (ConnectionError, TimeoutError):
            raise SubmissionFault("ended") from None
        except (wire.WireError, TypeError, KeyError, AttributeError) as error:
            raise SubmissionFault("garbled", message=str(error)) from error


# ---- 자식의 답을 자료형으로. 형식이 조금이라도 다르면 예외를 낸다.


def _facts(answer: Any) -> Facts:
    assets = {
        key: AssetFacts(key=_text(key), group=_text(a["group"]), description=_text(a["description"]),
                        deps=_texts(a["deps"]), owners=_texts(a["owners"]), kinds=_texts(a["kinds"]),
                        metadata=_metadata(a["metadata"]), partitions=None if a["partitions"] is None else _text(a["partitions"]))
        for key, a in answer["assets"].items()
    }
    schedules = tuple({"name": _text(s["name"]), "cron": s["cron"], "timezone": _text(s["timezone"])}
                      for s in answer["schedules"])
    return Facts(assets, _texts(answer["jobs"]), schedules, _texts(answer["sensors"]), _texts(answer["checks"]))


def _run(answer: Any, call: str) -> Run:
    values = {_text(key): _seen(value, call, {}) for key, value in answer["values"].items()}
    if not all(isinstance(frame, pd.DataFrame) for frame in answer["objects"].values()):
        raise TypeError("표가 아니다")
    return Run(answer["success"] is True, values, _all_metadata(answer["metadata"]), _texts(answer["log"]),
               dict(answer["objects"]), _error(answer))


def _partition_runs(answer: Any, selection: Sequence[str], partition_keys: Sequence[str | None]) -> tuple[PartitionRun, ...]:
    return tuple(_partition_run(run, selection, key) for run, key in zip(answer["runs"], partition_keys, strict=True))


def _partition_run(run: Any, selection: Sequence[str], key: str | None) -> PartitionRun:
    if "fault" in run or run["success"] is not True:
        details = {_text(name): value for name, value in run.get("fault", {}).items()}
        return PartitionRun(key, SubmissionFault(_text(details.pop("kind", "exception")), **details), {}, {})
    values = {name: _seen(run["values"][name], f"{name} [{key}]", {}) for name in selection}
    return PartitionRun(key, None, values, _all_metadata(run["metadata"]))


def _partition_facts(answer: Any) -> PartitionFacts:
    if answer["partitioned"] is not True:
        return PartitionFacts(False)
    windows = {_text(key): (_text(start), _text(end)) for key, (start, end) in answer["windows"].items()}
    return PartitionFacts(True, _texts(answer["first"]), windows, _texts(answer["shared_with"]))


def _schedule_ticks(answer: Any) -> ScheduleTicks:
    ticks = tuple(ScheduleTick(_requests(tick), _optional(tick["unknown_partition"])) for tick in answer["ticks"])
    return ScheduleTicks(_texts(answer["next"]), _texts(answer["assets"]), ticks)


def _sensor_ticks(answer: Any) -> SensorTicks:
    if not all(isinstance(data, bytes) for data in answer["quarantine"].values()):
        raise TypeError("파일이 아니다")
    return SensorTicks(tuple(map(_sensor_tick, answer["ticks"])), {_text(name): data for name, data in answer["quarantine"].items()})


def _sensor_tick(tick: Any) -> Tick:
    runs = tuple(IngestRun(_optional(run["run_key"]), run["success"] is True, _error(run), _all_metadata(run["metadata"]))
                 for run in tick["runs"])
    last, *partitions = [None if value is None else _seen(value, "daily_sales", {}) for value in [tick["last"], *tick["partitions"]]]
    return Tick(_requests(tick), _optional(tick["skip"]), _optional(tick["cursor"]), tick["landing_untouched"] is True,
                runs, last, tuple(partitions))


def _requests(tick: Any) -> tuple[Request, ...]:
    return tuple(Request(_optional(r["run_key"]), _optional(r["partition_key"]),
                         {_text(k): _text(v) for k, v in r["tags"].items()}, _optional(r["job"])) for r in tick["requests"])


def _error(run: Any) -> str:
    """런이 실패한 까닭 한 줄. 실패하지 않았으면 빈 글."""
    fault = run.get("fault")
    return f"{fault.get('type', '')}: {fault.get('message', '')}"[:2000] if fault else ""


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _all_metadata(values: Any) -> dict[str, dict[str, Any]]:
    return {_text(key): _metadata(value) for key, value in values.items()}


def _seen(value: Any, call: str, inputs_after: Any) -> Seen:
    frame = value.get("frame")
    if not (frame is None or isinstance(frame, pd.DataFrame)):
        raise TypeError("표가 아니다")
    if not all(isinstance(after, pd.DataFrame) for after in inputs_after.values()):
        raise TypeError("표가 아니다")
    return Seen(call=call, type=_text(value["type"]), _frame=frame, repr=_text(value.get("repr", "")),
                inputs_after=dict(inputs_after))


def _test_run(answer: Any, names: frozenset[str]) -> TestRun:
    return TestRun({
        name: outcome if outcome in ("passed", "failed", "skipped") else "error"
        for name, outcome in answer["outcomes"].items()
        if name in names
    })


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
