"""서버 프로세스를 띄우고, 살아 있는지 보고, 멈춘다. 어떤 서버인지는 모른다."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from course_lib.services.account import UNPRIVILEGED, Account
from course_lib.services.keeper import STOP_SECONDS

LOOPBACK = "127.0.0.1"
START_SECONDS = 60
_KEEPER = Path(__file__).with_name("keeper.py")


class ServiceError(Exception):
    """서버를 띄우지 못했다. 메시지는 그대로 보여 줄 수 있는 한국어 문장이다."""


@dataclass(frozen=True)
class Running:
    """떠 있는 서버 프로세스. 번호는 다시 쓰이므로, 시작 시각까지 같아야 같은 프로세스로 본다."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "Running":
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """살아 있으면 그 프로세스, 끝났거나 같은 번호의 다른 프로세스면 None."""
        try:
            process = psutil.Process(self.pid)
            # 시작 시각은 부팅 시각에서 센 것이라, 시계를 맞추면(NTP) 1초까지 달라 보인다.
            same = abs(process.create_time() - self.started) < 2
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def stop(self) -> bool:
        """멈추고 끝날 때까지 기다린다. 이미 끝났으면 거짓."""
        process = self.process()
        if process is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self.process() is not None:
                if time.monotonic() > deadline:
                    process.kill()
                    break
                time.sleep(0.02)
        return True


class Launch(Protocol):
    """서버를 띄우는 방법: 블록 안에서만 살게 띄우거나(`attached`) 남겨 둔다(`launch_detached`)."""

    def __call__(
        self, command: list[str], folder: Path, account: Account | None = None, environment: dict[str, str] | None = None
    ) -> Running:
        """`folder`에서 명령을 실행한다. `account`가 있으면 그 계정으로, 환경 변수에 `environment`를 더해서.

        시작하지 못하면 `ServiceError`.
        """


def launch_detached(
    command: list[str], folder: Path, account: Account | None = None, environment: dict[str, str] | None = None
) -> Running:
    """이 프로세스가 끝나도 남는 서버를 띄운다."""
    with _spawn(command, folder, account, environment, attached=False) as keeper:
        return _running(keeper, folder)


@contextlib.contextmanager
def attached() -> Iterator[Launch]:
    """블록 안에서만 사는 서버를 띄우는 함수를 준다. 블록을 나가거나 이 프로세스가 죽으면 서버도 멈춘다."""
    keepers: list[subprocess.Popen] = []

    def launch(
        command: list[str], folder: Path, account: Account | None = None, environment: dict[str, str] | None = None
    ) -> Running:
        keeper = _spawn(command, folder, account, environment, attached=True)
        keepers.append(keeper)
        return _running(keeper, folder)

    try:
        yield launch
    finally:
        for keeper in keepers:
            # 닫기만 하면 안 된다. fork된 자식이 파이프를 함께 쥐고 있으면 닫힌 것이 서버에 보이지 않는다.
            with contextlib.suppress(BrokenPipeError), keeper.stdin as pipe:
                pipe.write(b"q")
            keeper.stdout.close()
            keeper.wait()


def _spawn(
    command: list[str], folder: Path, account: Account | None, environment: dict[str, str] | None, *, attached: bool
) -> subprocess.Popen:
    spec = {
        "command": command,
        "folder": str(folder),
        "log": str(_log(folder)),
        "account": account.popen_arguments() if account else {},
        "attached": attached,
    }
    # -I -S: 사용자 설정과 site-packages를 읽지 않는다. 그래서 금방 뜬다.
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(_KEEPER), json.dumps(spec)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # 비밀번호가 들어 있을 수 있어 명령줄(누구나 본다)이 아니라 환경으로 건넨다.
        env={**_environment(), **(environment or {})},
        start_new_session=True,
    )


def _running(keeper: subprocess.Popen, folder: Path) -> Running:
    line = keeper.stdout.readline()
    try:
        return Running.of(int(line))
    except (ValueError, psutil.NoSuchProcess):
        raise ServiceError(f"서버를 시작하지 못했습니다.\n{log_tail(folder)}") from None


def _environment() -> dict[str, str]:
    """PG로 시작하는 변수(PGDATA, PGPORT 등)는 뺀다. 사용자가 다른 서버에 쓰려고 둔 것이다."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def wait_until(ready: Callable[[], bool], server: Running, folder: Path, what: str) -> None:
    """`ready()`가 참이 될 때까지 기다린다. 서버가 먼저 죽거나 시간이 다 되면 `ServiceError`."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if server.process() is None:
            raise ServiceError(f"{what} 서버가 시작하다가 멈췄습니다.\n{log_tail(folder)}")
        if time.monotonic() > deadline:
            raise ServiceError(f"{what} 서버가 {START_SECONDS}초 안에 준비되지 않았습니다.\n{log_tail(folder)}")
        time.sleep(0.02)


def free_port() -> int:
    """지금 비어 있는 포트."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    """지금 이 포트를 새로 열 수 있는가."""
    with socket.socket() as probe:
        # 방금 닫은 접속의 자취(TIME_WAIT)는 쓰고 있는 것이 아니다. 서버들도 이렇게 연다.
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """서버를 돌리는 계정이 들어갈 수 있는 임시 폴더. 블록을 나가면 지운다."""
    folder = new_scratch_folder(name)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_scratch_folder(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"course-{name}-", dir=temporary_parent()))
    give_away(folder)
    return folder


def temporary_parent() -> Path:
    """서버를 돌리는 계정이 들어갈 수 있는 임시 폴더의 부모. TMPDIR이 남에게 닫힌 곳이면 시스템의 것을 쓴다."""
    candidates = [Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")]
    return next((path for path in candidates if UNPRIVILEGED is None or UNPRIVILEGED.can_enter(path)), candidates[0])


def give_away(path: Path) -> None:
    """root로 일할 때, 서버를 돌릴 보통 계정에 넘긴다."""
    if UNPRIVILEGED:
        os.chown(path, UNPRIVILEGED.uid, UNPRIVILEGED.gid)


def log_tail(folder: Path, lines: int = 15) -> str:
    try:
        return "\n".join(_log(folder).read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _log(folder: Path) -> Path:
    return folder / "server.log"
