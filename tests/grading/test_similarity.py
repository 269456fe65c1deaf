"""비슷한 제출물: 이름과 주석을 바꾼 사본은 짝이고, 뼈대나 모범 답안과 같은 것, 따로 쓴 것은 짝이 아니다."""

import re

from course_lib.grading.files import read_files
from course_lib.grading.similarity import CodePrint, code_print, similar_groups
from course_lib.manifest import repository_root

ROOT = repository_root()
SCAFFOLD = code_print(read_files(ROOT / "exercises/ex1_page_views"))
REFERENCE_FILES = {name: data for name, data in read_files(ROOT / "solutions/ex1_page_views").items() if name != "misconceptions.py"}
ALTERNATIVES = ROOT / "tests/exercises/ex1/alternatives"
PURE = read_files(ALTERNATIVES / "pure_python")
RENAMED = {name: re.sub(rb"\bearliest\b", b"first_seen", data) + "\n# 내가 썼다\n".encode() for name, data in PURE.items()}
EDITED = {name: data + b"\nANSWER_TO_EVERYTHING = 42\n" for name, data in PURE.items()}


def groups(**submissions):
    prints = {student: code_print(files) for student, files in submissions.items()}
    return similar_groups(prints, prints.get, scaffold=SCAFFOLD, reference=code_print(REFERENCE_FILES))


def test_copies_with_other_names_and_comments_are_identical():
    (found,) = groups(가=PURE, 나=RENAMED, 다=read_files(ALTERNATIVES / "duckdb_sql"))
    assert found.students == ("가", "나") and found.identical


def test_a_small_edit_is_near():
    (found,) = groups(가=PURE, 나=EDITED)
    assert not found.identical and 0.85 <= found.least < 1


def test_scaffold_and_reference_are_no_copies():
    assert groups(가=REFERENCE_FILES, 나=REFERENCE_FILES, 다=read_files(ROOT / "exercises/ex1_page_views")) == []


def test_separate_answers_are_no_pair():
    names = ("pure_python", "duckdb_sql", "polars_inside", "generators", "graph_asset")
    assert groups(**{name: read_files(ALTERNATIVES / name) for name in names}) == []


def test_code_python_cannot_read_still_has_a_print():
    found = code_print({"assets.py": b"def f(:\n  x = 1 # a", "other.py": b"\xff\xfe\0"})
    assert CodePrint.from_bytes(found.to_bytes()) == found


def test_only_the_beginning_of_a_huge_file_is_read():
    huge = b"x = 1\n" * (1 << 20)
    assert code_print({"assets.py": huge}) == code_print({"assets.py": huge + b"y = 2\n"})
