"""학급 꾸러미: 답이 없고, 제 법을 지키고, 새 폴더에서 채점이 된다."""

import ast
import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from course_lib.grading.judge import Rubric
from course_lib.grading.misconceptions import apply_edits, load_catalogue, load_material
from course_lib.manifest import load_manifest, repository_root
from course_lib.public_rubric import criteria_in, is_hidden_criterion, is_public_criterion, public_rubric
from course_lib.release import ReleaseError, kit_problems, release

ROOT = repository_root()
EX1 = "ex1_page_views"
# 함수의 몸이 이보다 작으면 누가 써도 같다(`return pd.read_parquet(path)`). ast 노드의 수다.
SMALLEST_BODY = 24


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    """오개념은 연습 1의 것만 담는다: dbt를 쓰는 연습까지 한 번씩 채점하면 몇 분이 더 걸린다."""
    folder = tmp_path_factory.mktemp("release") / "학급 꾸러미"
    release(folder, named={EX1})
    return folder


def course(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """그 폴더(과정이나 꾸러미)의 `course` 명령."""
    environment = {name: value for name, value in os.environ.items() if name not in ("COURSE_WORKSPACE", "PYTHONPATH")}
    return subprocess.run([sys.executable, "-m", "course_lib", *arguments], cwd=folder, env=environment, check=False,
                          capture_output=True, text=True, encoding="utf-8")


def test_no_text_of_a_solution_or_a_misconception_is_in_the_kit(kit):
    assert not (kit / "solutions").exists()
    text = "\n".join(path.read_text(encoding="utf-8") for path in kit.rglob("*.py"))
    for exercise in load_manifest().exercises:
        for name in exercise.modules:
            solution, given = ((ROOT / top / exercise.id / name).read_bytes() for top in ("solutions", "exercises"))
            assert solution == given or solution.decode("utf-8") not in text
        for misconception in load_catalogue(exercise.id).misconceptions:
            assert misconception.explanation not in text
    released = json.loads((kit / "tests/rubrics" / EX1 / "misconceptions.json").read_text(encoding="utf-8"))
    assert len(released) > 40
    for fields in released:
        assert set(fields) == {"id", "title", "criterion", "explanation", "outcome"} and re.fullmatch("[0-9a-f]{64}", fields["outcome"])
    rubrics = "\n".join(path.read_text(encoding="utf-8") for path in (kit / "tests/rubrics").rglob("test_*.py"))
    assert rubrics and "hidden=True" not in rubrics and "grade_learner_tests(" not in rubrics


def test_no_function_of_a_solution_or_a_misconception_is_in_the_kit(kit):
    """이름을 바꾸고 주석과 모양을 고쳐도 같은 함수면 찾는다. 뼈대 코드가 처음부터 주는 함수는 답이 아니다.

    확인 문제의 답은 보지 않는다: 앞 장의 답이 뒤 장의 코드에 나오는 것은 수업이다.
    """
    secret: dict[str, str] = {}
    for exercise in load_manifest().exercises:
        material = load_material(exercise.id)
        variants = [apply_edits(material.reference, each) for each in material.catalogue.misconceptions]
        given = set().union(*map(bodies, code_below(kit / "exercises" / exercise.id)))
        for files in (material.reference, *variants):
            for name, data in files.items():
                if name.endswith(".py"):
                    secret |= {body: f"{exercise.alias}/{name} {what}" for body, what in bodies(data.decode("utf-8")).items() if body not in given}
    assert len(secret) > 300
    assert found_in(secret, code_below(kit)) == set()
    reference = (ROOT / "solutions" / EX1 / "assets.py").read_text(encoding="utf-8")
    renamed = re.sub(r"\b(is_bot|in_time_order|popularity)\b", r"my_\1", reference)
    assert len(found_in(secret, [renamed])) >= 3, "같은 함수를 찾지 못하는 시험은 아무것도 지키지 못한다"


def found_in(secret: dict[str, str], sources: Iterable[str]) -> set[str]:
    return {f"{secret[body]} = {what}" for source in sources for body, what in bodies(source).items() if body in secret}


def code_below(folder: Path) -> Iterator[str]:
    """폴더 아래의 파이썬 파일과 노트북의 코드 셀."""
    for path in folder.rglob("*"):
        if path.suffix == ".py":
            yield path.read_text(encoding="utf-8")
        elif path.suffix == ".ipynb":
            yield from ("".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code")


def bodies(source: str) -> dict[str, str]:
    """함수의 몸마다, 이름과 타입 표기를 지운 구문 나무의 글 -> 함수의 이름. 파이썬이 아닌 셀(%magic)은 비어 있다."""
    try:
        functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    except SyntaxError:
        return {}
    found = {}
    for function in functions:
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        if sum(1 for statement in body for _ in ast.walk(statement)) >= SMALLEST_BODY:
            found[ast.dump(_Nameless().visit(copy.deepcopy(ast.Module(body=body, type_ignores=[]))))] = function.name
    return found


class _Nameless(ast.NodeTransformer):
    """변수의 이름을 나온 차례로 바꾼다. 속성과 글자는 코드의 뜻이므로 남긴다."""

    def __init__(self):
        self._names: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(id=self._names.setdefault(node.id, f"v{len(self._names)}"), ctx=node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(arg=self._names.setdefault(node.arg, f"v{len(self._names)}"))


RUBRIC = {
    "__init__.py": "",
    "tables.py": '''\
"""함께 쓰는 표."""

import json
import random


def plain():
    return json.loads(TEXT)


# 숨은 기준만 쓴다.
def answer():
    return random.Random(SEED).random()


TEXT = "1"
SEED = 1


class Year(Story):
    """숨은 기준만 보는 이야기."""

    @scene
    def whole(self):
        return answer()


class Week(Story):
    @scene
    def whole(self):
        return plain()

    @scene
    def generated(self):
        return self.whole(), answer()

    def rows(self):
        return 3
''',
    "generated.py": "from .tables import plain\n\n\ndef big():\n    return plain() * 1000\n",
    "with_servers.py": "from .tables import plain\n\nprint(plain())\n",
    "test_1.py": '''\
"""기준들."""

from course_lib.grading.rubric import criterion, expect

from .generated import big
from .tables import Week, Year, answer


@criterion("가", points=1)
def test_a(submission):
    Week.of(submission).whole()


@criterion("나", points=1,
           hidden=True)
def test_b(submission):
    expect((Year.of(submission).whole(), Week.of(submission).generated()) == (1, answer()), "다릅니다")


@criterion("다", points=1)
def test_c(submission, reference):
    expect(big(), "없습니다")
''',
    "test_2.py": "@criterion('라', points=1)\ndef test_d(submission):\n    grade_learner_tests(submission)\n",
}
PUBLIC = {
    "__init__.py": "",
    "tables.py": '''\
"""함께 쓰는 표."""

import json


def plain():
    return json.loads(TEXT)


TEXT = "1"


class Week(Story):
    @scene
    def whole(self):
        return plain()

    def rows(self):
        return 3
''',
    "with_servers.py": RUBRIC["with_servers.py"],
    "test_1.py": '''\
"""기준들."""

from course_lib.grading.rubric import criterion

from .tables import Week


@criterion("가", points=1)
def test_a(submission):
    Week.of(submission).whole()
''',
}


def test_only_the_public_criteria_and_what_they_use_stay():
    assert public_rubric(RUBRIC) == PUBLIC
    assert public_rubric(PUBLIC) == PUBLIC


def test_nothing_of_a_hidden_criterion_is_in_the_kit(kit):
    """이름도, 힌트도, 큰 데이터도, 손으로 계산한 답도."""
    private = {node.name.removeprefix("test_") for path in (ROOT / "tests/rubrics").glob("*/test_*.py")
               for node in criteria_in(path.read_text(encoding="utf-8")) if is_hidden_criterion(node)}
    assert len(private) > 5
    texts = {path: path.read_text(encoding="utf-8") for path in kit.rglob("*") if path.suffix in (".py", ".toml", ".md", ".ipynb", ".json")}
    words = re.compile(rf"\b({'|'.join(private)}|generated_\w+|expected_profiles|mixed_steps)\b")
    assert {path.relative_to(kit).as_posix(): found[0] for path, text in texts.items() if (found := words.search(text))} == {}
    assert load_manifest(kit).exercise(EX1).hints.keys() == load_manifest(ROOT).exercise(EX1).hints.keys() - private


@pytest.mark.parametrize("exercise", load_manifest().exercises, ids=lambda each: each.id)
def test_the_rubric_of_the_kit_can_be_read(kit, exercise):
    """남은 파일들이 뺀 것을 찾지 않는다. 기준은 강사의 것에서 비공개인 것만 없다."""
    mine = {each.id: each for each in Rubric(ROOT / "tests/rubrics" / exercise.id).criteria}
    assert {each.id for each in Rubric(kit / "tests/rubrics" / exercise.id).criteria} == {
        node.name.removeprefix("test_") for path in (ROOT / "tests/rubrics" / exercise.id).glob("test_*.py")
        for node in criteria_in(path.read_text(encoding="utf-8")) if is_public_criterion(node)} < mine.keys()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "내 것").touch()
    with pytest.raises(ReleaseError, match="비어 있지 않습니다"):
        release(tmp_path)


def test_the_kit_keeps_its_law_and_grades_in_a_fresh_folder(kit):
    lawful = course(kit, "verify", "ex1", "--kit")
    assert lawful.returncode == 0, lawful.stdout + lawful.stderr
    hand_in(kit, load_material(EX1).reference)
    checked = course(kit, "check", "ex1")
    assert checked.returncode == 0 and "모두 맞았습니다" in checked.stdout, checked.stdout + checked.stderr
    assert (kit / "workspace/exercises/ex1_page_views/assets.py").is_file()


def test_the_command_makes_of_a_kit_the_same_kit(kit, tmp_path):
    """꾸러미에는 답이 없으므로 곧바로 끝난다. 답이 있는 과정에서는 같은 명령이 오개념을 채점하느라 몇 분 걸린다."""
    made = course(kit, "release", str(tmp_path / "again"))
    assert made.returncode == 0 and "답, 숨은 기준" in made.stdout, made.stdout + made.stderr
    catalogue = Path("tests/rubrics") / EX1 / "misconceptions.json"
    assert (tmp_path / "again" / catalogue).read_bytes() == (kit / catalogue).read_bytes()
    assert course(kit, "release", str(tmp_path / "again")).returncode != 0, "비어 있지 않은 폴더"


@pytest.mark.parametrize("name", ["case_sensitive_bot", "upstream_name_typo"])
def test_a_learner_with_the_kit_is_told_the_name_of_the_mistake_as_with_the_course(kit, tmp_path, name):
    """값이 다른 실수와 예외가 나는 실수. 공개 기준에서 같은 글이 나온다."""
    material = load_material(EX1)
    misconception = material.catalogue.get(name)
    wrong = apply_edits(material.reference, misconception)
    hand_in(kit, wrong)
    with_kit = course(kit, "check", "ex1").stdout
    with_course = course(ROOT, "check", "ex1", "--workspace", str(hand_in(tmp_path, wrong))).stdout
    told = f"이런 실수가 아닌가요? {misconception.title} — {misconception.explanation}"
    assert told in with_kit, with_kit
    assert told in with_course, with_course


def test_code_in_the_catalogue_of_a_kit_breaks_its_law(kit, tmp_path):
    folder = tmp_path / "tests/rubrics" / EX1
    shutil.copytree(kit / "tests/rubrics" / EX1, folder)
    assert list(kit_problems(tmp_path)) == []
    path = folder / "misconceptions.json"
    first, second, *_ = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps([{**first, "edits": []}, {**second, "criterion": "matches_reference"}]), encoding="utf-8")
    assert [first["id"] in what or second["id"] in what for what in kit_problems(tmp_path)] == [True, True]


def hand_in(folder: Path, files: dict[str, bytes]) -> Path:
    """`folder`의 작업 공간에 연습 1의 파일들을 놓는다. 작업 공간의 경로를 돌려준다."""
    workspace = folder / "workspace"
    for name, data in files.items():
        target = workspace / "exercises" / EX1 / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return workspace
