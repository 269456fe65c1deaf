"""나쁜 제출물이 하려던 일이 일어나지 않았는지, 격리 수준마다 바깥에서 본다: 파일, 프로세스, 네트워크, 다음 제출물, 판정."""

import contextlib
import functools
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course_lib.grading import render
from course_lib.grading.judge import Judge
from course_lib.grading.results import Outcome, SubmissionResult
from course_lib.grading.sandbox import ProcessSandbox, Sandbox, client
from course_lib.grading.sandbox.client import SERVE, WARM_UP
from course_lib.grading.submission import Limits, Submission
from tests.grading.conftest import ASSETS, SOLUTION, mini_course  # noqa: F401  (fixture)
from tests.sandbox.tools import Level, available_levels, family, until
from tests.security.hostile import ATTACKS, OUTSIDE, SAY, Attack
from tests.security.world import World

BODY = 'return numbers.assign(n=numbers["n"] * 2)'
WRONG = ASSETS.replace(BODY, 'return numbers.assign(n=numbers["n"] * 9)')
# 답이 틀린 제출물이 정직하게 얻는 점수(이름이 있음 2, 테스트 3)와, 답은 맞고 테스트가 없는 제출물의 점수.
HONEST, WITHOUT_TESTS = 5, 7
PATIENT, IMPATIENT = Limits(cpu_seconds=1, wall_seconds=30), Limits(cpu_seconds=1, wall_seconds=3)

LEVELS = [level for level in available_levels() if level.layers == "RLSP" or not level.bwrap]
# bubblewrap 없는 가장 센 수준에서는 모든 공격을, 나머지에서는 바깥을 노리는 공격을 모두 시킨다. 판정을 속이려는 것은 수준과 상관이 없다.
CASES = [(level, attack) for level in LEVELS for attack in (ATTACKS if level == [found for found in LEVELS if not found.bwrap][-1] else OUTSIDE)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("w"))
    os.environ["COURSE_CANARY"] = made.words["CANARY"]
    yield made
    del os.environ["COURSE_CANARY"]
    made.close()


@pytest.fixture(scope="module")
def judges(world: World, mini_course: Path) -> Iterator[Callable[[Level], Judge]]:  # noqa: F811
    """수준마다 채점기 하나. 한 반을 채점할 때처럼, 나쁜 제출물들이 같은 자이고트를 차례로 만난다."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def of(level: Level) -> Judge:
            sandbox = stack.enter_context(Sandbox.start(layers=level.layers, bwrap=level.bwrap))
            opened = stack.enter_context(Judge("mini", sandbox=sandbox, root=mini_course, limits=PATIENT))
            assert (sandbox.report.layers, sandbox.report.bwrap) == (set(level.layers), level.bwrap)
            # 모범 답안의 자식은 늘 하나 살아 있다. 처음부터 세어 둔다.
            opened.reference.call("numbers")
            return opened

        yield of


@pytest.fixture
def judge(request: pytest.FixtureRequest, judges: Callable[[Level], Judge]) -> Judge:
    return judges(request.param)


@pytest.fixture(scope="module")
def unisolated(world: World, mini_course: Path) -> Iterator[Judge]:  # noqa: F811
    with ProcessSandbox(SERVE, WARM_UP) as sandbox, Judge("mini", sandbox=sandbox, root=mini_course, limits=PATIENT) as opened:
        yield opened


def files_of(attack: Attack, world: World) -> dict[str, bytes]:
    files, code = dict(SOLUTION), world.aimed(attack.code)
    kind, _, name = attack.where.partition(":")
    if kind == "import":
        files["assets.py"] = WRONG.replace("\n\n\n@dg.asset\ndef numbers", f"\n{SAY}{code}\n\n\n@dg.asset\ndef numbers")
    elif kind == "asset":
        files["assets.py"] = ASSETS.replace(BODY, code)
    elif kind == "test":
        files["test_assets.py"] = SAY + code + "\n"
    else:
        files |= {"assets.py": WRONG, world.aimed(name): code}
    return {name: text.encode() for name, text in files.items()}


def shown(result: SubmissionResult, judge: Judge) -> str:
    """학생과 강사에게 보일 수 있는 모든 글."""
    catalogue = judge.material.catalogue
    return "\n".join([render.as_text(result, catalogue), render.as_json(result, catalogue), render.as_html(result, catalogue, every_detail=True)])


def expect_no_gain(attack: Attack, result: SubmissionResult, judge: Judge, world: World) -> None:
    assert result.score <= (WITHOUT_TESTS if attack.where == "test" else HONEST)
    assert result.max_score == 10
    assert all(criterion.outcome is not Outcome.COURSE_ERROR for criterion in result.criteria)
    text = shown(result, judge)
    assert len(text) < 200_000
    assert [name for name, word in world.words.items() if word in text] == []
    page = render.as_html(result, judge.material.catalogue, every_detail=True)
    assert "<script" not in page and "<img" not in page
    assert not [char for char in render.as_text(result, judge.material.catalogue) if char < " " and char not in "\n\t"]


@pytest.mark.parametrize("judge, attack", CASES, indirect=["judge"], ids=[f"{level}-{attack.name}" for level, attack in CASES])
def test_isolated(attack: Attack, judge: Judge, world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(judge, "limits", IMPATIENT if attack.name in ("sleep", "trickle") else PATIENT)
    files = files_of(attack, world)
    before = len(family(judge.sandbox))
    open_files = len(os.listdir("/proc/self/fd"))

    result = judge.grade_files(files, explain_mistakes=False)

    expect_no_gain(attack, result, judge, world)
    assert world.files() == world.before
    assert world.heard() == []
    # 끝난 자식이 남긴 프로세스도, 채점기가 쥔 채로 남은 소켓도 없다.
    assert until(lambda: len(family(judge.sandbox)) <= before, seconds=60)
    assert len(os.listdir("/proc/self/fd")) <= open_files + 1
    expect_next_is_right(judge)


def expect_next_is_right(judge: Judge) -> None:
    """바로 다음 제출물(모범 답안)은 아무 영향을 받지 않는다."""
    following = Submission(judge.material, judge.material.reference, judge.sandbox)
    try:
        assert list(following.call("doubled", {"numbers": following.call("numbers").frame}).frame["n"]) == [2, 4]
    finally:
        following.close()


def test_without_layers_the_same_attacks_do_harm(tmp_path_factory: pytest.TempPathFactory, mini_course: Path, monkeypatch):  # noqa: F811
    """공격이 진짜인지: 아무 층도 걸지 않으면 비밀이 보이거나, 옆 학생의 파일이 바뀌거나, 소켓에 말이 온다."""
    canary, silent = secrets.token_hex(8), []
    # 환경 변수는 격리하지 않아도 물려주지 않는다. 공격 코드를 시험하려고 여기서만 물려준다.
    monkeypatch.setattr(client, "environment", lambda home: {**os.environ, "HOME": home, "TMPDIR": home, "COURSE_CANARY": canary})
    with Sandbox.start(isolation=False) as sandbox, Judge("mini", sandbox=sandbox, root=mini_course, limits=PATIENT) as judge:
        for attack in [attack for attack in ATTACKS if attack.harms]:
            world = World(tmp_path_factory.mktemp("o"))
            world.words["CANARY"] = canary
            text = shown(judge.grade_files(files_of(attack, world), explain_mistakes=False), judge)
            changed = not world.sibling.exists() or world.files() != world.before
            if not (changed or world.heard() or any(word in text for word in world.words.values())):
                silent.append(attack.name)
            world.close()
    assert silent == []


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.unisolated], ids=lambda attack: attack.name)
def test_unisolated(attack: Attack, unisolated: Judge, world: World):
    """격리가 없어도 판정은 속지 않는다."""
    expect_no_gain(attack, unisolated.grade_files(files_of(attack, world), explain_mistakes=False), unisolated, world)


def test_the_attacks_are_many_and_named_once():
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names)) >= 90
    for level in LEVELS:
        assert sum(tried == level for tried, _ in CASES) >= 40, level
