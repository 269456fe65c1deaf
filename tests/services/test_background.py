"""띄워 두는 서버: `course services up|down|status`."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import psutil
import psycopg
import pytest
from click.testing import CliRunner

from course_lib.resources import PostgresResource, S3Resource
from course_lib.services import Services, services_down, services_status, services_up
from course_lib.services_cli import services_command


@pytest.fixture
def state_dir(tmp_path):
    folder = tmp_path / "작업 공간" / "services"
    yield folder
    services_down(folder)


def record(state_dir: Path) -> dict:
    return json.loads((state_dir / "services.json").read_text(encoding="utf-8"))


def ended(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_up_twice_status_down_twice(state_dir, capfd):
    assert services_status(state_dir) == Services()
    services = services_up(state_dir)
    assert services_up(state_dir) == services_status(state_dir) == services
    assert PostgresResource(**asdict(services.postgres)).query("SELECT '한글' AS a").a.tolist() == ["한글"]
    with pytest.raises(KeyError):
        S3Resource(**asdict(services.s3)).get_parquet("nothing")
    entries = record(state_dir)
    assert services_down(state_dir) == services
    assert all(ended(entry["pid"]) for entry in entries.values())
    assert not any(Path(entry["folder"]).exists() for entry in entries.values())
    assert services_status(state_dir) == Services() == services_down(state_dir)
    assert capfd.readouterr() == ("", "")


def test_servers_outlive_the_process_that_started_them(state_dir):
    code = f"from course_lib.services import services_up; services_up({str(state_dir)!r})"
    # 터미널에서 명령이 끝나기를 기다릴 때처럼, 출력이 닫히기까지 기다린다. 서버가 출력을 쥐고 있으면 끝나지 않는다.
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=120)
    info = services_status(state_dir).postgres
    with psycopg.connect(**asdict(info)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_two_ups_at_once_start_one_of_each(state_dir):
    code = (
        "import sys; from dataclasses import asdict; from course_lib.services import services_up\n"
        f"services = services_up({str(state_dir)!r}); print(services.postgres.port, services.s3.endpoint_url)"
    )
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = {process.communicate(timeout=120)[0] for process in started}
    services = services_status(state_dir)
    assert outputs == {f"{services.postgres.port} {services.s3.endpoint_url}\n"}


def test_only_the_owner_can_read_the_passwords(state_dir):
    services_up(state_dir)
    assert (state_dir / "services.json").stat().st_mode & 0o077 == 0


def test_a_dead_server_is_started_anew_and_the_other_one_is_kept(state_dir):
    before = services_up(state_dir)
    victim = record(state_dir)["postgres"]
    os.kill(victim["pid"], signal.SIGKILL)
    deadline = time.monotonic() + 20
    while not ended(victim["pid"]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert services_status(state_dir) == Services(postgres=None, s3=before.s3)
    after = services_up(state_dir)
    assert after.s3 == before.s3
    assert after.postgres != before.postgres
    assert PostgresResource(**asdict(after.postgres)).query("SELECT 1 AS a").a.tolist() == [1]


def test_a_recycled_process_number_is_never_touched(state_dir):
    """기록된 번호를 다른 프로그램이 쓰고 있을 때."""
    services_up(state_dir)
    entries = record(state_dir)
    services_down(state_dir)
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as bystander:
        for entry in entries.values():
            entry["pid"] = bystander.pid
            entry["started"] -= 60
        (state_dir / "services.json").write_text(json.dumps(entries), encoding="utf-8")
        assert services_status(state_dir) == Services()
        assert services_down(state_dir) == Services()
        assert bystander.poll() is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"postgres": 1}', '{"mysql": {}}', '{"s3": {"pid": 1}}'])
def test_a_broken_record_is_no_record(state_dir, text):
    state_dir.mkdir(parents=True)
    (state_dir / "services.json").write_text(text, encoding="utf-8")
    assert services_status(state_dir) == Services()
    assert services_down(state_dir) == Services()


def test_the_command(tmp_path):
    def run(command: str) -> str:
        result = CliRunner().invoke(services_command, ["--workspace", str(tmp_path), command])
        assert result.exit_code == 0, result.output
        return result.output

    assert "PostgreSQL: 떠 있지 않습니다." in run("status")
    try:
        output = run("up")
        info = services_status(tmp_path / "services")
        assert f"PGPORT={info.postgres.port}" in output
        assert f"PGPASSWORD={info.postgres.password}" in output
        assert f"AWS_ENDPOINT_URL={info.s3.endpoint_url}" in output
        assert run("up") == output == run("status")
    finally:
        assert run("down") == "PostgreSQL을 내렸습니다.\nS3를 내렸습니다.\n"
    assert run("down") == "떠 있는 서버가 없습니다.\n"


def test_the_command_tells_why_it_could_not_start(tmp_path, monkeypatch):
    monkeypatch.setattr("course_lib.services.postgres_server.find_binaries", lambda: tmp_path)
    result = CliRunner().invoke(services_command, ["--workspace", str(tmp_path), "up"])
    assert result.exit_code == 1
    assert result.stderr.startswith("PostgreSQL의 실행 파일을 실행하지 못했습니다")
    assert services_status(tmp_path / "services") == Services()
