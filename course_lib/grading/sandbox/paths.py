"""샌드박스 안에서 읽을 수 있는 경로와, 그것만 보이게 하는 bubblewrap 명령.

제출물이 모범 답안이나 남의 제출물을 볼 수 없어야 하므로 저장소 전체가 아니라 course_lib만 보인다.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import course_lib

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
# 공유 라이브러리를 찾는 표와 시간대. 계정 목록이나 설정은 필요하지 않다.
ETC = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/mime.types")
DEVICES = ("/dev/urandom", "/dev/random", "/dev/zero")
WORK_IN_BWRAP = "/tmp/work"
# 어떤 채점도 이보다 오래 걸리지 않는다. 다른 컨테이너가 같은 임시 폴더를 쓸 수 있어, 프로세스가 없는지로는 알 수 없다.
STALE_SECONDS = 24 * 3600


def readable_paths(extra: Iterable[Path] = ()) -> list[str]:
    """읽기 전용으로 보여 줄 경로. 다른 경로 아래에 있는 것은 뺀다."""
    package = Path(course_lib.__file__).resolve().parent
    wanted = [*SYSTEM, *ETC, sys.prefix, sys.base_prefix, str(package), *map(str, interpreter_links()), *map(str, extra)]
    existing = dict.fromkeys(os.path.abspath(path) for path in wanted if os.path.exists(path))
    return [path for path in existing if not any(path != other and Path(path).is_relative_to(other) for other in existing)]


def interpreter_links() -> list[Path]:
    """가상 환경의 python에서 진짜 실행 파일까지 따라가며 만나는 링크들. uv가 받은 파이썬은 여러 번 거친다."""
    links = []
    path = Path(sys.executable)
    while path.is_symlink() and len(links) < 20:
        path = Path(os.path.normpath(path.parent / os.readlink(path)))
        links.append(path)
    return links


def work_root() -> Path:
    """작업 폴더(tmpfs가 붙는 자리). 사용자마다 하나다. 갑자기 모두 죽었을 때 남은 자식의 폴더는 하루 뒤에 지운다."""
    path = Path(tempfile.gettempdir()).resolve() / f"course-sandbox-{os.getuid()}"
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        status = path.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="course-sandbox-"))
    if path.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        # 같은 이름을 남이 먼저 만들었다.
        return Path(tempfile.mkdtemp(prefix="course-sandbox-"))
    for left_over in path.glob("run-*"):
        with suppress(OSError):
            if time.time() - left_over.lstat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left_over, ignore_errors=True)
    return path


def bwrap_command(readable: Iterable[str]) -> list[str] | None:
    """뒤에 실행할 명령을 붙이면 되는 bubblewrap 명령. 설치되어 있지 않으면 None이다.

    --die-with-parent는 쓰지 않는다. 그것은 '부모 스레드'가 끝날 때 죽기 때문이다. 채점기가 죽으면 제어 소켓이 닫히고,
    자이고트가 그것을 보고 끝난다.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return None
    # 사용자 번호 0을 쓰려면 권한이 더 필요하므로 1000을 쓴다. 바깥에서는 여전히 실행한 사람의 번호이다.
    command = [bwrap, "--unshare-all", "--uid", "1000", "--gid", "1000"]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", WORK_IN_BWRAP]
    links = []
    for path in readable:
        if path in SYSTEM and os.path.islink(path):
            links += ["--symlink", os.readlink(path), path]
        else:
            command += ["--ro-bind", path, path]
    return [*command, *links, "--chdir", "/", "--"]
