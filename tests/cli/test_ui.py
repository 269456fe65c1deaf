"""Dagster UI: 학습자의 자산을 담아 뜨고, 끝나면 자식까지 모두 꺼진다."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import filelock
import psutil
import pytest

from course_lib.ui import AlreadyOpen, UiError, free_port, responds, serve
from course_lib.workspace import Workspace

START_SECONDS = 120


def ask(url: str, query: str) -> dict:
    request = urllib.request.Request(
        f"{url}/graphql", data=json.dumps({"query": query}).encode("utf-8"), headers={"Content-Type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
        return json.load(response)["data"]


PROGRAM = """
import sys
from pathlib import Path
from course_lib.ui import serve
from course_lib.workspace import Workspace

workspace = Workspace.open(sys.argv[1], root=Path(sys.argv[2]))
sys.exit(serve(workspace, workspace.manifest.exercise("ex1"), int(sys.argv[3]), "/a/dagster", lambda url: print("준비", url, flush=True)))
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_serves_the_learners_assets_and_leaves_nothing_behind(workspace, small_course, end):
    workspace.prepare()
    port = free_port(3400)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(workspace.path), str(small_course), str(port)],
        stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    alarm = threading.Timer(START_SECONDS, process.terminate)
    alarm.start()
    try:
        line = process.stdout.readline()
        assert line == f"준비 http://127.0.0.1:{port}/a/dagster\n"
        answer = ask(line.split()[1], "{ assetNodes { assetKey { path } } instance { daemonHealth { id } } }")
        assert answer["assetNodes"] == [{"assetKey": {"path": ["tiny"]}}]
        assert (workspace.dagster_home("ex1") / "history").is_dir()
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 3  # 웹서버, 데몬, 코드 서버
        process.send_signal(end)
        assert process.wait(60) == 0
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive
    finally:
        alarm.cancel()
        # 강제로 끄면 자식을 정리하지 못한다. 실패한 시험도 부드럽게 끝낸다.
        process.terminate()
        process.wait(60)
        process.stdout.close()


def test_the_command_says_where_and_ends_with_ctrl_c(tmp_path):
    port = free_port(3450)
    process = subprocess.Popen(
        [sys.executable, "-m", "course_lib", "ui", "ex1", "--port", str(port), "--workspace", str(tmp_path / "작업 공간")],
        stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    alarm = threading.Timer(START_SECONDS, process.terminate)
    alarm.start()
    try:
        opened = next((line for line in process.stdout if "열렸습니다" in line), "")
        assert f"http://127.0.0.1:{port}" in opened
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        process.wait(60)
        _, alive = psutil.wait_procs(children, timeout=60)
        assert not alive
    finally:
        alarm.cancel()
        process.terminate()
        process.wait(60)
        process.stdout.close()


def test_the_command_says_where_it_is_already_open(tmp_path):
    workspace = Workspace.open(tmp_path / "작업 공간")
    workspace.prepare()
    home = workspace.dagster_home("ex1")
    (home / "ui.url").write_text("http://127.0.0.1:1/열린 곳", encoding="utf-8")
    with filelock.FileLock(home / "ui.lock"):
        run = subprocess.run([sys.executable, "-m", "course_lib", "ui", "ex1", "--workspace", str(workspace.path)],
                             capture_output=True, text=True, encoding="utf-8", timeout=START_SECONDS)
    assert run.returncode != 0 and "이미 열려 있습니다: http://127.0.0.1:1/열린 곳" in run.stdout + run.stderr


def test_the_card_shows_where_it_is_open_and_takes_over_when_it_is_closed(tmp_path):
    """카드의 프로세스가 그냥 끝나면 JupyterLab은 까닭 없는 오류 화면을 보인다."""
    workspace = Workspace.open(tmp_path / "작업 공간")
    workspace.prepare()
    home, url = workspace.dagster_home("ex1"), f"http://127.0.0.1:{free_port(3470)}/dagster-ex1"
    (home / "ui.url").write_text("http://127.0.0.1:1/<열린 곳>", encoding="utf-8")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS

    def answer(path: str, waiting: bool) -> str:
        while True:
            with contextlib.suppress(OSError), opener.open(url + path, timeout=5) as response:
                if (response.headers.get("X-Course-Waiting") == "1") is waiting:
                    return response.read().decode("utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.2)

    command = [sys.executable, "-m", "course_lib.ui", "ex1", "--port", url.split(":")[2].split("/")[0], "--path-prefix", "/dagster-ex1"]
    with filelock.FileLock(home / "ui.lock"):
        process = subprocess.Popen(command, env={**os.environ, "COURSE_WORKSPACE": str(workspace.path)})
        page = answer("/locations", waiting=True)
        assert 'href="http://127.0.0.1:1/&lt;열린 곳&gt;"' in page and "이미 열려 있습니다" in page
    try:
        assert "dagster_webserver_version" in answer("/server_info", waiting=False)
        with pytest.raises(AlreadyOpen, match=url):
            serve(workspace, workspace.manifest.exercise("ex1"), free_port(3490))
    finally:
        process.terminate()
        process.wait(60)


def test_nothing_to_show_is_one_sentence(workspace):
    with pytest.raises(UiError, match="course update"):
        serve(workspace, workspace.manifest.exercise("ex1"), free_port(3400))


def test_free_port_passes_over_busy_ones():
    import socket

    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        port = busy.getsockname()[1]
        assert free_port(port) != port


def test_responds_is_false_where_nothing_listens():
    assert not responds(f"http://127.0.0.1:{free_port(3500)}/")
