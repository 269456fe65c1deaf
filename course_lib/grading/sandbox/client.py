"""채점기(믿는 쪽)에서 보는 샌드박스: 시작하고, 자식을 하나씩 얻고, CPU 시간을 재고, 끝낸다.

    with open_sandbox("required") as sandbox:
        with sandbox.spawn() as child:
            child.sock.sendall(...)
"""

import functools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from course_lib.grading.sandbox import paths
from course_lib.grading.sandbox.errors import SandboxError
from course_lib.grading.sandbox.process import ProcessSandbox
from course_lib.grading.sandbox.report import SandboxReport

SERVE = "course_lib.grading.observe:serve"
WARM_UP = "course_lib.grading.observe:warm_up"
# "dbt" 프로필의 serve와 warm_up.
DBT = ("course_lib.grading.observe_dbt:serve", "course_lib.grading.observe_dbt:warm_up")
DBT_IN_PROCESSES = ("course_lib.grading.observe_dbt:serve_cold", "course_lib.grading.warm_dbt:import_dbt")
ALL_LAYERS = "RLSP"
MAX_MESSAGE = 1 << 16

# 느린 디스크에서 처음 불러올 때도, 바쁜 컴퓨터에서 dbt까지 데울 때도 넉넉한 시간. 넘으면 멈춘 것으로 본다.
START_SECONDS = 300
SPAWN_SECONDS = 20
READY = b"\x06"


def open_sandbox(isolation: str = "auto", *, readable: Sequence[Path] = ()) -> "AnySandbox":
    """이 컴퓨터에 맞는 샌드박스를 연다.

    isolation: "auto"는 되는 만큼 격리하고, "required"는 격리되지 않으면 SandboxError를 일으키고, "off"는 격리하지 않는다.
    """
    if isolation not in ("auto", "required", "off"):
        raise ValueError(f"isolation은 auto, required, off 가운데 하나여야 합니다: {isolation!r}")
    if not zygote_supported():
        if isolation == "required":
            raise SandboxError("이 운영체제에서는 제출물을 격리할 수 없습니다. 리눅스에서 채점하거나 --no-isolation을 직접 붙이세요.")
        return ProcessSandbox(SERVE, WARM_UP, dbt=DBT_IN_PROCESSES)
    sandbox = Sandbox.start(isolation=isolation != "off", readable=readable)
    if isolation == "required" and not sandbox.isolated:
        report = sandbox.report
        sandbox.close()
        raise SandboxError(f"제출물을 안전하게 격리할 수 없어 채점을 시작하지 않았습니다.\n{report}")
    return sandbox


def zygote_supported() -> bool:
    """리눅스이고 pidfd가 있는지."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class Child:
    """잠긴 자식 프로세스 하나. sock은 자식과 이어진 스트림 소켓이다."""

    def __init__(self, sock: socket.socket, pidfd: int, profile: str):
        self.sock = sock
        self.profile = profile
        self._pidfd = pidfd
        self._last_cpu = 0.0

    def cpu_seconds(self) -> float:
        """자식이 지금까지 쓴 CPU 시간(초). 스레드를 모두 더한 값이고, 죽은 뒤에는 마지막으로 잰 값이다.

        "processes" 프로필에서는 자손의 시간도 더한다.
        """
        pid = self._pid()
        if pid is None:
            return self._last_cpu
        try:
            # 프로세스 CPU 시계의 번호(clock_getcpuclockid(3)과 같은 계산). 나노초까지 정확하고 남의 프로세스도 잴 수 있다.
            seconds = time.clock_gettime((~pid) << 3 | 2)
            if self.profile == "processes":
                seconds += descendants_cpu_seconds(pid)
        except OSError:
            return self._last_cpu
        self._last_cpu = max(self._last_cpu, seconds)
        return self._last_cpu

    def alive(self) -> bool:
        """자식이 살아 있는지."""
        return not self.wait(0)

    def wait(self, seconds: float) -> bool:
        """자식이 끝나기를 seconds초까지 기다린다. 끝났으면 True이다."""
        if self._pidfd < 0:
            return True
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def kill(self) -> None:
        """자식을 끝내고, 다 사라질 때까지 기다린다."""
        if self._pidfd < 0:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        self.wait(SPAWN_SECONDS)

    def close(self) -> None:
        """자식을 끝내고 소켓을 닫는다. 여러 번 불러도 된다."""
        self.kill()
        self.sock.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1

    def _pid(self) -> int | None:
        """지금 PID 네임스페이스에서 본 자식의 번호. 이미 사라졌으면 None이다."""
        if self._pidfd < 0:
            return None
        for line in Path(f"/proc/self/fdinfo/{self._pidfd}").read_text(encoding="ascii").splitlines():
            if line.startswith("Pid:"):
                pid = int(line.split()[1])
                return pid if pid > 0 else None
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Sandbox:
    """자이고트 하나와의 연결. 여러 스레드에서 함께 써도 된다."""

    def __init__(self, process: subprocess.Popen, control: socket.socket, log: IO[bytes], work_root: str):
        self.report = SandboxReport()
        self._work_root = Path(work_root)
        self._process = process
        self._control = control
        self._log = log
        self._lock = threading.Lock()
        self._asked = 0
        # dbt까지 데운 자이고트. 처음 쓸 때 띄운다: 불러오는 데 몇 초가 걸리고 대부분의 연습은 쓰지 않는다.
        self._start_dbt: Callable[[], Sandbox] | None = None
        self._dbt: Sandbox | None = None
        self._dbt_lock = threading.Lock()

    @classmethod
    def start(
        cls,
        *,
        isolation: bool = True,
        serve: str = SERVE,
        warm_up: str = WARM_UP,
        dbt: tuple[str, str] = DBT,
        readable: Sequence[Path] = (),
        import_path: Sequence[Path] = (),
        layers: str = ALL_LAYERS,
        bwrap: bool = True,
    ) -> Self:
        """자이고트를 시작하고 다 데워질 때까지 기다린다(약 2초).

        serve, warm_up: "모듈:이름". dbt: "dbt" 프로필의 serve와 warm_up. readable: 자식이 더 읽어도 되는 경로. import_path: sys.path에 더할 폴더(읽을 수 있다).
        layers, bwrap: 걸어 볼 층. isolation=False는 아무 층도 걸지 않는다.
        시작하지 못하면 SandboxError이다.
        """
        if not isolation:
            layers, bwrap = "", False
        sandbox = cls._start(serve, warm_up, readable, import_path, layers, bwrap)
        sandbox._start_dbt = functools.partial(cls._start, *dbt, readable, import_path, layers, bwrap)
        return sandbox

    @classmethod
    def _start(
        cls, serve: str, warm_up: str, readable: Sequence[Path], import_path: Sequence[Path], layers: str, bwrap: bool
    ) -> Self:
        readable_paths = paths.readable_paths([*map(Path, readable), *map(Path, import_path)])
        settings = {
            "layers": layers,
            "readable": readable_paths,
            "import_path": [str(Path(path).resolve()) for path in import_path],
            "serve": serve,
            "warm_up": warm_up,
        }
        wrapper = paths.bwrap_command(readable_paths) if bwrap else None
        if wrapper is not None:
            sandbox = cls._launch(wrapper, settings | {"work_root": paths.WORK_IN_BWRAP})
            if sandbox is not None:
                return sandbox
            # bwrap이 설치되어 있어도 쓸 수 없는 환경(컨테이너 등)이 있다. 없을 때와 같이 한다.
        sandbox = cls._launch([], settings | {"work_root": str(paths.work_root())})
        if sandbox is None:
            raise SandboxError("채점용 프로세스(자이고트)가 시작하자마자 끝났습니다. `course doctor`를 실행해 보세요.")
        return sandbox

    @classmethod
    def _launch(cls, wrapper: list[str], settings: dict) -> Self | None:
        """자이고트를 하나 띄운다. 한마디도 못 하고 끝났으면 None이다."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log = tempfile.TemporaryFile()
        command = [*wrapper, sys.executable, "-P", "-m", "course_lib.grading.sandbox.zygote", str(theirs.fileno())]
        try:
            process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment(settings["work_root"]),
                # 터미널의 Ctrl-C는 채점기만 받는다. 채점기가 끝나면 자이고트도 끝난다.
                start_new_session=True,
            )
        finally:
            theirs.close()
        sandbox = cls(process, ours, log, settings["work_root"])
        try:
            ours.settimeout(START_SECONDS)
            ours.send(json.dumps(settings).encode())
            answer = ours.recv(MAX_MESSAGE)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        except OSError as error:
            text = sandbox._log_tail()
            sandbox.close()
            raise SandboxError(f"채점용 프로세스(자이고트)가 준비되지 않았습니다: {error}\n{text}") from error
        except BaseException:
            sandbox.close()
            raise
        if not answer:
            sandbox.close()
            return None
        report = json.loads(answer)
        if "error" in report:
            sandbox.close()
            raise SandboxError(f"채점용 프로세스(자이고트)를 준비하다가 오류가 났습니다.\n{report['error']}")
        sandbox.report = SandboxReport(
            layers=frozenset(report["layers"]),
            landlock_abi=report["landlock_abi"],
            bwrap=bool(wrapper),
            read_only=report["read_only"],
            threads=report["threads"],
        )
        return sandbox

    @property
    def isolated(self) -> bool:
        """남의 제출물을 채점해도 될 만큼 격리되었는지."""
        return self.report.isolated

    def spawn(self, profile: str = "plain") -> Child:
        """새 자식을 하나 만든다. 돌아왔을 때 자식은 이미 잠겨 있고 serve를 시작했다.

        profile: "plain", "processes"(다른 프로그램을 실행해야 할 때), "dbt"("processes"이되 dbt를 불러 둔 자이고트에서).
        실패하면 SandboxError이다.
        """
        if profile == "dbt" and self._start_dbt is not None:
            with self._dbt_lock:
                self._dbt = self._dbt or self._start_dbt()
            return self._dbt.spawn("processes")
        if profile not in ("plain", "processes"):
            raise ValueError(f"profile은 plain, processes, dbt 가운데 하나여야 합니다: {profile!r}")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with theirs:
                pidfd = self._request(profile, theirs)
        except BaseException:
            ours.close()
            raise
        child = Child(ours, pidfd, profile)
        try:
            ours.settimeout(SPAWN_SECONDS)
            ready = ours.recv(1)
        except OSError:
            ready = b""
        if ready != READY:
            child.close()
            raise SandboxError(f"자식 프로세스를 격리하지 못했습니다.\n{self._log_tail()}")
        ours.settimeout(None)
        return child

    def _request(self, profile: str, child_end: socket.socket) -> int:
        """자이고트에 자식을 하나 만들라고 하고 그 pidfd를 받는다."""
        with self._lock:
            self._asked += 1
            try:
                self._control.settimeout(SPAWN_SECONDS)
                request = json.dumps({"profile": profile, "number": self._asked}).encode()
                socket.send_fds(self._control, [request], [child_end.fileno()])
                answer, fds = self._receive_answer()
            except OSError as error:
                raise SandboxError(f"채점용 프로세스(자이고트)가 응답하지 않습니다: {error}\n{self._log_tail()}") from error
        if answer is None:
            raise SandboxError(f"채점용 프로세스(자이고트)가 끝나 버렸습니다.\n{self._log_tail()}")
        if "error" in answer or not fds:
            raise SandboxError(f"자식 프로세스를 만들지 못했습니다: {answer.get('error')}")
        return fds[0]

    def _receive_answer(self) -> tuple[dict | None, list[int]]:
        """지금 요청의 답과 fd. 자이고트가 끝났으면 None이다. 기다리다 포기한 앞 요청에 늦게 온 답은 버린다."""
        while True:
            data, fds, _, _ = socket.recv_fds(self._control, MAX_MESSAGE, 1)
            answer = json.loads(data) if data else None
            if answer is None or answer["number"] == self._asked:
                return answer, fds
            for fd in fds:
                os.close(fd)

    def close(self) -> None:
        """자이고트와 모든 자식을 끝낸다. 여러 번 불러도 된다."""
        if self._dbt is not None:
            self._dbt.close()
        self._control.close()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            # 데우는 중이었거나 멈췄다. 세션을 따로 만들었으므로 그룹 전체가 자이고트의 것이다.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()
        # 자이고트가 갑자기 죽으면 P 없이 쓰던 작업 폴더가 남는다. 보통은 아무것도 없다.
        for left_over in self._work_root.glob(f"run-{self._process.pid}-*"):
            shutil.rmtree(left_over, ignore_errors=True)

    def _log_tail(self) -> str:
        """자이고트가 stderr에 남긴 마지막 글."""
        if self._log.closed:
            return ""
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), 4000, max(0, size - 4000)).decode("utf-8", "replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def environment(home: str) -> dict[str, str]:
    """자이고트의 환경 변수. 채점기의 것은 물려주지 않는다. 비밀 값이 제출물에 보일 수 있기 때문이다."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": home,
        "TMPDIR": home,
        "USER": "learner",
        "LOGNAME": "learner",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        # 집합의 순서까지 같아야 같은 제출물이 늘 같은 점수를 받는다.
        "PYTHONHASHSEED": "0",
        # 스레드가 하나여야 fork가 안전하다. OpenBLAS와 Arrow의 메모리 관리자가 스레드를 만들지 않게 한다.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        "POLARS_MAX_THREADS": "2",
        # 주소 공간에 상한이 있는데 glibc는 스레드마다 64MB를 잡는다.
        "MALLOC_ARENA_MAX": "2",
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def descendants_cpu_seconds(pid: int) -> float:
    """pid의 자손이 쓴 CPU 시간(초): 이미 거둔 자손과 살아 있는 자손을 더한다."""
    ticks = _stat_times(pid)[1]
    waiting = _children(pid)
    while waiting:
        child = waiting.pop()
        with suppress(OSError):
            ticks += sum(_stat_times(child))
            waiting += _children(child)
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat_times(pid: int) -> tuple[int, int]:
    """(자기 시간, 거둔 자식들의 시간), 클록 틱."""
    # 프로그램 이름에 괄호나 빈칸이 있을 수 있으므로 마지막 괄호 뒤부터 센다.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    user, system, children_user, children_system = map(int, fields[11:15])
    return user + system, children_user + children_system


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text(encoding="ascii").split()]


AnySandbox = Sandbox | ProcessSandbox
