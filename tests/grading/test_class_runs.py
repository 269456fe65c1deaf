"""학급 채점의 앞뒤: 무엇을 제출물로 보는가, 멈췄다 이어 하기, 바뀐 것만 다시 하기, 마감과 손댄 점수, 보고서."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.grading import cohort
from course_lib.grading.handed_in import CohortError, find_submissions, read, safe_student
from course_lib.grading.misconceptions import load_catalogue
from course_lib.grading.results import CriterionResult, Finding, Outcome, SubmissionResult
from course_lib.grading.store import OutIsBusy, Store, course_print
from course_lib.grading.worker import WorkerError
from course_lib.manifest import load_manifest, repository_root

ROOT = repository_root()
SOLUTION = ROOT / "solutions" / "ex1_page_views"
MISCONCEPTION = load_catalogue("ex1_page_views").for_criterion("removes_bots")[0]


class QuickWorker:
    """샌드박스 없는 일꾼: assets.py에 적힌 수가 점수다. `고장`이라고 적혀 있으면 채점기가 고장 난다."""

    graded: list[bytes] = []
    on_grade = staticmethod(lambda: None)

    def __init__(self, **_):
        pass

    def start(self):
        return self

    def wait_ready(self):
        pass

    def abort(self):
        pass

    close = abort

    def grade_files(self, exercise, files):
        source = files.get("assets.py", b"0")
        QuickWorker.graded.append(source)
        QuickWorker.on_grade()
        if "고장".encode() in source:
            raise WorkerError("채점기가 멈췄습니다.")
        points = int(source.split()[0])
        right = points == 100
        return SubmissionResult(exercise, (CriterionResult(
            id="removes_bots", title="봇 <제거>", why="왜", outcome=Outcome.CORRECT if right else Outcome.INCORRECT, points=points, max_points=100,
            hidden=False, finding=None if right else Finding("값이 \x00 다릅니다 <b>"), misconception=None if right else MISCONCEPTION.id),))


@pytest.fixture(autouse=True)
def quick(monkeypatch, request):
    QuickWorker.graded, QuickWorker.on_grade = [], staticmethod(lambda: None)
    if "real" not in request.keywords and "real" not in request.node.name:
        monkeypatch.setattr(cohort, "JudgeWorker", QuickWorker)


def hand_in(submitted: Path, **points: object) -> Path:
    for student, text in points.items():
        folder = submitted / student / "ex1"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "assets.py").write_text(str(text), encoding="utf-8")
    return submitted


def rows(out: Path, name: str = "gradebook.csv") -> list[dict[str, str]]:
    return list(csv.DictReader((out / name).read_text(encoding="utf-8-sig").splitlines()))


# ---- 무엇이 제출물인가


def test_every_layout_finds_its_student_and_exercise(tmp_path):
    def pack(path: Path, *names: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, "7")

    hand_in(tmp_path, 김=1)
    pack(tmp_path / "이" / "ex1.zip", "wrapped/deep/assets.py")
    pack(tmp_path / "박_ex1.zip", "assets.py")
    pack(tmp_path / "최.zip", "ex1_page_views/assets.py", "ex2/partitions.py")
    pack(tmp_path / "정 하나_12_assignsubmission_file" / "제출.zip", "assets.py", "test_assets.py")
    pack(tmp_path / "hong_LATE_34_56_ex1-1.zip", "assets.py")
    pack(tmp_path / "moodle.zip", "홍길동_77_assignsubmission_file/assets.py", "홍길동_77_assignsubmission_file/test_assets.py",
         "홍길동_77_assignsubmission_onlinetext/onlinetext.html")
    (tmp_path / "강" / "메모").mkdir(parents=True)
    pack(tmp_path / "윤" / "무엇.zip", "readme.txt")
    found = find_submissions(tmp_path, load_manifest())
    assert [(e.student, e.exercise.alias, e.lms_id) for e in found.entries] == sorted([
        ("김", "ex1", ""), ("이", "ex1", ""), ("박", "ex1", ""), ("최", "ex1", ""), ("최", "ex2", ""), ("정 하나_12", "ex1", "12"),
        ("hong_34", "ex1", "34"), ("홍길동_77", "ex1", "77")], key=lambda item: (item[0], item[1]))
    assert all(set(read(entry)) & set(entry.exercise.modules) for entry in found.entries)
    assert (found.ignored, found.unplaced) == (("강/메모",), ("윤/무엇.zip",))


def test_a_class_zip_is_read_without_being_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"학생{number}_{number}_assignsubmission_file/ex1/assets.py", str(number))
    summary = cohort.grade_class(tmp_path / "all.zip", tmp_path / "out")
    assert summary.graded == 3 and [row["score"] for row in rows(tmp_path / "out")] == ["0", "1", "2"]
    assert [row["Identifier"] for row in rows(tmp_path / "out", "moodle_ex1.csv")] == ["Participant 0", "Participant 1", "Participant 2"]


def test_a_student_who_handed_in_text_without_a_file_is_told(tmp_path):
    """Moodle의 온라인 글에는 채점할 파일이 없다. 말없이 빠지면 강사는 그 학생이 낸 줄도 모른다."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in ("가_1_assignsubmission_file/assets.py", "가_1_assignsubmission_onlinetext/onlinetext.html",
                     "나_2_assignsubmission_onlinetext/onlinetext.html"):
            archive.writestr(name, "7")
    packed = cohort.grade_class(tmp_path / "all.zip", tmp_path / "out", exercise="ex1")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        archive.extractall(tmp_path / "in")
    unpacked = cohort.grade_class(tmp_path / "in", tmp_path / "out2", exercise="ex1")
    assert packed.ignored == unpacked.ignored == ("나_2: 파일 없이 글만 냈습니다",)


def test_names_of_any_encoding_make_folders_and_rows(tmp_path):
    submitted = hand_in(tmp_path / "in", 가=1)
    for raw in ("홍길동".encode("cp949"), unicodedata.normalize("NFD", "각").encode()):
        shutil.copytree(submitted / "가", submitted / os.fsdecode(raw))
    cohort.grade_class(submitted, tmp_path / "out")
    assert {row["student"] for row in rows(tmp_path / "out")} == {"가", "홍길동", "각"}


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_any_student_name_is_one_safe_folder(name):
    try:
        folder = safe_student(name)
    except UnicodeEncodeError:
        return  # 파일 시스템에 있을 수 없는 이름
    assert folder and "/" not in folder and "\0" not in folder and not folder.startswith(".") and len(folder.encode()) <= 121
    assert folder not in ("gradebook.csv", "summary.html")


def test_linked_and_unreadable_submissions_do_not_stop_the_rest(tmp_path):
    submitted = hand_in(tmp_path / "in", 가=100, 나=50)
    (submitted / "링크").mkdir()
    (submitted / "링크" / "ex1").symlink_to(submitted / "가" / "ex1")
    (submitted / "깨짐_ex1.zip").write_bytes(b"PK\x03\x04")
    summary = cohort.grade_class(submitted, tmp_path / "out")
    found = {row["student"]: (row["status"], row["score"]) for row in rows(tmp_path / "out")}
    assert found == {"가": ("graded", "100"), "나": ("graded", "50"), "링크": ("unreadable", "0"), "깨짐": ("unreadable", "0")}
    assert not summary.all_judged and len(summary.unreadable) == 2
    assert "링크입니다" in (tmp_path / "out/링크/ex1_page_views/feedback.html").read_text(encoding="utf-8")


def test_results_may_not_be_written_among_submissions(tmp_path):
    with pytest.raises(CohortError, match="제출 폴더 안에"):
        cohort.grade_class(hand_in(tmp_path, 가=1), tmp_path / "out")


# ---- 이어 하기


def test_only_what_changed_is_graded_again(tmp_path):
    submitted, out = hand_in(tmp_path / "in", 가=10, 나=20, 다="고장"), tmp_path / "out"
    first = cohort.grade_class(submitted, out)
    assert (first.graded, first.course_errors, first.all_judged) == (2, 1, False)
    QuickWorker.graded.clear()
    hand_in(submitted, 나=30)
    again = cohort.grade_class(submitted, out)
    assert sorted(QuickWorker.graded) == sorted(["고장".encode(), b"30"]), "과정의 오류와 바뀐 것만 다시 한다"
    assert again.reused == 1 and [row["score"] for row in rows(out)] == ["10", "30", ""]


def test_a_new_look_of_a_report_does_not_grade_the_class_again_but_a_new_rubric_does(tmp_path):
    root = tmp_path / "course"
    for top in ("course_lib", "tests/rubrics", "solutions/ex1_page_views"):
        shutil.copytree(ROOT / top, root / top, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.toml", root)

    def changed_by(path: str) -> bool:
        before = course_print("ex1_page_views", root)
        with (root / path).open("a", encoding="utf-8") as file:
            file.write("\n")
        course_print.cache_clear()
        return course_print("ex1_page_views", root) != before

    assert not any(changed_by(f"course_lib/grading/{name}") for name in ("reports/summary.py", "templates/base.html", "cohort.py", "handed_in.py"))
    assert not changed_by("tests/rubrics/ex2_weekly_report/test_1_loading.py")
    assert all(changed_by(name) for name in ("course_lib/grading/judge.py", "course_lib/grading/sandbox/limits.py", "course_lib/datasets.py",
                                             "tests/rubrics/ex1_page_views/test_2_raw.py", "solutions/ex1_page_views/misconceptions.py"))


class PowerCut(BaseException):
    pass


@given(cuts=st.lists(st.integers(0, 25), min_size=1, max_size=4), jobs=st.sampled_from([1, 2]))
@settings(deadline=None, max_examples=12)
def test_a_run_cut_at_any_write_resumes_to_the_same_gradebook(cuts, jobs):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cohort, "JudgeWorker", QuickWorker)
        submitted = hand_in(Path(folder, "in"), **{f"s{n}": n * 10 for n in range(6)})
        cohort.grade_class(submitted, Path(folder, "whole"))
        out = Path(folder, "out")
        replace = os.replace
        for cut in cuts:
            left = [cut]

            def failing(source, target, left=left):
                left[0] -= 1
                if left[0] < 0:
                    raise PowerCut
                replace(source, target)

            patch.setattr("course_lib.grading.store.os.replace", failing)
            try:
                cohort.grade_class(submitted, out, jobs=jobs)
            except PowerCut:
                pass
            patch.setattr("course_lib.grading.store.os.replace", replace)
            for path in out.rglob("*.json"):
                json.loads(path.read_text(encoding="utf-8"))
        cohort.grade_class(submitted, out, jobs=jobs)
        for name in ("gradebook.csv", "moodle.csv", "canvas.csv"):
            assert (out / name).read_bytes() == Path(folder, "whole", name).read_bytes()
        assert not list((out / ".course" / "drafts").iterdir())


def test_ctrl_c_keeps_what_is_done(tmp_path):
    submitted, out = hand_in(tmp_path / "in", a=10, b=20, c=30), tmp_path / "out"

    def interrupt():
        if len(QuickWorker.graded) == 2:
            raise KeyboardInterrupt

    QuickWorker.on_grade = staticmethod(interrupt)
    with pytest.raises(cohort.Stopped) as stopped:
        cohort.grade_class(submitted, out)
    assert (stopped.value.done, stopped.value.total) == (1, 3)
    QuickWorker.on_grade = staticmethod(lambda: None)
    assert cohort.grade_class(submitted, out).reused == 1


def test_two_runs_do_not_write_the_same_results(tmp_path):
    submitted, out = hand_in(tmp_path / "in", a=10), tmp_path / "out"
    with Store(out), pytest.raises(OutIsBusy, match="다른 채점이"):
        cohort.grade_class(submitted, out)


def test_a_real_run_killed_halfway_ends_with_the_whole_gradebook(tmp_path):
    """진짜 프로세스를 kill -9로 죽인다. 남은 것은 온전하고, 끝난 것은 다시 하지 않는다."""
    submitted, out = tmp_path / "in", tmp_path / "out"
    for student in ("가", "나"):
        shutil.copytree(SOLUTION, submitted / student / "ex1", ignore=shutil.ignore_patterns("misconceptions.py", "__pycache__"))
    command = [sys.executable, "-m", "course_lib", "grade", str(submitted), "--out", str(out), "--jobs", "1"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None and not list(out.glob("*/*/result.json")):
        time.sleep(0.02)
    process.kill()
    process.wait()
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/*/result.json")}
    assert before and all(json.loads(path.read_text(encoding="utf-8"))["score"] == 100 for path in before)
    assert subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert [(row["student"], row["score"], row["status"]) for row in rows(out)] == [(s, "100", "graded") for s in ("가", "나")]


# ---- 강사의 파일과 보고서


def test_deadlines_extensions_and_adjustments_show_in_the_gradebook(tmp_path):
    submitted, out = hand_in(tmp_path / "in", 가=50, 나=50), tmp_path / "out"
    moment = 1_767_236_400  # 2026-01-01 12:00 서울
    for path in submitted.rglob("assets.py"):
        os.utime(path, (moment, moment))
    deadlines = tmp_path / "deadlines.toml"
    deadlines.write_text('[deadlines]\nex1 = "2025-12-30 23:59"\n[extensions."나"]\nex1 = 2026-01-01T03:00:00Z\n', encoding="utf-8")
    cohort.grade_class(submitted, out, deadlines=deadlines)
    assert tuple(rows(out)[0]) == cohort.COLUMNS
    assert [(row["late_days"], row["attempted_at"]) for row in rows(out)] == [("2", "2026-01-01T12:00:00+09:00"), ("0", "2026-01-01T12:00:00+09:00")]
    adjustments = out / "adjustments.csv"
    assert adjustments.read_text(encoding="utf-8-sig").strip() == "student,exercise,points,reason"
    text = "student,exercise,points,reason\r\n가,ex1,5,발표\r\n가,ex1,-2.5,형식\r\n없음,ex1,1,\r\n".encode("cp949")
    adjustments.write_bytes(text)
    summary = cohort.grade_class(submitted, out, deadlines=deadlines)
    first, second = rows(out)
    assert (first["score"], first["graded_score"], first["adjustment"], first["adjustment_reason"]) == ("52.5", "50", "+2.5", "발표; 형식")
    assert (second["score"], second["adjustment"]) == ("50", "")
    assert adjustments.read_bytes() == text and summary.unmatched == ("없음/ex1_page_views",)
    assert summary.unmatched_extensions == ()
    page = (out / "가/ex1_page_views/feedback.html").read_text(encoding="utf-8")
    assert "발표" in page and "2일 늦었습니다" in page and "52.5" in page


def test_an_extension_of_a_name_that_is_in_no_row_is_told(tmp_path):
    """이름을 잘못 적은 연장은 없는 것과 같아서, 그 학생은 말없이 늦은 것이 된다."""
    submitted = hand_in(tmp_path / "in", 홍길동_77_assignsubmission_file=50)
    (tmp_path / "d.toml").write_text('[deadlines]\nex1 = "2020-01-01"\n[extensions."홍길동"]\nex1 = "2090-01-01"\n', encoding="utf-8")
    assert cohort.grade_class(submitted, tmp_path / "out", deadlines=tmp_path / "d.toml").unmatched_extensions == ("홍길동/ex1_page_views",)


@pytest.mark.parametrize(("name", "text", "sentence"), [
    ("d.csv", "exercise,deadline\nex9,2026-01-01\n", "ex9"), ("d.csv", "exercise,deadline\nex1,내일\n", "읽을 수 없습니다"),
    ("d.csv", "연습,마감\n", "exercise"), ("d.toml", "timezone = 'Asia/Soul'\n", "시간대"), ("d.toml", "deadline = 1\n", "모르는 이름"),
])  # fmt: skip
def test_a_wrong_deadline_file_is_said_before_grading(tmp_path, name, text, sentence):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CohortError, match=sentence):
        cohort.grade_class(hand_in(tmp_path / "in", a=1), tmp_path / "out", deadlines=tmp_path / name)
    assert not QuickWorker.graded


def test_a_roster_keeps_its_columns_and_gets_the_grades(tmp_path):
    submitted, out = hand_in(tmp_path / "in", 홍길동_77_assignsubmission_file=80), tmp_path / "out"
    (tmp_path / "worksheet.csv").write_text("식별자,성명,성적,최종 수정(성적)\n참여자 77,홍길동,,-\n참여자 78,이몽룡,,-\n", encoding="utf-8")
    cohort.grade_class(submitted, out, roster=tmp_path / "worksheet.csv")
    assert rows(out, "filled_worksheet.csv") == [
        {"식별자": "참여자 77", "성명": "홍길동", "성적": "80", "최종 수정(성적)": "-"},
        {"식별자": "참여자 78", "성명": "이몽룡", "성적": "", "최종 수정(성적)": "-"}]


def test_feedback_goes_back_to_moodle_in_one_zip(tmp_path):
    """Moodle은 파일 이름을 `_`로 다섯 조각 내어 둘째 조각의 번호로 학생을 찾는다. 이름에 든 `_`는 그 자리를 어긋나게 한다."""
    submitted, out = hand_in(tmp_path / "in", 홍길동_77_assignsubmission_file=80, 홍_길동_78_assignsubmission_file=70, 이름뿐=60), tmp_path / "out"
    cohort.grade_class(submitted, out)
    with zipfile.ZipFile(out / "moodle_feedback_ex1.zip") as archive:
        assert [name.split("_", 4) for name in archive.namelist()] == [
            ["홍 길동", "78", "assignsubmission", "file", "feedback.html"], ["홍길동", "77", "assignsubmission", "file", "feedback.html"]]
        assert archive.read("홍길동_77_assignsubmission_file_feedback.html") == (out / "홍길동_77/ex1_page_views/feedback.html").read_bytes()
    before = (out / "moodle_feedback_ex1.zip").read_bytes()
    cohort.grade_class(submitted, out)
    assert (out / "moodle_feedback_ex1.zip").read_bytes() == before


FORMULAS = ("=cmd|' /C calc'!A0", "+1+cmd", "-2+3+cmd", "@SUM(1)", "＝HYPERLINK(1)", "＋1", "－1+2", "＠x")


def test_no_cell_of_any_csv_starts_a_formula(tmp_path):
    """학생의 이름, 명부의 이름, 강사가 적은 까닭, 읽을 수 없는 까닭: 남이 적은 글은 어느 CSV에서도 수식이 아니다."""
    submitted, out = tmp_path / "in", tmp_path / "out"
    for number, formula in enumerate(FORMULAS):
        name = formula.replace("/", "").replace("|", "")
        hand_in(submitted, **{name: 10, f"{name}_{number}_assignsubmission_file": 20})
        (submitted / f"{name}끝_ex1.zip").write_bytes(b"PK")
    roster = tmp_path / "roster.csv"
    lines = [f'Participant {number},"{formula}",,-,-3.5,"{formula}"' for number, formula in enumerate(FORMULAS)]
    roster.write_text("\n".join(["Identifier,Full name,Grade,Last modified (grade),Bonus,Feedback comments", *lines]) + "\n", encoding="utf-8")
    cohort.grade_class(submitted, out)
    students = [row["student"] for row in rows(out)]
    assert len(students) == 3 * len(FORMULAS)
    (out / "adjustments.csv").write_text("student,exercise,points,reason\n" + "".join(
        f'"{student}",ex1,1,"{FORMULAS[number % len(FORMULAS)]}"\n' for number, student in enumerate(students)), encoding="utf-8")
    summary = cohort.grade_class(submitted, out, roster=roster)
    assert summary.unmatched == (), "성적표에서 베낀 이름으로 찾는다"
    written = {path.name for path in out.glob("*.csv")} - {"adjustments.csv"}
    assert written == {"gradebook.csv", "moodle.csv", "moodle_ex1.csv", "canvas.csv", "filled_roster.csv"}
    seen = 0
    for name in written:
        for row in csv.reader((out / name).read_text(encoding="utf-8-sig").splitlines()):
            for text in row:
                number = re.fullmatch(r"-|[+-]?[0-9.]+", text)
                assert number or not text.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")), (name, text)
                seen += text.startswith("'")
    assert seen > 8 * len(FORMULAS)
    assert [row["Last modified (grade)"] for row in rows(out, "filled_roster.csv")] == ["-"] * len(FORMULAS)


def test_every_report_is_well_formed(tmp_path):
    submitted, out = hand_in(tmp_path / "in", 가=100, 나=40, 다="고장"), tmp_path / "out"
    (submitted / "라_ex1.zip").write_bytes(b"PK")
    cohort.grade_class(submitted, out)
    suites = {suite.get("name"): suite for suite in ET.parse(out / "junit.xml").getroot()}
    assert len(suites) == 4 and suites["나/ex1_page_views"].get("failures") == "1" and suites["다/ex1_page_views"].get("errors") == "1"
    document = json.loads((out / "나/ex1_page_views/result.json").read_text(encoding="utf-8"))
    assert (document["version"], document["status"], document["score"], document["tests"][0]["misconception"]) == (3, "fail", 40, MISCONCEPTION.id)
    grader = json.loads((out / "나/ex1_page_views/results.json").read_text(encoding="utf-8"))
    assert grader["score"] == 40 and grader["tests"][0]["status"] == "failed" and grader["tests"][0]["max_score"] == 100
    summary = (out / "summary.html").read_text(encoding="utf-8")
    for words in (MISCONCEPTION.title, "판정하지 못한 제출물", "점수의 분포", "봇 &lt;제거&gt;", "과정의 오류 1개"):
        assert words in summary
    for page in (summary, *(path.read_text(encoding="utf-8") for path in out.rglob("feedback.html"))):
        assert '<html lang="ko">' in page and "<main" in page and page.count("<h1>") == 1 and "http://" not in page and "https://" not in page
        assert page.count("<th") == page.count("<th scope=") + page.count("<thead")
    canvas = rows(out, "canvas.csv")
    assert canvas[0]["Student"].strip() == "Points Possible" and [row["블로그 페이지 뷰 (ex1)"] for row in canvas] == ["100", "100", "40", "", "0"]
