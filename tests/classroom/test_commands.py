import re

import pandas as pd
import pytest

from course_lib.classroom import ____, commands
from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import NotAttempted, Wrong, checker_of, checkpoint
from course_lib.classroom.checkpoints.expectations import call, expect_equal, expect_frame
from course_lib.classroom.commands import judge
from course_lib.classroom.feedback import LABELS, Feedback
from course_lib.classroom.progress import read_events, record, solved
from course_lib.grading.results import Outcome
from course_lib.manifest import load_manifest

ITEM = load_manifest().checkpoint("0-2")
EVERY = load_manifest().checkpoints


@pytest.fixture
def shown(monkeypatch) -> list[Feedback]:
    """화면에 보인 답들."""
    seen: list[Feedback] = []
    monkeypatch.setattr(commands, "_display", seen.append)
    return seen


@pytest.fixture
def checker(monkeypatch):
    """확인 문제 0-2의 검사 함수를 바꿔 끼운다."""

    def use(function):
        monkeypatch.setattr(commands, "checker_of", lambda _item: function)

    return use


def raising(error):
    def checker(_answer):
        raise error

    return checker


def test_every_outcome_has_its_own_symbol_and_word():
    assert len(set(LABELS.values())) == len(Outcome)
    assert all(re.match(r"^\S [가-힣]", label) for label in LABELS.values())


def test_correct(checker):
    checker(lambda _answer: "잘했습니다")
    feedback = judge(ITEM, ("B",), {})
    assert feedback.outcome is Outcome.CORRECT
    assert "✔ 정답" in feedback.text() and "잘했습니다" in feedback.text()


def test_incorrect_says_why_and_where_to_get_a_hint(checker):
    checker(raising(Wrong("행이 하나 모자랍니다")))
    feedback = judge(ITEM, ("A",), {})
    assert feedback.outcome is Outcome.INCORRECT
    assert "행이 하나 모자랍니다" in feedback.text() and 'hint("0-2")' in feedback.text()


@pytest.mark.parametrize(
    ("answers", "source"),
    [((____,), ""), (({"a": ____},), ""), (("B",), 'x = ____\ncheck("0-2", "B")')],
)
def test_a_blank_left_anywhere_is_not_attempted(answers, source):
    assert judge(ITEM, answers, {}, source).outcome is Outcome.NOT_ATTEMPTED


def test_a_blank_that_comes_back_from_the_learners_function_is_not_attempted(checker):
    checker(lambda function: call(function))
    assert judge(ITEM, (lambda: ____,), {}).outcome is Outcome.NOT_ATTEMPTED
    checker(raising(NotAttempted()))
    assert judge(ITEM, ("B",), {}).outcome is Outcome.NOT_ATTEMPTED


def test_the_learners_exception_is_shown_as_theirs_from_their_line(checker):
    def mine():
        return 1 / 0

    checker(lambda function: call(function))
    feedback = judge(ITEM, (mine,), {})
    assert feedback.outcome is Outcome.SUBMISSION_ERROR
    assert "ZeroDivisionError: division by zero" in feedback.text()
    assert "return 1 / 0" in feedback.text()
    assert "Traceback" not in feedback.text()


def test_our_exception_is_loud_short_and_not_their_fault(checker):
    checker(raising(KeyError("열")))
    feedback = judge(ITEM, ("B",), {})
    assert feedback.outcome is Outcome.COURSE_ERROR
    assert "과정의 오류입니다. 당신의 잘못이 아니에요" in feedback.text()
    assert "KeyError" in feedback.text() and len(feedback.text().splitlines()) <= 4


def test_a_changed_call_is_explained():
    feedback = judge(ITEM, ("A", "B"), {})
    assert feedback.outcome is Outcome.INCORRECT
    assert "원래대로" in feedback.text()


class Hostile:
    """견주지도 보이지도 못하는 값."""

    def __eq__(self, other):
        raise RuntimeError("견주지 마세요")

    __hash__ = None


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.id)
@pytest.mark.parametrize(
    "value",
    [None, 0, 3.5, True, "", "Z", [], {}, (), {1, 2}, [None], {"a": 1}, pd.DataFrame(), pd.DataFrame({"a": [1]}), len, object, Hostile()],
    ids=lambda value: type(value).__name__,
)
def test_no_answer_however_strange_breaks_a_checker(item, value):
    import inspect

    needed = sum(
        parameter.default is parameter.empty for parameter in inspect.signature(checker_of(item)).parameters.values()
    )
    feedback = judge(item, (value,) * max(1, needed), {})
    assert feedback.outcome in (Outcome.INCORRECT, Outcome.SUBMISSION_ERROR, Outcome.NOT_ATTEMPTED), feedback.text()


def test_check_records_each_change_once(shown):
    for answer in ("A", "A", "B", "B", ____):
        commands.check("0-2", answer)
    assert [event.kind for event in read_events()] == ["incorrect", "correct"]
    assert [feedback.outcome for feedback in shown][-2:] == [Outcome.CORRECT, Outcome.NOT_ATTEMPTED]


@pytest.mark.parametrize("name", ["9-9", "", "1", None, 3, "확인"])
def test_an_unknown_name_is_answered_not_raised(shown, name):
    commands.check(name, 1)
    commands.hint(name)
    commands.solution(name)
    assert [feedback.headline for feedback in shown] == ["이름을 확인해 주세요"] * 3
    assert read_events() == ()


def test_hints_come_one_at_a_time_and_survive_a_restart(shown):
    item = load_manifest().checkpoint("1-1")
    for _ in range(len(item.hints) + 1):
        commands.hint("1-1")
    total = len(item.hints)
    assert [feedback.headline.split(" · ")[0] for feedback in shown] == [
        *(f"힌트 {number}/{total}" for number in range(1, total + 1)),
        f"힌트 {total}/{total}",
    ]
    assert item.hints[1] not in shown[0].text() and item.hints[0] in shown[0].text()
    assert all(text in shown[-1].text() for text in item.hints)


def test_the_solution_is_offered_after_it_is_correct_or_when_insisted_on(shown):
    answer = read_answers("01_asset_philosophy")["1-1"]
    commands.solution("1-1")
    assert answer not in shown[-1].text() and "그래도 보기" in shown[-1].text()
    commands.solution("1-1", show=True)
    assert answer in shown[-1].text()
    record("correct", "1-1")
    assert "1-1" in solved()
    commands.solution("1-1")
    assert answer in shown[-1].text()


def test_without_the_answers_one_sentence_says_so(shown, monkeypatch, tmp_path):
    monkeypatch.setattr(commands, "answers_file", lambda _lesson: tmp_path / "없음.py")
    commands.solution("1-1", show=True)
    assert shown[-1].blocks == ("이 묶음에는 답이 들어 있지 않습니다. 수업을 맡은 분에게 물어보세요.",)


def test_the_same_checker_cannot_be_asked_for_an_unregistered_id():
    with pytest.raises(LookupError, match="검사 함수가"):
        checker_of(type(ITEM)(id="0-99", title="", hints=(), lesson="00_start"))
    assert checkpoint("시험용")(len) is len


@pytest.mark.parametrize(("actual", "expected"), [(1, 1.0), ("a", "a"), ([1], [1]), (None, None)])
def test_equal_values_pass(actual, expected):
    expect_equal(actual, expected, "값")


@pytest.mark.parametrize(("actual", "expected"), [(1, 2), (True, 1), ("1", 1), (pd.DataFrame({"a": [1]}), 1), (Hostile(), 1)])
def test_different_values_show_both(actual, expected):
    with pytest.raises(Wrong, match="나온 값.*\n기대한 값"):
        expect_equal(actual, expected, "값")


def test_tables_are_compared_without_regard_to_row_order_unless_asked():
    left, right = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [2, 1]})
    expect_frame(left, right)
    with pytest.raises(Wrong):
        expect_frame(left, right, ordered=True)
    with pytest.raises(Wrong, match="DataFrame이어야"):
        expect_frame([1], right)


def test_feedback_is_escaped_in_html_and_whole_in_text():
    feedback = Feedback.of(Outcome.INCORRECT, "<b>", "`a < b` & 그래서")
    bundle = feedback._repr_mimebundle_()
    assert "<b>" not in bundle["text/html"].replace("<div", "") and "<code>a &lt; b</code> &amp;" in bundle["text/html"]
    assert bundle["text/plain"].splitlines()[1] == "`a < b` & 그래서"
