"""리눅스 시스템 호출을 ctypes로 부르는 데 필요한 최소한의 것."""

import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)

MACHINE = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}.get(platform.machine().lower(), "")

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
PR_SET_CHILD_SUBREAPER = 36


def check(result: int, what: str) -> int:
    """시스템 호출의 결과를 돌려준다. 실패(-1)했으면 errno를 담은 OSError를 일으킨다."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def prctl(option: int, value: int) -> None:
    """prctl(2)을 부른다. 인자 하나짜리 옵션에만 쓴다."""
    zero = ctypes.c_ulong(0)
    check(libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), f"prctl({option})")


def no_new_privileges() -> None:
    """execve로 권한을 얻지 못하게 한다. Landlock과 seccomp를 보통 사용자가 쓰기 위한 조건이다."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """이 프로세스의 모든 capability를 버린다. 루트로 실행해도 '남의 파일을 읽을 권한'이 사라진다."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, 자기 자신
    data = (ctypes.c_uint32 * 6)()
    check(libc.capset(header, data), "capset")
