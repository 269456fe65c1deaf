"""`course deploy-demo`: 진짜로 뜨고, 데몬이 죽어도 잃지 않고, 어떻게 끝나든 아무것도 남지 않는다."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from course_lib.deploy import topology
from course_lib.deploy.topology import Deployment
from course_lib.services import ServiceError
from course_lib.services.launch import free_port, port_is_free

COMMAND = [sys.executable, "-m", "course_lib", "deploy-demo"]
SECONDS = 300


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> str:
    """명령을 처음부터 끝까지 한 번 돌린 출력. 시험들이 함께 본다."""
    scratch = tmp_path_factory.mktemp("demo")
    done = subprocess.run(COMMAND, env=_environment(scratch), capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, f"{done.stdout[-1500:]}\n{done.stderr[:1500]}"
    assert done.stderr == ""
    assert list(scratch.iterdir()) == [], "임시 폴더가 남았습니다."
    return done.stdout


@pytest.fixture
def started(tmp_path) -> Iterator[Callable[..., subprocess.Popen]]:
    """`started("[4/8]")`: 명령을 시작하고, 그 글이 나올 때까지 기다린 프로세스."""
    processes = []

    def start(until: str, *options: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [*COMMAND, *options], env=_environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        processes.append(process)
        for line in process.stdout:
            if until in line:
                return process
        raise AssertionError(f"{until}이(가) 나오기 전에 끝났습니다.")

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def _environment(scratch: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(scratch), "PYTHONUNBUFFERED": "1"}


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def _relatives(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def test_every_step_is_announced_with_its_command(finished):
    assert re.findall(r"^\[(\d)/8\]", finished, re.MULTILINE) == [str(number) for number in range(1, 9)]
    for command in ("dagster instance migrate", "dagster code-server start", "dagster-webserver --host", "dagster-daemon run"):
        assert f"$ {command}" in finished
    assert "PostgresRunStorage" in finished


def test_a_killed_daemon_loses_nothing(finished):
    story = finished.split("[7/8]")[1].split("[8/8]")[0]
    before, after = story.split("데몬을 다시 띄웠습니다.")
    runs = r"([0-9a-f]{8})  (\w+) +(\S+\.csv)"
    seen, final = re.findall(runs, before), re.findall(runs, after)
    assert [(status, file) for _, status, file in seen] == [("SUCCESS", "monday.csv"), ("QUEUED", "tuesday.csv")]
    assert [(status, file) for _, status, file in final] == [
        ("SUCCESS", "monday.csv"), ("SUCCESS", "tuesday.csv"), ("SUCCESS", "wednesday.csv"),
    ]  # fmt: skip
    assert [run_id for run_id, *_ in final][:2] == [run_id for run_id, *_ in seen]


def test_nothing_is_left_behind(finished):
    pids = {int(pid) for pid in re.findall(r"프로세스 (\d+)", finished)}
    assert len(pids) == 5  # PostgreSQL, 코드 서버, 웹서버, 죽은 데몬, 새 데몬
    for pid in pids:
        assert not psutil.pid_exists(pid) or not {"dagster", "postgres"} & set(psutil.Process(pid).name().split("-"))
    ports = re.search(r"쓰던 포트 ([\d, ]+)도 비었습니다", finished)[1].split(", ")
    assert len(ports) == 3 and all(port_is_free(int(port)) for port in ports)


def test_ctrl_c_stops_everything(started, tmp_path):
    process = started("[4/8]")
    relatives = _relatives(process.pid)
    assert len(relatives) >= 4
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "그만두었습니다. 띄운 서버는 모두 멈췄습니다." in output
    assert "Traceback" not in output
    assert psutil.wait_procs(relatives, timeout=30)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_a_killed_demo_leaves_no_servers(started, tmp_path):
    process = started("[4/8]")
    relatives = _relatives(process.pid)
    process.kill()
    assert psutil.wait_procs(relatives, timeout=60)[1] == []
    _wait(lambda: list(tmp_path.iterdir()) == [], "임시 폴더가 남았습니다.")


def test_a_step_that_fails_says_why_and_leaves_nothing(monkeypatch):
    monkeypatch.setitem(topology.COMMANDS, "daemon", "dagster-daemon run --no-such-option")
    with Deployment() as site:
        site.start_postgres()
        postgres = site.servers["postgres"].running
        with pytest.raises(ServiceError) as error:
            site.start("daemon")
        assert "daemon이(가) 멈췄습니다" in str(error.value)
        assert "--no-such-option" in str(error.value)
    assert postgres.process() is None
    assert not site.home.exists()


def test_a_migration_that_fails_says_why():
    with Deployment() as site:
        site.environment |= {"DAGSTER_PG_HOST": "127.0.0.1", "DAGSTER_PG_PORT": str(free_port()), "DAGSTER_PG_PASSWORD": "x"}
        with pytest.raises(ServiceError, match=r"(?s)`dagster instance migrate`가 실패했습니다.*too many retries for DB connection"):
            site.migrate()
    assert not site.home.exists()


def test_a_port_in_use_is_refused_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = subprocess.run([*COMMAND, "--port", str(port)], env=_environment(tmp_path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"{port}번 포트를 다른 프로그램이 쓰고 있습니다." in done.stderr
    assert list(tmp_path.iterdir()) == []
