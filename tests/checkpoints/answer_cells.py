"""확인 문제의 시험들이 함께 쓰는 것: 답 셀의 글자를 바꾸고, 셀을 실행하고, 셀이 넘긴 값을 확인한다."""

from collections.abc import Iterable, Mapping

import nbformat

from course_lib.classroom.checkpoints import checker_of
from course_lib.manifest import load_manifest, repository_root


def code_cells(lesson: str) -> list[str]:
    """노트북의 코드 셀들의 글."""
    cells = nbformat.read(repository_root() / "notebooks" / f"{lesson}.ipynb", as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def edited(source: str, edits: Iterable[tuple[str, str]]) -> str:
    """글자를 차례로 바꾼 셀. 바꿀 글자가 없으면 시험이 낡은 것이다."""
    for old, new in edits:
        assert old in source, old
        source = source.replace(old, new)
    return source


def given(source: str, before: str = "", names: Mapping[str, object] | None = None) -> tuple:
    """셀을 실행해, 그 셀이 `check`에 넘긴 값들을 얻는다. `before`는 먼저 실행할 코드, `names`는 그 밖에 있어야 할 이름들이다."""
    seen: list[tuple] = []
    space: dict = {"__name__": "__main__", **(names or {})}
    exec(compile(before, "앞의 셀", "exec"), space)
    space["check"] = lambda name, *answers: seen.append(answers)
    exec(compile(source, "답 셀", "exec"), space)
    return seen[-1]


def judge(checkpoint_id: str, source: str, before: str = "", names: Mapping[str, object] | None = None) -> str | None:
    """셀의 답이 맞으면 칭찬하는 말. 틀리면 그 예외(Wrong, LearnerError, NotAttempted)가 올라온다."""
    return checker_of(load_manifest().checkpoint(checkpoint_id))(*given(source, before, names))
