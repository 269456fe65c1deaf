"""연습 하나를 담은 Dagster UI(웹서버와 데몬)를 띄우고 끝까지 책임지고 끈다.

연습들은 같은 자산 이름을 쓴다. 함께 띄우면 서로의 그래프가 이어지므로 하나씩, 저마다의 DAGSTER_HOME으로 띄운다.
웹서버만 있으면 시작을 누른 런이 대기열에 머문다. 그래서 둘을 함께 띄우는 `dagster dev`를 쓴다.
`course ui ex1`은 터미널에서, JupyterLab의 카드는 `python -m course_lib.ui ex1`로 이 모듈을 부른다.
"""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from course_lib.manifest import Exercise
from course_lib.workspace import Workspace

HOST = "127.0.0.1"
DEFAULT_PORT = 3000

_READY_SECONDS = 120
_STOP_SECONDS = 20
_POLL_SECONDS = 0.3


class UiError(Exception):
    """UI를 띄울 수 없다. 메시지는 학습자에게 그대로 보이는 한국어 문장이다."""


def free_port(preferred: int) -> int:
    """`preferred`부터 차례로 보아 비어 있는 포트. 스무 개가 모두 쓰이면 운영체제가 고른 포트."""
    for port in (*range(preferred, preferred + 20), 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return probe.getsockname()[1]
    raise UiError("비어 있는 포트를 찾지 못했습니다. --port 로 정해 주세요.")


def responds(url: str) -> bool:
    """`url`이 HTTP로 답하는가. 회사 프록시를 거치지 않는다."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False


def serve(
    workspace: Workspace,
    exercise: Exercise,
    port: int,
    path_prefix: str = "",
    on_ready: Callable[[str], None] = lambda url: None,
) -> int:
    """`exercise`를 담은 Dagster UI를 `port`에 띄우고, 끝날 때까지 기다려 종료 코드를 돌려준다.

    준비되면 `on_ready(주소)`를 부른다. Ctrl-C, SIGTERM, 부모 프로세스의 끝에서 자식까지 모두 끄고 0을 돌려준다.
    연습 폴더에 `definitions.py`가 없으면 `UiError`.
    """
    if not (workspace.exercise_dir(exercise) / "definitions.py").is_file():
        raise UiError(f"작업 공간에 {exercise.alias}의 definitions.py가 없습니다. `uv run course update`로 되살려 주세요.")
    process = subprocess.Popen(
        _command(exercise, port),
        cwd=workspace.path,
        env=_environment(workspace.dagster_home(exercise), path_prefix),
        # 따로 묶어 두면 끝낼 때 손자 프로세스(코드 서버, 런)까지 한 번에 끌 수 있다.
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    stopping = threading.Event()
    previous = {sign: signal.signal(sign, lambda *_: stopping.set()) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        return _watch(process, f"http://{HOST}:{port}{path_prefix}", on_ready, stopping)
    finally:
        _stop(process)
        for sign, handler in previous.items():
            signal.signal(sign, handler)


def _command(exercise: Exercise, port: int) -> list[str]:
    return [
        sys.executable, "-m", "dagster", "dev", "--host", HOST, "--port", str(port), "--log-level", "warning",
        "--module-name", f"exercises.{exercise.id}.definitions",
    ]  # fmt: skip


def _environment(home: Path, path_prefix: str) -> dict[str, str]:
    environment = dict(os.environ, DAGSTER_HOME=str(home))
    # `dagster dev`에는 --path-prefix가 없지만, 웹서버는 자기 옵션을 환경 변수로도 받는다.
    environment["DAGSTER_WEBSERVER_PATH_PREFIX"] = path_prefix
    # "dg dev를 쓰라"는 안내는 dg 프로젝트에만 맞는다. 연습은 dg 프로젝트가 아니다.
    environment["PYTHONWARNINGS"] = "ignore"
    return environment


def _watch(
    process: subprocess.Popen, url: str, on_ready: Callable[[str], None], stopping: threading.Event
) -> int:
    parent = os.getppid()
    deadline = time.monotonic() + _READY_SECONDS
    ready = False
    while not stopping.wait(_POLL_SECONDS):
        if process.poll() is not None:
            return process.returncode
        if os.getppid() != parent:
            # JupyterLab이 강제로 꺼지면 아무도 신호를 보내 주지 않는다.
            return 0
        if not ready and responds(f"{url}/server_info"):
            ready = True
            on_ready(url)
        if not ready and time.monotonic() > deadline:
            raise UiError(f"Dagster UI가 {_READY_SECONDS}초 안에 준비되지 않았습니다. 위의 기록을 확인해 주세요.")
    return 0


def _stop(process: subprocess.Popen) -> None:
    """먼저 부드럽게 끝내고, 남은 것은 묶음째 끈다."""
    if process.poll() is None:
        process.send_signal(signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def main() -> int:
    """JupyterLab의 카드가 부르는 입구."""
    parser = argparse.ArgumentParser(description="작업 공간의 연습 하나를 담은 Dagster UI")
    parser.add_argument("exercise")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path-prefix", default="")
    options = parser.parse_args()
    workspace = Workspace.open()
    try:
        return serve(workspace, workspace.manifest.exercise(options.exercise), options.port, options.path_prefix)
    except UiError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
