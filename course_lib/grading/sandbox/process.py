"""격리 없는 대안: 자식마다 새 파이썬을 띄운다. macOS와 Windows에서 자기 코드를 확인할 때 쓴다.

client.Sandbox와 쓰는 방법이 같지만 안전을 약속하지 않는다. 막는 것은 끝나지 않는 코드뿐이다.
`python -m course_lib.grading.sandbox.process`가 자식이고, 127.0.0.1로 되돌아와 붙는다.
"""

import hmac
import importlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from course_lib.grading.sandbox.errors import SandboxError
from course_lib.grading.sandbox.report import SandboxReport

CONNECT_SECONDS = 120
END_SECONDS = 10


class ProcessChild:
    """새 파이썬 프로세스 하나. client.Child와 같은 이름을 쓴다."""

    def __init__(self, sock: socket.socket, process: subprocess.Popen, work: Path, profile: str):
        self.sock = sock
        self.profile = profile
        self._process = process
        self._work = work
        self._last_cpu = 0.0

    def cpu_seconds(self) -> float:
        """자식과 자손이 지금까지 쓴 CPU 시간(초). 죽은 뒤에는 마지막으로 잰 값이다."""
        with suppress(psutil.Error):
            me = psutil.Process(self._process.pid)
            seconds = _cpu(me) + sum(map(_cpu, me.children(recursive=True)))
            self._last_cpu = max(self._last_cpu, seconds)
        return self._last_cpu

    def alive(self) -> bool:
        """자식이 살아 있는지."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> bool:
        """자식이 끝나기를 seconds초까지 기다린다. 끝났으면 True이다."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """자식과 자손을 끝내고 사라질 때까지 기다린다."""
        end_tree(self._process)

    def close(self) -> None:
        """자식을 끝내고 소켓과 작업 폴더를 치운다. 여러 번 불러도 된다."""
        self.kill()
        self.sock.close()
        shutil.rmtree(self._work, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ProcessSandbox:
    """자식마다 새 파이썬을 띄우는 샌드박스. 격리하지 않는다."""

    report = SandboxReport()
    isolated = False

    def __init__(self, serve: str, warm_up: str = "", *, dbt: tuple[str, str] = ("", ""), import_path: tuple[Path, ...] = ()):
        """serve, warm_up: "모듈:이름". dbt: "dbt" 프로필의 serve와 warm_up."""
        self._serve = {"plain": (serve, warm_up), "processes": (serve, warm_up), "dbt": dbt}
        self._import_path = [str(Path(path).resolve()) for path in import_path]
        self._children: list[ProcessChild] = []

    def spawn(self, profile: str = "plain") -> ProcessChild:
        """새 자식을 하나 만든다. profile은 자식이 무엇을 불러 두는지만 바꾼다. 실패하면 SandboxError이다."""
        serve, warm_up = self._serve[profile]
        work = Path(tempfile.mkdtemp(prefix="course-run-"))
        token = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "course_lib.grading.sandbox.process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=work,
                env=os.environ | {"PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "DAGSTER_DISABLE_TELEMETRY": "yes"},
                start_new_session=os.name == "posix",
            )
            settings = {
                "serve": serve,
                "warm_up": warm_up,
                "import_path": self._import_path,
                "port": listener.getsockname()[1],
                "token": token,
                "work": str(work),
            }
            try:
                with suppress(BrokenPipeError), process.stdin:
                    process.stdin.write(json.dumps(settings).encode())
                sock = _accept(listener, token, process)
            except BaseException:
                end_tree(process)
                shutil.rmtree(work, ignore_errors=True)
                raise
        child = ProcessChild(sock, process, work, profile)
        self._children = [*filter(ProcessChild.alive, self._children), child]
        return child

    def close(self) -> None:
        """만든 자식을 모두 끝낸다."""
        for child in self._children:
            child.close()
        self._children.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def end_tree(process: subprocess.Popen) -> None:
    """process와 자손을 끝낸다."""
    family = []
    with suppress(psutil.Error):
        me = psutil.Process(process.pid)
        family = [*me.children(recursive=True), me]
    for member in family:
        with suppress(psutil.Error):
            member.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(END_SECONDS)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    # 거둔 자식의 시간은 리눅스와 macOS에만 있다.
    return times.user + times.system + getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)


def _accept(listener: socket.socket, token: str, process: subprocess.Popen) -> socket.socket:
    """token을 아는 연결을 기다린다. 같은 컴퓨터의 다른 프로그램이 먼저 붙을 수 있기 때문이다."""
    deadline = time.monotonic() + CONNECT_SECONDS
    listener.settimeout(0.2)
    while time.monotonic() < deadline:
        try:
            sock, _ = listener.accept()
        except TimeoutError:
            if process.poll() is not None:
                raise SandboxError("확인용 파이썬이 시작하자마자 끝났습니다. `course doctor`를 실행해 보세요.") from None
            continue
        sock.settimeout(CONNECT_SECONDS)
        if hmac.compare_digest(_read_exactly(sock, len(token)), token.encode()):
            sock.settimeout(None)
            return sock
        sock.close()
    raise SandboxError(f"확인용 파이썬이 {CONNECT_SECONDS}초 안에 준비되지 않았습니다.")


def _read_exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    with suppress(OSError):
        while len(data) < size and (more := sock.recv(size - len(data))):
            data += more
    return data


def _resolve(name: str) -> Callable:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def main() -> None:
    settings = json.loads(sys.stdin.buffer.read())
    work = Path(settings["work"])
    os.environ.update(HOME=str(work), TMPDIR=str(work))
    os.environ.pop("DAGSTER_HOME", None)
    tempfile.tempdir = str(work)
    sys.path.extend(settings["import_path"])
    serve = _resolve(settings["serve"])
    if settings["warm_up"]:
        _resolve(settings["warm_up"])()
    # 다 불러온 뒤에 붙는다. 그래야 불러오는 시간이 제출물의 시간으로 세어지지 않는다.
    sock = socket.create_connection(("127.0.0.1", settings["port"]))
    sock.sendall(settings["token"].encode())
    serve(sock, work)


if __name__ == "__main__":
    main()
