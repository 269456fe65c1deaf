"""샌드박스 안에서 실행되는 공격 프로그램들.

serve가 부모에게서 {"attack": 이름, ...인자}를 받아 그 함수를 부르고, 돌려준 값을 보낸다. 판정은 되도록 바깥에서 한다.
"""

import asyncio
import concurrent.futures
import ctypes
import gc
import json
import mmap
import os
import platform
import re
import resource
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zoneinfo
from collections.abc import Callable
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)


def serve(sock: socket.socket, work: Path) -> None:
    """요청 한 줄을 받아 공격 하나를 실행하고 결과를 한 줄로 답한다. 부모가 끊을 때까지 되풀이한다."""
    with sock.makefile("rwb") as channel:
        for line in channel:
            order = json.loads(line)
            attack = globals()[order.pop("attack")]
            channel.write(json.dumps(attack(**order)).encode() + b"\n")
            channel.flush()


def warm_up_fails() -> None:
    raise LookupError("데우다가 난 오류")


_warmed: list[str] = []


def warm_up_dbt() -> None:
    """"dbt" 프로필의 자이고트만 데우는 것."""
    _warmed.append("dbt")


def warmed() -> list[str]:
    """이 자식의 자이고트가 데워 둔 것."""
    return _warmed


def refused(action: Callable[[], object]) -> bool:
    """action이 운영체제의 거절(OSError)로 끝났는지."""
    try:
        action()
    except OSError:
        return True
    return False


def raw(number: int, *arguments: object) -> bool:
    """시스템 호출을 직접 불러서 거절당했는지."""
    return libc.syscall(number, *arguments) == -1


def syscall_number(x86_64: int, aarch64: int) -> int:
    return x86_64 if platform.machine() == "x86_64" else aarch64


# ---------------------------------------------------------------- 정상적인 일


def echo(text: str) -> str:
    return text


def where_am_i() -> dict:
    return {
        "pid": os.getpid(),
        "cwd": os.getcwd(),
        "home": os.environ["HOME"],
        "temp": tempfile.gettempdir(),
        "left_over": sorted(os.listdir(".")),
        "environment": dict(os.environ),
    }


def ordinary_work() -> list[str]:
    """학습자의 코드가 늘 하는 일. 격리되어도 모두 되어야 한다. 된 것의 이름을 돌려준다."""
    done = []
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(abs, range(100))) == 4950
    done.append("threads")
    assert asyncio.run(asyncio.sleep(0, "답")) == "답"
    done.append("asyncio")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "가.csv")
        source.write_text("a\n1\n", encoding="utf-8")
        shutil.copy2(source, Path(folder, "나.csv"))
        Path(folder, "나.csv").replace(Path(folder, "다.csv"))
        Path(folder, "빈 파일").touch()
        Path(folder, "빈 파일").touch()
        assert Path(folder, "빈 파일").read_bytes() == b""
        database = sqlite3.connect(Path(folder, "a.sqlite"))
        database.execute("create table t as select 1 as x")
        database.commit()
        database.close()
    done.append("files")
    assert zoneinfo.ZoneInfo("Asia/Seoul").key == "Asia/Seoul"
    done.append("zoneinfo")
    signal.raise_signal(signal.SIGCHLD)
    done.append("own signal")
    return done


def libraries() -> list[str]:
    """과정이 쓰는 큰 라이브러리를 격리된 뒤에 처음 불러온다."""
    import duckdb
    import pandas as pd
    import polars as pl

    frame = pd.DataFrame({"x": range(1000), "name": ["가"] * 1000})
    frame.to_parquet("a.parquet")
    assert pd.read_parquet("a.parquet").equals(frame)
    assert pl.read_parquet("a.parquet").select(pl.col("x").sum()).item() == 499500
    with duckdb.connect("a.duckdb") as database:
        database.execute("create table t as select * from 'a.parquet'")
        assert database.execute("select sum(x) from t").fetchone() == (499500,)
    return ["pandas", "polars", "duckdb"]


# ---------------------------------------------------------------- 시간과 끝


def spin(seconds: float = 3600.0, threads: int = 1) -> str:
    """CPU를 쓴다. 시그널은 모두 무시한다."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    until = time.monotonic() + seconds

    def burn() -> None:
        while time.monotonic() < until:
            pass

    others = [threading.Thread(target=burn, daemon=True) for _ in range(threads - 1)]
    for thread in others:
        thread.start()
    burn()
    for thread in others:
        thread.join()
    return "끝"


def leave(how: str) -> None:
    if how == "exit":
        os._exit(0)
    elif how == "system_exit":
        sys.exit(0)
    elif how == "segfault":
        ctypes.string_at(0)
    elif how == "exit_replaced":
        os._exit = lambda status: None
        sys.exit(0)


# ---------------------------------------------------------------- 자원


def fork_bomb(count: int) -> int:
    """fork에 성공한 횟수."""
    made = 0
    for _ in range(count):
        try:
            pid = os.fork()
        except OSError:
            break
        if pid == 0:
            time.sleep(3600)
            os._exit(0)
        made += 1
    return made


def daemons(program: str, argument: str, count: int) -> int:
    """부모와 세션에서 떨어져 나가는 손자를 만든다."""
    made = 0
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(program, [program, argument])
            os._exit(0)
        os.waitpid(pid, 0)
        made += 1
    return made


def run_program(program: str, argument: str) -> bool:
    """다른 프로그램을 실행할 수 있었는지."""
    try:
        subprocess.run([program, argument], check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def run_python(code: str) -> list:
    """파이썬을 하나 더 실행한다."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    return [done.returncode, done.stdout]


def shared_lock() -> bool:
    """multiprocessing의 잠금(/dev/shm에 생긴다)을 만들 수 있는지. dbt가 시작할 때 쓴다."""
    import multiprocessing

    with multiprocessing.get_context("spawn").RLock():
        return True


def thread_bomb(count: int) -> int:
    """시작한 스레드 수."""
    wait = threading.Event()
    started = []
    try:
        for _ in range(count):
            thread = threading.Thread(target=wait.wait, daemon=True)
            thread.start()
            started.append(thread)
    except (RuntimeError, MemoryError):
        pass
    wait.set()
    return len(started)


def memory_bomb(mib: int) -> int:
    """쥘 수 있었던 메모리(MiB)."""
    held = []
    try:
        for _ in range(mib // 16):
            held.append(mmap.mmap(-1, 16 << 20))
    except (MemoryError, OSError):
        pass
    return 16 * len(held)


def memory_outside_limit() -> dict:
    """RLIMIT_AS에 세어지지 않는 메모리."""
    return {"memfd": refused(lambda: os.close(os.memfd_create("a"))), "shm": raw(syscall_number(29, 194), 0, 4096, 0o1600)}


def big_file(mib: int) -> int:
    """파일 하나에 쓸 수 있었던 양(MiB)."""
    chunk = b"x" * (1 << 20)
    written = 0
    with open("big", "wb", buffering=0) as file:
        try:
            while written < mib:
                if file.write(chunk) < len(chunk):
                    break
                written += 1
        except OSError:
            pass
    return written


def fill_disk(mib: int) -> int:
    """여러 파일에 쓸 수 있었던 양(MiB)."""
    chunk = b"x" * (1 << 20)
    try:
        for written in range(mib):
            Path(f"fill{written}").write_bytes(chunk)
    except OSError:
        return written
    return mib


def print_much(mib: int) -> str:
    line = "x" * (1 << 20)
    for _ in range(mib):
        print(line)
        print(line, file=sys.stderr)
    return "끝"


def raise_limits() -> dict:
    def up(kind: int) -> bool:
        try:
            resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (ValueError, OSError):
            return True
        return False

    return {"memory": up(resource.RLIMIT_AS), "cpu": up(resource.RLIMIT_CPU), "file": up(resource.RLIMIT_FSIZE)}


# ---------------------------------------------------------------- 파일


def read_file(path: str) -> str:
    """여러 길로 파일을 읽어 본다. 읽은 것을 모두 이어서 돌려준다."""
    soft, hard = Path("soft"), Path("hard")
    ways: list[Callable[[], str]] = [
        lambda: Path(path).read_text(encoding="utf-8"),
        lambda: (soft.symlink_to(path), soft.read_text(encoding="utf-8"))[1],
        lambda: (os.link(path, hard), hard.read_text(encoding="utf-8"))[1],
        lambda: Path(f"/proc/self/root{path}").read_text(encoding="utf-8"),
        lambda: Path(f"/proc/1/root{path}").read_text(encoding="utf-8"),
        lambda: (shutil.copyfile(path, "copy"), Path("copy").read_text(encoding="utf-8"))[1],
        lambda: (os.rename(path, "moved"), Path("moved").read_text(encoding="utf-8"))[1],
    ]
    seen = ""
    for way in ways:
        try:
            seen += way()
        except OSError:
            pass
    return seen


def look_at(path: str) -> bool:
    """파일이 있는지 알 수 있는지."""
    return os.path.exists(path)


def harm_file(path: str) -> list[str]:
    """파일과 그 폴더를 여러 방법으로 바꾸어 본다. 오류 없이 끝난 방법의 이름(거짓 성공일 수 있다)."""
    folder = os.path.dirname(path)
    ways = {
        "write": lambda: Path(path).write_text("바뀜", encoding="utf-8"),
        "append": lambda: open(path, "a", encoding="utf-8").close(),
        "truncate": lambda: os.truncate(path, 0),
        "open_truncate": lambda: os.close(os.open(path, os.O_RDONLY | os.O_TRUNC)),
        "chmod": lambda: os.chmod(path, 0o777),
        "utime": lambda: os.utime(path, (1, 1)),
        "chown": lambda: os.chown(path, 12345, 12345),
        "setxattr": lambda: os.setxattr(path, "user.attack", b"1"),
        "create": lambda: Path(folder, "created").write_text("바뀜", encoding="utf-8"),
        "mkdir": lambda: os.mkdir(os.path.join(folder, "made")),
        "symlink": lambda: os.symlink("/", os.path.join(folder, "link")),
        "fifo": lambda: os.mkfifo(os.path.join(folder, "fifo")),
        "rename_in": lambda: (Path("mine").write_text("바뀜", encoding="utf-8"), os.rename("mine", path)),
        "rename": lambda: os.rename(path, os.path.join(folder, "renamed")),
        "unlink": lambda: os.unlink(path),
        "remove_folder": lambda: shutil.rmtree(folder),
    }
    return [name for name, way in ways.items() if not refused(way)]


def write_to(folders: list[str], name: str) -> list[str]:
    """쓸 수 있었던 폴더."""
    return [folder for folder in folders if not refused(lambda: Path(folder, name).write_text("왔다 감", encoding="utf-8"))]


def peek_at_processes() -> dict:
    return {
        "maps": refused(lambda: Path("/proc/self/maps").read_text()),
        "mem": refused(lambda: open("/proc/self/mem", "rb").close()),
        "parent": refused(lambda: Path("/proc/1/environ").read_bytes()),
        "list": refused(lambda: os.listdir("/proc")),
    }


def open_files() -> list[str]:
    """열려 있는 fd의 종류. 장치는 번호까지."""
    cgroup = os.stat("/proc/self/cgroup") if os.path.exists("/proc/self/cgroup") else None
    kinds = []
    for fd in range(resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        try:
            status = os.fstat(fd)
        except OSError:
            continue
        if stat.S_ISCHR(status.st_mode):
            kinds.append(f"device {os.major(status.st_rdev)}:{os.minor(status.st_rdev)}")
        elif cgroup and os.path.samestat(status, cgroup):
            kinds.append("/proc/self/cgroup")
        else:
            kinds.append("socket" if stat.S_ISSOCK(status.st_mode) else "other")
    return kinds


# ---------------------------------------------------------------- 네트워크


def reach_out(tcp: int, udp: int, abstract: str, stream_path: str, datagram_path: str) -> list[str]:
    """바깥에서 기다리는 소켓에 말을 걸어 본다. 오류 없이 끝난 방법의 이름."""

    def send(family: int, kind: int, address: object) -> None:
        with socket.socket(family, kind) as sock:
            sock.connect(address)
            sock.sendall(b"attack")

    def send_through_pair() -> None:
        # socketpair는 허락되지만, 데이터그램이면 다른 주소로도 보낼 수 있다.
        left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with left, right:
            left.sendto(b"attack", datagram_path)

    def reconnect_pair(kind: int, path: str) -> None:
        left, right = socket.socketpair(socket.AF_UNIX, kind)
        with left, right:
            left.connect(path)
            left.sendall(b"attack")

    ways = {
        "tcp": lambda: send(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", tcp)),
        "udp": lambda: send(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", udp)),
        "abstract": lambda: send(socket.AF_UNIX, socket.SOCK_DGRAM, "\0" + abstract),
        "stream path": lambda: send(socket.AF_UNIX, socket.SOCK_STREAM, stream_path),
        "datagram path": lambda: send(socket.AF_UNIX, socket.SOCK_DGRAM, datagram_path),
        "pair sendto": send_through_pair,
        "pair connect": lambda: reconnect_pair(socket.SOCK_DGRAM, datagram_path),
        "pair stream": lambda: reconnect_pair(socket.SOCK_STREAM, stream_path),
        "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
        "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    }
    return [name for name, way in ways.items() if not refused(way)]


# ---------------------------------------------------------------- 남의 프로세스


def harm_process(pid: int) -> list[str]:
    """바깥의 프로세스를 건드려 본다. 오류 없이 끝난 방법의 이름."""
    ways = {
        "kill": lambda: os.kill(pid, signal.SIGKILL),
        "killpg": lambda: os.killpg(pid, signal.SIGKILL),
        "pidfd": lambda: signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGKILL),
        "prlimit": lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (5, 5)),
        "affinity": lambda: os.sched_setaffinity(pid, {0}),
        "scheduler": lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
        "priority": lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
    }
    done = [name for name, way in ways.items() if not refused(way)]
    if not raw(syscall_number(101, 117), 0x4206, pid, 0, 0):  # PTRACE_SEIZE
        done.append("ptrace")
    return done


def signal_everyone() -> list[str]:
    """자기 그룹과 모두에게 SIGKILL."""
    ways = {"group": lambda: os.kill(0, signal.SIGKILL), "all": lambda: os.kill(-1, signal.SIGKILL)}
    return [name for name, way in ways.items() if not refused(way)]


def outlive_parent() -> bool:
    """부모가 죽으면 함께 죽는다는 약속을 풀 수 없는지."""
    return libc.prctl(1, 0, 0, 0, 0) == -1


# ---------------------------------------------------------------- 커널


def rearrange() -> dict:
    """격리를 다시 짜거나 위험한 기능을 쓰려는 호출. 모두 거절(True)이어야 한다."""
    page = ctypes.create_string_buffer(4096)
    return {
        "user namespace": raw(syscall_number(272, 97), 0x10000000),
        "clone namespace": raw(syscall_number(56, 220), 0x10000011, 0, 0, 0, 0),
        "clone3": raw(435, page, 64),
        "mount": libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None) == -1,
        "umount": libc.umount2(os.getcwd().encode(), 2) == -1,
        "chroot": libc.chroot(b"/") == -1,
        "setns": refused_setns(),
        "io_uring": raw(425, 1, page),
        "userfaultfd": raw(syscall_number(323, 282), 1),
        "bpf": raw(syscall_number(321, 280), 0, page, 64),
        "perf": raw(syscall_number(298, 241), page, 0, -1, -1, 0),
        "keyring": raw(syscall_number(250, 219), 0, -4, 1),
        "add_key": raw(syscall_number(248, 217), b"user", b"a", b"b", 1, -4),
        "semaphore": raw(syscall_number(64, 190), 0, 1, 0o1600),
        "message queue": raw(syscall_number(68, 186), 0, 0o1600),
        "posix queue": raw(syscall_number(240, 180), b"attack", 0o102, 0o600, None),
        "vm_readv": raw(syscall_number(310, 270), os.getpid(), page, 1, page, 1, 0),
        "handle": raw(syscall_number(303, 264), -100, b"/", page, page, 0),
    }


def refused_setns() -> bool:
    return libc.setns(0, 0) == -1


def capabilities() -> str:
    """쓸 수 있는 capability(16진수)."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    libc.capget(header, data)
    return "".join(f"{word:x}" for word in data).strip("0")


# ---------------------------------------------------------------- 앞사람의 흔적


def remember(secret: str) -> str:
    """비밀을 여러 꼴로 메모리에 남긴다."""
    globals()["kept"] = [secret + str(index) for index in range(2000)]
    return "기억함"


def search_memory(scrambled: str) -> int:
    """자기 메모리 전체에서 비밀을 찾는다. 찾는 값이 메모리에 있으면 안 되므로 뒤집어서 받고, 조각으로 맞추어 본다."""
    gc.collect()
    # 정규식의 글자마다 괄호를 씌우면 패턴 자신은 비밀과 같은 바이트 열이 아니다.
    pattern = re.compile(b"".join(b"[%c]" % byte for byte in reversed(scrambled.encode())))
    found = 0
    with open("/proc/self/maps", encoding="ascii") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps.read().splitlines():
            span, mode = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if "w" not in mode or end - start > 1 << 30:
                continue
            try:
                memory.seek(start)
                found += len(pattern.findall(memory.read(end - start)))
            except (OSError, ValueError, OverflowError):
                continue
    return found
