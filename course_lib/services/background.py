"""띄워 두는 서버들: `course services up`이 띄우고 `course services down`이 내린다.

무엇이 떠 있는지는 `<state_dir>/services.json`에 있다. 서버마다 프로세스 번호, 시작 시각, 폴더, 접속 정보다.
내리면 데이터도 지운다. 둘 다 수업용이고, S3는 어차피 메모리에만 있기 때문이다.
"""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from course_lib.services.account import UNPRIVILEGED
from course_lib.services.launch import (
    Launch,
    Running,
    give_away,
    launch_detached,
    new_scratch_folder,
)
from course_lib.services.postgres_server import PostgresInfo, start_postgres
from course_lib.services.s3_server import S3Info, start_s3

Info = PostgresInfo | S3Info


@dataclass(frozen=True)
class Services:
    """떠 있는 서버들의 접속 정보. 떠 있지 않은 것은 None."""

    postgres: PostgresInfo | None = None
    s3: S3Info | None = None


@dataclass(frozen=True)
class _Kind:
    start: Callable[[Path, Launch], tuple[Info, Running]]
    info: type[Info]


_KINDS = {"postgres": _Kind(start_postgres, PostgresInfo), "s3": _Kind(start_s3, S3Info)}


@dataclass(frozen=True)
class _Entry:
    """기록 한 줄: 서버 하나."""

    running: Running
    folder: Path
    info: Info

    def to_json(self) -> dict[str, object]:
        return {**asdict(self.running), "folder": str(self.folder), "info": asdict(self.info)}

    @classmethod
    def from_json(cls, kind: _Kind, record: dict) -> "_Entry":
        return cls(Running(record["pid"], record["started"]), Path(record["folder"]), kind.info(**record["info"]))


def services_up(state_dir: Path | str) -> Services:
    """둘 다 떠 있게 한다. 이미 떠 있는 것은 그대로 두고 그 정보를 준다. 띄우지 못하면 `ServiceError`."""
    with _locked(state_dir) as state_dir:
        entries = _read(state_dir)
        for name, kind in _KINDS.items():
            if name in entries and entries[name].running.process() is not None:
                continue
            if name in entries:
                # 컴퓨터를 껐다 켰거나 서버가 죽었다. 남은 폴더를 치우고 새로 시작한다.
                shutil.rmtree(entries[name].folder, ignore_errors=True)
            folder = _server_folder(state_dir, name)
            try:
                info, running = kind.start(folder, launch_detached)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            entries[name] = _Entry(running, folder, info)
            _write(state_dir, entries)
        return _services(entries)


def services_down(state_dir: Path | str) -> Services:
    """띄운 것을 내리고 데이터를 지운다. 내린 것들의 정보를 준다. 떠 있는 것이 없으면 아무 일도 하지 않는다."""
    if not _file(Path(state_dir)).exists():
        return Services()
    with _locked(state_dir) as state_dir:
        entries = _read(state_dir)
        stopped = {}
        for name, entry in entries.items():
            if entry.running.stop():
                stopped[name] = entry
            shutil.rmtree(entry.folder, ignore_errors=True)
        _file(state_dir).unlink(missing_ok=True)
        return _services(stopped)


def services_status(state_dir: Path | str) -> Services:
    """지금 떠 있는 것들. 아무것도 바꾸지 않는다."""
    entries = _read(Path(state_dir))
    return _services({name: entry for name, entry in entries.items() if entry.running.process() is not None})


def _services(entries: dict[str, _Entry]) -> Services:
    return Services(**{name: entry.info for name, entry in entries.items()})


def _server_folder(state_dir: Path, name: str) -> Path:
    """서버의 데이터가 있을 빈 폴더. 서버를 돌릴 계정이 `state_dir`에 갈 수 없으면(root의 홈) 임시 폴더를 쓴다."""
    if UNPRIVILEGED and not UNPRIVILEGED.can_enter(state_dir):
        return new_scratch_folder(name)
    folder = state_dir / name
    # 기록이 없는데 남은 폴더는 띄우다 만 것이다.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    give_away(folder)
    return folder


@contextlib.contextmanager
def _locked(state_dir: Path | str):
    """같은 폴더에서 두 `up`이 겹쳐 서버가 둘 뜨고 하나를 잊는 일을 막는다. 만들어 둔 폴더의 절대 경로를 준다."""
    state_dir = Path(state_dir).absolute()
    state_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(state_dir / "services.lock"):
        yield state_dir


def _file(state_dir: Path) -> Path:
    return state_dir / "services.json"


def _read(state_dir: Path) -> dict[str, _Entry]:
    """기록이 없거나 깨졌으면 빈 것으로 본다. 모르는 프로세스는 건드리지 않는다."""
    try:
        record = json.loads(_file(state_dir).read_text(encoding="utf-8"))
        return {name: _Entry.from_json(_KINDS[name], entry) for name, entry in record.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(state_dir: Path, entries: dict[str, _Entry]) -> None:
    # 비밀번호가 들어 있다. mkstemp는 나만 읽을 수 있게 만든다.
    descriptor, name = tempfile.mkstemp(dir=state_dir, prefix=".services.", suffix=".tmp")
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump({name: entry.to_json() for name, entry in entries.items()}, file, indent=1)
    os.replace(name, _file(state_dir))
