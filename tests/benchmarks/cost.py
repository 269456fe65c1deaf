"""명령 하나와 그 자손 모두가 쓴 CPU, 벽시계 시간, 채점기의 가장 컸던 메모리를 잰다.

샌드박스의 자식들은 PID 네임스페이스 안에서 거두어져, 그 시간이 `os.wait4`에 잡히지 않는다(몇 배를 빠뜨린다). 그래서 cgroup을 하나 만들어
그 안에서 돌린다. cgroup을 만들 수 없으면 자손들의 시간을 20ms마다 읽어 더한다: 짧게 산 프로세스의 끝이 빠져 조금 적게 나온다.
"""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

# 자손의 CPU를 읽어 더할 때와, 메모리만 볼 때.
_EVERY_SECONDS, _SELDOM_SECONDS = 0.02, 0.5


@dataclass(frozen=True)
class Cost:
    """`cpu`와 `wall`은 초, `memory`는 채점기(제출물의 코드가 돌지 않는 프로세스들)의 상주 메모리의 합이 가장 컸을 때의 MiB."""

    cpu: float
    wall: float
    memory: float
    code: int
    how: str


def run(command: list[str], *, cwd: Path, env: dict[str, str], grader: str = "", timeout: float | None = None) -> Cost:
    """명령을 끝까지(또는 `timeout`초까지) 돌린다. `grader`는 명령줄에 그 글이 있는 자손까지를 채점기의 메모리로 본다."""
    with _group() as group:
        started = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                   preexec_fn=(lambda: (group / "cgroup.procs").write_text(str(os.getpid()))) if group else None)
        watch = _Watch(process.pid, grader, _SELDOM_SECONDS if group else _EVERY_SECONDS)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = -9
            for each in [*psutil.Process(process.pid).children(recursive=True), process]:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
            process.wait()
        wall = time.monotonic() - started
        watch.stop()
        return Cost(cpu=_used(group) if group else watch.cpu, wall=wall, memory=watch.memory / 2**20, code=code,
                    how="cgroup" if group else "20ms마다 읽음")


class _Watch:
    """자손들을 옆에서 읽는 스레드. CPU(초)와 가장 컸던 메모리(바이트)."""

    def __init__(self, pid: int, grader: str, every: float):
        self._every = every
        self._seen: dict[psutil.Process, float] = {}
        self._parent, self._grader = psutil.Process(pid), grader
        self.memory = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    @property
    def cpu(self) -> float:
        return sum(self._seen.values())

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            memory = 0
            with suppress(psutil.NoSuchProcess):
                for process in [self._parent, *self._parent.children(recursive=True)]:
                    with suppress(psutil.NoSuchProcess):
                        self._seen[process] = sum(process.cpu_times()[:2])
                        if process is self._parent or (self._grader and self._grader in process.cmdline()):
                            memory += process.memory_info().rss
            self.memory = max(self.memory, memory)


@contextlib.contextmanager
def _group() -> Iterator[Path | None]:
    """CPU를 재는 새 cgroup(v1의 cpuacct나 v2). 만들 수 없으면 None."""
    names = dict(line.split(":")[1:3] for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()) \
        if Path("/proc/self/cgroup").exists() else {}
    for controllers, root in (("cpuacct", "/sys/fs/cgroup/cpuacct"), ("cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct"), ("", "/sys/fs/cgroup")):
        if controllers not in names:
            continue
        group = Path(root, names[controllers].lstrip("/"), f"course-benchmark-{os.getpid()}-{time.monotonic_ns()}")
        try:
            group.mkdir()
            _used(group)
        except OSError:
            continue
        try:
            yield group
        finally:
            for _ in range(100):
                with suppress(OSError):
                    group.rmdir()
                    break
                time.sleep(0.05)
        return
    yield None


def _used(group: Path) -> float:
    """cgroup의 프로세스들이 지금까지 쓴 CPU 시간(초)."""
    old = group / "cpuacct.usage"
    if old.exists():
        return int(old.read_text(encoding="ascii")) / 1e9
    return int((group / "cpu.stat").read_text(encoding="ascii").split()[1]) / 1e6
