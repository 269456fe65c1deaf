"""목록(`course.toml`)과 파일이 양쪽으로 같은지 본다: 빠진 것, 남는 것, 답이 없는 확인 문제."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from course_lib.classroom.checkpoints import module_name, registered
from course_lib.manifest import FILE_NAME, Exercise, Lesson, Manifest
from course_lib.verify.notebook_file import answers, tagged_cells
from course_lib.verify.problem import Problem
from course_lib.workspace import files_below

BLANK = "____"
_ANSWERS = Path("solutions") / "notebooks"


def tree_problems(manifest: Manifest, root: Path) -> Iterator[Problem]:
    """파일을 읽기만 해서 알 수 있는 것을 모두 본다."""
    yield from _missing_and_stray(manifest, root)
    for lesson in manifest.lessons:
        yield from _checkpoint_problems(lesson, root)


def _missing_and_stray(manifest: Manifest, root: Path) -> Iterator[Problem]:
    expected = set(_expected_files(manifest))
    actual = {
        path.relative_to(root)
        for folder in ("notebooks", "exercises", "solutions", "tests/rubrics")
        for path in files_below(root / folder)
    }
    for path in sorted(expected - actual):
        yield Problem(path.as_posix(), f"{FILE_NAME}에 있지만 파일이 없습니다. 파일을 만들거나 목록에서 지우세요.")
    for path in sorted(actual - expected):
        if not _is_accounted_for(path, manifest, root):
            yield Problem(path.as_posix(), f"{FILE_NAME}에 없는 남는 파일입니다. 지우거나 목록에 적으세요.")
    for exercise in manifest.exercises:
        if not any(path.parts[:3] == ("tests", "rubrics", exercise.id) for path in actual):
            yield Problem(f"tests/rubrics/{exercise.id}", "채점 기준표가 없습니다. @criterion 테스트를 쓰세요.")


def _expected_files(manifest: Manifest) -> Iterator[Path]:
    for lesson in manifest.lessons:
        yield Path("notebooks") / f"{lesson.id}.ipynb"
        if lesson.checkpoints:
            yield _ANSWERS / f"{lesson.id}.py"
    for exercise in manifest.exercises:
        for name in _submitted_files(exercise):
            yield Path("exercises") / exercise.id / name
            yield Path("solutions") / exercise.id / name
        yield Path("exercises") / exercise.id / "guide.ipynb"
        yield Path("solutions") / exercise.id / "misconceptions.py"


def _submitted_files(exercise: Exercise) -> tuple[str, ...]:
    return ("__init__.py", *exercise.modules, exercise.test_module)


def _is_accounted_for(path: Path, manifest: Manifest, root: Path) -> bool:
    """목록에 적지 않아도 되는 파일: 패키지 표시, 목록에 있는 연습의 채점 기준표, 노트북이 이름을 부르는 그림."""
    if path.parent in (Path("exercises"), Path("solutions"), Path("tests/rubrics")) and path.name == "__init__.py":
        return True
    if path.parts[:2] == ("tests", "rubrics"):
        return path.parts[2] in {exercise.id for exercise in manifest.exercises} and path.suffix == ".py"
    if path.parts[0] == "notebooks" and path.suffix in {".png", ".svg"}:
        notebooks = (root / "notebooks").glob("*.ipynb")
        return any(path.name in notebook.read_text(encoding="utf-8") for notebook in notebooks)
    return False


def _checkpoint_problems(lesson: Lesson, root: Path) -> Iterator[Problem]:
    """확인 문제마다 꼬리표 붙은 셀, 빈칸, 답, 검사 함수가 하나씩 있고 남는 것은 없다."""
    notebook = root / "notebooks" / f"{lesson.id}.ipynb"
    if not notebook.is_file():
        return
    where = notebook.relative_to(root).as_posix()
    try:
        cells = tagged_cells(notebook)
    except ValueError as error:
        yield Problem(where, f"노트북을 읽을 수 없습니다: {error}")
        return
    listed = {checkpoint.id for checkpoint in lesson.checkpoints}
    counts = Counter(cell.checkpoint for cell in cells)
    for name in sorted(listed - set(counts)):
        yield Problem(where, f"확인 문제 {name}의 셀이 없습니다. 셀에 checkpoint:{name} 꼬리표를 붙이세요.")
    for name in sorted(set(counts) - listed):
        yield Problem(where, f"꼬리표 checkpoint:{name}이 {FILE_NAME}의 {lesson.id}에 없습니다.")
    for name in sorted(name for name, count in counts.items() if count > 1):
        yield Problem(where, f"꼬리표 checkpoint:{name}이 {counts[name]}개의 셀에 붙었습니다. 한 셀에만 붙이세요.")
    for cell in cells:
        if BLANK not in cell.source:
            yield Problem(where, f"확인 문제 {cell.checkpoint}의 셀에 빈칸 {BLANK}이 없습니다.")
    yield from _answer_problems(lesson, listed, root)
    yield from _checker_problems(lesson, listed)


def _answer_problems(lesson: Lesson, listed: set[str], root: Path) -> Iterator[Problem]:
    path = root / _ANSWERS / f"{lesson.id}.py"
    if not path.is_file():
        # 빠진 파일은 이미 알렸다.
        return
    where = path.relative_to(root).as_posix()
    found = answers(path)
    for name in sorted(listed - set(found)):
        yield Problem(where, f"확인 문제 {name}의 답이 없습니다. `# %% [{name}]` 아래에 쓰세요.")
    for name in sorted(set(found) - listed):
        yield Problem(where, f"답 [{name}]에 맞는 확인 문제가 {FILE_NAME}에 없습니다.")
    for name, source in sorted(found.items()):
        if not source.strip() or BLANK in source:
            yield Problem(where, f"답 [{name}]이 비었거나 빈칸 {BLANK}이 남았습니다.")


def _checker_problems(lesson: Lesson, listed: set[str]) -> Iterator[Problem]:
    if not listed:
        return
    where = f"course_lib/classroom/checkpoints/{module_name(lesson.id)}.py"
    try:
        checkers = registered(lesson.id)
    except ModuleNotFoundError:
        yield Problem(where, f"수업 {lesson.id}의 검사 함수가 든 모듈이 없습니다.")
        return
    for name in sorted(listed - checkers):
        yield Problem(where, f"확인 문제 {name}의 검사 함수가 없습니다. @checkpoint(\"{name}\")로 쓰세요.")
    for name in sorted(checkers - listed):
        yield Problem(where, f"검사 함수 {name}에 맞는 확인 문제가 {FILE_NAME}에 없습니다.")
