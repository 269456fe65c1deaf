"""수업과 연습의 노트북을 두 번 실행한다: 실린 그대로, 그리고 다 푼 채로."""

import pytest
from nbformat import NotebookNode
from pytest_notebook.diffing import diff_notebooks, diff_to_string, filter_diff

from course_lib.classroom.feedback import LABELS
from course_lib.grading.results import Outcome
from course_lib.manifest import Exercise, load_manifest
from tests.notebooks.normalizers import IGNORED, normalized
from tests.notebooks.runner import checkpoint_of, read_notebook

LESSONS = [lesson.id for lesson in load_manifest().lessons]
GUIDES = [exercise.id for exercise in load_manifest().exercises]


def _runs(names: list[str], *, answered: bool) -> list:
    return [pytest.param((name, answered), id=f"{name}-{'answered' if answered else 'as_shipped'}") for name in names]


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", _runs(LESSONS + GUIDES, answered=False))
def test_nothing_solved_gives_the_committed_outputs(executed, run):
    committed, seen = normalized(read_notebook(run[0])), normalized(executed(*run))
    difference = filter_diff(diff_notebooks(committed, seen), list(IGNORED))
    assert not difference, (
        f"{run[0]}의 출력이 저장된 것과 다릅니다. 바뀐 것이 맞다면 "
        f"`python -m tests.notebooks.regenerate {run[0]}`를 실행하세요."
        + diff_to_string(committed, difference, use_git=False, use_diff=False, use_color=False)
    )


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", _runs(LESSONS, answered=False))
def test_nothing_solved_says_not_yet_everywhere(executed, run):
    assert _outcomes(executed(*run)) == {name: Outcome.NOT_ATTEMPTED for name in _checkpoints(run[0])}


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", _runs(LESSONS, answered=True))
def test_the_answers_are_correct_everywhere(executed, run):
    assert _outcomes(executed(*run)) == {name: Outcome.CORRECT for name in _checkpoints(run[0])}


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", _runs(GUIDES, answered=False))
def test_the_guide_gives_the_scaffold_nothing(executed, run):
    exercise = load_manifest().exercise(run[0])
    assert _graded(executed(*run), exercise).startswith(f"0 / {exercise.points}점 — ")


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", _runs(GUIDES, answered=True))
def test_the_guide_gives_the_reference_full_marks(executed, run):
    exercise = load_manifest().exercise(run[0])
    assert _graded(executed(*run), exercise) == f"{exercise.points} / {exercise.points}점 — 모두 맞았습니다!"


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", [*_runs(LESSONS + GUIDES, answered=False), *_runs(LESSONS + GUIDES, answered=True)])
def test_nothing_is_written_to_stderr(executed, run):
    noise = [
        output.text
        for cell in executed(*run).cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]
    assert noise == []


def _checkpoints(lesson: str) -> list[str]:
    return [item.id for item in load_manifest().lesson(lesson).checkpoints]


def _outcomes(notebook: NotebookNode) -> dict[str, Outcome | None]:
    """확인 문제마다 셀의 출력이 말한 결과. 아무 말이 없으면 None이다."""
    return {name: _outcome(cell, name) for cell in notebook.cells if (name := checkpoint_of(cell)) is not None}


def _graded(notebook: NotebookNode, exercise: Exercise) -> str:
    """안내 노트북에서 연습을 채점한 셀이 보인 첫 줄."""
    graded = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip() == f'check("{exercise.alias}")']
    return [line for cell in graded for line in _headlines(cell)][0]


def _headlines(cell: NotebookNode) -> list[str]:
    return [output.get("data", {}).get("text/plain", "").split("\n", 1)[0] for output in cell.outputs]


def _outcome(cell: NotebookNode, name: str) -> Outcome | None:
    for headline in _headlines(cell):
        for outcome, label in LABELS.items():
            if headline.startswith(f"{label} · 확인 문제 {name} "):
                return outcome
    return None
