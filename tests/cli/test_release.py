"""학급 꾸러미: 답이 없고, 제 법을 지키고, 새 폴더에서 채점이 된다."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.grading.misconceptions import load_catalogue
from course_lib.manifest import load_manifest, repository_root
from course_lib.release import ReleaseError, public_criteria, release

ROOT = repository_root()


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "학급 꾸러미"
    made = course(ROOT, "release", str(folder))
    assert made.returncode == 0, made.stdout + made.stderr
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
    rubrics = "\n".join(path.read_text(encoding="utf-8") for path in (kit / "tests/rubrics").rglob("test_*.py"))
    assert rubrics and "hidden=True" not in rubrics and "grade_learner_tests(" not in rubrics


def test_only_the_public_criteria_stay():
    source = '@criterion("가", points=1)\ndef test_a(submission):\n    pass\n\n\n@criterion("나", points=1,\n           hidden=True)\ndef test_b(submission):\n    pass\n'
    assert public_criteria(source) == source[: source.index('@criterion("나"')]
    assert public_criteria(source[source.index('@criterion("나"'):]) is None
    assert public_criteria(source.replace("hidden=True", "hidden=False")) == source.replace("hidden=True", "hidden=False")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "내 것").touch()
    with pytest.raises(ReleaseError, match="비어 있지 않습니다"):
        release(tmp_path)


def test_the_kit_keeps_its_law_and_grades_in_a_fresh_folder(kit):
    lawful = course(kit, "verify", "ex1", "--kit")
    assert lawful.returncode == 0, lawful.stdout + lawful.stderr
    for name in ("assets.py", "definitions.py", "test_assets.py"):
        shutil.copy(ROOT / "solutions/ex1_page_views" / name, kit / "exercises/ex1_page_views" / name)
    checked = course(kit, "check", "ex1")
    assert checked.returncode == 0 and "모두 맞았습니다" in checked.stdout, checked.stdout + checked.stderr
    assert (kit / "workspace/exercises/ex1_page_views/assets.py").is_file()
