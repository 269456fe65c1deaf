"""SECURITY.ko.md의 약속: 격리할 수 없으면 남의 제출물을 채점하지 않는다. 강사가 `--no-isolation`을 직접 붙일 때만 한다."""

import re
import sys
from pathlib import Path

import pytest

from course_lib import cli
from course_lib.grading import cohort
from course_lib.grading.results import CriterionResult, Outcome, SubmissionResult
from course_lib.grading.sandbox.report import NAMES
from course_lib.grading.worker import IsolationRefused
from course_lib.manifest import repository_root


class WorkerWithoutIsolation:
    """격리할 수 없는 컴퓨터의 일꾼."""

    graded: list[str] = []

    def __init__(self, *, isolation: str, **_):
        self._isolation = isolation

    def start(self):
        return self

    def wait_ready(self):
        if self._isolation != "off":
            raise IsolationRefused("제출물을 안전하게 격리할 수 없어 채점을 시작하지 않았습니다.")

    def grade_files(self, exercise, files):
        WorkerWithoutIsolation.graded.append(exercise)
        return SubmissionResult(exercise, (CriterionResult(id="a", title="기준", why="", outcome=Outcome.CORRECT, points=1, max_points=1, hidden=False),))

    def close(self):
        pass

    abort = close


@pytest.fixture
def submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    WorkerWithoutIsolation.graded = []
    monkeypatch.setattr(cohort, "JudgeWorker", WorkerWithoutIsolation)
    folder = tmp_path / "submitted"
    (folder / "kim" / "ex1").mkdir(parents=True)
    (folder / "kim" / "ex1" / "assets.py").write_text("x = 1", encoding="utf-8")
    return folder


@pytest.fixture
def grade(submitted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`course grade submitted --out out …`의 종료 코드."""

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["course", "grade", str(submitted), "--out", str(tmp_path / "out"), *arguments])
        return cli.main()

    return run


def test_without_isolation_nothing_of_others_is_run(grade, tmp_path: Path, capsys):
    assert grade() != 0
    assert "채점을 시작하지 않았습니다" in capsys.readouterr().err
    assert WorkerWithoutIsolation.graded == []
    assert not (tmp_path / "out" / cohort.GRADEBOOK).exists()


def test_it_is_run_only_when_the_instructor_types_so(grade):
    grade("--no-isolation")
    assert WorkerWithoutIsolation.graded == ["ex1_page_views"]


def test_no_setting_types_it_for_them(grade, monkeypatch: pytest.MonkeyPatch):
    """환경 변수나 줄인 옵션으로 켜지지 않는다."""
    monkeypatch.setenv("COURSE_NO_ISOLATION", "1")
    monkeypatch.setenv("COURSE_GRADE_NO_ISOLATION", "1")
    for arguments in ([], ["--no-iso"]):
        assert grade(*arguments) != 0
    assert WorkerWithoutIsolation.graded == []


def test_the_document_names_every_layer_and_only_tests_that_exist():
    text = (repository_root() / "SECURITY.ko.md").read_text(encoding="utf-8")
    assert all(f"| {layer} " in text for layer in NAMES)
    for path in re.findall(r"`(tests/[\w/.]+)`", text):
        assert (repository_root() / path).exists(), path
