"""`course doctor`: 부분마다 한 줄, 빠진 것에는 고치는 명령."""

import importlib.metadata
import io
import shutil
import sys

import pytest

from course_lib import doctor
from course_lib.doctor import State, examine
from course_lib.workspace import Workspace
from tests.cli.conftest import write


@pytest.fixture
def parts(tmp_path):
    """`parts()`는 새 작업 공간에서 살펴본 부분들을 이름으로 준다."""
    return lambda path=tmp_path / "작업 공간": {part.name: part for part in examine(Workspace.open(path))}


def test_the_core_is_ready_here(parts):
    found = parts()
    assert len(found) == 14
    assert [part for part in found.values() if part.state is State.MISSING] == []
    for part in found.values():
        assert part.note
        assert part.fix or part.state is State.READY or part.note.startswith("살펴보지")
        assert not part.note.startswith("살펴보지 못했습니다"), part


def test_missing_and_wrong_packages_are_named(parts, monkeypatch):
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == "polars":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0.0" if name == "pandas" else real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    packages = parts()["패키지"]
    assert packages.state is State.MISSING
    assert packages.note == "pandas 1.0.0, polars 없음"
    assert packages.fix == "uv sync"


def test_old_python_is_named(parts, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 12, "final", 0))
    assert parts()["파이썬"].state is State.MISSING


def test_unwritable_workspace_is_named(parts, monkeypatch, tmp_path):
    write(tmp_path / "파일", "폴더가 아님")
    found = parts(tmp_path / "파일" / "작업 공간")["작업 공간"]
    assert found.state is State.MISSING
    assert "--workspace" in found.fix


def test_terminal_without_hangul_is_named(parts, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="cp949"))
    found = parts()["터미널의 한글"]
    assert found.state is State.OPTIONAL
    assert "PYTHONUTF8" in found.fix


def test_optional_programs_are_not_required(parts, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_AIRFLOW_ENV", str(tmp_path / "없음"))
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    found = parts()
    for name in ("배포 파일의 검사", "Java(Spark)", "Airflow", "Chromium(과정의 시험)"):
        assert found[name].state is State.OPTIONAL
        assert found[name].fix


@pytest.mark.parametrize(
    ("missing", "line", "state", "fix"),
    [
        ("dbt-duckdb", "dbt", State.MISSING, "uv sync"),
        ("pyspark", "pyspark(Spark)", State.OPTIONAL, "uv sync --inexact --extra spark"),
    ],
)
def test_a_missing_integration_is_named_with_its_command(parts, monkeypatch, missing, line, state, fix):
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == missing:
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    assert parts()[line].state is State.READY
    monkeypatch.setattr(importlib.metadata, "version", version)
    assert (parts()[line].state, parts()[line].fix) == (state, fix)


def test_one_broken_examination_does_not_hide_the_rest(parts, monkeypatch):
    def broken():
        raise RuntimeError("고장")

    monkeypatch.setattr(doctor, "_s3", broken)
    found = parts()
    assert len(found) == 14
    assert "RuntimeError: 고장" in found["S3"].note
