"""채점기 쪽 샌드박스의 시작과 끝, CPU 시간, 흔적 없음."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from course_lib.grading.sandbox import ProcessSandbox, Sandbox, SandboxError, SandboxReport, client, open_sandbox
from tests.sandbox.tools import HERE, ask, family, start, until


def gone(pids: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) for pid in pids)


# ---------------------------------------------------------------- CPU 시간


def test_cpu_time_of_all_threads_is_counted(sandbox):
    with sandbox.spawn() as child:
        at_start = child.cpu_seconds()
        child.sock.sendall(b'{"attack": "spin", "threads": 3}\n')
        assert until(lambda: child.cpu_seconds() > at_start + 0.2)
        child.kill()
        at_end = child.cpu_seconds()
        assert at_end >= at_start + 0.2
    assert child.cpu_seconds() == at_end


def test_waiting_costs_no_cpu_time(sandbox):
    with sandbox.spawn() as child:
        ask(child, "echo", text="준비")
        before = child.cpu_seconds()
        assert child.wait(0.3) is False
        assert child.cpu_seconds() - before < 0.05


def test_cpu_time_of_other_programs_is_counted(sandbox):
    code = "import time\nwhile time.process_time() < 0.4: pass"
    with sandbox.spawn("processes") as child:
        ask(child, "run_python", code=code)
        assert child.cpu_seconds() > 0.3
        # 아직 끝나지 않은 프로그램의 시간도 센다.
        message = f'{{"attack": "run_program", "program": "{shutil.which("yes")}", "argument": "y"}}\n'
        child.sock.sendall(message.encode())
        assert until(lambda: child.cpu_seconds() > 0.6)


# ---------------------------------------------------------------- dbt


def test_dbt_children_come_from_a_zygote_of_their_own(level):
    """dbt까지 데운 자이고트는 처음 쓸 때 뜨고, 그 자식은 "processes"로 잠기고, 샌드박스와 함께 끝난다."""
    with start(layers=level.layers, bwrap=level.bwrap, dbt=("attacks:serve", "attacks:warm_up_dbt")) as sandbox:
        with sandbox.spawn() as child:
            assert ask(child, "warmed") == []
        assert sandbox._dbt is None
        marker = f"97{os.getpid()}"
        with sandbox.spawn("dbt") as child, sandbox.spawn("dbt") as other:
            assert (ask(child, "warmed"), child.profile) == (["dbt"], "processes")
            assert ask(other, "warmed") == ["dbt"]
            assert sandbox._dbt.report.layers == sandbox.report.layers
            assert ask(child, "daemons", program=shutil.which("sleep"), argument=marker, count=3) == 3
            child.kill()
            assert until(lambda: not running(marker))
        processes = family(sandbox._dbt)
        assert not gone(processes)
    assert until(lambda: gone(processes))


def running(marker: str) -> bool:
    """인자에 `marker`가 있는 프로세스가 있는지."""
    return any(marker in process.info["cmdline"] for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"])


# ---------------------------------------------------------------- 시작과 끝


def test_many_children_leave_nothing(level):
    with start(layers=level.layers, bwrap=level.bwrap) as sandbox:
        before = family(sandbox)
        zygote = before[-1]
        our_files, its_files = len(os.listdir("/proc/self/fd")), psutil.Process(zygote).num_fds()
        for _ in range(200):
            with sandbox.spawn():
                pass
        assert len(os.listdir("/proc/self/fd")) == our_files
        # 죽은 자식이 거두어지지 않으면(좀비) family에 남는다.
        assert until(lambda: family(sandbox) == before)
        assert until(lambda: psutil.Process(zygote).num_fds() == its_files)


def test_children_of_one_zygote_live_side_by_side(sandbox):
    children = [sandbox.spawn() for _ in range(4)]
    children[1].kill()
    assert [ask(child, "echo", text="나") for child in children] == ["나", "died", "나", "나"]
    assert [child.alive() for child in children] == [True, False, True, True]
    for child in children:
        child.close()
        child.close()


def test_close_ends_every_process(level):
    sandbox = start(layers=level.layers, bwrap=level.bwrap)
    child = sandbox.spawn()
    child.sock.sendall(b'{"attack": "spin"}\n')
    processes = family(sandbox)
    sandbox.close()
    assert until(lambda: gone(processes))
    assert not child.alive()
    child.close()
    sandbox.close()
    with pytest.raises(SandboxError):
        sandbox.spawn()


def test_killed_grader_leaves_no_process(level):
    program = f"""
        import sys, psutil
        sys.path.insert(0, {str(HERE)!r})
        from tests.sandbox.tools import start
        sandbox = start(layers={level.layers!r}, bwrap={level.bwrap!r})
        child = sandbox.spawn()
        child.sock.sendall(b'{{"attack": "spin"}}\\n')
        print(*(process.pid for process in psutil.Process().children(recursive=True)), flush=True)
        sys.stdin.read()
    """
    grader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    with grader:
        processes = [int(pid) for pid in grader.stdout.readline().split()]
        assert len(processes) >= 2
        assert not gone(processes)
        grader.kill()
    assert until(lambda: gone(processes))


def test_killed_zygote_takes_its_children_along_and_is_reported(level):
    with start(layers=level.layers, bwrap=level.bwrap) as sandbox:
        zygote = family(sandbox)[-1]
        child = sandbox.spawn()
        child.sock.sendall(b'{"attack": "spin"}\n')
        os.kill(zygote, signal.SIGKILL)
        assert child.wait(5)
        child.close()
        with pytest.raises(SandboxError, match="자이고트"):
            sandbox.spawn()
    assert not list(client.paths.work_root().glob(f"run-{zygote}-*"))


def test_folders_left_by_a_grading_that_was_killed_are_swept_a_day_later():
    root = client.paths.work_root()
    old, new = root / "run-1-old", root / "run-1-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "assets.py").write_text("남의 답", encoding="utf-8")
    os.utime(old, (0, 0))
    try:
        assert client.paths.work_root() == root
        assert not old.exists() and new.exists()
    finally:
        shutil.rmtree(new)


def test_failing_warm_up_is_an_error_of_the_course():
    with pytest.raises(SandboxError, match="데우다가 난 오류"):
        start(warm_up="attacks:warm_up_fails")


def test_missing_serve_function_is_an_error_of_the_course():
    with pytest.raises(SandboxError, match="no_such_function"):
        start(serve="attacks:no_such_function")


def test_unusable_bubblewrap_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """컨테이너 안처럼 bwrap이 있어도 실패하는 곳이 있다."""
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with start() as sandbox:
        assert not sandbox.report.bwrap
        with sandbox.spawn() as child:
            assert ask(child, "echo", text="된다") == "된다"


def test_child_that_cannot_be_locked_down_is_never_given_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """시작할 때는 되던 층이 나중에 실패하면 제출물을 받지 않고 끝난다."""
    monkeypatch.setattr(client.paths, "work_root", lambda: tmp_path)
    with start(layers="RLS", bwrap=False) as sandbox:
        with sandbox.spawn() as child:
            assert ask(child, "echo", text="된다") == "된다"
        assert until(lambda: not list(tmp_path.iterdir()))
        tmp_path.rename(tmp_path.with_name("moved"))
        with pytest.raises(SandboxError):
            sandbox.spawn()


# ---------------------------------------------------------------- 진짜 자이고트


def test_warm_zygote_has_exactly_one_thread():
    """스레드가 여럿인 프로세스를 fork하면 잠금이 잠긴 채로 복사될 수 있다."""
    with Sandbox.start() as sandbox:
        assert sandbox.report.threads == 1
        zygote = psutil.Process(family(sandbox)[-1])
        assert zygote.num_threads() == 1
        with sandbox.spawn() as child:
            assert child.alive()
        assert zygote.num_threads() == 1


# ---------------------------------------------------------------- 고르기와 보고


def test_required_isolation_is_refused_where_there_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "zygote_supported", lambda: False)
    with pytest.raises(SandboxError, match="--no-isolation"):
        open_sandbox("required")


def test_required_isolation_is_refused_when_a_layer_is_missing(monkeypatch: pytest.MonkeyPatch):
    sandbox = start(layers="RL", bwrap=False)
    monkeypatch.setattr(client.Sandbox, "start", lambda **_: sandbox)
    with pytest.raises(SandboxError, match="없음  시스템 호출 제한"):
        open_sandbox("required")


def test_other_systems_get_a_plain_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "zygote_supported", lambda: False)
    with open_sandbox("auto") as sandbox:
        assert isinstance(sandbox, ProcessSandbox)
        assert not sandbox.isolated


def test_no_isolation_can_be_chosen():
    with start(isolation=False) as sandbox, sandbox.spawn() as child:
        assert sandbox.report.layers == frozenset()
        assert not sandbox.isolated
        assert ask(child, "fork_bomb", count=1) == 1


def test_unknown_choices_are_refused():
    with pytest.raises(ValueError, match="isolation"):
        open_sandbox("maybe")
    with start(isolation=False) as sandbox, pytest.raises(ValueError, match="profile"):
        sandbox.spawn("root")


@pytest.mark.parametrize(
    ("report", "isolated"),
    [
        (SandboxReport(frozenset("RLSP"), 7, bwrap=True, read_only=True), True),
        (SandboxReport(frozenset("RLS"), 3), True),
        (SandboxReport(frozenset("RLS"), 2), False),
        (SandboxReport(frozenset("RLSP"), 1, read_only=True), True),
        (SandboxReport(frozenset("RSP"), 0, bwrap=True, read_only=True), False),
        (SandboxReport(frozenset("RLP"), 7, bwrap=True), False),
        (SandboxReport(), False),
    ],
)
def test_isolation_needs_limits_landlock_and_seccomp(report: SandboxReport, isolated: bool):
    assert report.isolated is isolated
    assert ("격리가 부족합니다" in str(report)) is not isolated


def test_late_answer_is_not_taken_for_the_next_child(sandbox, monkeypatch: pytest.MonkeyPatch):
    """자이고트가 늦게 답해 포기한 자식의 pidfd로 다음 자식을 재거나 끝내면 안 된다."""
    frozen = family(sandbox)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        with monkeypatch.context() as hurried, pytest.raises(SandboxError):
            hurried.setattr(client, "SPAWN_SECONDS", 0.1)
            sandbox.spawn()
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    with sandbox.spawn() as child:
        assert ask(child, "echo", text="다음") == "다음"
        child.kill()
        assert child.sock.recv(1) == b""
    assert until(lambda: len(family(sandbox)) <= len(frozen))
