"""진짜 JupyterLab과 진짜 브라우저. `course lab`을 새 작업 공간에서 띄우고 Chromium으로 연다."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from course_lib.doctor import BROWSERS
from course_lib.manifest import repository_root
from course_lib.ui import free_port

ARTIFACTS = repository_root() / "test-artifacts"
READY = re.compile(r"http://\S+token=\S+")
_START_SECONDS = 90
_STOP_SECONDS = 40
_PAGE_SECONDS = 60


@dataclass(frozen=True)
class Lab:
    """떠 있는 JupyterLab 하나."""

    address: str
    token: str
    workspace: Path
    process: subprocess.Popen

    def url(self, notebook: str) -> str:
        """노트북만 여는 주소. `notebook`은 작업 공간에서의 경로다. `reset`은 앞 시험이 열어 둔 탭을 닫는다."""
        return f"{self.address}/lab/tree/{notebook}?token={self.token}&reset"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """`course lab`. 끝나면 Ctrl-C를 보내고, 자식 프로세스가 남지 않았는지 본다."""
    home = tmp_path_factory.mktemp("home")
    workspace = tmp_path_factory.mktemp("lab") / "내 작업 공간"
    port, token = free_port(8900), secrets.token_hex(8)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "COURSE", "DAGSTER"))},
        # 시험하는 사람의 Jupyter 설정과 섞이지 않는다.
        **{f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")},
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "course_lib", "lab", "--workspace", str(workspace), "--port", str(port), "--token", token, "--no-browser"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    )  # fmt: skip
    lines: list[str] = []
    ready = threading.Event()
    reader = threading.Thread(target=_read, args=(process, lines, ready), daemon=True)
    reader.start()
    try:
        assert ready.wait(_START_SECONDS), "JupyterLab이 준비되지 않았습니다:\n" + "".join(lines)
        yield Lab(f"http://127.0.0.1:{port}", token, workspace, process)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(_STOP_SECONDS) == 0, "".join(lines)
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive, f"남은 프로세스: {alive}"
        # Jupyter는 쪽이 일찍 닫힌 소켓마다 제 역추적을 남긴다. 우리 코드의 것만 없으면 된다.
        assert not [line for line in lines if 'File "' in line and "course_lib" in line], "".join(lines)
    finally:
        if process.poll() is None:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
            process.wait()
        reader.join(5)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert executable, "Chromium이 없습니다. `course doctor`가 설치하는 명령을 알려 줍니다."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            # 컨테이너에서 돌고, 밖으로는 아무것도 보내지 않는다.
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                  "--disable-sync", "--no-proxy-server"],
        )  # fmt: skip
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """쪽 하나. 끝날 때 화면을 `test-artifacts/`에 남긴다."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="ko-KR")
    page = context.new_page()
    page.set_default_timeout(_PAGE_SECONDS * 1000)
    expect.set_options(timeout=_PAGE_SECONDS * 1000)
    yield page
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{request.node.name}.png")
    context.close()


def _read(process: subprocess.Popen, lines: list[str], ready: threading.Event) -> None:
    for line in process.stdout:
        lines.append(line)
        if READY.search(line):
            ready.set()
