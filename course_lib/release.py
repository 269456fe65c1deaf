"""`course release`: 학습자에게 나눠 줄 학급 꾸러미. 답(`solutions/`)과 숨은 기준이 들어 있지 않은 과정의 사본이다.

공개 기준은 그대로 채점된다. 숨은 기준, 모범 답안과 견주는 기준, 학습자의 테스트를 채점하는 기준은 강사의 컴퓨터에서만 채점한다.
공개 기준의 오개념은 이름과 설명, 그 실수가 내는 결과의 지문만 담는다. 틀린 결과의 지문이 같으면 학습자에게도 그 이름을 알려 준다.
"""

import json
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from course_lib.manifest import load_manifest, repository_root
from course_lib.public_rubric import criteria_in, is_hidden_criterion, public_rubric
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
    for folder in _rubrics(root):
        # 꾸러미에서 다시 만드는 꾸러미라면 오개념의 목록이 이미 있다.
        released = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
        for name, text in {**public_rubric(_sources(folder)), **released}.items():
            path = target / folder.relative_to(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
            count += 1
    manifest = target / "course.toml"
    manifest.write_text(_without_hidden_hints(manifest.read_text(encoding="utf-8"), root), encoding="utf-8", newline="")
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


def _rubrics(root: Path) -> list[Path]:
    """연습마다의 기준표 폴더."""
    return sorted({path.parent for path in (root / RUBRICS).glob("*/test_*.py")})


def _sources(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}


def _criteria_below(folder: Path) -> set[str]:
    """기준표 폴더에 있는 기준들의 id."""
    return {node.name.removeprefix("test_") for text in _sources(folder).values() for node in criteria_in(text)}


def _without_hidden_hints(manifest: str, root: Path) -> str:
    """`course.toml`에서 숨은 기준의 힌트를 뺀 글. 힌트는 숨은 기준이 무엇을 보는지 말한다."""
    for folder in _rubrics(root):
        head, mark, rest = manifest.partition(f'\nid = "{folder.name}"\n')
        own, separator, others = rest.partition("\n[[exercises]]\n")
        for node in (node for text in _sources(folder).values() for node in criteria_in(text) if is_hidden_criterion(node)):
            own = re.sub(rf"^{node.name.removeprefix('test_')} = \[\n(?:    .*\n)*\]\n", "", own, flags=re.MULTILINE)
        manifest = head + mark + own + separator + others
    return manifest


def kit_problems(root: Path) -> Iterator[str]:
    """꾸러미에 있으면 안 되는 것들. 없으면 아무것도 내지 않는다."""
    if (root / "solutions").exists():
        yield "solutions/가 들어 있습니다. 꾸러미는 `course release 폴더`로 만드세요."
    for folder in _rubrics(root):
        sources = _sources(folder)
        if public_rubric(sources) != sources:
            yield f"{folder.relative_to(root).as_posix()}에 강사만 채점하는 기준이나 그것만 쓰는 것이 들어 있습니다."
        for path in folder.glob("*.json"):
            yield from _catalogue_problems(path, root)


def _catalogue_problems(path: Path, root: Path) -> Iterator[str]:
    where, public = path.relative_to(root).as_posix(), _criteria_below(path.parent)
    for fields in json.loads(path.read_text(encoding="utf-8")):
        if set(fields) != {"id", "title", "criterion", "explanation", "outcome"}:
            yield f"{where}의 {fields.get('id')}에 이름, 설명, 결과의 지문이 아닌 것이 들어 있습니다: {', '.join(sorted(fields))}"
        elif fields["criterion"] not in public:
            yield f"{where}의 {fields['id']}이 가리키는 기준 {fields['criterion']}이 꾸러미에 없습니다."
