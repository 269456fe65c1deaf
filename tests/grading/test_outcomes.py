"""여섯 가지 판정과, 학습자가 읽을 문장."""

import re
import threading
import time

import pytest

from course_lib.grading.results import Outcome
from course_lib.grading.seen import SubmissionFault
from course_lib.grading.submission import Submission

from .conftest import ASSETS, DEFINITIONS, SOLUTION, TESTS, by_id

DOUBLED = 'return numbers.assign(n=numbers["n"] * 2)'


def assets(body: str) -> str:
    return ASSETS.replace(DOUBLED, body)


def test_the_reference_gets_full_marks(grade):
    result = grade()
    assert result.score == result.max_score == 10
    assert result.perfect and result.first_to_fix is None


@pytest.mark.parametrize("body", [
    'return dg.Output(numbers.assign(n=numbers["n"] * 2))',
    'return dg.MaterializeResult(value=numbers.assign(n=numbers["n"] * 2))',
    'yield dg.Output(numbers.assign(n=numbers["n"] * 2), metadata={"num_rows": 2})',
    'import polars as pl\n    return pl.from_pandas(numbers).with_columns(pl.col("n") * 2).to_pandas()',
    'import polars as pl\n    return pl.from_pandas(numbers).with_columns(pl.col("n") * 2)',
    'import duckdb\n    return duckdb.sql("select n * 2 as n from numbers").df()',
])
def test_every_way_of_giving_a_value_is_right(grade, body):
    source = assets(body).replace("def doubled(numbers: pd.DataFrame) -> pd.DataFrame:", "def doubled(numbers: pd.DataFrame):")
    assert grade(assets=source).score == 10


@pytest.mark.parametrize("old_def, new_def", [
    ("@dg.asset\ndef doubled(numbers: pd.DataFrame) -> pd.DataFrame:",
     "@dg.asset\ndef doubled(context: dg.AssetExecutionContext, numbers: pd.DataFrame) -> pd.DataFrame:\n    context.log.info('안녕')"),
    ("@dg.asset\ndef doubled(numbers: pd.DataFrame) -> pd.DataFrame:",
     "@dg.multi_asset(outs={'doubled': dg.AssetOut()})\ndef both(numbers: pd.DataFrame):"),
    ("@dg.asset\ndef doubled(numbers: pd.DataFrame) -> pd.DataFrame:",
     "@dg.asset(name='doubled')\ndef another_name(numbers: pd.DataFrame) -> pd.DataFrame:"),
    ("@dg.asset\ndef doubled(numbers: pd.DataFrame) -> pd.DataFrame:",
     "@dg.asset(deps=['a_table_beside'])\ndef doubled(numbers: pd.DataFrame) -> pd.DataFrame:"),
    ("@dg.asset\ndef doubled(numbers: pd.DataFrame) -> pd.DataFrame:",
     "@dg.asset(ins={'frame': dg.AssetIn('numbers')})\ndef doubled(frame: pd.DataFrame) -> pd.DataFrame:\n    numbers = frame"),
])
def test_every_way_of_defining_an_asset_is_right(grade, old_def, new_def):
    definitions = DEFINITIONS.replace("import doubled, numbers", "import *").replace(
        "assets=[numbers, doubled]", "assets=dg.load_assets_from_modules([__import__('sys').modules[__package__ + '.assets']])")
    assert grade(assets=ASSETS.replace(old_def, new_def), definitions=definitions).score == 10


def test_a_graph_asset_is_right(grade):
    source = ASSETS.replace("@dg.asset\ndef doubled(numbers: pd.DataFrame) -> pd.DataFrame:\n    " + DOUBLED,
                            "@dg.op\ndef times_two(frame: pd.DataFrame) -> pd.DataFrame:\n    return frame.assign(n=frame['n'] * 2)\n\n\n"
                            "@dg.graph_asset\ndef doubled(numbers):\n    return times_two(numbers)")
    assert "times_two" in source
    assert grade(assets=source).score == 10


def test_a_lazy_definitions_function_is_right(grade):
    definitions = DEFINITIONS.replace("defs = dg.Definitions(assets=[numbers, doubled])",
                                      "@dg.definitions\ndef defs():\n    return dg.Definitions(assets=[numbers, doubled])")
    assert grade(definitions=definitions).score == 10


def test_a_wrong_value_is_incorrect_and_the_misconception_is_named(grade):
    result = by_id(grade(assets=assets('return numbers.assign(n=numbers["n"] + 2)')))
    assert result["doubled_is_defined"].outcome is Outcome.CORRECT
    assert result["doubles"].outcome is Outcome.INCORRECT
    assert result["doubles"].misconception == "adds_two"
    assert result["doubles"].finding.call == "doubled(numbers)"
    assert list(result["doubles"].finding.actual["n"]) == [3, 7]


def test_an_unknown_mistake_has_no_name(grade):
    assert by_id(grade(assets=assets('return numbers.assign(n=numbers["n"] * 7)')))["doubles"].misconception is None


@pytest.mark.parametrize("changed, criterion, outcome, says", [
    ({"assets": assets("raise NotImplementedError")}, "doubled_is_defined", Outcome.NOT_ATTEMPTED, "아직 시작하지 않았습니다"),
    ({"assets": None, "definitions": None}, "doubled_is_defined", Outcome.NOT_ATTEMPTED, "파일이 없습니다"),
    ({"assets": "def f(:\n    pass"}, "doubled_is_defined", Outcome.SUBMISSION_ERROR, r"assets\.py 1번째 줄"),
    ({"assets": "import pandaz"}, "doubled_is_defined", Outcome.SUBMISSION_ERROR, "pandaz"),
    ({"definitions": "x = 1"}, "doubled_is_defined", Outcome.INCORRECT, "defs = dg.Definitions"),
    ({"definitions": DEFINITIONS.replace("numbers, doubled]", "numbers]")}, "doubled_is_defined", Outcome.INCORRECT, "자산 doubled"),
    ({"assets": ASSETS.replace("def doubled(numbers", "def doubled(nunbers").replace("numbers.assign", "nunbers.assign")},
     "doubled_is_defined", Outcome.SUBMISSION_ERROR, "업스트림 자산의 이름"),
    ({"assets": assets("pass").replace("-> pd.DataFrame:\n    pass", ":\n    pass")}, "doubled_is_defined", Outcome.INCORRECT, "return을 잊지"),
    ({"assets": assets("return [1]").replace("def doubled(numbers: pd.DataFrame) -> pd.DataFrame", "def doubled(numbers)")},
     "doubled_is_defined", Outcome.INCORRECT, "list"),
    ({"assets": assets("return numbers['x']")}, "doubled_is_defined", Outcome.SUBMISSION_ERROR, "KeyError"),
    ({"assets": assets("import sys; sys.exit(0)")}, "doubled_is_defined", Outcome.SUBMISSION_ERROR, "끝내려"),
    ({"assets": assets("import os; os._exit(0)")}, "doubled_is_defined", Outcome.SUBMISSION_ERROR, "갑자기 끝냈습니다"),
    ({"assets": assets("while True: pass")}, "doubled_is_defined", Outcome.SUBMISSION_ERROR, "2초 안에 끝나지"),
    ({"assets": assets("x = bytearray(3 * 10**9)")}, "doubled_is_defined", Outcome.SUBMISSION_ERROR, "메모리"),
    ({"assets": assets("return pd.DataFrame({'n': range(3_000_000)})")}, "doubled_is_defined", Outcome.SUBMISSION_ERROR, "너무 커서"),
    ({"test_assets": "x = 1"}, "learner_tests", Outcome.NOT_ATTEMPTED, "test_로 시작하는"),
    ({"test_assets": "import nope\n\ndef test_a(): pass"}, "learner_tests", Outcome.SUBMISSION_ERROR, "nope"),
    ({"test_assets": TESTS.replace("== [6]", "== [7]")}, "learner_tests", Outcome.INCORRECT, "올바른 코드에서도.*test_doubles"),
])
def test_each_state_has_its_own_sentence(grade, changed, criterion, outcome, says):
    result = by_id(grade(**changed))[criterion]
    assert result.outcome is outcome, result
    assert re.search(says, result.message), result.message
    assert "course_lib" not in result.message + (result.finding.trace or "")


def test_dependents_are_skipped(grade):
    result = by_id(grade(assets=assets("raise NotImplementedError")))
    assert result["doubles"].outcome is Outcome.SKIPPED and result["doubles_negatives"].outcome is Outcome.SKIPPED
    assert result["learner_tests"].outcome is Outcome.CORRECT


def test_a_trace_starts_at_the_learners_first_line(grade):
    result = by_id(grade(assets=assets("return helper(numbers)") + "\n\ndef helper(frame):\n    return frame['없음']\n"))
    trace = result["doubled_is_defined"].finding.trace
    assert trace.splitlines()[0].startswith("assets.py 12번째 줄 (doubled)")
    assert "site-packages" not in trace and "KeyError" in trace.splitlines()[-1]


def test_learner_tests_run_beside_the_other_criteria(judge, grade, monkeypatch):
    run, seen = judge._rubric.run, {}

    def watched(criterion_id, *handles):
        if criterion_id == "doubles":
            assert started.wait(20)  # 차례로 돌린다면 오지 않는다
        elif criterion_id == "learner_tests":
            started.set()
        seen[criterion_id] = threading.current_thread() is threading.main_thread()
        return run(criterion_id, *handles)

    started = threading.Event()
    monkeypatch.setattr(judge._rubric, "run", watched)
    assert grade().perfect
    assert seen == {"doubled_is_defined": True, "doubles": True, "doubles_negatives": True, "learner_tests": False}


def test_nobody_waits_for_learner_tests_whose_result_is_not_used(judge, grade, monkeypatch):
    monkeypatch.setattr(judge, "_judged", lambda *args, **options: 1 / 0)
    ran = []
    monkeypatch.setattr(Submission, "run_tests", lambda submission, others: ran.append(time.sleep(0.5)) or SubmissionFault("ended"))
    with pytest.raises(ZeroDivisionError):
        grade(test_assets=TESTS + "# 처음 보는 파일\n")
    assert len(ran) <= 2  # 모범 답안과 실수 둘 가운데, 이미 시작한 것만


def test_learner_tests_earn_in_proportion_to_what_they_catch(grade):
    weak = TESTS.split("def test_negative")[0]
    result = by_id(grade(test_assets=weak))["learner_tests"]
    assert (result.points, result.outcome) == (1.5, Outcome.INCORRECT)
    assert "부호를 잃음" in result.message
    nothing = "def test_nothing():\n    assert 1\n"
    assert by_id(grade(test_assets=nothing))["learner_tests"].points == 0


def test_what_was_seen_before_a_timeout_keeps_its_points(grade):
    result = grade(assets=assets("if (numbers['n'] < 0).any():\n        while True: pass\n    " + DOUBLED))
    assert by_id(result)["doubles"].points == 3
    assert by_id(result)["doubles_negatives"].outcome is Outcome.SUBMISSION_ERROR


def test_a_fault_of_ours_is_never_the_learners(grade, judge, monkeypatch):
    from course_lib.grading import submission as submission_module

    def broken(self, *args, **kwargs):
        raise RuntimeError("우리 잘못")

    monkeypatch.setattr(submission_module.Submission, "call", broken)
    result = by_id(grade())
    assert result["doubled_is_defined"].outcome is Outcome.COURSE_ERROR
    assert "과정의 오류" in result["doubled_is_defined"].message


def test_hidden_criteria_can_be_left_out(judge):
    files = {name: text.encode() for name, text in SOLUTION.items()}
    assert "doubles_negatives" not in by_id(judge.grade_files(files, include_hidden=False))
