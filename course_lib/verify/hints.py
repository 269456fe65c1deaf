"""힌트의 법: 2~4개가 있고, 비어 있지 않고, 답을 그대로 담지 않는다.

답을 담았다는 것은 답의 한 문장(statement)이나 그 오른쪽 식이 힌트 안에 통째로 있다는 뜻이다. 빈칸, 줄바꿈, 따옴표의 모양은
무시한다. 처음부터 학습자에게 보이는 코드(뼈대, 노트북의 셀)는 답으로 치지 않는다.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from course_lib.manifest import FILE_NAME, Exercise, Lesson, Manifest
from course_lib.verify.notebook_file import answers, tagged_cells
from course_lib.verify.problem import Problem

FEWEST, MOST = 2, 4
# 이보다 짧은 조각은 답이라기보다 낱말이다. `axis=1`이나 `return df`를 말하지 못하면 힌트를 쓸 수 없다.
_SHORTEST_STATEMENT = 16
_SHORTEST_EXPRESSION = 32


def hint_problems(manifest: Manifest, root: Path) -> Iterator[Problem]:
    """목록에 있는 모든 힌트를 본다. 기준에 힌트가 빠졌는지는 기준을 아는 `judged`가 본다."""
    for lesson in manifest.lessons:
        secrets = _checkpoint_secrets(lesson, root)
        for checkpoint in lesson.checkpoints:
            where = f"{FILE_NAME} 확인 문제 {checkpoint.id}"
            yield from _ladder_problems(where, checkpoint.hints, secrets.get(checkpoint.id, set()))
    for exercise in manifest.exercises:
        secrets = _exercise_secrets(exercise, root)
        for criterion, hints in exercise.hints.items():
            yield from _ladder_problems(f"{FILE_NAME} {exercise.id}의 기준 {criterion}", hints, secrets)


def _ladder_problems(where: str, hints: tuple[str, ...], secrets: set[str]) -> Iterator[Problem]:
    if not FEWEST <= len(hints) <= MOST:
        yield Problem(where, f"힌트가 {len(hints)}개입니다. {FEWEST}~{MOST}개를 쓰세요(방향, 볼 API, 거의 코드).")
    if len(set(hints)) != len(hints):
        yield Problem(where, "같은 힌트가 두 번 나옵니다.")
    for number, hint in enumerate(hints, start=1):
        if not hint.strip():
            yield Problem(where, f"힌트 {number}이 비었습니다.")
        revealed = next((secret for secret in sorted(secrets) if secret in _squeezed(hint)), None)
        if revealed:
            yield Problem(where, f"힌트 {number}에 답이 그대로 들어 있습니다: {revealed}")


def _checkpoint_secrets(lesson: Lesson, root: Path) -> dict[str, set[str]]:
    notebook = root / "notebooks" / f"{lesson.id}.ipynb"
    path = root / "solutions" / "notebooks" / f"{lesson.id}.py"
    if not (notebook.is_file() and path.is_file()):
        return {}
    try:
        shown = {cell.checkpoint: cell.source for cell in tagged_cells(notebook)}
    except ValueError:
        # 깨진 노트북은 tree가 알린다.
        return {}
    return {
        name: _statements([answer]) - _statements([shown.get(name, "")])
        for name, answer in answers(path).items()
    }


def _exercise_secrets(exercise: Exercise, root: Path) -> set[str]:
    # 패키지 표시(__init__.py)에는 답이 없다.
    names = (*exercise.modules, exercise.test_module)
    solution = _texts(root / "solutions" / exercise.id / name for name in names)
    scaffold = _texts(root / "exercises" / exercise.id / name for name in names)
    return _statements(solution) - _statements(scaffold)


def _texts(paths: Iterable[Path]) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in paths if path.suffix == ".py" and path.is_file()]


def _statements(sources: Iterable[str]) -> set[str]:
    """소스의 한 문장짜리 코드와 그 오른쪽 식을 빈칸 없이."""
    return {text for source in sources for text in _statements_of(source)}


def _statements_of(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        # 노트북의 %magic처럼 파이썬이 아닌 줄이 있으면 줄마다 본다.
        yield from (line for line in map(_squeezed, source.splitlines()) if len(line) >= _SHORTEST_STATEMENT)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return | ast.Expr | ast.Assert):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue  # docstring
            statement = _squeezed(ast.unparse(node))
            if len(statement) >= _SHORTEST_STATEMENT:
                yield statement
            value = getattr(node, "value", None)
            expression = _squeezed(ast.unparse(value)) if value is not None else ""
            if len(expression) >= _SHORTEST_EXPRESSION:
                yield expression


def _squeezed(code: str) -> str:
    return re.sub(r"[\s`]", "", code).replace('"', "'")
