"""관찰: 샌드박스 안에서 제출물을 불러와 시키는 대로 움직여 보고, 본 것을 데이터로 돌려준다.

여기서는 아무것도 채점하지 않는다. 제출 코드와 같은 프로세스에서 도는 코드의 말은 믿을 수 없으므로, 판정은
데이터를 받은 부모 쪽의 채점 기준표(`tests/rubrics`)만 한다.
"""

import functools
import importlib
import importlib.abc
import importlib.machinery
import os
import socket
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow.parquet  # noqa: F401  (자이고트에서 한 번만 불러온다)

from course_lib import testing
from course_lib.grading import lent_environment, spare_instances, stand_in_drivers, wire
from course_lib.grading.stand_ins import Material, StandIns

PACKAGE_PARENT = "exercises"  # 학습자 폴더의 모양 그대로: exercises/<연습>/
MAX_TRACE_FRAMES = 6


# ---------------------------------------------------------------- 제출물을 불러오기


class Broken(Exception):
    """제출물 때문에 관찰을 마칠 수 없다. `fault`가 부모에게 갈 설명이다."""

    def __init__(self, kind: str, message: str = "", **details: Any):
        super().__init__(message)
        self.fault = {"kind": kind, "message": message, **details}


class MemoryModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """파일로 두지 않고 메모리에서 불러오는 모듈들. 채점할 때 바꿔 끼우는 모범 답안이 디스크에 남지 않게 한다."""

    def __init__(self, sources: Mapping[str, bytes], folder: Path):
        self.folder = folder
        self.codes = {name: compile(source, f"<{name}>", "exec") for name, source in sources.items()}

    def find_spec(self, fullname, path=None, target=None):
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in self.codes else None

    def exec_module(self, module):
        # 파일은 없지만, 제 옆의 폴더를 가리키는 데 쓴다: Path(__file__).parent / "data"
        module.__file__ = str(self.folder / f"{module.__name__.rpartition('.')[2]}.py")
        exec(self.codes[module.__name__], module.__dict__)


class LoadedSubmission:
    """작업 폴더에 풀어 놓은 제출물 하나와, 필요할 때 만드는 그 Definitions."""

    def __init__(self, work_dir: Path, package: str, files: Mapping[str, bytes], swapped: Mapping[str, bytes]):
        self.package = package
        self.work_dir = work_dir
        self.root = work_dir / PACKAGE_PARENT / package
        self.root.mkdir(parents=True)
        (work_dir / PACKAGE_PARENT / "__init__.py").touch()
        lent_environment.lend(data for name, data in files.items() if name.endswith(".py"))
        for name, data in {"__init__.py": b"", **files}.items():
            if name in swapped:
                continue
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        if swapped:
            sys.meta_path.insert(0, MemoryModules({
                f"{PACKAGE_PARENT}.{package}.{Path(name).stem}": source for name, source in swapped.items()
            }, self.root))
        sys.path.insert(0, str(work_dir))
        self._repository: dg.RepositoryDefinition | None = None

    @property
    def repository(self) -> dg.RepositoryDefinition:
        """`definitions.py`의 `defs`를 Dagster가 불러오듯 검증까지 마친 모습."""
        if self._repository is None:
            module = importlib.import_module(f"{PACKAGE_PARENT}.{self.package}.definitions")
            defs = getattr(module, "defs", None)
            if callable(defs) and not isinstance(defs, dg.Definitions):
                defs = defs()
            if not isinstance(defs, dg.Definitions):
                raise Broken("no_defs")
            repository = defs.get_repository_def()
            repository.validate_loadable()
            self._repository = repository
        return self._repository

    @functools.cached_property
    def instance(self) -> dg.DagsterInstance:
        """기록이 이어지는 임시 인스턴스. 파일은 작업 폴더 아래에 둔다."""
        storage = self.work_dir / "instance"
        storage.mkdir()
        return dg.DagsterInstance.ephemeral(tempdir=str(storage))

    def reload(self) -> None:
        """프로세스가 새로 뜬 것처럼 제출물의 모듈을 잊는다. 모듈에 담아 둔 기억은 남지 않는다."""
        prefix = f"{PACKAGE_PARENT}.{self.package}"
        for name in [name for name in sys.modules if name == prefix or name.startswith(f"{prefix}.")]:
            del sys.modules[name]
        self._repository = None

    @property
    def resources(self) -> Mapping[str, Any]:
        """`defs`의 리소스."""
        return self.repository.get_top_level_resources()

    @property
    def partitions(self) -> Mapping[str, dg.PartitionsDefinition]:
        """파티션이 있는 자산의 파티션 정의."""
        specs = (spec for found in self.repository.assets_defs_by_key.values() for spec in found.specs)
        return {spec.key.to_user_string(): spec.partitions_def for spec in specs if spec.partitions_def}

    def asset(self, key: str) -> dg.AssetsDefinition:
        found = self.repository.assets_defs_by_key.get(dg.AssetKey([key]))
        if found is None or not found.is_executable:
            known = sorted(k.to_user_string() for k, d in self.repository.assets_defs_by_key.items() if d.is_executable)
            raise Broken("missing_asset", key=key, known=known)
        return found


# ---------------------------------------------------------------- 관찰


def facts(submission: LoadedSubmission) -> dict:
    """정의에서 읽은 사실들. 값은 글자·수·목록뿐이다."""
    repository = submission.repository
    graph = repository.asset_graph
    assets = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        if not node.is_executable:
            continue
        assets[key.to_user_string()] = {
            "group": node.group_name or "",
            "description": node.description or "",
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
            "owners": [str(owner) for owner in node.owners],
            "kinds": sorted(node.kinds),
            "metadata": _plain_metadata(node.metadata),
            "partitions": _partitions_text(node.partitions_def),
        }
    return {
        "assets": assets,
        "jobs": sorted(job.name for job in repository.get_all_jobs() if not job.name.startswith("__")),
        "schedules": [_schedule_facts(schedule) for schedule in repository.schedule_defs],
        "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
        "checks": sorted(key.name for key in repository.asset_checks_defs_by_key),
    }


def call(submission: LoadedSubmission, asset: str, inputs: Mapping[str, pd.DataFrame],
         partition_key: str | None, resources: Mapping[str, Material]) -> dict:
    """자산 하나를 주어진 업스트림 표로 계산한다. 어떤 방식으로 쓴 자산이든 값이 나온다."""
    assets_def = submission.asset(asset)
    missing = {key.to_user_string() for key in assets_def.keys_by_input_name.values()} - set(inputs)
    if missing:
        raise Broken("other_inputs", key=asset, inputs=sorted(missing), expected=sorted(inputs))
    fed = {name: frame.copy() for name, frame in inputs.items()}
    value = testing.compute(assets_def, dg.AssetKey([asset]), fed, partition_key=partition_key,
                            resources={**submission.resources, **StandIns(resources).resources},
                            partitions=submission.partitions)
    return {"value": plain_value(value), "inputs_after": fed}


def materialize(submission: LoadedSubmission, selection: Sequence[str], inputs: Mapping[str, pd.DataFrame],
                partition_key: str | None, resources: Mapping[str, Material], may_fail: bool) -> dict:
    """자산들을 한 런에서 구체화하고, 값과 구체화 메타데이터를 돌려준다. `inputs`의 자산은 실행하지 않고 그 표를 준다.

    `may_fail`이면 런의 실패도 관찰이다. 리소스가 받은 부름과 저장된 것은 실패해도 돌려준다.
    """
    targets = list({id(found): found for found in map(submission.asset, selection)}.values())
    stand_ins = StandIns(resources)
    seen: dict[str, Any] = {"success": False, "values": {}, "metadata": {}}
    try:
        run = testing.execute(targets, {name: frame.copy() for name, frame in inputs.items()}, partition_key=partition_key,
                              resources={**submission.resources, **stand_ins.resources}, partitions=submission.partitions)
        seen = {"success": run.success, "metadata": materialization_metadata(run),
                "values": {key: plain_value(testing.unwrap(run.asset_value(dg.AssetKey([key])))) for key in selection}}
    except Exception as error:
        if not may_fail:
            raise
        seen["fault"] = describe_fault(error, submission.work_dir)
    return {**seen, "log": stand_ins.log, "objects": stand_ins.objects}


def materialization_metadata(run: dg.ExecuteInProcessResult) -> dict[str, dict]:
    """런의 구체화마다 기록된 메타데이터. 파티션이 여럿이면 마지막 것."""
    records = [event.step_materialization_data.materialization for event in run.get_asset_materialization_events()]
    return {record.asset_key.to_user_string(): _plain_metadata(record.metadata) for record in records}


def run_tests(submission: LoadedSubmission, test_module: str) -> dict:
    """학습자의 테스트 파일을 pytest로 돌려 함수마다의 결과만 모은다."""
    import pytest

    outcomes: dict[str, str] = {}
    collect_errors: list[BaseException | None] = []

    class Recorder:
        def pytest_runtest_logreport(self, report):
            name = report.nodeid.split("[")[0].split("::", 1)[1]
            if report.when == "call" and report.outcome != "skipped":
                outcomes[name] = "failed" if outcomes.get(name) == "failed" else report.outcome
            elif report.outcome == "failed":
                outcomes[name] = "error"
            elif report.outcome == "skipped":
                outcomes.setdefault(name, "skipped")

        def pytest_exception_interact(self, node, call, report):
            if report.when == "collect":
                collect_errors.append(call.excinfo.value)

    pytest.main(
        [str(submission.root / test_module), "-s", "--noconftest", "-c", os.devnull, "--rootdir", str(submission.root), "--confcutdir", str(submission.root),
         "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "-p", "no:faulthandler",
         "-p", "no:unraisableexception", "-p", "no:threadexception", "--disable-plugin-autoload", "--assert=plain",
         "--maxfail=1"],  # 하나만 실패해도 답은 정해진다
        plugins=[Recorder()],
    )
    if collect_errors:
        cause = collect_errors[0]
        raise getattr(cause, "__cause__", None) or cause
    return {"outcomes": outcomes}


def observations() -> dict[str, Callable[..., dict]]:
    """이름으로 부를 수 있는 관찰들."""
    from course_lib.grading import observe_resources, observe_runs, observe_sensor

    return {"facts": facts, "call": call, "materialize": materialize, "run_tests": run_tests, **observe_runs.OBSERVATIONS,
            **observe_resources.OBSERVATIONS, **observe_sensor.OBSERVATIONS}


# ---------------------------------------------------------------- 자이고트가 부르는 두 함수


def warm_up() -> None:
    """fork하기 전에 한 번: 처음 쓸 때에야 불려 오는 것들까지 모두 데워 둔다."""
    import pytest

    stand_in_drivers.install()

    @dg.asset
    def warm(context: dg.AssetExecutionContext) -> pd.DataFrame:
        return pd.DataFrame({"x": pd.to_datetime(["2024-01-01"]), "y": ["a"]})

    warm(dg.build_asset_context())
    defs = dg.Definitions(assets=[warm])
    defs.get_repository_def().validate_loadable()
    dg.materialize([warm], resources={"io_manager": dg.mem_io_manager})
    frame = pd.DataFrame({"page": ["a", "b"], "user": ["u", None], "at": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    wire.decode_frame(wire.encode_frame(frame))
    frame.sort_values("at").drop_duplicates(["page"]).groupby("page").agg(n=("user", "nunique"))["n"].rank(method="dense")
    frame["user"].str.contains("u", case=False, na=False)
    pytest.main(["--version", "-p", "no:cacheprovider", "-c", os.devnull, "--disable-plugin-autoload", "-p", "no:terminal"])
    observations()
    spare_instances.prepare(30)


def serve(sock: socket.socket, work_dir: Path) -> None:
    """관찰 요청을 하나씩 받아 답한다. 첫 요청은 제출물의 파일들이다. 부모가 끊으면 끝난다."""
    read = wire.read_from(sock)
    submission: LoadedSubmission | None = None
    while True:
        try:
            request = wire.receive(read)
        except wire.HungUp:
            return
        try:
            if submission is None:
                submission = LoadedSubmission(work_dir, **request)
                answer: dict = {"ok": {}}
            else:
                answer = {"ok": observations()[request.pop("observe")](submission, **request)}
        except BaseException as error:  # 제출 코드는 SystemExit, KeyboardInterrupt도 낼 수 있다
            answer = {"fault": describe_fault(error, work_dir)}
        try:
            wire.send(sock, answer)
        except (wire.WireError, TypeError) as error:
            wire.send(sock, {"fault": {"kind": "too_large", "message": str(error)}})


# ---------------------------------------------------------------- 예외를 학습자의 말로


def describe_fault(error: BaseException, work_dir: Path) -> dict:
    """예외를 부모에게 보낼 설명으로. Dagster가 감싼 예외는 벗겨서 학습자가 낸 것을 찾는다."""
    error = _root_cause(error)
    if isinstance(error, Broken):
        return error.fault
    if isinstance(error, SyntaxError):
        return {"kind": "syntax", "message": error.msg or "", "file": _relative(error.filename, work_dir),
                "line": error.lineno or 0, "text": (error.text or "").rstrip()[:200], "type": type(error).__name__}
    kind = "exception"
    if isinstance(error, NotImplementedError):
        kind = "not_attempted"
    elif isinstance(error, ImportError):
        kind = "import"
    elif isinstance(error, MemoryError):
        kind = "memory"
    elif isinstance(error, SystemExit | KeyboardInterrupt):
        kind = "exit"
    elif isinstance(error, dg.DagsterInvalidDefinitionError):
        kind = "definition"
    return {"kind": kind, "type": type(error).__name__, "message": _without_paths(str(error), work_dir)[:2000],
            "trace": _trace(error, work_dir), "name": str(getattr(error, "name", "") or "")}


def _root_cause(error: BaseException) -> BaseException:
    """Dagster의 실행 예외가 감싼 학습자의 예외."""
    while isinstance(error, dg.DagsterExecutionStepExecutionError | dg.DagsterUserCodeExecutionError) and (
        cause := error.__cause__ or getattr(error, "user_exception", None)
    ):
        error = cause
    return error


def _trace(error: BaseException, work_dir: Path) -> str:
    """학습자의 첫 줄부터 시작하는 역추적. 사이사이 라이브러리의 줄은 뺀다."""
    frames = [
        (_relative(frame.filename, work_dir), frame.lineno, frame.name, frame.line or "")
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(str(work_dir))
    ][-MAX_TRACE_FRAMES:]
    lines = [f"{name} {number}번째 줄 ({function})\n    {line}" for name, number, function, line in frames]
    return "\n".join([*lines, f"{type(error).__name__}: {_without_paths(str(error), work_dir)[:1000]}"])


def _without_paths(text: str, work_dir: Path) -> str:
    """샌드박스 안의 폴더 이름을 뺀 글. 학습자의 컴퓨터에는 없는 길이다."""
    return text.replace(f"{work_dir}/", "")


def _relative(filename: str | None, work_dir: Path) -> str:
    """학습자의 폴더에서 본 파일 이름(`assets.py`). 밖의 파일은 이름만."""
    path = Path(filename or "")
    try:
        return Path(*path.relative_to(work_dir / PACKAGE_PARENT).parts[1:]).as_posix()
    except ValueError:
        return path.name


# ---------------------------------------------------------------- 작은 도구들


def plain_value(value: Any) -> Any:
    """자산이 낸 것을 표(또는 표가 아닌 것의 짧은 설명)로."""
    if isinstance(value, pd.DataFrame):
        return {"type": "DataFrame", "frame": value}
    return {"type": type(value).__name__, "repr": repr(value)[:500]}


def _plain_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    plain = {}
    for name, entry in metadata.items():
        value = getattr(entry, "value", entry)
        plain[name] = value if isinstance(value, bool | int | float | str | None) else repr(value)[:500]
    return plain


def _partitions_text(partitions_def: dg.PartitionsDefinition | None) -> str | None:
    return None if partitions_def is None else str(partitions_def)[:500]


def _schedule_facts(schedule: dg.ScheduleDefinition) -> dict:
    cron = schedule.cron_schedule
    return {"name": schedule.name, "cron": cron if isinstance(cron, str) else list(cron),
            "timezone": schedule.execution_timezone or "UTC"}
