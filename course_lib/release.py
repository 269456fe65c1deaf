"""`course release`: 학습자에게 나눠 줄 학급 꾸러미. 답(`solutions/`)과 숨은 기준이 들어 있지 않은 과정의 사본이다.

공개 기준은 그대로 채점된다. 숨은 기준, 모범 답안과 견주는 기준, 학습자의 테스트를 채점하는 기준은 강사의 컴퓨터에서만 채점한다.
공개 기준의 오개념은 이름과 설명, 그 실수가 내는 결과의 지문만 담는다. 틀린 결과의 지문이 같으면 학습자에게도 그 이름을 알려 준다.
"""

import ast
import json
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from course_lib.manifest import load_manifest, repository_root
from course_lib.workspace import files_below

FILES = ("course.toml", "pyproject.toml", "README.ko.md", "dg.toml", ".gitignore")
FOLDERS = ("course_lib", "exercises", "notebooks", "jupyter", "docs")
RUBRICS = Path("tests") / "rubrics"


class ReleaseError(Exception):
    """꾸러미를 만들 수 없다. 메시지는 강사에게 그대로 보인다."""


def release(target: Path, root: Path | None = None, *, named: Collection[str] | None = None,
            on_step: Callable[[str], None] = lambda step: None) -> int:
    """꾸러미를 `target`에 만들고, 담은 파일의 수를 돌려준다. 비어 있지 않은 폴더이면 ReleaseError.

    오개념마다 그 답을 한 번 채점해 보므로 몇 분이 걸린다. `named`(연습의 id들)를 주면 그 연습의 오개념만 담는다.
    단계마다 `on_step(무엇을 하는지)`을 부른다.
    """
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
    # 꾸러미에서 다시 만든 꾸러미라면 목록이 기준표와 함께 이미 복사되었다.
    for exercise in load_manifest(root).exercises:
        if (root / "solutions" / exercise.id).is_dir() and (named is None or exercise.id in named):
            on_step(f"{exercise.alias}의 오개념")
            _write_misconceptions(exercise.id, target, root)
            count += 1
    return count


def _write_misconceptions(exercise: str, target: Path, root: Path) -> None:
    """공개 기준의 오개념들을 한 번씩 채점해 보고, 코드 없이 꾸러미의 목록으로 쓴다."""
    # 채점기는 무겁다. `course --help`가 기다리지 않게 여기서 부른다.
    from course_lib.grading.judge import Judge
    from course_lib.grading.misconceptions import released_json, released_path

    public = _criteria_below(target / RUBRICS / exercise)
    with Judge(exercise, root=root) as judge:
        outcomes = [(each, judge.outcome_of(each)) for each in judge.material.catalogue.misconceptions if each.criterion in public]
    text = released_json((each, outcome) for each, outcome in outcomes if outcome is not None)
    (target / released_path(exercise)).write_text(text, encoding="utf-8", newline="")


def _criteria_below(folder: Path) -> set[str]:
    """기준표 폴더에 있는 기준들의 id."""
    modules = [ast.parse(path.read_text(encoding="utf-8")) for path in files_below(folder) if path.name.startswith("test_")]
    return {node.name.removeprefix("test_") for module in modules for node in module.body if isinstance(node, ast.FunctionDef)}


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
        elif path.suffix == ".json":
            yield from _catalogue_problems(path, root)


def _catalogue_problems(path: Path, root: Path) -> Iterator[str]:
    where, public = path.relative_to(root).as_posix(), _criteria_below(path.parent)
    for fields in json.loads(path.read_text(encoding="utf-8")):
        if set(fields) != {"id", "title", "criterion", "explanation", "outcome"}:
            yield f"{where}의 {fields.get('id')}에 이름, 설명, 결과의 지문이 아닌 것이 들어 있습니다: {', '.join(sorted(fields))}"
        elif fields["criterion"] not in public:
            yield f"{where}의 {fields['id']}이 가리키는 기준 {fields['criterion']}이 꾸러미에 없습니다."


def _is_private(function: ast.FunctionDef) -> bool:
    hidden = any(keyword.arg == "hidden" and getattr(keyword.value, "value", False) is True
                 for decorator in function.decorator_list if isinstance(decorator, ast.Call) for keyword in decorator.keywords)
    called = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return hidden or "grade_learner_tests" in called or any(argument.arg == "reference" for argument in function.args.args)
