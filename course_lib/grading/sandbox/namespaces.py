"""P 층: 네임스페이스. 자식은 자기 PID 네임스페이스의 1번이고, 네트워크가 없고, 자기만의 tmpfs에만 쓴다.

자이고트는 큰 라이브러리를 불러오기 전에 한 번 enter()로 들어간다(사용자 네임스페이스는 스레드가 하나일 때만 만들 수 있다).
그 뒤 제출물마다 fork_as_init()이 fork 한 번으로 새 PID 네임스페이스의 1번을 만든다. 중간 프로세스를 두는 방법보다 몇 배 싸다.
"""

import ctypes
import os
import struct
from pathlib import Path

from course_lib.grading.sandbox.kernel import check, libc

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
PRIVATE_WORLD = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
MOUNT_SETATTR = 442  # 모든 아키텍처에서 같다
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
ATTR_RDONLY, ATTR_NOSUID = 1, 2

# 작업 폴더의 크기. 연습이 쓰는 파일은 몇 MB이고, 메모리를 쓰므로 작게 둔다.
WORK_SIZE_MIB = 64
WORK_FILES = 16384


def enter(work_root: str) -> bool:
    """자이고트를 새 네임스페이스로 옮긴다. 다음 fork부터 새 PID 네임스페이스이다.

    보이는 모든 파일 시스템을 읽기 전용으로 바꾸고 work_root에만 tmpfs를 붙인다.
    읽기 전용으로 바꾸었으면 True를 돌려준다. 옛 커널이라 못 바꾸었으면 False이고 나머지 격리는 그대로다.
    """
    _unshare_private_world(extra=CLONE_NEWPID)
    check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "mount(private)")
    try:
        _set_mount_attributes("/", AT_RECURSIVE, set_=ATTR_RDONLY | ATTR_NOSUID)
        # 자식이 자기 uid_map을 쓸 수 있어야 한다. 파일 접근은 Landlock이 막는다.
        _set_mount_attributes("/proc", 0, clear=ATTR_RDONLY)
        read_only = True
    except OSError:
        read_only = False
    _mount_tmpfs(work_root)
    return read_only


def own_pid_namespace() -> int:
    """fork_as_init에 줄, 지금 PID 네임스페이스의 fd."""
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def fork_as_init(own_namespace: int) -> int:
    """fork하되 자식은 새 PID 네임스페이스의 1번이 된다. 자식이 죽으면 그 자손도 모두 죽는다."""
    check(libc.unshare(CLONE_NEWPID), "unshare(pid)")
    pid = -1
    try:
        pid = os.fork()
    finally:
        if pid != 0:
            check(libc.setns(own_namespace, CLONE_NEWPID), "setns(pid)")
    return pid


def isolate_child(work_root: str, *, shared_memory: bool) -> None:
    """자식을 자기만의 사용자/마운트/IPC/네트워크 네임스페이스로 옮기고 work_root에 빈 tmpfs를 붙인다.

    /proc은 비운다. shared_memory면 /dev/shm도 같은 tmpfs 안의 폴더로 바꾼다(multiprocessing의 잠금이 거기에 만들어진다).
    """
    _unshare_private_world()
    _mount_tmpfs(work_root)
    # 바깥 프로세스의 목록을 감춘다. 접근만 거절하면 duckdb가 /proc/self/cgroup을 열다가 죽는다. 없으면 넘어간다.
    check(libc.mount(b"tmpfs", b"/proc", b"tmpfs", MS_RDONLY, b"size=4k,nr_inodes=2,mode=555"), "mount(/proc)")
    if shared_memory:
        own = Path(work_root, ".shm")
        own.mkdir(mode=0o700)
        check(libc.mount(bytes(own), b"/dev/shm", None, MS_BIND, None), "mount(/dev/shm)")


def _unshare_private_world(extra: int = 0) -> None:
    uid, gid = os.geteuid(), os.getegid()
    check(libc.unshare(PRIVATE_WORLD | extra), "unshare")
    # 자기 번호를 같은 번호로 옮긴다. 그래야 파일 주인이 안팎에서 같게 보인다.
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def _write(path: str, text: str) -> None:
    # 이 파일들은 write 한 번으로 써야 한다.
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def _mount_tmpfs(path: str) -> None:
    options = f"size={WORK_SIZE_MIB}m,nr_inodes={WORK_FILES},mode=700"
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    check(libc.mount(b"tmpfs", os.fsencode(path), b"tmpfs", flags, options.encode()), f"mount({path})")


def _set_mount_attributes(path: str, flags: int, *, set_: int = 0, clear: int = 0) -> None:
    attributes = struct.pack("=QQQQ", set_, clear, 0, 0)
    result = libc.syscall(MOUNT_SETATTR, AT_FDCWD, os.fsencode(path), flags, attributes, ctypes.c_size_t(len(attributes)))
    check(result, f"mount_setattr({path})")
