"""작은 연습 하나짜리 과정: 채점기의 규칙만 시험한다."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course_lib.grading.judge import Judge
from course_lib.grading.results import CriterionResult, SubmissionResult
from course_lib.grading.submission import Limits

MANIFEST = """\
[course]
title = "작은 과정"
version = "1"

[[lessons]]
id = "00_mini"
title = "작은 수업"
minutes = 5
prerequisites = []
prepares = "mini"
checkpoints = []

[[exercises]]
id = "mini"
alias = "m"
title = "두 배"
minutes = 5
points = 10
after = "00_mini"
modules = ["assets.py", "definitions.py"]
test_module = "test_assets.py"
swapped = ["assets.py", "definitions.py"]
[exercises.hints]
doubled_is_defined = ["하나", "둘"]
"""

ASSETS = """\
import dagster as dg
import pandas as pd


@dg.asset
def numbers() -> pd.DataFrame:
    return pd.DataFrame({"n": [1, 2]})


@dg.asset
def doubled(numbers: pd.DataFrame) -> pd.DataFrame:
    return numbers.assign(n=numbers["n"] * 2)
"""

DEFINITIONS = """\
import dagster as dg

from .assets import doubled, numbers

defs = dg.Definitions(assets=[numbers, doubled])
"""

TESTS = """\
import pandas as pd
from course_lib.testing import run_asset

from .assets import doubled


def test_doubles():
    assert list(run_asset(doubled, numbers=pd.DataFrame({"n": [3]}))["n"]) == [6]


def test_negative():
    assert list(run_asset(doubled, numbers=pd.DataFrame({"n": [-3]}))["n"]) == [-6]
"""

MISCONCEPTIONS = """\
from course_lib.grading.misconceptions import Edit, Misconception

MISCONCEPTIONS = (
    Misconception(id="adds_two", title="둘을 더함", criterion="doubles", explanation="두 배가 아니라 2를 더했습니다.",
                  edits=(Edit("assets.py", old='["n"] * 2', new='["n"] + 2'),)),
    Misconception(id="squares", title="제곱함", criterion="doubles", explanation="제곱했습니다.",
                  edits=(Edit("assets.py", old='["n"] * 2', new='["n"] ** 2'),)),
    Misconception(id="abs", title="부호를 잃음", criterion="doubles_negatives", explanation="절댓값을 썼습니다.",
                  edits=(Edit("assets.py", old='["n"] * 2', new='["n"].abs() * 2'),)),
)
TESTS_MUST_CATCH = ("adds_two", "abs")
"""

RUBRIC = '''\
import pandas as pd

from course_lib.grading.rubric import criterion, expect_frame, grade_learner_tests


def frame(*values):
    return pd.DataFrame({"n": list(values)})


@criterion("자산 doubled가 있다", points=2)
def test_doubled_is_defined(submission):
    """이름으로 찾는다."""
    submission.call("doubled", {"numbers": frame(1)}).frame


@criterion("두 배", points=3, after="doubled_is_defined")
def test_doubles(submission):
    """두 배로 만든다."""
    expect_frame(submission.call("doubled", {"numbers": frame(1, 5)}), frame(2, 10))


@criterion("음수도 두 배", points=2, after="doubled_is_defined", hidden=True)
def test_doubles_negatives(submission, reference):
    """부호를 지킨다."""
    values = frame(-1, -4)
    expect_frame(submission.call("doubled", {"numbers": values}), reference.call("doubled", {"numbers": values}).frame)


@criterion("테스트", points=3, apart=True)
def test_learner_tests(submission):
    """테스트가 실수를 잡는다."""
    grade_learner_tests(submission)
'''

SOLUTION = {"__init__.py": "", "assets.py": ASSETS, "definitions.py": DEFINITIONS, "test_assets.py": TESTS}


@pytest.fixture(scope="session")
def mini_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """연습 `mini` 하나가 있는 과정의 뿌리 폴더."""
    root = tmp_path_factory.mktemp("course")
    files = {"course.toml": MANIFEST, "tests/rubrics/mini/test_mini.py": RUBRIC,
             "solutions/mini/misconceptions.py": MISCONCEPTIONS}
    files |= {f"solutions/mini/{name}": text for name, text in SOLUTION.items()}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def judge(mini_course: Path) -> Iterator[Judge]:
    with Judge("mini", root=mini_course, limits=Limits(cpu_seconds=2, wall_seconds=30)) as opened:
        yield opened


@pytest.fixture
def grade(judge: Judge) -> Callable[..., SubmissionResult]:
    """모범 답안의 파일 몇을 바꾼 제출물을 채점한다. 값이 None이면 그 파일을 뺀다."""

    def run(**changed: str | None) -> SubmissionResult:
        files = {name: text for name, text in SOLUTION.items()}
        files |= {f"{name}.py": text for name, text in changed.items()}
        return judge.grade_files({name: text.encode("utf-8") for name, text in files.items() if text is not None})

    return run


def by_id(result: SubmissionResult) -> dict[str, CriterionResult]:
    return {criterion.id: criterion for criterion in result.criteria}
