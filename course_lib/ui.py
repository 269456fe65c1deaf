"""연습 하나를 담은 Dagster UI(웹서버와 데몬)를 띄우고 끝까지 책임지고 끈다.

연습들은 같은 자산 이름을 쓴다. 함께 띄우면 서로의 그래프가 이어지므로 하나씩, 저마다의 DAGSTER_HOME으로 띄운다.
웹서버만 있으면 시작을 누른 런이 대기열에 머문다. 그래서 둘을 함께 띄우는 `dagster dev`를 쓴다.
`course ui ex1`은 터미널에서, JupyterLab의 카드는 `python -m course_lib.ui ex1`로 이 모듈을 부른다. 한 DAGSTER_HOME에 데몬이 둘이면 켜 둔 스케줄과
센서가 같은 런을 두 번 시작한다. 그래서 한 연습의 UI는 한 번에 하나만 열리고, 나중에 연 쪽은 어디에 열려 있는지 말한다.
"""

import argparse
import contextlib
import html
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock

from course_lib.manifest import Exercise
from course_lib.workspace import Workspace

HOST = "127.0.0.1"
DEFAULT_PORT = 3000

_READY_SECONDS = 120
_STOP_SECONDS = 20
_POLL_SECONDS = 0.3


class UiError(Exception):
    """UI를 띄울 수 없다. 메시지는 학습자에게 그대로 보이는 한국어 문장이다."""


class AlreadyOpen(UiError):
    """이 연습의 UI가 이미 열려 있다. `url`은 열린 주소(아직 모르면 빈 글)이다."""

    def __init__(self, url: str):
        super().__init__(f"이 연습의 Dagster UI가 이미 열려 있습니다: {url} 그것을 쓰거나, 그것을 끄고 다시 열어 주세요.")
        self.url = url


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
    연습 폴더에 `definitions.py`가 없으면 `UiError`, 이미 열려 있으면 `AlreadyOpen`.
    """
    if not (workspace.exercise_dir(exercise) / "definitions.py").is_file():
        raise UiError(f"작업 공간에 {exercise.alias}의 definitions.py가 없습니다. `uv run course update`로 되살려 주세요.")
    home, url = workspace.dagster_home(exercise), f"http://{HOST}:{port}{path_prefix}"
    with _alone(home, url):
        process = subprocess.Popen(
            _command(exercise, port),
            cwd=workspace.path,
            env=_environment(home, path_prefix),
            # 따로 묶어 두면 끝낼 때 손자 프로세스(코드 서버, 런)까지 한 번에 끌 수 있다.
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        stopping = threading.Event()
        previous = {sign: signal.signal(sign, lambda *_: stopping.set()) for sign in (signal.SIGINT, signal.SIGTERM)}
        try:
            return _watch(process, url, on_ready, stopping)
        finally:
            _stop(process)
            for sign, handler in previous.items():
                signal.signal(sign, handler)


@contextlib.contextmanager
def _alone(home: Path, url: str) -> Iterator[None]:
    """이 DAGSTER_HOME의 UI는 `with` 안에서 이것 하나뿐이다. 프로세스가 죽으면 자물쇠는 저절로 풀린다."""
    address = home / "ui.url"
    try:
        with filelock.FileLock(home / "ui.lock", timeout=0):
            address.write_text(url, encoding="utf-8")
            yield
    except filelock.Timeout:
        raise AlreadyOpen(address.read_text(encoding="utf-8") if address.is_file() else "") from None


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


def _wait_for_turn(home: Path, port: int, url: str) -> bool:
    """다른 UI가 닫힐 때까지 `port`에서 그 주소를 알려 주는 화면을 내준다. 그사이에 부모가 끝났으면 False."""
    parent = os.getppid()
    with http.server.ThreadingHTTPServer((HOST, port), _Waiting) as server:
        server.page = _PAGE.format(url=html.escape(url)).encode("utf-8")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            while os.getppid() == parent:
                with contextlib.suppress(filelock.Timeout), filelock.FileLock(home / "ui.lock", timeout=0):
                    return True
                time.sleep(1)
        finally:
            server.shutdown()
    return False


class _Waiting(http.server.BaseHTTPRequestHandler):
    """어느 주소를 물어도 같은 화면."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("X-Course-Waiting", "1")
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, *_: object) -> None:
        pass


# 닫히면 저절로 바뀐다. 바뀌는 동안(10초쯤)에는 답이 없다.
_PAGE = """<!doctype html><html lang="ko"><meta charset="utf-8"><title>이미 열려 있습니다</title>
<body style="font-family: sans-serif; max-width: 40rem; margin: 4rem auto; line-height: 1.7">
<h1>이 연습의 Dagster UI는 이미 열려 있습니다</h1>
<p>터미널의 <code>course ui</code>나 다른 JupyterLab에서 연 것입니다: <a href="{url}" target="_blank" rel="noopener">{url}</a></p>
<p>그것을 쓰거나, 그것을 끄고 조금 기다리세요. 꺼지면 이 화면이 Dagster UI로 바뀝니다.</p>
<script>
setInterval(async () => {{
  try {{
    const answer = await fetch(location.href, {{cache: "no-store"}});
    if (answer.ok && !answer.headers.has("X-Course-Waiting")) location.reload();
  }} catch {{}}
}}, 2000);
</script></body></html>
"""


def main() -> int:
    """JupyterLab의 카드가 부르는 입구."""
    parser = argparse.ArgumentParser(description="작업 공간의 연습 하나를 담은 Dagster UI")
    parser.add_argument("exercise")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path-prefix", default="")
    options = parser.parse_args()
    workspace = Workspace.open()
    exercise = workspace.manifest.exercise(options.exercise)
    while True:
        try:
            return serve(workspace, exercise, options.port, options.path_prefix)
        except AlreadyOpen as other:
            if not _wait_for_turn(workspace.dagster_home(exercise), options.port, other.url):
                return 0
        except UiError as error:
            print(error, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
