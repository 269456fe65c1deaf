"""결과를 글과 HTML과 JSON으로: 이스케이프, 색 없이 읽히기, exercism v3의 모양."""

import json

import pandas as pd
import pytest

from course_lib.grading import render
from course_lib.grading.misconceptions import Catalogue, Misconception
from course_lib.grading.results import CriterionResult, Finding, Outcome, SubmissionResult

EVIL = "<script>alert(1)</script>"
CATALOGUE = Catalogue("mini", (Misconception("evil", "이름", "b", "설명입니다.", ()),), ())


def criterion(id: str, outcome: Outcome, **extra) -> CriterionResult:
    return CriterionResult(id=id, title=f"기준 {id}", why="까닭", outcome=outcome, points=5 if outcome is Outcome.CORRECT else 0,
                           max_points=5, hidden=False, **extra)


FAILED = SubmissionResult("mini", (
    criterion("a", Outcome.CORRECT),
    criterion("b", Outcome.INCORRECT, misconception="evil", finding=Finding(
        message=f"틀렸습니다 {EVIL}", call=f"f({EVIL})", actual=pd.DataFrame({EVIL: [EVIL]}), expected=pd.DataFrame({"n": [1]}))),
    criterion("c", Outcome.SKIPPED),
    criterion("d", Outcome.SUBMISSION_ERROR, finding=Finding(message="멈췄습니다", trace=f"assets.py 1번째 줄\n{EVIL}")),
))


@pytest.mark.parametrize("every_detail", [False, True])
def test_nothing_of_a_submission_becomes_markup(every_detail):
    page = render.as_html(FAILED, CATALOGUE, every_detail=every_detail)
    assert EVIL not in page and "&lt;script&gt;" in page


def test_control_characters_do_not_reach_the_terminal():
    """제목을 바꾸고, 화면을 지우고, 글의 방향을 뒤집는 글자."""
    evil = "\x1b]0;x\x07\x1b[2J\r\x9b2J\u202e\u2066\u2028"
    failed = criterion("a", Outcome.SUBMISSION_ERROR, finding=Finding(message=f"줄 1\n\t줄 2 {evil}", trace=evil))
    text = render.as_text(SubmissionResult("mini", (failed,)), CATALOGUE)
    assert "줄 1\n\t줄 2" in text and "]0;x" in text
    assert set(text).isdisjoint("\x1b\x07\r\x9b\u202e\u2066\u2028")


def test_the_first_thing_to_fix_is_explained_with_its_name_and_hint():
    text = render.as_text(FAILED, CATALOGUE, hint_line="힌트를 보세요")
    assert text.startswith("5 / 20점 — 다음에 고칠 것: 기준 b")
    assert "이런 실수가 아닌가요? 이름 — 설명입니다." in text and "힌트를 보세요" in text
    assert "멈췄습니다" not in text


def test_every_outcome_has_a_symbol_and_a_word():
    assert set(render.WORDS) == set(Outcome)
    assert len({symbol for symbol, _ in render.WORDS.values()}) == len(Outcome)


def test_json_has_the_shape_of_exercism_v3():
    found = json.loads(render.as_json(FAILED, CATALOGUE))
    assert (found["version"], found["status"], found["score"], found["max_score"]) == (3, "fail", 5, 20)
    first = found["tests"][1]
    assert {"name", "status", "message", "output", "test_code", "points", "max_points", "outcome", "misconception", "hidden"} <= set(first)
    assert (first["status"], first["outcome"], first["misconception"]) == ("fail", "incorrect", "evil")


def test_full_marks_and_nothing_begun_have_their_own_headline():
    assert render.headline(SubmissionResult("m", (criterion("a", Outcome.CORRECT),))) == "5 / 5점 — 모두 맞았습니다!"
    assert "시작하지 않았습니다" in render.headline(SubmissionResult("m", (criterion("a", Outcome.NOT_ATTEMPTED), criterion("b", Outcome.SKIPPED))))


def test_a_course_error_is_loud_and_not_theirs():
    broken = SubmissionResult("m", (criterion("a", Outcome.COURSE_ERROR, finding=Finding("과정의 오류입니다.", trace="Traceback")),))
    assert "당신의 잘못이 아닙니다" in render.headline(broken)
    assert "Traceback" in render.as_text(broken, CATALOGUE)
    assert json.loads(render.as_json(broken, CATALOGUE))["status"] == "error"
