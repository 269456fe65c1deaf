"""작업 공간에서 JupyterLab을 띄운다. 설정은 저장소의 `jupyter/` 폴더에 있다."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from course_lib.ui import HOST, responds
from course_lib.workspace import ENVIRONMENT_VARIABLE, Workspace

DEFAULT_PORT = 8888
START_NOTEBOOK = "00_start"

_READY_SECONDS = 60
_STOP_SECONDS = 20
_POLL_SECONDS = 0.2


class LabError(Exception):
    """JupyterLab을 띄울 수 없다. 메시지는 학습자에게 그대로 보이는 한국어 문장이다."""


def serve(
    workspace: Workspace,
    port: int,
    open_browser: bool = True,
    token: str | None = None,
    on_ready: Callable[[str], None] = lambda url: None,
) -> int:
    """`port`에 JupyterLab을 띄우고 끝날 때까지 기다려 종료 코드를 돌려준다. Ctrl-C로 끝내면 0이다.

    준비되면 `on_ready(토큰이 든 주소)`를 부른다. `token`을 주지 않으면 새로 만든다.
    60초 안에 준비되지 않거나 그 전에 꺼지면 `LabError`.
    """
    token = token or secrets.token_urlsafe(24)
    address = f"http://{HOST}:{port}"
    # 창이 닫히거나 시험이 끝낼 때 오는 SIGTERM에도 JupyterLab을 남기지 않는다.
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    process = subprocess.Popen(_command(port, open_browser), cwd=workspace.path, env=_environment(workspace, token))
    try:
        _wait_until_ready(process, f"{address}/api")
        on_ready(f"{address}/lab?token={token}")
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(process)
        signal.signal(signal.SIGTERM, previous)


def _command(port: int, open_browser: bool) -> list[str]:
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.ip={HOST}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--ServerApp.open_browser={open_browser}",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Jupyter는 관리자로 띄우기를 거절한다. 컨테이너와 CI에는 관리자뿐이다. 주소는 이 컴퓨터에서만 열린다.
        command.append("--allow-root")
    return command


def _environment(workspace: Workspace, token: str) -> dict[str, str]:
    """커널과 터미널도 이 환경을 물려받는다."""
    environment = dict(os.environ)
    environment[ENVIRONMENT_VARIABLE] = str(workspace.path)
    # 노트북은 저마다 임시 인스턴스를 만들고, 연습의 DAGSTER_HOME은 `course_lib.ui`가 정한다. 다른 데서 쓰던 것이 섞이지 않게 한다.
    environment.pop("DAGSTER_HOME", None)
    environment["DAGSTER_DISABLE_TELEMETRY"] = "1"
    environment["JUPYTER_TOKEN"] = token
    environment["JUPYTER_CONFIG_PATH"] = _prepend(workspace.root / "jupyter", environment.get("JUPYTER_CONFIG_PATH"))
    # 열어 둔 탭의 기억을 작업 공간마다 따로 둔다. 다른 곳에서 쓰던 JupyterLab의 탭이 섞이지 않는다.
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(workspace.path / ".course" / "lab")
    # JupyterLab의 터미널에서 course와 dagster를 이름만으로 부를 수 있다.
    environment["PATH"] = _prepend(Path(sys.executable).parent, environment.get("PATH"))
    # 디버거가 커널을 띄울 때마다 하는 경고를 끈다.
    environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    return environment


def _prepend(path: Path, paths: str | None) -> str:
    return os.pathsep.join(filter(None, [str(path), paths]))


def _wait_until_ready(process: subprocess.Popen, url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not responds(url):
        if process.poll() is not None:
            raise LabError("JupyterLab이 시작하다가 꺼졌습니다. 위의 기록을 확인하고, 포트가 쓰이고 있다면 --port 로 바꿔 주세요.")
        if time.monotonic() > deadline:
            raise LabError(f"JupyterLab이 {_READY_SECONDS}초 안에 준비되지 않았습니다.")
        time.sleep(_POLL_SECONDS)


def _stop(process: subprocess.Popen) -> None:
    """JupyterLab에는 커널과 Dagster UI를 정리할 시간을 준다."""
    if process.poll() is None:
        process.terminate()
        # Ctrl-C를 거듭 눌러도 자식을 남기고 나가지 않는다.
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(_STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()
