"""자이고트: 큰 라이브러리를 한 번만 불러 놓고, 제출물마다 fork해서 잠긴 자식을 내주는 프로세스.

`python -m course_lib.grading.sandbox.zygote <제어 소켓의 fd>`로 시작한다(client.py가 한다).
제출물과 모범 답안은 이 프로세스의 메모리를 지나지 않는다. 지나가면 다음 자식이 앞 학습자의 것을 자기 메모리에서
찾을 수 있다. 그래서 여기로는 '자식의 소켓' fd만 오고, 내용은 채점기와 자식이 직접 주고받는다.
"""

import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from course_lib.grading.sandbox import kernel, landlock, lockdown, namespaces

READY = b"\x06"  # 자식이 다 잠긴 뒤 자기 소켓에 처음 보내는 바이트
MAX_MESSAGE = 1 << 16
SELF = Path("/proc/self")

Serve = Callable[[socket.socket, Path], None]


class Zygote:
    """제어 소켓의 요청마다 자식을 하나 만든다. 요청은 {"profile": ..., "number": ...}와 fd 하나, 답은 같은 번호와 자식의 pidfd이다."""

    def __init__(self, control: socket.socket, plan: lockdown.Plan, serve: Serve, work_root: str):
        self.control = control
        self.plan = plan
        self.serve = serve
        self.work_root = work_root
        self.children: dict[int, tuple[int, str]] = {}  # pidfd: (pid, 작업 폴더)
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)
        self.contained = "P" in plan.layers
        self.own_namespace = namespaces.own_pid_namespace() if self.contained else -1
        if not self.contained:
            # 자식이 남긴 자손이 여기로 와야 찾아서 끝낼 수 있다. P에서는 커널이 끝낸다.
            kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)

    def run(self) -> None:
        """제어 소켓이 닫힐 때까지 일한다. 닫히면(채점기가 끝났거나 죽었다) 자식을 모두 끝낸다."""
        while True:
            for fd, _ in self.poll.poll():
                if fd != self.control.fileno():
                    self.reap(fd)
                elif not self.answer():
                    self.end_all()
                    return

    def answer(self) -> bool:
        """요청 하나를 처리한다. 제어 소켓이 닫혔으면 False이다."""
        try:
            data, fds, _, _ = socket.recv_fds(self.control, MAX_MESSAGE, 1)
            if not data:
                return False
            request = json.loads(data)
            try:
                pidfd = self.spawn(request["profile"], fds[0])
            except OSError as error:
                self.control.send(json.dumps({"number": request["number"], "error": str(error)}).encode())
            else:
                socket.send_fds(self.control, [json.dumps({"number": request["number"]}).encode()], [pidfd])
            finally:
                os.close(fds[0])
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def spawn(self, profile: str, child_socket: int) -> int:
        """fork해서 자식을 만들고 그 pidfd를 돌려준다."""
        # P에서는 자식마다 같은 자리에 새 tmpfs를 붙이므로 폴더를 새로 만들 필요가 없다.
        # 이름에 번호를 넣는 것은 자이고트가 갑자기 죽었을 때 채점기가 찾아 지우기 위해서다.
        work = self.work_root if self.contained else tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=self.work_root)
        pid = namespaces.fork_as_init(self.own_namespace) if self.contained else os.fork()
        if pid == 0:
            become_child(self, profile, child_socket, work)
        pidfd = os.pidfd_open(pid)
        self.children[pidfd] = (pid, work)
        self.poll.register(pidfd, select.POLLIN)
        return pidfd

    def reap(self, pidfd: int) -> None:
        """죽은 자식의 뒤를 치운다."""
        pid, work = self.children.pop(pidfd)
        self.poll.unregister(pidfd)
        os.waitpid(pid, 0)  # pidfd가 읽을 수 있게 되었으므로 기다리지 않는다
        os.close(pidfd)
        if not self.contained:
            self.end_orphans()
            shutil.rmtree(work, ignore_errors=True)

    def end_orphans(self) -> None:
        """죽은 자식이 남긴 자손을 끝낸다. 한 번 훑는 사이에 새로 생길 수 있으므로 없을 때까지 되풀이한다."""
        known = {pid for pid, _ in self.children.values()}
        children = SELF / "task" / str(os.getpid()) / "children"
        while orphans := set(map(int, children.read_text(encoding="ascii").split())) - known:
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for pid in orphans:
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def end_all(self) -> None:
        """살아 있는 자식을 모두 끝내고 치운다."""
        for pidfd in list(self.children):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            self.reap(pidfd)


def become_child(zygote: Zygote, profile: str, child_socket: int, work: str) -> None:
    """fork된 자식의 일생. 돌아가지 않는다.

    제출물이 os._exit를 바꿔치기해도 이 함수는 자이고트의 코드로 돌아가지 않는다. 돌아가더라도 제어 소켓은 이미 없다.
    """
    leave = os._exit
    try:
        # 터미널과 프로세스 그룹에서 떨어진다. kill(0)이 자이고트에 닿지 않게 한다.
        os.setsid()
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        zygote.control.detach()
        child_socket = keep_only(child_socket)
        lockdown.lock_down(zygote.plan, profile, work)
        sock = socket.socket(fileno=child_socket)
        # 여기까지의 오류는 과정의 잘못이므로 자이고트의 stderr에 남긴다. 이 뒤의 출력은 버린다.
        silence()
        sock.sendall(READY)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        leave(1)
    status = 1
    try:
        zygote.serve(sock, Path(work))
        status = 0
    finally:
        leave(status)


def keep_only(child_socket: int) -> int:
    """자이고트에서 물려받은 fd를 모두 끊는다. 표준 입출력과 자식의 소켓만 남는다.

    닫지 않고 /dev/null로 바꾼다. 닫으면 학습자가 연 파일이 같은 번호를 받고, 옛 파일 객체가 사라질 때 그 파일이 닫힌다.
    """
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        if fd > 2 and fd not in (null, child_socket):
            with suppress(OSError):  # 목록을 읽느라 잠깐 열렸던 fd
                os.fstat(fd)
                os.dup2(null, fd, inheritable=False)
    os.dup2(null, 0)
    os.close(null)
    return child_socket


def silence() -> None:
    """표준 출력과 오류를 버린다. 100MB를 찍어도 비용이 없다."""
    null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)


def become_init(control: socket.socket) -> None:
    """새 PID 네임스페이스의 1번이 되어 돌아온다. 원래 프로세스는 기다렸다가 같은 상태로 끝난다."""
    pid = os.fork()
    if pid:
        control.close()
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def resolve(name: str) -> Callable:
    """'패키지.모듈:이름'이 가리키는 것."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def prepare(control: socket.socket, settings: dict) -> tuple[Zygote, dict]:
    """격리를 시험하고, 들어가고, 큰 라이브러리를 불러온다. 자이고트와 채점기에 보낼 보고를 돌려준다."""
    work_root = settings["work_root"]
    readable = tuple(settings["readable"])
    layers = lockdown.layers_in_force(settings["layers"], readable, work_root)
    read_only = False
    if "P" in layers:
        read_only = namespaces.enter(work_root)
        become_init(control)
    os.chdir("/")
    sys.path.extend(settings["import_path"])
    serve = resolve(settings["serve"])
    if settings["warm_up"]:
        resolve(settings["warm_up"])()
    plan = lockdown.Plan(layers, readable, read_only)
    zygote = Zygote(control, plan, serve, work_root)
    # 자식의 gc가 자이고트의 객체를 훑으면 메모리가 통째로 복사된다.
    gc.collect()
    gc.freeze()
    report = {
        "layers": "".join(sorted(layers)),
        "read_only": read_only,
        "landlock_abi": landlock.abi_version(),
        "threads": len(os.listdir("/proc/self/task")),
    }
    return zygote, report


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    settings = json.loads(control.recv(MAX_MESSAGE))
    try:
        zygote, report = prepare(control, settings)
    except Exception:
        with suppress(OSError):
            control.send(json.dumps({"error": traceback.format_exc()[-4000:]}).encode())
        sys.exit(1)
    with suppress(BrokenPipeError):
        control.send(json.dumps(report).encode())
        zygote.run()
    # 정리 코드(atexit)는 필요 없고, 불러온 라이브러리가 많아 느리기만 하다.
    os._exit(0)


if __name__ == "__main__":
    main()
