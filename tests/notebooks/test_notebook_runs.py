"""노트북을 두 번 실행한다: 실린 그대로, 그리고 답을 넣어서."""

import pytest
from nbformat import NotebookNode
from pytest_notebook.diffing import diff_notebooks, diff_to_string, filter_diff

from course_lib.classroom.feedback import LABELS
from course_lib.grading.results import Outcome
from course_lib.manifest import load_manifest
from tests.notebooks.normalizers import IGNORED, normalized
from tests.notebooks.runner import checkpoint_of, read_notebook

LESSONS = [lesson.id for lesson in load_manifest().lessons]
AS_SHIPPED = [pytest.param((name, False), id=name) for name in LESSONS]
ANSWERED = [pytest.param((name, True), id=name) for name in LESSONS]


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", AS_SHIPPED)
def test_nothing_solved_gives_the_committed_outputs(executed, run):
    committed, seen = normalized(read_notebook(run[0])), normalized(executed(*run))
    difference = filter_diff(diff_notebooks(committed, seen), list(IGNORED))
    assert not difference, (
        f"{run[0]}의 출력이 저장된 것과 다릅니다. 바뀐 것이 맞다면 "
        f"`python -m tests.notebooks.regenerate {run[0]}`를 실행하세요."
        + diff_to_string(committed, difference, use_git=False, use_diff=False, use_color=False)
    )


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", AS_SHIPPED)
def test_nothing_solved_says_not_yet_everywhere(executed, run):
    assert _outcomes(executed(*run)) == {name: Outcome.NOT_ATTEMPTED for name in _checkpoints(run[0])}


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", ANSWERED)
def test_the_answers_are_correct_everywhere(executed, run):
    assert _outcomes(executed(*run)) == {name: Outcome.CORRECT for name in _checkpoints(run[0])}


@pytest.mark.notebook_run
@pytest.mark.parametrize("run", [*AS_SHIPPED, *ANSWERED])
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


def _outcome(cell: NotebookNode, name: str) -> Outcome | None:
    for output in cell.outputs:
        headline = output.get("data", {}).get("text/plain", "").split("\n", 1)[0]
        for outcome, label in LABELS.items():
            if headline.startswith(f"{label} · 확인 문제 {name} "):
                return outcome
    return None
