"""퀴즈의 법: 답은 하나이고, 같은 번호면 같은 문제다."""

import pytest

from course_lib.classroom.quizzes import LETTERS, MAX_ROWS, QuestionBank, question_bank, quiz_feedback
from course_lib.grading.results import Outcome
from course_lib.grading.tables import frame_text
from course_lib.manifest import load_manifest

EXERCISE = load_manifest().exercise("ex1")
FEW = 4


@pytest.fixture(scope="module")
def bank() -> QuestionBank:
    return question_bank(EXERCISE.id)


def test_there_are_questions_about_more_than_one_asset(bank):
    assert len(bank) >= 10
    assert len({bank.get(number).asset for number in range(1, len(bank) + 1)}) >= 2


def test_exactly_one_choice_gives_the_shown_result_and_it_is_wrong(bank):
    for number in range(1, len(bank) + 1):
        question = bank.get(number)
        shown = frame_text(question.output(question.right))
        outputs = [question.output(choice) for choice in question.choices]
        same = [choice for choice, output in zip(question.choices, outputs, strict=True) if output is not None and frame_text(output) == shown]
        assert same == [question.right], number
        assert len(question.choices) == len(LETTERS)
        assert len({choice.misconception.title for choice in question.choices}) == len(LETTERS)
        assert shown != frame_text(question.expected)
        assert all(len(frame) <= MAX_ROWS for frame in question.inputs.values())


def test_a_second_bank_asks_the_same(bank):
    again = QuestionBank(EXERCISE.id)
    for number in range(1, FEW):
        first, second = bank.get(number), again.get(number)
        assert [choice.misconception.id for choice in first.choices] == [choice.misconception.id for choice in second.choices]
        assert frame_text(first.output(first.right)) == frame_text(second.output(second.right))


def test_asking_shows_the_result_and_the_titles_but_not_the_answer(bank):
    text = quiz_feedback(EXERCISE, 1).text()
    question = bank.get(1)
    assert all(choice.misconception.title in text for choice in question.choices)
    assert question.right.misconception.explanation not in text
    assert f"결과 {question.asset}" in text


def test_answering_explains(bank):
    question = bank.get(1)
    for letter, choice in zip(LETTERS, question.choices, strict=True):
        feedback = quiz_feedback(EXERCISE, 1, f" {letter.lower()} ")
        if choice is question.right:
            assert feedback.outcome is Outcome.CORRECT
            assert question.right.misconception.explanation in feedback.text()
        else:
            assert feedback.outcome is Outcome.INCORRECT
            assert choice.misconception.title in feedback.text()
            assert question.right.misconception.explanation not in feedback.text()


@pytest.mark.parametrize(("number", "answer"), [(0, None), (999, None), ("1", None), (1, "E"), (1, ""), (1, 3)])
def test_a_strange_question_is_answered_in_words(number, answer):
    feedback = quiz_feedback(EXERCISE, number, answer)
    assert feedback.outcome is None and feedback.blocks


def test_without_the_catalogue_one_sentence_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr("course_lib.classroom.quizzes.repository_root", lambda: tmp_path)
    assert "퀴즈의 재료가 들어 있지 않습니다" in quiz_feedback(EXERCISE).text()


@pytest.mark.parametrize("exercise", load_manifest().exercises, ids=lambda exercise: exercise.id)
def test_every_exercise_has_questions_or_says_it_has_none(exercise):
    feedback = quiz_feedback(exercise)
    assert len(question_bank(exercise.id)) or "퀴즈가 없습니다" in feedback.text()
