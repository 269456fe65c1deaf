"""목록을 읽고, 잘못 쓴 곳을 그 자리의 이름과 함께 알린다."""

from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.manifest import ManifestError, UnknownId, load_manifest
from tests.cli.conftest import COURSE_TOML, write

CHECKPOINT = '\n[[lessons.checkpoints]]\nid = "1-1"\ntitle = "고르기"\nhints = ["하나", "둘"]\n'
# 이름은 다른데 짧은 이름이 남의 이름과 같은 연습.
ANOTHER = "[[exercises]]" + COURSE_TOML.partition("[[exercises]]")[2].replace('id = "ex1_tiny"', 'id = "ex2_tiny"').replace(
    'alias = "ex1"', 'alias = "ex1_tiny"')


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], object]:
    def load(text: str) -> object:
        write(tmp_path / "course.toml", text)
        return load_manifest(tmp_path)

    return load


def test_reads_lessons_checkpoints_and_exercises(load):
    manifest = load(COURSE_TOML.replace("\n[[exercises]]", CHECKPOINT + "\n[[exercises]]"))

    assert manifest.course.title == "작은 과정"
    assert manifest.lesson("00_start").minutes == 10
    assert manifest.checkpoint("1-1").lesson == "00_start"
    assert manifest.checkpoint("1-1").hints == ("하나", "둘")
    exercise = manifest.exercise("ex1")
    assert exercise is manifest.exercise("ex1_tiny")
    assert exercise.modules == ("assets.py", "definitions.py")
    assert exercise.hints == {"doubles": ("두 배를 생각해 보세요.", "`*`를 찾아보세요.")}


@pytest.mark.parametrize(
    ("wanted", "advice"),
    [("ex2", "ex1을 찾으셨나요?"), ("EX1", "ex1을 찾으셨나요?"), ("zzzz", "쓸 수 있는 이름: ex1"), ("", "쓸 수 있는 이름: ex1")],
)
def test_unknown_exercise_names_what_is_close(load, wanted, advice):
    with pytest.raises(UnknownId, match="연습이 없습니다") as caught:
        load(COURSE_TOML).exercise(wanted)
    assert advice in str(caught.value)


def test_unknown_checkpoint_says_there_is_none_yet(load):
    with pytest.raises(UnknownId, match="‘1-1’이라는 확인 문제가 없습니다. 아직 등록된 확인 문제가 없습니다."):
        load(COURSE_TOML).checkpoint("1-1")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("minutes = 10", "minutes = '10'", "lessons 00_start: minutes"),
        ("minutes = 10", "minutes = true", "lessons 00_start: minutes"),
        ("minutes = 10\n", "", "lessons 00_start: minutes이 빠졌습니다"),
        ('title = "시작"', 'title = " "', "lessons 00_start: title"),
        ('title = "시작"', 'title = "시작"\nhitns = []', "모르는 이름 hitns"),
        ("[course]", "[course", "읽을 수 없습니다"),
        ("[course]", "[[course]]", "course: 표"),
        ("[[lessons]]", "[lessons]", r"\[\[lessons\]\]처럼"),
        ("prerequisites = []", 'prerequisites = ["01_no"]', "없는 수업 01_no"),
        ('prepares = "ex1_tiny"', 'prepares = "ex2_no"', "없는 연습 ex2_no"),
        ('after = "00_start"', 'after = "09_no"', "없는 수업 09_no"),
        ("[[exercises]]", ANOTHER + "\n[[exercises]]", "연습 이름 ex1_tiny이 두 번"),
        ('swapped = ["assets.py"]', 'swapped = ["other.py"]', "modules에 없는 other.py"),
        ('doubles = [', 'doubles = [1, ', "exercises ex1_tiny hints: doubles"),
    ],
)
def test_mistakes_are_named(load, old, new, message):
    assert old in COURSE_TOML
    with pytest.raises(ManifestError, match=message):
        load(COURSE_TOML.replace(old, new, 1))


def test_an_exercise_may_be_called_by_its_whole_name_only(load):
    assert load(COURSE_TOML.replace('alias = "ex1"', 'alias = "ex1_tiny"')).exercise("ex1_tiny").alias == "ex1_tiny"


def test_missing_file_says_so(tmp_path):
    with pytest.raises(ManifestError, match="파일이 없습니다"):
        load_manifest(tmp_path)


def test_the_course_itself_is_readable():
    manifest = load_manifest()
    assert manifest.course.title == "한국어로 배우는 Dagster"
    assert manifest is load_manifest()
