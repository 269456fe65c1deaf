"""`course` 명령: 한국어 도움말, 한 문장의 오류, 종료 코드. 채점 자체는 tests/grading이 본다."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from course_lib import cli
from course_lib.manifest import load_manifest, repository_root
from course_lib.workspace import Workspace
from tests.cli.conftest import write

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path) -> Run:
    """`run("check", "ex1")`은 명령을 새 작업 공간에서 실행해 (종료 코드, 출력, 오류 출력)을 돌려준다."""
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "작업 공간"))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["course", *arguments])
        code = cli.main()
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace.open(tmp_path / "작업 공간")


def test_help_is_korean_and_lists_every_command(run):
    code, out, _ = run("--help")
    assert code == 0
    for name in ("lab", "list", "check", "hint", "solution", "reset", "update", "ui", "doctor", "verify", "grade", "test"):
        assert f"\n  {name} " in out
    for english in ("Usage", "Options", "Commands", "Show this message"):
        assert english not in out


@pytest.mark.parametrize("command", list(cli.course.commands))
def test_help_of_each_command_is_korean(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert out.startswith(f"쓰는 법: course {command} ")
    for english in ("Usage", "Options", "OPTIONS", "Show this message", "DIRECTORY", "INTEGER", "TEXT"):
        assert english not in out


def test_help_does_not_wait_for_heavy_packages():
    heavy = "import sys, course_lib.cli; print(*{'dagster', 'pandas', 'pytest', 'jupyterlab', 'dbt', 'dagster_dbt', 'pyspark', 'polars', 'airflow', 'celery'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["chek", "ex1"], "‘chek’ 명령은 없습니다. 혹시 check 명령인가요?"),
        (["xyzzy"], "‘xyzzy’ 명령은 없습니다."),
        (["check"], "연습 자리가 비어 있습니다."),
        (["check", "ex9"], "‘ex9’라는 연습이 없습니다."),
        (["check", "ex9", "--watch"], "‘ex9’라는 연습이 없습니다."),
        (["hint", "9-9"], "‘9-9’라는 확인 문제가 없습니다."),
        (["solution", "ex9"], "‘ex9’라는 연습이 없습니다."),
        (["reset", "ex9"], "‘ex9’라는 연습이 없습니다."),
        (["ui", "ex9"], "‘ex9’라는 연습이 없습니다."),
        (["verify", "ex9"], "‘ex9’라는 연습이 없습니다."),
        (["grade", "submitted"], "폴더 자리가 비어 있습니다."),
        (["grade", "submitted", "--out"], "--out 옵션 뒤에 값이 필요합니다."),
        (["grade", "a", "b", "--out", "c"], "쓸 데 없는 인자가 있습니다: b."),
        (["lab", "--prot", "1"], "--prot 옵션은 없습니다. 혹시 --port인가요?"),
        (["lab", "--port", "한글"], "--port의 값이 맞지 않습니다"),
        (["grade", "a", "--out", "c", "--jobs", "0"], "--jobs의 값이 맞지 않습니다"),
    ],
)
def test_wrong_use_is_one_kind_sentence(run, arguments, sentence):
    code, _, err = run(*arguments)
    assert code == 2
    assert err.startswith(sentence)
    assert err.count("\n") == 1


def test_unusable_workspace_is_one_sentence(run, tmp_path):
    blocked = write(tmp_path / "파일", "폴더가 아님")
    code, _, err = run("update", "--workspace", str(blocked / "안"))
    assert code == 1
    assert "쓸 수 없습니다" in err
    assert err.count("\n") == 1


def test_list_shows_progress(run, workspace):
    checkpoint = load_manifest().checkpoints[0]
    exercise = load_manifest().exercises[0]
    write(
        workspace.progress_path,
        f"2026-11-23 12:00 correct {checkpoint.id}\n"
        f"2026-11-23 12:01 score=40 {exercise.id}\n"
        f"2026-11-23 12:02 hint {exercise.id}\n"
        "2026-11-23 12:03 correct 예전-이름\n"
        "읽을 수 없는 줄\n",
    )
    code, out, _ = run("list")
    assert code == 0
    for lesson in load_manifest().lessons:
        assert lesson.title in out
    lesson = load_manifest().lesson(checkpoint.lesson)
    line = next(line for line in out.splitlines() if lesson.id in line)
    assert f"1/{len(lesson.checkpoints)}" in line
    line = next(line for line in out.splitlines() if exercise.title in line)
    assert line.strip().startswith("…")
    assert "40점" in line


def test_list_marks_a_solved_exercise(run, workspace):
    exercise = load_manifest().exercises[0]
    write(workspace.progress_path, f"2026-11-23 12:00 score=40 {exercise.id}\n2026-11-23 12:01 correct {exercise.id}\n")
    _, out, _ = run("list")
    line = next(line for line in out.splitlines() if exercise.title in line)
    assert line.strip().startswith("✔")
    assert "만점" in line


def test_check_grades_the_workspace_and_exits_zero_only_for_full_marks(run, workspace):
    exercise = load_manifest().exercise("ex1")
    code, out, _ = run("check", "ex1")
    assert code == 1
    assert f"0 / {exercise.points}점" in out
    for name in (*exercise.modules, exercise.test_module):
        solution = repository_root() / "solutions" / exercise.id / name
        write(workspace.exercise_dir(exercise) / name, solution.read_text(encoding="utf-8"))
    code, out, _ = run("check", "ex1")
    assert code == 0
    assert f"{exercise.points} / {exercise.points}점" in out


def test_hints_come_one_by_one(run):
    exercise = load_manifest().exercise("ex1")
    criterion, steps = next(iter(exercise.hints.items()))
    for number, step in enumerate(steps, start=1):
        code, out, _ = run("hint", "ex1", criterion)
        assert code == 0
        assert f"힌트 {number}/{len(steps)}" in out
        assert step in out
    checkpoint = load_manifest().checkpoints[0]
    code, out, _ = run("hint", checkpoint.id)
    assert code == 0
    assert checkpoint.hints[0] in out


def test_solution_waits_until_asked_twice(run):
    checkpoint = load_manifest().checkpoints[0]
    for name, first, second in (("ex1", "그래도 보기", "def "), (checkpoint.id, "그래도 보기", "check(")):
        code, out, _ = run("solution", name)
        assert (code, first in out, second in out) == (0, True, False)
        code, out, _ = run("solution", name, "--show")
        assert (code, second in out) == (0, True)


def test_reset_tells_where_the_backup_is(run, workspace):
    run("update")
    mine = write(workspace.exercise_dir("ex1") / "assets.py", "내 코드\n")
    code, out, _ = run("reset", "ex1")
    assert code == 0
    backup = next(workspace.backups.iterdir())
    assert str(backup) in out
    assert (backup / "assets.py").read_text(encoding="utf-8") == "내 코드\n"
    assert mine.read_text(encoding="utf-8") != "내 코드\n"


def test_update_reports_each_file(run, workspace):
    code, out, _ = run("update")
    assert code == 0
    assert "새로 옴: notebooks/00_start.ipynb" in out
    assert "이미 가장 새 판입니다." in run("update")[1]
    write(workspace.exercise_dir("ex1") / "assets.py", "내 코드\n")
    assert "내가 고침, 그대로 둠: exercises/ex1_page_views/assets.py" in run("update")[1]


def test_verify_lists_what_is_broken(run, monkeypatch):
    from course_lib import verify as laws

    monkeypatch.setattr(laws, "verify", lambda exercise, on_step: (laws.Problem("course.toml", "[이상한] 힌트"),))
    code, out, err = run("verify")
    assert code == 1
    assert "✘ course.toml: [이상한] 힌트" in out
    assert "1가지" in err
    monkeypatch.setattr(laws, "verify", lambda exercise, on_step: ())
    assert run("verify")[0] == 0


def test_doctor_ends_with_what_to_do_next(run):
    code, out, _ = run("doctor")
    assert code == 0
    assert out.rstrip().endswith("uv run course lab")


def test_grade_writes_a_gradebook_and_says_where(run, tmp_path):
    shutil.copytree(repository_root() / "solutions/ex1_page_views", tmp_path / "submitted/김하나/ex1_page_views")
    code, out, _ = run("grade", str(tmp_path / "submitted"), "--out", str(tmp_path / "graded"))
    assert code == 0
    assert "제출물 1개를 채점했습니다. 만점 1개" in out
    text = (tmp_path / "graded/gradebook.csv").read_text(encoding="utf-8-sig")
    assert "김하나,ex1_page_views,100,100,graded" in text
    code, _, err = run("grade", str(tmp_path / "없는 폴더"), "--out", str(tmp_path / "graded"))
    assert code == 1
    assert "제출 폴더가 없습니다" in err


def test_test_passes_its_arguments_to_pytest(tmp_path):
    """어느 폴더에서 불러도 저장소의 시험이다."""
    done = subprocess.run(
        [sys.executable, "-m", "course_lib", "test", "tests/cli/test_manifest.py", "-k", "missing_file", "-q"],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_watch_checks_again_on_save_and_ends_quietly(tmp_path):
    import signal

    workspace = Workspace.open(tmp_path / "작업 공간")
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "course_lib", "check", "ex1", "--watch", "--workspace", str(workspace.path)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    )  # fmt: skip
    lines: list[str] = []
    try:
        _read_until(process, lines, "기다립니다")
        write(workspace.exercise_dir("ex1") / "assets.py", "def 닫지_않은(:\n")
        _read_until(process, lines, "기다립니다")
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in "".join(lines) + rest
    assert sum("기다립니다" in line for line in lines) == 2


def _read_until(process: subprocess.Popen, lines: list[str], wanted: str) -> None:
    deadline = time.monotonic() + 90
    for line in process.stdout:
        lines.append(line)
        if wanted in line:
            return
        assert time.monotonic() < deadline
    raise AssertionError("".join(lines))


def test_workspace_option_reaches_every_command(run, tmp_path):
    elsewhere = tmp_path / "다른 곳"
    for command in (["update"], ["list"], ["reset", "ex1"], ["hint", load_manifest().checkpoints[0].id]):
        assert run(*command, "--workspace", str(elsewhere))[0] == 0
    assert (elsewhere / "progress.txt").is_file()
    assert not Path(tmp_path / "작업 공간").exists()
