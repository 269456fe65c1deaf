"""연습을 확인하는 명령: 무엇을 말하고 무엇을 기록하는가. 채점은 미리 정한 결과로 대신한다."""

import pytest

from course_lib.classroom import exercises
from course_lib.classroom.progress import hints_shown, last_outcome, read_events, record, solved
from course_lib.grading.results import CriterionResult, Finding, Outcome, SubmissionResult
from course_lib.grading.worker import WorkerError
from course_lib.manifest import load_manifest


def result(*outcomes: Outcome) -> SubmissionResult:
    names = list(load_manifest().exercise("ex1").hints)
    return SubmissionResult("ex1_page_views", tuple(
        CriterionResult(id=names[n], title=f"기준 {n}", why="까닭", outcome=outcome, points=5 if outcome is Outcome.CORRECT else 0,
                        max_points=5, hidden=False, finding=None if outcome is Outcome.CORRECT else Finding("고칠 것이 있습니다."))
        for n, outcome in enumerate(outcomes)))


@pytest.fixture
def graded(monkeypatch):
    """다음 채점의 결과(또는 예외)를 정한다."""

    def set_next(answer: SubmissionResult | Exception) -> None:
        def grade(*args, **kwargs):
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(exercises._worker, "grade", grade)

    return set_next


def test_the_first_check_prepares_the_workspace_and_records_the_score(graded, workspace, capsys):
    graded(result(Outcome.CORRECT, Outcome.INCORRECT))
    exercises.check_exercise("ex1")
    assert (workspace / "exercises/ex1_page_views/assets.py").exists()
    assert last_outcome("ex1_page_views") == "score=5"
    shown = capsys.readouterr().out
    assert "5 / 10점" in shown and "course hint ex1" in shown


def test_full_marks_are_recorded_and_open_the_solution(graded, capsys):
    exercises.solution_exercise("ex1")
    assert "그래도 보기" in capsys.readouterr().out
    graded(result(Outcome.CORRECT))
    exercises.check_exercise("ex1")
    assert "ex1_page_views" in solved()
    exercises.solution_exercise("ex1")
    shown = capsys.readouterr().out
    assert "- " in shown and "+ " in shown and "def cleaned_page_views" in shown


def test_the_solution_is_shown_to_those_who_insist(capsys):
    exercises.solution_exercise("ex1", show=True)
    assert "def cleaned_page_views" in capsys.readouterr().out


def test_the_same_score_is_not_recorded_twice(graded):
    graded(result(Outcome.CORRECT, Outcome.INCORRECT))
    for _ in range(3):
        exercises.check_exercise("ex1")
    assert len(read_events()) == 1


def test_a_broken_judge_is_the_courses_fault(graded, capsys):
    graded(WorkerError("RuntimeError: 고장"))
    assert exercises.check_exercise("ex1") is None
    shown = capsys.readouterr().out
    assert "당신의 잘못이 아니에요" in shown and "고장" in shown
    assert not read_events()


def test_a_hint_without_a_name_is_for_the_first_thing_to_fix(graded, capsys):
    graded(result(Outcome.CORRECT, Outcome.INCORRECT, Outcome.INCORRECT))
    checked = exercises.check_exercise("ex1")
    exercises.hint_exercise("ex1")
    assert f"힌트 1/{len(load_manifest().exercise('ex1').hints[checked.criteria[1].id])} · {checked.criteria[1].id}" in capsys.readouterr().out


def test_hints_come_one_by_one_and_then_stay(capsys):
    steps = load_manifest().exercise("ex1").hints["removes_bots"]
    for _ in range(len(steps) + 2):
        exercises.hint_exercise("ex1", "removes_bots")
    assert hints_shown("ex1_page_views.removes_bots") == len(steps) + 2
    assert f"힌트 {len(steps)}/{len(steps)}" in capsys.readouterr().out.splitlines()[-len(steps) - 1]


@pytest.mark.parametrize("ask, says", [
    (lambda: exercises.check_exercise("ex11"), "ex1"),
    (lambda: exercises.hint_exercise("ex1", "remove_bots"), "removes_bots"),
    (lambda: exercises.hint_exercise("nope"), "연습"),
    (lambda: exercises.solution_exercise("ex99"), "연습"),
])
def test_a_wrong_name_gets_one_kind_sentence(ask, says, capsys):
    exercises._last_results.clear()
    ask()
    assert says in capsys.readouterr().out


def test_unknown_names_in_the_progress_stay_and_do_no_harm(graded):
    record("correct", "옛날_연습")
    graded(result(Outcome.CORRECT))
    exercises.check_exercise("ex1")
    assert {"옛날_연습", "ex1_page_views"} <= solved()
