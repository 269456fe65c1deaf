"""과정의 법: 법을 지키는 작은 과정에서는 조용하고, 하나를 어길 때마다 그것을 짚어 낸다."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.manifest import UnknownId, load_manifest, repository_root
from course_lib.verify import verify
from course_lib.verify.hints import hint_problems
from course_lib.verify.judged import judged_problems
from course_lib.verify.tree import tree_problems
from tests.cli.conftest import COURSE_TOML, notebook, write

# 00_start의 검사 함수는 course_lib.classroom.checkpoints.nb00에 있다. 작은 과정도 같은 확인 문제를 갖는다.
CHECKPOINTS = """
[[lessons.checkpoints]]
id = "0-1"
title = "첫 자산"
hints = ["행의 수를 생각해 보세요.", "`len`을 찾아보세요."]

[[lessons.checkpoints]]
id = "0-2"
title = "차례"
hints = ["의존성을 보세요.", "매개변수의 이름을 보세요."]
"""
ANSWERS = """\
# %% [0-1]
number_of_orders = len(orders.drop_duplicates())
check("0-1", number_of_orders)

# %% [0-2]
answer = "B"
check("0-2", answer)
"""
ASSETS = '''\
"""두 배로 만든다."""

import dagster as dg
import pandas as pd


@dg.asset
def doubled(numbers: pd.DataFrame):
    {body}


@dg.asset
def negated(numbers: pd.DataFrame):
    {other}
'''
DEFINITIONS = "import dagster as dg\n\nfrom .assets import doubled, negated\n\ndefs = dg.Definitions(assets=[dg.AssetSpec(\"numbers\"), doubled, negated])\n"
SOLVED = ASSETS.format(
    body='return numbers.assign(value=numbers["value"] * 2)', other='return numbers.assign(value=-numbers["value"])'
)
UNSOLVED = ASSETS.format(body='raise NotImplementedError("여기에 쓰세요")', other='raise NotImplementedError("여기에 쓰세요")')
RUBRIC = '''\
import pandas as pd

from course_lib.grading.rubric import criterion, expect_frame

NUMBERS = pd.DataFrame({"value": [1, 3]})


@criterion("두 배가 된다", points=60)
def test_doubles(submission):
    """두 배로 만든 것은 두 배다."""
    expect_frame(submission.call("doubled", {"numbers": NUMBERS}), pd.DataFrame({"value": [2, 6]}))


@criterion("부호가 바뀐다", points=40)
def test_negates(submission):
    """음수에 음수를 곱하면 양수다."""
    expect_frame(submission.call("negated", {"numbers": NUMBERS}), pd.DataFrame({"value": [-1, -3]}))
'''
CATALOGUE = '''\
from course_lib.grading.misconceptions import Edit, Misconception

MISCONCEPTIONS = (
    Misconception(
        id="triples", title="세 배로 만듦", criterion="doubles", explanation="세 배가 되었습니다.",
        edits=(Edit("assets.py", old="* 2", new="* 3"),),
    ),
    Misconception(
        id="keeps_sign", title="부호를 그대로 둠", criterion="negates", explanation="부호가 그대로입니다.",
        edits=(Edit("assets.py", old="=-numbers", new="=numbers"),),
    ),
)
TESTS_MUST_CATCH = ("triples",)
'''
HINTS = 'negates = ["부호를 생각해 보세요.", "`-`를 찾아보세요."]\n'
Tamper = Callable[[Path], object]


@pytest.fixture
def lawful(tmp_path: Path) -> Path:
    """모든 법을 지키는 작은 과정."""
    root = tmp_path / "과정"
    write(root / "course.toml", COURSE_TOML.replace("\n[[exercises]]", CHECKPOINTS + "\n[[exercises]]") + HINTS)
    book = json.loads(notebook("number_of_orders = ____\ncheck('0-1', number_of_orders)", "answer = ____", "print('끝')"))
    for cell, name in zip(book["cells"], ("0-1", "0-2"), strict=False):
        cell["metadata"]["tags"] = [f"checkpoint:{name}"]
    write(root / "notebooks" / "00_start.ipynb", json.dumps(book))
    write(root / "solutions" / "notebooks" / "00_start.py", ANSWERS)
    for top, assets in (("exercises", UNSOLVED), ("solutions", SOLVED)):
        for name, text in {"__init__.py": "", "assets.py": assets, "definitions.py": DEFINITIONS, "test_assets.py": ""}.items():
            write(root / top / "ex1_tiny" / name, text)
    write(root / "exercises" / "ex1_tiny" / "guide.ipynb", notebook("check('ex1')"))
    write(root / "solutions" / "ex1_tiny" / "misconceptions.py", CATALOGUE)
    write(root / "tests" / "rubrics" / "ex1_tiny" / "test_tiny.py", RUBRIC)
    return root


def replace(path: str, old: str, new: str) -> Tamper:
    def tamper(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        write(root / path, text.replace(old, new, 1))

    return tamper


def remove(path: str) -> Tamper:
    return lambda root: shutil.rmtree(root / path) if (root / path).is_dir() else (root / path).unlink()


def add(path: str, text: str = "") -> Tamper:
    return lambda root: write(root / path, text)


def seen_in_files(root: Path) -> list[str]:
    manifest = load_manifest(root)
    return [str(problem) for problem in (*tree_problems(manifest, root), *hint_problems(manifest, root))]


def test_a_lawful_course_has_no_problems(lawful):
    steps = []
    assert verify(lawful, on_step=steps.append) == ()
    assert steps == ["목록과 파일", "ex1 뼈대 코드", "ex1 모범 답안", "ex1 오개념 triples", "ex1 오개념 keeps_sign"]


@pytest.mark.parametrize(
    ("tamper", "where", "what"),
    [
        (remove("notebooks/00_start.ipynb"), "notebooks/00_start.ipynb", "파일이 없습니다"),
        (remove("exercises/ex1_tiny/assets.py"), "exercises/ex1_tiny/assets.py", "파일이 없습니다"),
        (remove("exercises/ex1_tiny/guide.ipynb"), "exercises/ex1_tiny/guide.ipynb", "파일이 없습니다"),
        (remove("solutions/ex1_tiny/test_assets.py"), "solutions/ex1_tiny/test_assets.py", "파일이 없습니다"),
        (remove("solutions/ex1_tiny/misconceptions.py"), "misconceptions.py", "파일이 없습니다"),
        (remove("solutions/notebooks/00_start.py"), "solutions/notebooks/00_start.py", "파일이 없습니다"),
        (remove("tests/rubrics/ex1_tiny"), "tests/rubrics/ex1_tiny", "채점 기준표가 없습니다"),
        (add("notebooks/09_extra.ipynb", notebook("1")), "notebooks/09_extra.ipynb", "남는 파일"),
        (add("notebooks/unused.png"), "notebooks/unused.png", "남는 파일"),
        (add("exercises/ex1_tiny/notes.txt"), "exercises/ex1_tiny/notes.txt", "남는 파일"),
        (add("exercises/ex9_extra/assets.py"), "exercises/ex9_extra/assets.py", "남는 파일"),
        (add("solutions/ex1_tiny/old.py"), "solutions/ex1_tiny/old.py", "남는 파일"),
        (add("tests/rubrics/ex9_extra/test_x.py"), "tests/rubrics/ex9_extra/test_x.py", "남는 파일"),
        (add("notebooks/00_start.ipynb", "깨진 노트북"), "notebooks/00_start.ipynb", "읽을 수 없습니다"),
        (replace("notebooks/00_start.ipynb", "checkpoint:0-2", "other"), "00_start.ipynb", "확인 문제 0-2의 셀이 없습니다"),
        (replace("notebooks/00_start.ipynb", "checkpoint:0-2", "checkpoint:0-9"), "00_start.ipynb", "checkpoint:0-9이 course.toml"),
        (replace("notebooks/00_start.ipynb", "checkpoint:0-2", "checkpoint:0-1"), "00_start.ipynb", "2개의 셀"),
        (replace("notebooks/00_start.ipynb", "answer = ____", "answer = 'A'"), "00_start.ipynb", "0-2의 셀에 빈칸"),
        (replace("solutions/notebooks/00_start.py", "# %% [0-2]", "# %%"), "notebooks/00_start.py", "확인 문제 0-2의 답이 없습니다"),
        (replace("solutions/notebooks/00_start.py", "[0-2]", "[0-9]"), "notebooks/00_start.py", "답 [0-9]에 맞는 확인 문제"),
        (replace("solutions/notebooks/00_start.py", 'answer = "B"', "answer = ____"), "notebooks/00_start.py", "[0-2]이 비었거나"),
        (replace("course.toml", 'id = "0-2"', 'id = "0-9"'), "nb00.py", "확인 문제 0-9의 검사 함수가 없습니다"),
        (replace("course.toml", 'id = "0-2"', 'id = "0-9"'), "nb00.py", "검사 함수 0-2에 맞는 확인 문제"),
        (replace("course.toml", '["의존성을 보세요.", ', "["), "확인 문제 0-2", "힌트가 1개"),
        (replace("course.toml", '"의존성을 보세요.", ', '"의존성을 보세요.", "", '), "확인 문제 0-2", "힌트 2이 비었습니다"),
        (replace("course.toml", '"`len`을', '"`number_of_orders = len( orders.drop_duplicates() )`, `len`을'), "확인 문제 0-1", "답이 그대로"),
        (replace("course.toml", '["두 배를', "[\"`numbers.assign(value=numbers['value'] * 2)` 두 배를"), "기준 doubles", "답이 그대로"),
        (replace("course.toml", '["두 배를 생각해 보세요.", ', "["), "기준 doubles", "힌트가 1개"),
        (replace("course.toml", '"의존성을 보세요.", "매개변수의 이름을 보세요."', '"의존성을 보세요.", "의존성을 보세요."'), "확인 문제 0-2", "같은 힌트가 두 번"),
    ],
)  # fmt: skip
def test_each_violation_in_the_files_is_named(lawful, tamper, where, what):
    tamper(lawful)
    load_manifest.__globals__["_load"].cache_clear()
    problems = seen_in_files(lawful)
    assert any(where in problem and what in problem for problem in problems), problems


def test_a_picture_that_a_notebook_names_is_not_stray(lawful):
    add("notebooks/lineage.png")(lawful)
    replace("notebooks/00_start.ipynb", "print('", "print('lineage.png")(lawful)
    assert seen_in_files(lawful) == []


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        pytest.param(
            [add("exercises/ex1_tiny/assets.py", SOLVED.replace("=-numbers", "=numbers"))],
            ["뼈대 코드가 기준 doubles에서 이미 점수를 얻습니다"],
            id="scaffold-scores",
        ),
        pytest.param(
            [add("exercises/ex1_tiny/assets.py", UNSOLVED.replace("NotImplementedError", "ValueError"))],
            ["뼈대 코드가 기준 doubles에서 submission_error", "뼈대 코드가 기준 negates에서 submission_error"],
            id="scaffold-raises",
        ),
        pytest.param(
            [replace("tests/rubrics/ex1_tiny/test_tiny.py", "[2, 6]", "[2, 7]")],
            ["모범 답안이 기준 doubles에서 incorrect", "오개념 keeps_sign이 상관없는 기준 doubles까지 잃습니다"],
            id="solution-fails",
        ),
        pytest.param(
            [
                replace("solutions/ex1_tiny/misconceptions.py", 'criterion="negates"', 'criterion="doubles"'),
                replace("solutions/ex1_tiny/misconceptions.py", '("triples",)', '("no_such",)'),
                replace("solutions/ex1_tiny/misconceptions.py", 'title="세 배로 만듦"', 'title=" "'),
            ],
            [
                "기준 negates을 잃는 오개념이 없습니다",
                "오개념 keeps_sign이 기준 doubles을 잃지 않습니다(잃은 기준: negates)",
                "오개념 keeps_sign이 상관없는 기준 negates까지 잃습니다",
                "TESTS_MUST_CATCH의 no_such은 없는 오개념",
                "오개념 triples에 제목이나 설명이 없습니다",
            ],
            id="misconception-off-target",
        ),
        pytest.param(
            [replace("solutions/ex1_tiny/misconceptions.py", 'criterion="doubles"', 'criterion="doubles", also=("negates",)')],
            ["오개념 triples이 함께 잃는다고 적힌 기준 negates을 잃지 않습니다"],
            id="misconception-also-off-target",
        ),
        pytest.param(
            [replace("solutions/ex1_tiny/misconceptions.py", 'id="keeps_sign"', 'id="triples"')],
            ["오개념 이름 triples이 2번 나옵니다"],
            id="misconception-twice",
        ),
        pytest.param(
            [replace("solutions/ex1_tiny/misconceptions.py", 'criterion="negates"', 'criterion="no_such"')],
            ["기준 negates을 잃는 오개념이 없습니다", "오개념 keeps_sign이 가리키는 기준 no_such이 없습니다"],
            id="misconception-unknown-criterion",
        ),
        pytest.param(
            [replace("solutions/ex1_tiny/misconceptions.py", 'old="* 2"', 'old="* 9"')],
            ["바꿀 글이 0번 나옵니다"],
            id="misconception-edit-misses",
        ),
        pytest.param(
            [
                replace("course.toml", HINTS, 'no_such = ["하나", "둘"]\n'),
                replace("tests/rubrics/ex1_tiny/test_tiny.py", "points=40", "points=30"),
                replace("tests/rubrics/ex1_tiny/test_tiny.py", '    """음수에 음수를 곱하면 양수다."""\n', ""),
                replace("tests/rubrics/ex1_tiny/test_tiny.py", "두 배로 만든 것은 두 배다.", "두 배다."),
            ],
            [
                "기준 negates의 힌트가 없습니다",
                "no_such은 채점 기준표에 없는 기준",
                "더하면 90점인데 course.toml에는 100점",
                "기준 negates의 docstring이 없거나 짧습니다",
                "기준 doubles의 docstring이 없거나 짧습니다",
            ],
            id="criterion-incomplete",
        ),
        pytest.param(
            [replace("tests/rubrics/ex1_tiny/test_tiny.py", "import pandas", "import no_such_module\nimport pandas")],
            ["채점 기준표를 읽을 수 없습니다"],
            id="rubric-broken",
        ),
    ],
)
def test_each_violation_in_the_grading_is_named(lawful, tamper, expected):
    for change in tamper:
        change(lawful)
    problems = [str(problem) for problem in verify(lawful)]
    for sentence in expected:
        assert any(sentence in problem for problem in problems), problems
    assert len(problems) == len(expected), problems


def test_one_exercise_may_be_chosen(lawful):
    with pytest.raises(UnknownId, match="ex1을 찾으셨나요"):
        verify(lawful, exercise="ex2")


def test_the_files_of_the_course_itself_are_lawful():
    assert seen_in_files(repository_root()) == []


@pytest.mark.parametrize("exercise", load_manifest().exercises, ids=lambda exercise: exercise.id)
def test_the_grading_of_the_course_itself_is_lawful(exercise):
    assert [str(problem) for problem in judged_problems(exercise, repository_root(), lambda step: None)] == []


def test_each_exercise_is_worth_a_hundred_points():
    assert {exercise.points for exercise in load_manifest().exercises} == {100}
