"""S 층: seccomp. 프로세스 만들기, 소켓, 남의 프로세스 건드리기, 위험한 커널 기능을 거절한다.

거절은 오류(EPERM)로 알린다. 프로세스를 죽이지 않으므로 학습자는 자기 코드의 예외를 본다.
번호표는 x86_64와 aarch64 둘뿐이다. 다른 아키텍처에서는 이 층이 없다고 보고한다.
"""

import ctypes
import errno
import struct
from functools import lru_cache

from course_lib.grading.sandbox.kernel import MACHINE, PR_SET_PDEATHSIG, check, libc, no_new_privileges

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000  # x86_64 커널의 또 다른 번호표(x32). 통째로 거절한다.

RET_ALLOW = 0x7FFF0000
RET_ERRNO = 0x00050000
RET_KILL_PROCESS = 0x80000000
EPERM = RET_ERRNO | errno.EPERM
ENOSYS = RET_ERRNO | errno.ENOSYS
PRETEND = RET_ERRNO  # 아무 일도 하지 않고 성공(0)을 돌려준다

SECCOMP_SET_MODE_FILTER = 1
SECCOMP = {"x86_64": 317, "aarch64": 277}

# 이름: (x86_64 번호, aarch64 번호). None은 그 아키텍처에 없다는 뜻이다.
MAKE_PROCESS = {"fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281)}
CLONE = {"clone": (56, 220)}
CLONE3 = {"clone3": (435, 435)}
SOCKET = {
    "socket": (41, 198),
    # socketpair로 얻은 소켓도 bind, connect하면 바깥의 이름 있는 소켓에 닿는다.
    "bind": (49, 200), "connect": (42, 203), "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242),
}
SOCKETPAIR = {"socketpair": (53, 199)}
# 남의 프로세스를 들여다보거나 바꾼다
OTHERS = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "setpriority": (141, 140), "ioprio_set": (251, 30), "move_pages": (279, 239), "migrate_pages": (256, 238),
}
# 첫 인자가 pid이다. 자기 자신에게는 필요하므로 자기 번호와 0만 허락한다.
SIGNAL_BY_PID = {"kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131)}
TUNE_BY_PID = {
    "prlimit64": (302, 261), "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274),
}
# 네임스페이스와 마운트: 격리를 다시 짜려는 시도
REARRANGE = {
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "open_tree_attr": (467, 467),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
}
# 커널의 공격 표면이 넓거나, 메모리 상한을 피하거나, 제출물끼리의 통로가 되는 것
DANGEROUS = {
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195),
    "semget": (64, 190), "semop": (65, 193), "semtimedop": (220, 192), "semctl": (66, 191),
    "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180), "mq_unlink": (241, 181), "fanotify_init": (300, 262),
}
# 루트로 실행할 때를 위한 것. capability를 이미 버렸으므로 두 번째 자물쇠이다.
ADMIN = {
    "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294), "acct": (163, 89),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "syslog": (103, 116), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161),
    "setdomainname": (171, 162), "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None),
    "personality": (135, 92), "vhangup": (153, 58), "lookup_dcookie": (212, 18), "nfsservctl": (180, 42),
}
# 파일의 속성. Landlock은 이것을 막지 못한다. shutil.copy 같은 것이 실패하지 않도록 거절하지 않고 모르는 체한다.
ATTRIBUTES = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "removexattrat": (466, 466),
}
UTIMENSAT = {"utimensat": (280, 88)}
TRUNCATE = {"truncate": (76, 45)}
PRCTL = {"prctl": (157, 167)}

CLONE_THREAD = 0x00010000
CLONE_NEW_ANY = 0x7E020000  # 네임스페이스를 만드는 모든 깃발
SOCK_STREAM, SOCK_TYPE_MASK = 1, 0xF

# BPF 명령. 인자는 seccomp_data 안의 위치로 읽는다.
LOAD, JEQ, JSET, JGE, AND, RET = 0x20, 0x15, 0x45, 0x35, 0x54, 0x06
AT_NUMBER, AT_ARCH, AT_ARGS = 0, 4, 16

Instruction = tuple[int, int, int, int]


def available() -> bool:
    """이 컴퓨터의 시스템 호출 번호를 알고 있는지."""
    return MACHINE in AUDIT_ARCH


def restrict(own_pid: int, *, may_fork: bool, signal_others: bool, pretend_attributes: bool, deny_truncate: bool) -> None:
    """필터를 건다. 되돌릴 수 없고 스레드와 자손이 물려받는다.

    may_fork: fork와 exec를 허락한다(dbt). signal_others: 자손에게 시그널을 보낼 수 있다(다른 층이 바깥을 막을 때만).
    pretend_attributes: chmod, utime 등이 아무 일도 하지 않고 성공한다(파일 시스템이 읽기 전용이 아닐 때 필요하다).
    deny_truncate: 경로로 자르기를 거절한다(ABI 3보다 낮은 Landlock은 이것을 막지 못한다).
    """
    program = build(MACHINE, own_pid, may_fork, signal_others, pretend_attributes, deny_truncate)
    buffer = ctypes.create_string_buffer(program, len(program))
    descriptor = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    no_new_privileges()
    check(libc.syscall(SECCOMP[MACHINE], SECCOMP_SET_MODE_FILTER, 0, descriptor), "seccomp")


@lru_cache(maxsize=8)
def build(
    machine: str, own_pid: int, may_fork: bool, signal_others: bool, pretend_attributes: bool, deny_truncate: bool
) -> bytes:
    """필터 프로그램의 바이트. PID 네임스페이스 안에서는 own_pid가 늘 1이므로 자이고트에서 한 번만 만든다."""
    program: list[Instruction] = [
        (LOAD, 0, 0, AT_ARCH),
        (JEQ, 1, 0, AUDIT_ARCH[machine]),
        (RET, 0, 0, RET_KILL_PROCESS),  # 32비트 호출은 번호의 뜻이 달라 판단할 수 없다
        (LOAD, 0, 0, AT_NUMBER),
        (JGE, 0, 1, X32_BIT),
        (RET, 0, 0, EPERM),
    ]
    for names, answer in (
        (SOCKET, EPERM), (OTHERS, EPERM), (REARRANGE, EPERM), (DANGEROUS, EPERM), (ADMIN, EPERM),
        # clone3의 깃발은 메모리에 있어 검사할 수 없다. 없다고 하면 glibc가 clone을 쓴다.
        (CLONE3, ENOSYS),
    ):
        program += _answer(machine, names, [(RET, 0, 0, answer)])
    if may_fork:
        program += _answer(machine, CLONE, _when(JSET, 0, CLONE_NEW_ANY, EPERM))
    else:
        program += _answer(machine, MAKE_PROCESS, [(RET, 0, 0, EPERM)])
        program += _answer(machine, CLONE, _unless(JSET, 0, CLONE_THREAD, EPERM))
    if not signal_others:
        program += _answer(machine, SIGNAL_BY_PID, _unless(JEQ, 0, own_pid, EPERM))
    program += _answer(
        machine,
        TUNE_BY_PID,
        [(LOAD, 0, 0, AT_ARGS), (JEQ, 2, 0, 0), (JEQ, 1, 0, own_pid), (RET, 0, 0, EPERM), (RET, 0, 0, RET_ALLOW)],
    )
    # 데이터그램 소켓은 짝이 있어도 다른 주소로 보낼 수 있다. asyncio에 필요한 스트림만 허락한다.
    program += _answer(
        machine,
        SOCKETPAIR,
        [(LOAD, 0, 0, AT_ARGS + 8), (AND, 0, 0, SOCK_TYPE_MASK), (JEQ, 1, 0, SOCK_STREAM), (RET, 0, 0, EPERM), (RET, 0, 0, RET_ALLOW)],
    )
    # 부모가 죽으면 함께 죽는다는 약속을 스스로 풀지 못하게 한다.
    program += _answer(machine, PRCTL, _when(JEQ, 0, PR_SET_PDEATHSIG, EPERM))
    if pretend_attributes:
        program += _answer(machine, ATTRIBUTES, [(RET, 0, 0, PRETEND)])
        # 시각을 주지 않은 utime(인자가 NULL)은 거절한다. Path.touch()는 이것이 성공하면 파일이 있다고 믿고 만들지 않는다.
        program += _answer(
            machine, UTIMENSAT, [(LOAD, 0, 0, AT_ARGS + 16), (JEQ, 0, 1, 0), (RET, 0, 0, EPERM), (RET, 0, 0, PRETEND)]
        )
    if deny_truncate:
        program += _answer(machine, TRUNCATE, [(RET, 0, 0, EPERM)])
    program.append((RET, 0, 0, RET_ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _answer(machine: str, names: dict[str, tuple[int | None, int | None]], body: list[Instruction]) -> list[Instruction]:
    """호출 번호가 names 가운데 하나이면 body를 실행한다. body는 반드시 RET로 끝난다."""
    column = 0 if machine == "x86_64" else 1
    numbers = [pair[column] for pair in names.values() if pair[column] is not None]
    tests: list[Instruction] = []
    for index, number in enumerate(numbers):
        rest = len(numbers) - 1 - index
        # 맞으면 남은 비교를 건너뛰어 body로, 마지막 비교도 틀리면 body를 건너뛴다.
        tests.append((JEQ, rest, len(body) if rest == 0 else 0, number))
    return tests + body if numbers else []


def _when(test: int, argument: int, value: int, answer: int) -> list[Instruction]:
    """인자가 test에 맞으면 answer, 아니면 허락."""
    return [(LOAD, 0, 0, AT_ARGS + 8 * argument), (test, 0, 1, value), (RET, 0, 0, answer), (RET, 0, 0, RET_ALLOW)]


def _unless(test: int, argument: int, value: int, answer: int) -> list[Instruction]:
    """인자가 test에 맞으면 허락, 아니면 answer."""
    return [(LOAD, 0, 0, AT_ARGS + 8 * argument), (test, 1, 0, value), (RET, 0, 0, answer), (RET, 0, 0, RET_ALLOW)]
