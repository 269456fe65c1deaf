"""층을 모아 자식 하나를 잠근다. 또 자이고트가 시작할 때 어떤 층이 정말로 듣는지 시험한다.

층의 이름: R rlimit, L Landlock, S seccomp, P 네임스페이스.
"""

import os
import resource
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from course_lib.grading.sandbox import kernel, landlock, limits, namespaces, seccomp
from course_lib.grading.sandbox.paths import DEVICES

PROFILES = ("plain", "processes")


@dataclass(frozen=True)
class Plan:
    """자식에게 걸 층. 여기 적힌 층을 하나라도 걸지 못하면 자식은 제출물을 받기 전에 끝난다."""

    layers: frozenset[str]
    readable: tuple[str, ...]
    read_only: bool = False  # 보이는 파일 시스템이 모두 읽기 전용인지(P)


def lock_down(plan: Plan, profile: str, work: str) -> None:
    """이 프로세스를 plan대로 잠근다. 되돌릴 수 없다. 실패하면 OSError이다."""
    may_fork = profile == "processes"
    contained = "P" in plan.layers
    used = limits.address_space()
    if contained:
        namespaces.isolate_child(work, shared_memory=may_fork)
    _settle_in(work)
    if "R" in plan.layers:
        limits.apply(used, own_user_namespace=contained)
    if plan.layers:
        kernel.drop_capabilities()
    abi = landlock.abi_version() if "L" in plan.layers else 0
    if "L" in plan.layers:
        writable = [work, "/dev/null", *(["/dev/shm"] if may_fork and contained else [])]
        visible = [] if contained else _memory_limits(may_fork)
        landlock.restrict([*plan.readable, *DEVICES, *visible], writable, may_execute=may_fork)
    if "S" in plan.layers:
        seccomp.restrict(
            os.getpid(),
            may_fork=may_fork,
            signal_others=may_fork and (contained or abi >= 6),
            pretend_attributes=not plan.read_only,
            deny_truncate=abi < 3 and not plan.read_only,
        )


def _memory_limits(may_fork: bool) -> list[str]:
    """/proc을 비울 수 없을 때 열어 둘 것. duckdb는 메모리 상한이 적힌 cgroup 파일이 있는데 열 수 없으면 죽는다."""
    if may_fork:
        # 자손의 cgroup 파일은 아직 없어서 하나씩 고를 수 없다. 남의 메모리와 환경 변수는 커널이 따로 막는다.
        return ["/proc", "/sys/fs/cgroup"]
    # 규칙은 파일의 inode에 붙는다. 열어 두지 않으면 커널이 inode를 버렸다가 새로 만들 수 있다.
    os.open("/proc/self/cgroup", os.O_PATH | os.O_CLOEXEC)
    return ["/proc/self/cgroup", "/sys/fs/cgroup"]


def _settle_in(work: str) -> None:
    """작업 폴더를 집과 임시 폴더로 삼는다."""
    os.chdir(work)
    os.environ.update(HOME=work, TMPDIR=work)
    tempfile.tempdir = work


def layers_in_force(wanted: str, readable: tuple[str, ...], work_root: str) -> frozenset[str]:
    """wanted 가운데 이 컴퓨터에서 정말로 듣는 층. 층마다 fork한 프로세스에서 걸어 보고 공격 하나로 확인한다."""
    checks: dict[str, Callable[[], bool]] = {
        "R": lambda: resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY,
        "L": _cannot_list_root,
        "S": _cannot_open_socket,
    }
    found = {layer for layer, works in checks.items() if layer in wanted and _try(_only(layer, readable, work_root, works))}
    if "P" in wanted and _try(lambda: _namespaces_work(work_root)):
        found.add("P")
    return frozenset(found)


def _only(layer: str, readable: tuple[str, ...], work: str, works: Callable[[], bool]) -> Callable[[], bool]:
    def attempt() -> bool:
        lock_down(Plan(frozenset({layer}), readable), "plain", work)
        return works()

    return attempt


def _try(attempt: Callable[[], bool]) -> bool:
    """fork한 프로세스에서 attempt가 True를 돌려주는지. 오류는 '듣지 않는다'이다."""
    pid = os.fork()
    if pid == 0:
        works = False
        try:
            works = attempt()
        except OSError:
            pass  # 이 층이 없는 커널이거나 금지된 환경이다
        finally:
            os._exit(0 if works else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _cannot_list_root() -> bool:
    try:
        os.listdir("/")
    except PermissionError:
        return True
    return False


def _cannot_open_socket() -> bool:
    if not seccomp.available():
        return False
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    except PermissionError:
        return True
    return False


def _namespaces_work(work_root: str) -> bool:
    namespaces.enter(work_root)

    def as_init() -> bool:
        namespaces.isolate_child(work_root, shared_memory=False)
        size = os.statvfs(work_root)
        return os.getpid() == 1 and size.f_blocks * size.f_frsize <= namespaces.WORK_SIZE_MIB * limits.MIB

    # enter() 뒤의 첫 fork는 새 네임스페이스의 1번이고, 그 안에서 다시 한 번 더 나뉠 수 있어야 한다.
    return _try(lambda: _nested(as_init))


def _nested(attempt: Callable[[], bool]) -> bool:
    own = namespaces.own_pid_namespace()
    pid = namespaces.fork_as_init(own)
    if pid == 0:
        works = False
        try:
            works = attempt()
        finally:
            os._exit(0 if works else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
