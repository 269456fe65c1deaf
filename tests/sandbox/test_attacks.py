"""공격이 막히는지. 격리 수준마다 모두 시험하고, 되도록 바깥에 남은 것으로 판정한다."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sandbox.tools import HERE, Level, ask, family, start, until

from course_lib.grading.sandbox import limits, namespaces


@pytest.fixture
def victim():
    """공격당할, 같은 사용자의 바깥 프로세스."""
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def processes_with(marker: str) -> list[int]:
    """명령줄에 marker가 들어 있는 프로세스."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if marker.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


# ---------------------------------------------------------------- 되어야 하는 일


def test_ordinary_work_is_possible(attack):
    assert attack("ordinary_work") == ["threads", "asyncio", "files", "zoneinfo", "own signal"]


def test_libraries_can_be_imported_inside(attack):
    """주소 공간의 상한이 polars와 duckdb를 처음 불러오는 데 모자라지 않는다."""
    assert attack("libraries") == ["pandas", "polars", "duckdb"]


def test_child_starts_in_an_empty_folder(attack, level: Level):
    seen = attack("where_am_i")
    assert seen["cwd"] == seen["home"] == seen["temp"]
    assert seen["left_over"] == []
    assert seen["pid"] == 1 or "P" not in level.layers


def test_environment_of_the_grader_is_not_inherited(level: Level, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "비밀")
    monkeypatch.setenv("DAGSTER_HOME", "/somewhere")
    with start(layers=level.layers, bwrap=level.bwrap) as sandbox, sandbox.spawn() as child:
        environment = ask(child, "where_am_i")["environment"]
    assert environment.keys().isdisjoint({"AWS_SECRET_ACCESS_KEY", "DAGSTER_HOME"})


# ---------------------------------------------------------------- 시간과 끝


def test_endless_loop_is_ended(sandbox):
    with sandbox.spawn() as child:
        child.sock.sendall(b'{"attack": "spin"}\n')
        assert until(lambda: child.cpu_seconds() > 0.05)
        child.kill()
        assert not child.alive()
        assert child.sock.recv(1) == b""


@pytest.mark.parametrize("how", ["exit", "system_exit", "segfault", "exit_replaced"])
def test_early_exit_is_seen_as_death_and_hurts_no_one_else(attack, how: str):
    assert attack("leave", how=how) == "died"
    assert attack("echo", text="다음") == "다음"


# ---------------------------------------------------------------- 자원


def test_no_process_can_be_made(attack):
    assert attack("fork_bomb", count=300) == 0
    assert attack("run_program", program=shutil.which("true"), argument="") is False


def test_thread_bomb_is_bounded(attack):
    assert attack("thread_bomb", count=2000) < 200


def test_memory_bomb_is_bounded(attack):
    assert attack("memory_bomb", mib=4096) <= limits.EXTRA_MEMORY // limits.MIB
    assert attack("memory_outside_limit") == {"memfd": True, "shm": True}


def test_file_size_is_bounded(attack):
    assert attack("big_file", mib=100) <= limits.FILE_SIZE // limits.MIB


def test_disk_fill_is_bounded_or_wiped(sandbox, level: Level):
    with sandbox.spawn() as child:
        filled = ask(child, "fill_disk", mib=200)
        work = ask(child, "where_am_i")["cwd"]
    if "P" in level.layers:
        assert filled <= namespaces.WORK_SIZE_MIB
    elif not level.bwrap:
        # 네임스페이스가 없으면 양은 막지 못하지만 흔적은 남지 않는다.
        assert until(lambda: not Path(work).exists())
    with sandbox.spawn() as child:
        assert ask(child, "big_file", mib=4) == 4


def test_printing_much_costs_no_disk(sandbox):
    before = os.fstat(sandbox._log.fileno()).st_size
    with sandbox.spawn() as child:
        assert ask(child, "print_much", mib=100) == "끝"
    assert os.fstat(sandbox._log.fileno()).st_size == before


def test_limits_cannot_be_raised(attack):
    assert set(attack("raise_limits").values()) == {True}


# ---------------------------------------------------------------- 파일


def test_secret_cannot_be_read(attack, level: Level, tmp_path: Path):
    secret = tmp_path / "solution.py"
    secret.write_text("모범 답안", encoding="utf-8")
    assert attack("read_file", path=str(secret)) == ""
    assert secret.read_text(encoding="utf-8") == "모범 답안"
    assert attack("read_file", path="/etc/passwd") == ""
    if level.bwrap:
        # bubblewrap 없이는 파일이 있다는 사실까지 숨기지는 못한다.
        assert attack("look_at", path=str(secret)) is False
        assert attack("look_at", path="/etc/passwd") is False


def test_repository_is_not_readable(attack):
    """저장소에서 보이는 것은 course_lib뿐이다."""
    repository = HERE.parents[1]
    assert attack("read_file", path=str(repository / "pyproject.toml")) == ""
    assert attack("read_file", path=str(HERE.parent / "conftest.py")) == ""
    assert attack("read_file", path=str(repository / "course_lib" / "__init__.py")) == ""  # 빈 파일이다
    assert "class Zygote" in attack("read_file", path=str(repository / "course_lib/grading/sandbox/zygote.py"))


@pytest.mark.parametrize("profile", ["plain", "processes"])
def test_readable_file_cannot_be_changed(attack, readable: Path, profile: str):
    """쓸 권한이 있는 우리 파일도, 이름과 내용과 속성이 그대로여야 한다."""
    folder = readable / profile
    folder.mkdir(exist_ok=True)
    target = folder / "data.csv"
    target.write_text("a,b\n", encoding="utf-8")
    os.utime(target, (1_000_000_000, 1_000_000_000))
    target.chmod(0o640)
    before = target.stat()
    attack("harm_file", profile=profile, path=str(target))
    assert target.read_text(encoding="utf-8") == "a,b\n"
    after = target.stat()
    assert (after.st_mode, after.st_mtime, after.st_uid, after.st_ino) == (before.st_mode, before.st_mtime, before.st_uid, before.st_ino)
    assert os.listxattr(target) == []
    assert [path.name for path in folder.iterdir()] == ["data.csv"]


def test_other_folders_cannot_be_written(attack, tmp_path: Path):
    folders = [str(tmp_path), "/tmp", "/dev/shm", "/var/tmp", str(HERE), sys.prefix, str(Path.home())]
    name = "course-sandbox-attack"
    assert attack("write_to", folders=folders, name=name) == []
    assert not [folder for folder in folders if Path(folder, name).exists()]


def test_processes_cannot_be_looked_at(attack):
    assert set(attack("peek_at_processes").values()) == {True}


def test_no_file_of_the_zygote_is_inherited(attack, level: Level):
    files = attack("open_files")
    assert files.count("socket") == 1
    # P가 없을 때 lockdown이 일부러 열어 두는 /proc/self/cgroup 하나
    assert files.count("/proc/self/cgroup") == ("P" not in level.layers)
    assert set(files) <= {"socket", "device 1:3", "/proc/self/cgroup"}


# ---------------------------------------------------------------- 네트워크


@pytest.mark.parametrize("profile", ["plain", "processes"])
def test_no_socket_can_be_reached(attack, tmp_path_factory: pytest.TempPathFactory, profile: str):
    # 유닉스 소켓의 경로는 108바이트를 넘을 수 없어서 짧은 폴더를 쓴다.
    folder = tmp_path_factory.mktemp("s")
    abstract = f"course-attack-{os.getpid()}"
    sockets = {
        "tcp": socket.create_server(("127.0.0.1", 0)),
        "udp": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "abstract": socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
        "stream_path": socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "datagram_path": socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM),
    }
    sockets["udp"].bind(("127.0.0.1", 0))
    sockets["abstract"].bind("\0" + abstract)
    sockets["stream_path"].bind(str(folder / "stream"))
    sockets["stream_path"].listen()
    sockets["datagram_path"].bind(str(folder / "datagram"))
    try:
        reached = attack(
            "reach_out",
            profile=profile,
            tcp=sockets["tcp"].getsockname()[1],
            udp=sockets["udp"].getsockname()[1],
            abstract=abstract,
            stream_path=str(folder / "stream"),
            datagram_path=str(folder / "datagram"),
        )
        assert reached == []
        for sock in sockets.values():
            sock.setblocking(False)
            with pytest.raises(BlockingIOError):
                sock.accept() if sock.type == socket.SOCK_STREAM else sock.recv(100)
    finally:
        for sock in sockets.values():
            sock.close()


# ---------------------------------------------------------------- 남의 프로세스


@pytest.mark.parametrize("profile", ["plain", "processes"])
def test_other_process_is_not_harmed(attack, victim, profile: str):
    before = (os.sched_getaffinity(victim.pid), os.sched_getscheduler(victim.pid), os.getpriority(os.PRIO_PROCESS, victim.pid))
    limits_before = Path(f"/proc/{victim.pid}/limits").read_text(encoding="ascii")
    assert attack("harm_process", profile=profile, pid=victim.pid) == []
    assert victim.poll() is None
    assert before == (os.sched_getaffinity(victim.pid), os.sched_getscheduler(victim.pid), os.getpriority(os.PRIO_PROCESS, victim.pid))
    assert limits_before == Path(f"/proc/{victim.pid}/limits").read_text(encoding="ascii")


def test_grader_and_zygote_survive_signals(attack, sandbox):
    assert attack("signal_everyone") == []
    # 여기서는 자기 자손에게 시그널을 보낼 수 있다. 바깥에만 닿지 않으면 된다.
    attack("signal_everyone", profile="processes")
    assert sandbox._process.poll() is None
    assert attack("echo", text="살아 있다") == "살아 있다"


def test_child_cannot_outlive_the_zygote(attack):
    assert attack("outlive_parent") is True


# ---------------------------------------------------------------- 커널


@pytest.mark.parametrize("profile", ["plain", "processes"])
def test_isolation_cannot_be_rearranged(attack, profile: str):
    answers = attack("rearrange", profile=profile)
    assert [name for name, is_refused in answers.items() if not is_refused] == []


@pytest.mark.parametrize("profile", ["plain", "processes"])
def test_no_capability_is_left(attack, profile: str):
    assert attack("capabilities", profile=profile) == ""


# ---------------------------------------------------------------- dbt처럼 프로그램을 실행하는 연습


def test_processes_profile_runs_programs(attack, level: Level):
    assert attack("run_program", profile="processes", program=shutil.which("true"), argument="") is True
    assert attack("run_python", profile="processes", code="import click; print(1 + 1)") == [0, "2\n"]
    if "P" in level.layers:
        assert attack("shared_lock", profile="processes") is True


def test_processes_profile_keeps_secrets(attack, tmp_path: Path):
    secret = tmp_path / "solution.py"
    secret.write_text("모범 답안", encoding="utf-8")
    code = f"print(open({str(secret)!r}, encoding='utf-8').read())"
    status, output = attack("run_python", profile="processes", code=code)
    assert status != 0
    assert output == ""


def test_whole_tree_ends_with_the_child(sandbox):
    marker = f"98{os.getpid()}"
    with sandbox.spawn("processes") as child:
        assert ask(child, "daemons", program=shutil.which("sleep"), argument=marker, count=5) == 5
        assert until(lambda: len(processes_with(marker)) == 5)
        child.kill()
        assert until(lambda: not processes_with(marker))


def test_fork_bomb_of_allowed_programs_is_bounded_and_ends(sandbox, level: Level):
    before = family(sandbox)
    with sandbox.spawn("processes") as child:
        made = ask(child, "fork_bomb", count=150)
        # 커널은 진짜 루트에게 RLIMIT_NPROC을 적용하지 않는다. 그때도 함께 끝나기는 한다.
        assert made < limits.PROCESSES or "P" not in level.layers or os.getuid() == 0
        assert child.alive()
    assert until(lambda: family(sandbox) == before)


# ---------------------------------------------------------------- 앞사람의 흔적


def test_previous_child_left_nothing_in_memory():
    """L과 P를 빼고 시험한다. 자식이 /proc에서 자기 메모리를 읽을 수 있어야 찾아볼 수 있기 때문이다."""
    secret = "secret-" + os.urandom(8).hex()
    with start(layers="RS", bwrap=False) as sandbox:
        with sandbox.spawn() as child:
            assert ask(child, "remember", secret=secret) == "기억함"
            assert ask(child, "search_memory", scrambled=secret[::-1]) >= 2000
        with sandbox.spawn() as child:
            assert ask(child, "search_memory", scrambled=secret[::-1]) == 0


