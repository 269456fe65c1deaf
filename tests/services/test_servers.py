"""블록 안에서만 사는 서버: 접속이 되고, 나가면 아무것도 남지 않는다."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import psutil
import psycopg
import pytest

from course_lib.services import ServiceError, postgres, s3
from course_lib.services.account import UNPRIVILEGED, Account
from course_lib.services.launch import temporary_parent
from course_lib.services.postgres_binaries import find_binaries, has_server, packaged_binaries, reachable_copy


def children() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


def gone(pids: set[int], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def data_directory(info) -> Path:
    with psycopg.connect(**asdict(info)) as connection:
        return Path(connection.execute("SHOW data_directory").fetchone()[0])


@pytest.mark.parametrize("find", [find_binaries, packaged_binaries])
def test_postgres_speaks_utf8_and_sorts_by_code_point(find):
    with postgres(find()) as info, psycopg.connect(**asdict(info)) as connection:
        words = ["하늘", "가나", "b", "B", "é", "각"]
        connection.execute("CREATE TABLE 낱말 (글 TEXT)")
        connection.cursor().executemany("INSERT INTO 낱말 VALUES (%s)", [(word,) for word in words])
        assert [row[0] for row in connection.execute("SELECT 글 FROM 낱말 ORDER BY 글")] == sorted(words)
        assert connection.execute("SELECT length('한글'), upper('é')").fetchone() == (2, "É")
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_postgres_is_reached_from_this_computer_only_and_never_runs_as_root():
    before = children()
    with postgres() as info, psycopg.connect(**asdict(info)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        servers = [psutil.Process(pid) for pid in children() - before]
        owners = {process.uids().real for process in servers if process.name().startswith("postgres")}
        assert owners and 0 not in owners


def test_nothing_is_left_behind(capfd):
    before = children()
    with postgres() as one, postgres() as two, s3(bucket="mine") as three:
        started = children() - before
        assert one.port != two.port
        assert three.bucket == "mine"
        folders = [data_directory(info).parent for info in (one, two)]
        assert all(folder.is_dir() for folder in folders)
    assert gone(started)
    assert not any(folder.exists() for folder in folders)
    assert capfd.readouterr() == ("", "")


def test_an_error_in_the_block_stops_the_server_too():
    before = children()
    with pytest.raises(RuntimeError, match="학습자의 오류"), s3():
        started = children() - before
        raise RuntimeError("학습자의 오류")
    assert started and gone(started)


def test_servers_end_when_their_owner_is_killed():
    """노트북 커널은 갑자기 죽는다. 그때도 서버와 데이터가 남지 않는다."""
    code = (
        "import psycopg, sys\n"
        "from dataclasses import asdict\n"
        "from course_lib.services import postgres, s3\n"
        "with postgres() as info, s3():\n"
        "    with psycopg.connect(**asdict(info)) as connection:\n"
        "        print(connection.execute('SHOW data_directory').fetchone()[0], flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        folder = Path(owner.stdout.readline().strip()).parent
        assert folder.is_dir()
        servers = {process.pid for process in psutil.Process(owner.pid).children(recursive=True)}
        assert len(servers) >= 4
        owner.send_signal(signal.SIGKILL)
    assert gone(servers)
    deadline = time.monotonic() + 10
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()


def test_a_forked_child_does_not_hold_the_server():
    """fork된 자식은 파이프를 함께 쥔다. 그래도 블록을 나가는 데에 그 자식을 기다리지 않는다."""
    with s3():
        child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
        child.start()
        began = time.monotonic()
    assert time.monotonic() - began < 30
    child.terminate()
    child.join()


def test_variables_of_another_postgres_do_not_confuse_it(monkeypatch):
    for name, value in {"PGDATA": "/nowhere", "PGPORT": "1", "PGHOST": "nowhere", "PGUSER": "nobody"}.items():
        monkeypatch.setenv(name, value)
    with postgres() as info, psycopg.connect(**asdict(info)) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("course",)


@pytest.fixture
def broken_binaries():
    """말을 하고 죽는 가짜 실행 파일을 만든다. root일 때 내려갈 계정도 들어갈 수 있는 곳에 둔다."""
    folder = Path(tempfile.mkdtemp(dir=temporary_parent()))

    def make(**scripts: str) -> Path:
        for name, script in scripts.items():
            (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            (folder / name).chmod(0o755)
        folder.chmod(0o755)
        return folder

    yield make
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("scripts", "message"),
    [
        ({"initdb": "echo 디스크가 찼습니다 >&2; exit 1", "postgres": "true"}, "데이터 폴더를 만들지 못했습니다.\n디스크가 찼습니다"),
        ({"initdb": "true"}, "postgres"),
        ({"initdb": "true", "postgres": "echo 공유 메모리가 없습니다; exit 1"}, "공유 메모리가 없습니다"),
    ],
)
def test_a_server_that_does_not_start_says_why(broken_binaries, scripts, message):
    before = children()
    with pytest.raises(ServiceError) as caught, postgres(broken_binaries(**scripts)):
        raise AssertionError("시작되지 않아야 한다")
    assert message in str(caught.value)
    assert gone(children() - before)


def test_a_missing_executable_is_a_service_error(tmp_path):
    with pytest.raises(ServiceError, match="PostgreSQL"), postgres(tmp_path):
        raise AssertionError("시작되지 않아야 한다")


def test_packaged_binaries_work_from_a_copy_the_account_can_reach(tmp_path):
    """root의 홈처럼 닫힌 곳에 설치되어 있으면, 갈 수 있는 곳에 한 번 복사한 것을 쓴다."""
    package = packaged_binaries().parents[1]
    copy = reachable_copy(package, f"test{os.getpid()}")
    try:
        assert copy != package
        assert has_server(copy / "pginstall" / "bin")
        assert reachable_copy(package, f"test{os.getpid()}") == copy
        with postgres(copy / "pginstall" / "bin") as info, psycopg.connect(**asdict(info)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        shutil.rmtree(copy.parent)


def test_an_account_sees_which_folders_are_closed_to_it(tmp_path):
    stranger = Account(uid=54321, gid=54321)
    tmp_path.chmod(0o700)
    assert not stranger.can_enter(tmp_path)
    assert not stranger.can_enter(tmp_path / ".")
    owner = Account(uid=tmp_path.stat().st_uid, gid=54321)
    assert owner._may_search(tmp_path)
    assert (UNPRIVILEGED is None) == (os.geteuid() != 0)
