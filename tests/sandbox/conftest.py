"""샌드박스 시험의 공통 준비: 이 컴퓨터에서 되는 격리 수준마다 샌드박스를 하나씩 연다."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.tools import Level, ask, available_levels, start

# 자이고트는 리눅스에만 있다. 다른 운영체제에서 쓰는 대안은 test_process.py가 시험한다.
collect_ignore = [] if sys.platform == "linux" else ["test_attacks.py", "test_client.py", "test_filter.py"]

LEVELS = available_levels()


@pytest.fixture(scope="module", params=LEVELS, ids=str)
def level(request: pytest.FixtureRequest) -> Level:
    return request.param


@pytest.fixture(scope="module")
def readable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """샌드박스 안에서 읽어도 되는 폴더. 우리 것이므로 보통의 권한으로는 쓸 수도 있다."""
    return tmp_path_factory.mktemp("readable")


@pytest.fixture(scope="module")
def sandbox(level: Level, readable: Path) -> Iterator:
    with start(layers=level.layers, bwrap=level.bwrap, readable=[readable]) as sandbox:
        assert sandbox.report.layers == set(level.layers)
        assert sandbox.report.bwrap == level.bwrap
        assert sandbox.isolated
        yield sandbox


@pytest.fixture
def attack(sandbox):
    """새 자식에게 공격 하나를 시킨다."""

    def run(attack: str, *, profile: str = "plain", **arguments):
        with sandbox.spawn(profile) as child:
            return ask(child, attack, **arguments)

    return run
