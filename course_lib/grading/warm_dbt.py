"""데워 둔 dbt: dbt 명령을 새 파이썬 대신 이미 dbt를 불러 둔 프로세스의 fork가 맡는다.

dbt 프로세스 하나는 불러오는 데에만 5초쯤 CPU를 쓴다. 한 제출물을 채점하는 데 대여섯 번 부르므로, 자이고트가 dbt를 한 번
불러 두고 자식마다 `DbtServer`를 하나 둔다. 명령마다 서버가 fork하고, 그 프로세스는 dbt의 명령줄 그대로 돌고 끝난다.
학습자의 코드가 `subprocess`로 직접 부르는 dbt는 보통의 프로세스다.
"""

import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from course_lib.dbt_files import answer_version, is_own_dbt
from course_lib.grading.remembered_dbt import FinishedProcess, Memory, command

_LENGTH = struct.Struct("!I")
SHOP = Path(__file__).parents[1] / "dbt_shop"


def import_dbt() -> None:
    """dagster_dbt를 미리 불러온다."""
    answer_version()


def warm_up() -> None:
    """dbt의 명령줄과 어댑터를 불러오고, dbt에 딸린 매크로를 읽어 기억한다. fork하기 전이므로 스레드는 만들지 않는다."""
    from dbt.mp_context import get_mp_context

    # dbt와 그 스레드 풀의 잠금은 스레드끼리의 것이다. 프로세스끼리의 잠금에는 쓸 수 있는 /dev/shm과 지켜보는 프로세스 하나가 더 있어야 한다.
    # manifest의 잠금은 불러올 때 정해지므로 나머지보다 먼저 바꾼다.
    for context in (get_mp_context(), multiprocessing.get_context()):
        context.Lock, context.RLock = threading.Lock, threading.RLock

    from dbt.cli.main import dbtRunner
    from dbt_common.tests import enable_test_caching

    importlib.import_module("dbt.task.build")
    # 읽은 매크로를 기억한다: dbt가 제 시험을 빠르게 하려고 둔 것이다. 없으면 명령마다 딸린 매크로 600개를 다시 읽는다.
    enable_test_caching()
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"DBT_SHOP_DATABASE": f"{folder}/shop.duckdb"}):
        project = shutil.copytree(SHOP, Path(folder, "shop"), ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        # 정적 분석기는 스레드를 만든다.
        dbtRunner().invoke(["--quiet", "parse", "--no-static-parser", "--no-partial-parse",
                            "--project-dir", str(project), "--profiles-dir", str(project)])


class DbtServer:
    """dbt 명령을 하나씩 맡는 프로세스의 손잡이. 부르는 쪽이 끝나면 서버도 끝난다."""

    def __init__(self, closing: Sequence[socket.socket] = ()) -> None:
        """서버를 fork한다. 제출물을 불러오기 전에, 스레드가 하나일 때 부른다. `closing`은 서버가 물려받지 않을 소켓이다."""
        self._channel, theirs = socket.socketpair()
        if os.fork() == 0:
            for inherited in (self._channel, *closing):
                inherited.close()
            _serve(theirs)
        theirs.close()
        self._lock = threading.Lock()
        self.memory: Memory | None = None

    def install(self) -> None:
        """dagster_dbt가 실행하는 dbt 명령을 이 서버가 맡게 한다."""
        from dagster_dbt.core import dbt_cli_invocation

        def popen(args: Sequence[str], **options):
            return self._remembered(args, **options) if is_own_dbt(args[0]) else subprocess.Popen(args, **options)

        dbt_cli_invocation.subprocess = SimpleNamespace(Popen=popen, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT)

    def _remembered(self, args: Sequence[str], *, cwd: Path, env: Mapping[str, str], **options):
        """dbt 명령 하나. 기억을 쓰는 동안에는 끝난 다음에 돌아온다."""
        if self.memory is None or not self.memory.in_use:
            return self.run(args, cwd=cwd, env=env, **options)

        def act() -> tuple[bytes, int]:
            process = self.run(args, cwd=cwd, env=env, **options)
            with process.stdout:
                return process.stdout.read(), process.wait()

        return FinishedProcess(args, *self.memory.step(command(args, Path(cwd), env), act))

    def run(self, args: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdout: int = subprocess.PIPE,
            stderr: int = subprocess.STDOUT) -> "DbtProcess":
        """dbt 명령 하나를 시작한다. 출력과 오류는 한 파이프로 나온다."""
        # 실패한 자산이 닫지 못한 연결이 남아 있으면 dbt는 창고를 열지 못한다. 보통의 런에서는 단계의 프로세스와 함께 사라진다.
        gc.collect()
        reading, writing = os.pipe()
        ours, theirs = socket.socketpair()
        body = json.dumps({"args": list(map(str, args)), "cwd": str(cwd), "env": dict(env)}).encode("utf-8", "surrogatepass")
        try:
            with self._lock:
                socket.send_fds(self._channel, [_LENGTH.pack(len(body))], [writing, theirs.fileno()])
                self._channel.sendall(body)
        finally:
            os.close(writing)
            theirs.close()
        return DbtProcess(args, os.fdopen(reading, "rb"), ours)


class DbtProcess:
    """`subprocess.Popen`에서 dagster_dbt가 쓰는 것들."""

    def __init__(self, args: Sequence[str], stdout, status: socket.socket):
        self.args = list(args)
        self.stdout = stdout
        self.returncode: int | None = None
        self._status = status.makefile("r", encoding="ascii")
        status.close()
        self.pid = int(self._status.readline())

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            # 끝난 상태를 남기지 못했으면 시그널로 끝난 것이다.
            self.returncode = int(self._status.readline() or -signal.SIGKILL)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)


# ---------------------------------------------------------------- 서버의 쪽


def _serve(channel: socket.socket) -> None:
    """명령을 하나씩 받아 fork하고, 그 번호와 끝난 상태를 알린다. 돌아가지 않는다."""
    try:
        while True:
            head, fds, _, _ = socket.recv_fds(channel, _LENGTH.size, 2)
            if not head:
                break
            output, status = fds
            (size,) = _LENGTH.unpack(head)
            body = b""
            while len(body) < size:
                body += channel.recv(size - len(body))
            pid = os.fork()
            if pid == 0:
                channel.close()
                os.close(status)
                _become_dbt(json.loads(body), output)
            os.close(output)
            _tell(status, pid)
            # 기다려서 거두어야 dbt가 쓴 CPU 시간이 이 나무의 것으로 세어진다.
            _tell(status, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            os.close(status)
    finally:
        os._exit(0)


def _tell(status: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # 부른 쪽이 더 듣지 않는다
        os.write(status, b"%d\n" % number)


def _become_dbt(request: dict, output: int) -> None:
    """`dbt <인자들>`이 하는 일을 하고 그 상태로 끝난다."""
    code = 1
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        sys.argv = request["args"]
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import cli

        try:
            cli(prog_name="dbt", args=request["args"][1:])
        except SystemExit as finished:
            code = finished.code if isinstance(finished.code, int) else 1
        # dbt-duckdb가 프로세스의 끝(atexit)에 하는 일. 연결을 닫아야 창고 파일에 모두 쓰인다.
        DuckDBConnectionManager.close_all_connections()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
