"""격리 없는 대안(macOS, Windows). 쓰는 방법이 자이고트와 같은지."""

import json
import socket
import threading

import psutil
import pytest

from course_lib.grading.sandbox import ProcessSandbox, SandboxError
from course_lib.grading.sandbox import process as process_module
from tests.sandbox.tools import HERE, ask, until


@pytest.fixture(scope="module")
def sandbox():
    with ProcessSandbox("attacks:serve", import_path=(HERE,)) as sandbox:
        yield sandbox


def test_child_answers_from_its_own_empty_folder(sandbox):
    with sandbox.spawn() as child:
        assert ask(child, "echo", text="나") == "나"
        seen = ask(child, "where_am_i")
        assert seen["left_over"] == []
        assert seen["temp"] == seen["home"]
        work = child._work
        assert work.exists()
    assert not work.exists()


def test_endless_loop_is_ended_with_its_descendants(sandbox):
    with sandbox.spawn() as child:
        before = child.cpu_seconds()
        assert ask(child, "fork_bomb", count=3) == 3
        family = [process.pid for process in psutil.Process(child._process.pid).children()]
        child.sock.sendall(json.dumps({"attack": "spin"}).encode() + b"\n")
        assert until(lambda: child.cpu_seconds() > before + 0.1)
        assert child.alive()
        assert child.wait(0.05) is False
        child.kill()
        assert not child.alive()
        assert child.cpu_seconds() >= before + 0.1
        assert until(lambda: not any(map(psutil.pid_exists, family)))


def test_dbt_profile_warms_what_dbt_needs():
    with ProcessSandbox("attacks:serve", dbt=("attacks:serve", "attacks:warm_up_dbt"), import_path=(HERE,)) as sandbox:
        with sandbox.spawn() as plain, sandbox.spawn("dbt") as child:
            assert (ask(plain, "warmed"), ask(child, "warmed")) == ([], ["dbt"])


def test_early_exit_is_seen_as_death(sandbox):
    with sandbox.spawn() as child:
        assert ask(child, "leave", how="exit") == "died"
        assert child.wait(5)


def test_close_ends_children(sandbox):
    with ProcessSandbox("attacks:serve", import_path=(HERE,)) as other:
        child = other.spawn()
        assert child.alive()
    assert not child.alive()


def test_child_that_fails_to_start_is_an_error_of_the_course():
    with ProcessSandbox("attacks:serve", "attacks:warm_up_fails", import_path=(HERE,)) as sandbox, pytest.raises(SandboxError):
        sandbox.spawn()


def test_stranger_on_the_port_is_turned_away(sandbox, monkeypatch: pytest.MonkeyPatch):
    """같은 컴퓨터의 다른 프로그램이 먼저 붙어도 자식으로 여기지 않는다."""
    create_server = socket.create_server
    strangers = []

    def intrude(address):
        listener = create_server(address)
        stranger = socket.create_connection(listener.getsockname())
        stranger.sendall(b"0" * 32)
        strangers.append(stranger)
        return listener

    monkeypatch.setattr(process_module.socket, "create_server", intrude)
    with sandbox.spawn() as child:
        assert ask(child, "echo", text="진짜") == "진짜"
    strangers[0].settimeout(5)
    assert strangers[0].recv(1) == b""
    strangers[0].close()


def test_children_can_be_made_from_several_threads(sandbox):
    children = []
    threads = [threading.Thread(target=lambda: children.append(sandbox.spawn())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [ask(child, "echo", text="나") for child in children] == ["나", "나"]
    for child in children:
        child.close()
