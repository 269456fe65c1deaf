"""배포 구성의 그림: 떠 있는 것과 없는 것이 말과 모양으로 갈린다."""

from types import SimpleNamespace

import pytest

from course_lib.classroom.deployment import DOWN, UP, asks, draw_deployment
from course_lib.deploy.topology import ORDER


@pytest.fixture
def without_daemon():
    """데몬은 띄운 적이 없고 웹서버는 죽었다."""
    alive = {"postgres": True, "code-server": True, "webserver": False}
    return draw_deployment(SimpleNamespace(servers={name: SimpleNamespace(alive=up) for name, up in alive.items()}))


def test_the_text_names_every_server_its_state_and_whom_it_asks(without_daemon):
    assert [line.split() for line in without_daemon.text.splitlines()] == [
        ["postgres", *UP.split()],
        ["code-server", *UP.split(), "→", "postgres"],
        ["webserver", *DOWN.split(), "→", "code-server,", "postgres"],
        ["daemon", *DOWN.split(), "→", "code-server,", "postgres"],
    ]


def test_what_is_down_has_another_shape_and_dotted_arrows(without_daemon):
    lines = without_daemon.mermaid.splitlines()
    assert f'n1["code-server<br/>{UP}"]' in lines and "n1 --> n0" in lines
    assert f'n3(["daemon<br/>{DOWN}"])' in lines and "n3 -.-> n1" in lines and "n3 --> n1" not in lines


def test_only_the_code_server_knows_no_other_server():
    assert {name: asks(name) for name in ORDER} == {
        "postgres": (),
        "code-server": ("postgres",),
        "webserver": ("code-server", "postgres"),
        "daemon": ("code-server", "postgres"),
    }
