"""학급 채점: 제출물 하나가 무엇을 하든 나머지는 이어지고, 성적표는 본 그대로다."""

import csv
import io
import json
from pathlib import Path

import pytest

from course_lib.grading import cohort
from course_lib.manifest import repository_root

HOSTILE = {
    "빈폴더": None,
    "문법": "def f(:",
    "무한반복": "while True: pass",
    "메모리": "x = []\nwhile True: x.append(bytearray(10**8))",
    "인쇄": "print('x' * 10**8)\n{source}",
    "분열": "import os\nfor _ in range(100): os.fork()\n{source}",
    "탈출": "import os\nos._exit(0)",
    "바꿔치기": "import pandas, pytest, dagster\npandas.DataFrame.equals = lambda *a: True\npytest.raises = None\n{source}",
    "훔치기": "from pathlib import Path\nsource = Path({solution!r}).read_text()\nexec(source)",
    "거짓결과": "import json, sys\njson.dumps = lambda *a, **k: '{{}}'\n{source}",
}


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory) -> tuple[Path, cohort.Summary, list[str]]:
    """ex1 스무 명: 모범 답안 여덟, 뼈대 둘, 나쁜 제출물 열."""
    root = repository_root()
    solution, scaffold = root / "solutions/ex1_page_views", root / "exercises/ex1_page_views"
    submitted, out = tmp_path_factory.mktemp("submitted"), tmp_path_factory.mktemp("graded")

    def hand_in(student: str, source: Path, assets: str | None = None, folder: str = "ex1_page_views") -> None:
        target = submitted / student / folder
        target.mkdir(parents=True)
        for name in ("__init__.py", "assets.py", "definitions.py", "test_assets.py"):
            (target / name).write_text((source / name).read_text(encoding="utf-8"), encoding="utf-8")
        if assets is not None:
            (target / "assets.py").write_text(assets, encoding="utf-8")

    for n in range(7):
        hand_in(f"학생{n}", solution)
    hand_in("=cmd()", solution, folder="ex1")
    for n in range(2):
        hand_in(f"뼈대{n}", scaffold)
    text = (solution / "assets.py").read_text(encoding="utf-8")
    for name, attack in HOSTILE.items():
        if attack is None:
            (submitted / name / "ex1_page_views").mkdir(parents=True)
        else:
            hand_in(name, solution, attack.format(source=text, solution=str(solution / "assets.py")))
    (submitted / "학생0" / "메모").mkdir()
    seen: list[str] = []
    summary = cohort.grade_class(submitted, out, jobs=2, on_progress=lambda now: seen.append(f"{now.done}/{now.total}"))
    return out, summary, seen


def rows(out: Path) -> dict[str, dict[str, str]]:
    text = (out / "gradebook.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf"), "엑셀이 한글을 열려면 BOM이 있어야 한다"
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text.decode("utf-8-sig")))}


def test_the_gradebook_has_a_row_for_each_submission(graded_class):
    out, summary, seen = graded_class
    found = rows(out)
    assert len(found) == 20 and tuple(next(iter(found.values()))) == cohort.COLUMNS
    assert all(row["status"] == "graded" for row in found.values()), {k: v["status"] for k, v in found.items()}
    assert (summary.graded, summary.course_errors, summary.ignored) == (20, 0, ("학생0/메모",))
    assert seen[-1] == "20/20"


def test_right_answers_get_full_marks_whatever_the_neighbours_do(graded_class):
    found = rows(graded_class[0])
    assert {found[f"학생{n}"]["score"] for n in range(7)} == {"100"}
    assert found["'=cmd()"]["score"] == "100"
    assert found["빈폴더"]["score"] == "0" and found["뼈대0"]["score"] == "0"


@pytest.mark.parametrize("student, most", [
    ("문법", 20), ("무한반복", 20), ("메모리", 20), ("탈출", 20), ("훔치기", 20),
    ("인쇄", 100), ("분열", 20), ("바꿔치기", 100), ("거짓결과", 100),
])
def test_hostile_submissions_get_what_their_code_really_does(graded_class, student, most):
    """assets.py를 못 불러오면 학습자의 테스트(모범 답안에 대고 돈다) 점수만 남는다."""
    assert float(rows(graded_class[0])[student]["score"]) <= most


def test_each_submission_has_a_page_and_a_json(graded_class):
    out = graded_class[0]
    for row in rows(out).values():
        page = out / row["feedback"].lstrip("'")
        assert "<h1>" in page.read_text(encoding="utf-8")
        found = json.loads((page.parent / "result.json").read_text(encoding="utf-8"))
        assert found["version"] == 3 and found["score"] == float(row["score"]) and found["max_score"] == 100


def test_an_empty_class_is_said_in_one_sentence(tmp_path):
    with pytest.raises(cohort.CohortError, match="제출 폴더가 없습니다"):
        cohort.grade_class(tmp_path / "없음", tmp_path / "out")
    with pytest.raises(cohort.CohortError, match="<학생>/<연습>"):
        cohort.grade_class(tmp_path, tmp_path / "out")
