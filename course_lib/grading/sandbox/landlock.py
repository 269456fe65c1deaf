"""L 층: Landlock. 적어 준 경로 밖의 파일을 열지 못하고, TCP와 추상 유닉스 소켓과 바깥으로 가는 시그널을 쓰지 못한다.

Landlock이 막지 못하는 것(stat, chmod, utime, UDP, 경로가 있는 유닉스 소켓)은 다른 층이 맡는다.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from course_lib.grading.sandbox.kernel import check, libc, no_new_privileges

# 이 세 번호는 모든 아키텍처에서 같다.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
ABI_1_RIGHTS = (1 << 13) - 1
# 파일 하나에 줄 수 있는 권리. 디렉터리용 권리를 파일에 주면 EINVAL이다.
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
TCP_BIND_CONNECT = 0b11
SCOPE_ABSTRACT_SOCKET_AND_SIGNAL = 0b11


def abi_version() -> int:
    """커널의 Landlock ABI 번호. 없거나 꺼져 있으면 0이다."""
    return max(0, libc.syscall(CREATE_RULESET, None, 0, 1))


def restrict(readable: Iterable[str], writable: Iterable[str], *, may_execute: bool) -> None:
    """지금부터 이 프로세스와 그 자손은 적어 준 경로만 열 수 있다. 되돌릴 수 없다.

    없는 경로는 건너뛴다. may_execute는 readable 아래의 프로그램을 실행해도 되는지이다.
    """
    abi = abi_version()
    handled = ABI_1_RIGHTS
    handled |= REFER if abi >= 2 else 0
    handled |= TRUNCATE if abi >= 3 else 0
    handled |= IOCTL_DEV if abi >= 5 else 0
    attributes = struct.pack(
        "=QQQ",
        handled,
        TCP_BIND_CONNECT if abi >= 4 else 0,
        SCOPE_ABSTRACT_SOCKET_AND_SIGNAL if abi >= 6 else 0,
    )
    # 옛 커널은 모르는 꼬리가 0이면 받아 준다. 그래서 크기를 ABI마다 바꿀 필요가 없다.
    ruleset = check(libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0), "landlock_create_ruleset")
    try:
        read = READ_FILE | READ_DIR | (EXECUTE if may_execute else 0)
        write = handled & ~EXECUTE
        for path in readable:
            _allow(ruleset, path, read)
        for path in writable:
            _allow(ruleset, path, write)
        no_new_privileges()
        check(libc.syscall(RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return
    try:
        if not os.path.isdir(path):
            rights &= FILE_RIGHTS
        rule = struct.pack("=Qi", rights, fd)
        check(libc.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0), f"landlock_add_rule({path})")
    finally:
        os.close(fd)
