"""제출 폴더의 링크는 어떤 모양이어도 따라가지 않는다: 옆 학생의 것이나 강사의 것을 제 것으로 낼 수 없다."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib.grading.handed_in import Unreadable, find_submissions, read
from course_lib.manifest import load_manifest

SECRET = "# 이웃이 쓴 코드\n".encode()


def folder_of_student(submitted: Path) -> None:
    (submitted / "나쁜이").symlink_to(submitted / "이웃")


def folder_of_exercise(submitted: Path) -> None:
    (submitted / "나쁜이").mkdir()
    (submitted / "나쁜이" / "ex1").symlink_to(submitted / "이웃" / "ex1")


def file(submitted: Path) -> None:
    (submitted / "나쁜이" / "ex1").mkdir(parents=True)
    (submitted / "나쁜이" / "ex1" / "assets.py").symlink_to(submitted / "이웃" / "ex1" / "assets.py")


def folder_inside(submitted: Path) -> None:
    (submitted / "나쁜이" / "ex1").mkdir(parents=True)
    (submitted / "나쁜이" / "ex1" / "ex1_page_views").symlink_to(submitted / "이웃" / "ex1")


def archive(submitted: Path) -> None:
    (submitted / "나쁜이").mkdir()
    (submitted / "나쁜이" / "ex1.zip").symlink_to(submitted / "다른이" / "ex1" / "제출.zip")


def lone_archive(submitted: Path) -> None:
    (submitted / "나쁜이" / "ex1").mkdir(parents=True)
    (submitted / "나쁜이" / "ex1" / "내것.zip").symlink_to(submitted / "다른이" / "ex1" / "제출.zip")


def archive_on_top(submitted: Path) -> None:
    (submitted / "나쁜이_ex1.zip").symlink_to(submitted / "다른이" / "ex1" / "제출.zip")


def moodle_folder(submitted: Path) -> None:
    (submitted / "나쁜이_7_assignsubmission_file").symlink_to(submitted / "이웃" / "ex1")


@pytest.mark.parametrize("link", [folder_of_student, folder_of_exercise, file, folder_inside, archive, lone_archive, archive_on_top, moodle_folder])
def test_a_link_is_not_followed(tmp_path: Path, link: Callable[[Path], None]):
    (tmp_path / "이웃" / "ex1").mkdir(parents=True)
    (tmp_path / "이웃" / "ex1" / "assets.py").write_bytes(SECRET)
    (tmp_path / "다른이" / "ex1").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "다른이" / "ex1" / "제출.zip", "w") as packed:
        packed.writestr("assets.py", SECRET)
    link(tmp_path)
    seen = {}
    for entry in find_submissions(tmp_path, load_manifest()).entries:
        try:
            seen[entry.student] = read(entry)
        except Unreadable:
            seen[entry.student] = {}
    assert seen.pop("이웃") == seen.pop("다른이") == {"assets.py": SECRET}
    assert all(SECRET not in files.values() for files in seen.values()), seen
