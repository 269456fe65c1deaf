"""`course release`: 학습자에게 나눠 줄 학급 꾸러미. 답(`solutions/`)과 숨은 기준이 들어 있지 않은 과정의 사본이다.

공개 기준은 그대로 채점된다. 숨은 기준, 모범 답안과 견주는 기준, 학습자의 테스트를 채점하는 기준은 강사의 컴퓨터에서만 채점한다.
"""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

from course_lib.manifest import repository_root
from course_lib.workspace import files_below

FILES = ("course.toml", "pyproject.toml", "README.ko.md", "dg.toml", ".gitignore")
FOLDERS = ("course_lib", "exercises", "notebooks", "jupyter", "docs")
RUBRICS = Path("tests") / "rubrics"


class ReleaseError(Exception):
    """꾸러미를 만들 수 없다. 메시지는 강사에게 그대로 보인다."""


def release(target: Path, root: Path | None = None) -> int:
    """꾸러미를 `target`에 만들고, 담은 파일의 수를 돌려준다. 비어 있지 않은 폴더이면 ReleaseError."""
    root = root or repository_root()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ReleaseError(f"{target}이(가) 비어 있지 않습니다. 새 폴더를 정해 주세요.")
    names = [Path(name) for name in FILES if (root / name).is_file()]
    names += [path.relative_to(root) for folder in FOLDERS for path in files_below(root / folder)]
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target / name)
    count = len(names)
    for path in files_below(root / RUBRICS):
        text = path.read_text(encoding="utf-8")
        if path.name.startswith("test_"):
            text = public_criteria(text)
            if text is None:
                continue
        name = path.relative_to(root)
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8", newline="")
        count += 1
    return count


def public_criteria(source: str) -> str | None:
    """기준표 모듈에서 강사만 채점하는 기준을 뺀 글. 남는 기준이 없으면 None."""
    lines = source.splitlines(keepends=True)
    kept = 0
    for function in reversed([node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.decorator_list]):
        if _is_private(function):
            del lines[function.decorator_list[0].lineno - 1 : function.end_lineno]
        else:
            kept += 1
    return "".join(lines) if kept else None


def kit_problems(root: Path) -> Iterator[str]:
    """꾸러미에 있으면 안 되는 것들. 없으면 아무것도 내지 않는다."""
    if (root / "solutions").exists():
        yield "solutions/가 들어 있습니다. 꾸러미는 `course release 폴더`로 만드세요."
    for path in files_below(root / RUBRICS):
        if path.name.startswith("test_") and public_criteria(path.read_text(encoding="utf-8")) != path.read_text(encoding="utf-8"):
            yield f"{path.relative_to(root).as_posix()}에 강사만 채점하는 기준이 들어 있습니다."


def _is_private(function: ast.FunctionDef) -> bool:
    hidden = any(keyword.arg == "hidden" and getattr(keyword.value, "value", False) is True
                 for decorator in function.decorator_list if isinstance(decorator, ast.Call) for keyword in decorator.keywords)
    called = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return hidden or "grade_learner_tests" in called or any(argument.arg == "reference" for argument in function.args.args)
