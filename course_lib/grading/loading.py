"""제출물을 불러오고, 본 것과 예외를 데이터로 바꾸는 도구. 샌드박스 안에서 관찰들(`observe`, `observe_…`)이 함께 쓴다."""

import functools
import importlib
import importlib.abc
import importlib.machinery
import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from course_lib.grading import lent_environment

PACKAGE_PARENT = "exercises"  # 학습자 폴더의 모양 그대로: exercises/<연습>/
MAX_TRACE_FRAMES = 6


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


# ---------------------------------------------------------------- 본 것을 데이터로


def materialization_metadata(events: Iterable[dg.DagsterEvent | dg.EventLogEntry]) -> dict[str, dict]:
    """런의 사건들에서, 구체화마다 기록된 메타데이터. 파티션이 여럿이면 마지막 것."""
    records = [event.step_materialization_data.materialization for event in _of_type(events, dg.DagsterEventType.ASSET_MATERIALIZATION)]
    return {record.asset_key.to_user_string(): plain_metadata(record.metadata) for record in records}


def check_results(events: Iterable[dg.DagsterEvent | dg.EventLogEntry]) -> list[dict]:
    """런의 사건들에서, 자산 검사마다의 결과."""
    results = [event.asset_check_evaluation_data for event in _of_type(events, dg.DagsterEventType.ASSET_CHECK_EVALUATION)]
    return [{"asset": result.asset_key.to_user_string(), "name": result.check_name, "passed": result.passed, "severity": result.severity.value}
            for result in results]


def _of_type(events: Iterable[dg.DagsterEvent | dg.EventLogEntry], wanted: dg.DagsterEventType) -> list[dg.DagsterEvent]:
    plain = [event.dagster_event if isinstance(event, dg.EventLogEntry) else event for event in events]
    return [event for event in plain if event is not None and event.event_type is wanted]


def plain_value(value: Any) -> Any:
    """자산이 낸 것을 표(또는 표가 아닌 것의 짧은 설명)로."""
    if isinstance(value, pd.DataFrame):
        return {"type": "DataFrame", "frame": value}
    return {"type": type(value).__name__, "repr": repr(value)[:500]}


def plain_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    plain = {}
    for name, entry in metadata.items():
        value = getattr(entry, "value", entry)
        plain[name] = value if isinstance(value, bool | int | float | str | None) else repr(value)[:500]
    return plain
