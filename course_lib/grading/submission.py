"""제출물 손잡이: 채점 기준표가 보는 제출물. 시키면 샌드박스에서 움직여 보고 데이터만 돌려준다.

자식 하나가 관찰 요청에 차례로 답한다. 자식이 죽거나 한도를 넘으면 그 관찰은 SubmissionFault가 되고,
다음 관찰은 새 자식이 맡는다.
"""

import ast
import concurrent.futures
import functools
import random
import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from course_lib.grading import seen, wire
from course_lib.grading.dbt_manifest import MANIFEST, SETTINGS, Manifests, is_product, project_files, uses_dbt, without_sql
from course_lib.grading.files import digest_of
from course_lib.grading.seen import (
    Facts,
    IngestRun,
    PartitionFacts,
    PartitionRun,
    Run,
    ScheduleTicks,
    Seen,
    SensorTicks,
    SubmissionFault,
    TestRun,
)
from course_lib.grading.stand_ins import Material as StandIn

if TYPE_CHECKING:
    from course_lib.grading.misconceptions import Material
    from course_lib.grading.sandbox.client import Sandbox
    from course_lib.grading.sandbox.process import ProcessSandbox

T = TypeVar("T")
# 한도가 지난 뒤에 답이 오고 있으면 더 받아 보는 시간.
OVERTIME_SECONDS = 2.0


@dataclass(frozen=True)
class Limits:
    """관찰 하나의 한도. 기계가 바쁘다고 떨어지는 일이 없도록 CPU 시간을 세고, 벽시계는 잠만 자는 코드를 잡는다."""

    cpu_seconds: float = 5.0
    wall_seconds: float = 20.0


# dbt 명령은 하나에 몇 초씩 CPU를 쓴다.
DBT_LIMITS = Limits(cpu_seconds=60.0, wall_seconds=300.0)


class Submission:
    """제출물 하나. 관찰 메서드는 학습자의 잘못이면 스스로 SubmissionFault를 낸다."""

    def __init__(self, material: "Material", files: Mapping[str, bytes], sandbox: "Sandbox | ProcessSandbox", *,
                 limits: Limits | None = None, test_runs: "dict[bytes, TestRun] | None" = None, manifests: Manifests | None = None):
        """`limits`를 주지 않으면 연습에 맞는 한도다. `test_runs`와 `manifests`는 다른 제출물과 함께 쓸 기억이다."""
        self.material = material
        self._uses_dbt = uses_dbt(material.exercise)
        self.package = material.exercise.id
        self.test_module = material.exercise.test_module
        self.files = dict(files)
        self._sandbox = sandbox
        self._limits = limits or (DBT_LIMITS if self._uses_dbt else Limits())
        if self._uses_dbt:
            self.files = {name: data for name, data in self.files.items() if not is_product(name)}
        self.manifests = manifests or Manifests(self._parse_dbt, material.reference)
        # 만들지 않고 쓸 manifest.
        self._given_manifest: bytes | None = None
        # 마지막으로 부른 모양과 넣은 표들: 틀렸을 때 무엇을 넣었는지 보인다.
        self.last_call: tuple[str, dict[str, pd.DataFrame]] | None = None
        self._child = None
        self._test_runs = {} if test_runs is None else test_runs
        self._abandoned = threading.Event()

    # ---- 관찰

    def facts(self) -> Facts:
        return self._ask({"observe": "facts"}, seen.facts_from)

    def call(self, asset: str, inputs: Mapping[str, pd.DataFrame] | None = None, partition_key: str | None = None,
             resources: Mapping[str, StandIn] | None = None) -> Seen:
        """자산 하나를 주어진 업스트림 표로 계산한다. `resources`는 `stand_ins`로 만든 재료다."""
        inputs = dict(inputs or {})
        shown = f"{asset}({', '.join(inputs)})" + (f" [{partition_key}]" if partition_key else "")
        self.last_call = (shown, inputs)
        return self._ask({"observe": "call", "asset": asset, "inputs": inputs, "partition_key": partition_key,
                          "resources": dict(resources or {})},
                         lambda answer: seen.seen_from(answer["value"], shown, {name: answer["inputs_after"][name] for name in inputs}))

    def materialize(self, selection: Sequence[str], inputs: Mapping[str, pd.DataFrame] | None = None,
                    partition_key: str | None = None, resources: Mapping[str, StandIn] | None = None,
                    may_fail: bool = False) -> Run:
        """자산들을 한 런에서 메모리로 구체화한다. `inputs`의 자산은 실행하지 않고 그 표를 준다.

        런이 실패하면 학습자의 잘못(SubmissionFault)이다. 실패를 보려는 것이면 `may_fail=True`로 부른다.
        """
        shown = f"dg.materialize([{', '.join(selection)}])"
        return self._ask({"observe": "materialize", "selection": list(selection), "inputs": dict(inputs or {}),
                          "partition_key": partition_key, "resources": dict(resources or {}), "may_fail": may_fail},
                         lambda answer: seen.run_from(answer, shown, selection))

    def runs(self, selection: Sequence[str], partition_keys: Sequence[str | None] = (None,),
             resources: Mapping[str, StandIn] | None = None, new_process: bool = False) -> tuple[PartitionRun, ...]:
        """파티션마다 한 런씩, 학습자의 IO 매니저로 구체화한다(백필). 기록과 파일은 `restart`할 때까지 이어진다.

        `new_process`면 제출물의 모듈을 새로 불러온다: 파일은 남고, 모듈에 담아 둔 기억은 사라진다.
        """
        return self._ask({"observe": "runs", "selection": list(selection), "partition_keys": list(partition_keys),
                          "resources": dict(resources or {}), "new_process": new_process},
                         lambda answer: seen.partition_runs_from(answer, selection, partition_keys))

    def partitions(self, asset: str, keys: Sequence[str] = ()) -> PartitionFacts:
        """자산의 파티션 정의. `keys` 가운데 있는 파티션의 시간 창을 함께 준다."""
        return self._ask({"observe": "partition_facts", "asset": asset, "keys": list(keys)},
                         seen.partition_facts_from)

    def schedule(self, name: str, at: Sequence[str]) -> ScheduleTicks:
        """스케줄을 주어진 때(ISO 8601)에 평가한다."""
        return self._ask({"observe": "schedule_ticks", "name": name, "at": list(at)},
                         lambda answer: seen.schedule_ticks_from(answer, len(at)))

    def sensor(self, name: str, steps: Sequence[Mapping], shop: str | None = None) -> SensorTicks:
        """센서를 파일 조작의 대본에 따라 평가한다. 걸음마다 틱이 한 번 있다.

        걸음은 `{"files": [{"do": "write", "name": …, "data": 바이트, "mtime_ns": …}, …], "runs": 1, "values": [자산…]}`이다. 자세한 것은
        `observe_sensor`에 있다. 폴더와 커서는 빈 채로 시작하고, `shop`의 이름이 같으면 앞의 부름에서 이어진다.
        """
        return self._ask({"observe": "sensor_ticks", "name": name, "steps": [dict(step) for step in steps], "shop": shop},
                         lambda answer: seen.sensor_ticks_from(answer, len(steps)))

    def automation(self, asset: str, at: str, shop: str) -> tuple[str, ...]:
        """무대 `shop`의 인스턴스에서 자산의 자동화 조건을 그때(ISO 8601)에 평가해, 요청한 파티션들을 준다. 앞선 평가에서 이어진다."""
        return self._ask({"observe": "automation_tick", "asset": asset, "at": at, "shop": shop},
                         seen.requested_from)

    def shop_runs(self, asset: str, partition_keys: Sequence[str], shop: str) -> tuple[IngestRun, ...]:
        """무대 `shop`의 인스턴스와 저장소에서 자산 하나를 파티션마다 한 런씩, 그 검사와 함께 구체화한다."""
        return self._ask({"observe": "shop_runs", "asset": asset, "partition_keys": list(partition_keys), "shop": shop},
                         lambda answer: seen.shop_runs_from(answer, len(partition_keys)))

    def restart(self) -> None:
        """다음 관찰을 새 프로세스에서 한다: 모듈에 담아 둔 기억은 남지 않는다."""
        self.close()

    def run_tests(self, others: Mapping[str, bytes]) -> TestRun:
        """학습자의 테스트 파일을, 다른 모듈을 `others`로 바꾸고 돌린다. 늘 새 자식에서.

        같은 파일들로 이미 돌려 보았으면 그 결과를 쓴다: 자산만 고치고 다시 확인할 때 테스트를 또 돌리지 않는다.
        """
        fresh = self._for_tests()
        key = digest_of({**fresh.files, **others})
        if key not in self._test_runs:
            try:
                self._test_runs[key] = fresh._ask({"observe": "run_tests", "test_module": self.test_module},
                                                  lambda answer: seen.test_run_from(answer, self.test_names), swapped=others)
            finally:
                fresh.close()
        return self._test_runs[key]

    def _for_tests(self) -> "Submission":
        """테스트를 돌릴 새 손잡이. dbt 프로젝트는 모범 답안의 것이다: 설정과, SQL을 지운 manifest만 있으면 된다."""
        fresh = Submission(self.material, self.files, self._sandbox, limits=self._limits)
        if self._uses_dbt:
            mine, reference = project_files(self.files), project_files(self.material.reference)
            fresh.files = {name: data for name, data in self.files.items() if name not in mine}
            fresh.files |= {name: reference[name] for name in SETTINGS if name in reference}
            fresh._given_manifest = without_sql(self.manifests.of(reference))
        return fresh

    def run_tests_against(self, variants: Sequence[Mapping[str, bytes]]) -> list[TestRun | SubmissionFault]:
        """여러 변형에 대해 두 개씩 동시에. 어느 것이 모범 답안인지 차례로 알 수 없게 섞어 돌린다."""

        def one(others: Mapping[str, bytes]) -> TestRun | SubmissionFault:
            if self._abandoned.is_set():
                return SubmissionFault("ended")
            try:
                return self.run_tests(others)
            except SubmissionFault as fault:
                return fault

        order = random.sample(range(len(variants)), len(variants))
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            runs = dict(zip(order, pool.map(one, [variants[i] for i in order]), strict=True))
        return [runs[i] for i in range(len(variants))]

    def abandon_tests(self) -> None:
        """아직 돌리지 않은 변형은 돌리지 않는다. 그 결과를 볼 사람이 없다."""
        self._abandoned.set()

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
                files = self._with_manifest()
                self._child = self._sandbox.spawn("dbt" if self._uses_dbt else "plain")
                self._exchange({"package": self.package, "files": files, "swapped": dict(swapped or {})})
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

    def _with_manifest(self) -> dict[str, bytes]:
        """자식에게 줄 파일들. manifest는 끝에 둔다: 파일들보다 나중에 쓰여야 새것으로 보인다."""
        if not self._uses_dbt:
            return self.files
        manifest = self._given_manifest
        if manifest is None and project_files(self.files):
            manifest = self.manifests.of(self.files)
        return {**self.files, MANIFEST: manifest} if manifest else self.files

    def _parse_dbt(self, project: dict[str, bytes]) -> bytes:
        """프로젝트의 파일만 넣은 새 자식이 만든 manifest."""
        fresh = Submission(self.material, project, self._sandbox, limits=self._limits)
        fresh._given_manifest = b""
        try:
            return fresh._ask({"observe": "parse_dbt"}, seen.manifest_from)
        finally:
            fresh.close()

    def _exchange(self, request: dict) -> Any:
        child = self._child
        deadline = time.monotonic() + self._limits.wall_seconds
        cpu_deadline = child.cpu_seconds() + self._limits.cpu_seconds
        overtime = 0.0

        def read(size: int) -> bytes:
            nonlocal overtime
            chunks = bytearray()
            while len(chunks) < size:
                ready = select.select([child.sock], [], [], 0.05)[0]
                now = time.monotonic()
                if now > deadline or child.cpu_seconds() > cpu_deadline:
                    # 이미 와 있는 답은 받아 준다(멈췄던 것은 채점기일 수 있다). 한 바이트씩 끝없이 보내는 자식은 여기서 멈춘다.
                    overtime = overtime or now + OVERTIME_SECONDS
                    if not ready or now > overtime:
                        raise SubmissionFault("timeout", seconds=self._limits.cpu_seconds)
                if not ready:
                    continue
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
                raise seen.fault_from(answer["fault"])
            return answer["ok"]
        except (ConnectionError, TimeoutError):
            raise SubmissionFault("ended") from None
        except (wire.WireError, TypeError, KeyError, AttributeError) as error:
            raise SubmissionFault("garbled", message=str(error)) from error
