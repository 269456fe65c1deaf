"""seccomp 필터의 판단. 이 컴퓨터에 없는 아키텍처의 번호표도 작은 BPF 해석기로 확인한다."""

import struct

import pytest

from course_lib.grading.sandbox import seccomp

ALLOW, EPERM, ENOSYS, PRETEND = seccomp.RET_ALLOW, seccomp.EPERM, seccomp.ENOSYS, seccomp.PRETEND
SIGCHLD = 17
# CLONE_VM | FS | FILES | SIGHAND | THREAD | SYSVSEM: glibc가 스레드를 만들 때
THREAD_FLAGS = 0x3D0F00


def decide(program: bytes, architecture: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """필터가 돌려주는 값."""
    data = struct.pack("<iIQ6Q", number, architecture, 0, *(*arguments, *[0] * (6 - len(arguments))))
    instructions = [struct.unpack_from("=HBBI", program, offset) for offset in range(0, len(program), 8)]
    accumulator, at = 0, 0
    while True:
        code, true, false, value = instructions[at]
        at += 1
        if code == seccomp.RET:
            return value
        if code == seccomp.LOAD:
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif code == seccomp.AND:
            accumulator &= value
        else:
            met = {seccomp.JEQ: accumulator == value, seccomp.JGE: accumulator >= value, seccomp.JSET: bool(accumulator & value)}
            at += true if met[code] else false


class Filter:
    def __init__(self, machine: str, *, may_fork: bool = False, pretend: bool = False):
        self.architecture = seccomp.AUDIT_ARCH[machine]
        self.column = 0 if machine == "x86_64" else 1
        self.program = seccomp.build(machine, 1, may_fork, may_fork, pretend, False)

    def __call__(self, table: dict, name: str, *arguments: int) -> int:
        return decide(self.program, self.architecture, table[name][self.column], arguments)


@pytest.fixture(params=seccomp.AUDIT_ARCH)
def machine(request: pytest.FixtureRequest) -> str:
    return request.param


def test_tables_have_no_double_number(machine: str):
    column = 0 if machine == "x86_64" else 1
    tables = [value for value in vars(seccomp).values() if isinstance(value, dict) and all(isinstance(pair, tuple) for pair in value.values())]
    numbers = [pair[column] for table in tables for pair in table.values() if pair[column] is not None]
    assert len(numbers) > 100
    assert len(numbers) == len(set(numbers))


def test_plain_profile_allows_threads_but_no_processes(machine: str):
    answer = Filter(machine)
    assert answer(seccomp.CLONE, "clone", THREAD_FLAGS) == ALLOW
    assert answer(seccomp.CLONE, "clone", SIGCHLD) == EPERM
    assert answer(seccomp.CLONE3, "clone3") == ENOSYS
    assert answer(seccomp.MAKE_PROCESS, "execve") == EPERM


def test_processes_profile_allows_programs_but_no_namespaces(machine: str):
    answer = Filter(machine, may_fork=True)
    assert answer(seccomp.CLONE, "clone", SIGCHLD) == ALLOW
    assert answer(seccomp.CLONE, "clone", SIGCHLD | 0x10000000) == EPERM
    assert answer(seccomp.MAKE_PROCESS, "execve") == ALLOW
    assert answer(seccomp.SIGNAL_BY_PID, "kill", 7) == ALLOW
    assert answer(seccomp.TUNE_BY_PID, "prlimit64", 7) == EPERM


def test_everything_on_the_refused_lists_is_refused(machine: str):
    answer = Filter(machine)
    tables = (seccomp.SOCKET, seccomp.OTHERS, seccomp.REARRANGE, seccomp.DANGEROUS, seccomp.ADMIN)
    column = 0 if machine == "x86_64" else 1
    names = [(table, name) for table in tables for name in table if table[name][column] is not None]
    assert {answer(table, name) for table, name in names} == {EPERM}


def test_own_process_may_be_tuned_and_others_not(machine: str):
    answer = Filter(machine)
    assert [answer(seccomp.SIGNAL_BY_PID, "kill", pid) for pid in (1, 2, 0, 0xFFFFFFFF)] == [ALLOW, EPERM, EPERM, EPERM]
    assert [answer(seccomp.TUNE_BY_PID, "prlimit64", pid) for pid in (0, 1, 2)] == [ALLOW, ALLOW, EPERM]


def test_only_stream_pairs_are_allowed(machine: str):
    answer = Filter(machine)
    cloexec = 0o2000000
    kinds = (1, 1 | cloexec, 2, 2 | cloexec, 5)
    assert [answer(seccomp.SOCKETPAIR, "socketpair", 1, kind) for kind in kinds] == [ALLOW, ALLOW, EPERM, EPERM, EPERM]


def test_attributes_are_only_pretended_where_files_are_writable(machine: str):
    assert Filter(machine, pretend=True)(seccomp.ATTRIBUTES, "fchmod") == PRETEND
    assert Filter(machine)(seccomp.ATTRIBUTES, "fchmod") == ALLOW


def test_touch_is_told_that_it_failed(machine: str):
    """시각을 주지 않은 utime이 성공한 체하면 Path.touch()가 파일이 있다고 믿는다."""
    answer = Filter(machine, pretend=True)
    assert [answer(seccomp.UTIMENSAT, "utimensat", 0, 1, times) for times in (0, 0x7FFC0010)] == [EPERM, PRETEND]
    assert Filter(machine)(seccomp.UTIMENSAT, "utimensat", 0, 1, 0) == ALLOW


def test_calls_of_another_architecture_are_refused():
    program = seccomp.build("x86_64", 1, False, False, False, False)
    i386 = 0x40000003
    assert decide(program, i386, 3) == seccomp.RET_KILL_PROCESS
    assert decide(program, seccomp.AUDIT_ARCH["x86_64"], seccomp.X32_BIT | 1) == EPERM
    assert decide(program, seccomp.AUDIT_ARCH["x86_64"], 0) == ALLOW


@pytest.mark.parametrize(
    ("machine", "read", "write", "openat", "mmap", "futex"), [("x86_64", 0, 1, 257, 9, 202), ("aarch64", 63, 64, 56, 222, 98)]
)
def test_everyday_calls_are_allowed(machine: str, read: int, write: int, openat: int, mmap: int, futex: int):
    answer = Filter(machine, pretend=True)
    assert {decide(answer.program, answer.architecture, number) for number in (read, write, openat, mmap, futex)} == {ALLOW}
