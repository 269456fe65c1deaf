"""Airflow 환경을 만들고 지우는 일: 하다 만 설치, 인터넷이 없는 컴퓨터, 남의 폴더. 내려받는 것은 가짜 uv가 대신한다."""

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from course_lib.airflow_lab import environment as environments
from course_lib.airflow_lab.environment import AirflowError, Environment, State
from course_lib.manifest import repository_root

# `uv venv`와 `uv pip install`을 흉내 낸다. `airflow db migrate`가 데이터베이스를 남기는 파이썬을 만든다.
FAKE_UV = """\
#!{python}
import os, pathlib, sys, time
if sys.argv[1] == "venv":
    binary = pathlib.Path(sys.argv[-1]) / "bin"
    binary.mkdir(parents=True)
    (binary / "python").write_text('#!/bin/sh\\nmkdir -p "$AIRFLOW_HOME"\\ntouch "$AIRFLOW_HOME/airflow.db"\\n')
    (binary / "python").chmod(0o755)
elif os.environ.get("SLOW"):
    time.sleep(60)
elif os.environ.get("BROKEN"):
    sys.exit("error: No space left on device (os error 28)")
"""


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """환경을 만들 자리. 가짜 uv를 쓴다."""
    uv = tmp_path / "uv"
    uv.write_text(FAKE_UV.format(python=sys.executable), encoding="utf-8")
    uv.chmod(0o755)
    monkeypatch.setenv("UV", str(uv))
    monkeypatch.setenv(environments.VARIABLE, str(tmp_path / "환경"))
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "작업 공간"))
    return tmp_path / "환경"


def course(*arguments: str, **more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "course_lib", "airflow", *arguments], env=os.environ | more, text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=repository_root(),
    )  # fmt: skip


def test_it_says_what_it_downloads_before_it_does(place):
    said: list[str] = []
    Environment.default().ensure(said.append)
    assert re.search(r"패키지 130여 개.*약 \d+MB, 디스크는 약 \d+MB", said[0])
    assert str(place) in said[0]
    assert Environment.default().state() is State.READY


def test_a_ready_environment_is_left_alone(place):
    Environment.default().ensure(print)
    before = (place / "ready.json").stat().st_mtime_ns
    said: list[str] = []
    Environment.default().ensure(said.append)
    assert said == []
    assert (place / "ready.json").stat().st_mtime_ns == before


def test_an_interrupted_installation_is_started_over(place):
    process = course("run", SLOW="1")
    deadline = time.monotonic() + 60
    while not (place / "venv" / "bin" / "python").exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert Environment.default().state() is State.UNFINISHED

    said: list[str] = []
    Environment.default().ensure(said.append)
    assert said[0] == "앞서 끝내지 못한 Airflow 설치를 지우고 다시 합니다."
    assert Environment.default().state() is State.READY


def test_an_environment_for_another_list_of_packages_is_not_ready(place, monkeypatch, tmp_path):
    Environment.default().ensure(print)
    other = tmp_path / "requirements.txt"
    other.write_text("apache-airflow==9.9.9\n", encoding="utf-8")
    monkeypatch.setattr(environments, "REQUIREMENTS", other)
    assert Environment.default().state() is State.UNFINISHED


def test_an_environment_whose_python_is_gone_is_not_ready(place):
    Environment.default().ensure(print)
    (place / "venv" / "bin" / "python").unlink()
    assert Environment.default().state() is State.UNFINISHED


def test_without_a_network_it_is_one_sentence(place, monkeypatch, tmp_path):
    monkeypatch.delenv("UV")
    # 진짜 uv다. 비어 있는 캐시, 닫힌 네트워크.
    process = course("run", UV_OFFLINE="1", UV_CACHE_DIR=str(tmp_path / "cache"))
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert errors.startswith("인터넷에 닿지 못해") and len(errors.splitlines()) == 1
    assert "패키지 130여 개" in output
    assert Environment.default().state() is State.UNFINISHED


def test_another_failure_shows_the_end_of_the_log(place):
    process = course("run", BROKEN="1")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith("Airflow를 설치하지 못했습니다")
    assert "No space left on device" in errors and "Traceback" not in errors
    assert str(place / "install.log") in errors


def test_a_folder_of_somebody_else_is_never_touched(place):
    place.mkdir()
    (place / "소중한 파일").touch()
    with pytest.raises(AirflowError, match="과정이 만든 폴더가 아니어서"):
        Environment.default().ensure(print)
    with pytest.raises(AirflowError, match="과정이 만든 폴더가 아니어서"):
        Environment.default().remove()
    assert (place / "소중한 파일").exists()


def test_a_place_that_cannot_be_written_is_named(place):
    place.parent.joinpath("파일").touch()
    with pytest.raises(AirflowError, match="만들 수 없습니다"):
        Environment(place.parent / "파일" / "환경").ensure(print)


def test_remove_and_status(place):
    Environment.default().ensure(print)
    for arguments, expected in ((("status",), "준비됨"), (("remove",), "지웠습니다"), (("remove",), "지울 Airflow 환경이 없습니다."), (("status",), "없음")):
        process = course(*arguments)
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
        assert expected in output
    assert not place.exists()


@pytest.mark.parametrize("day", ["어제", "2024-1-5x", "2023-12-31", "2999-01-01"])
def test_a_wrong_day_is_one_sentence(place, day):
    process = course("run", "--date", day)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert day in errors and "Traceback" not in errors
    assert not place.exists()


def test_pip_installs_where_there_is_no_uv(monkeypatch, tmp_path):
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr(environments.shutil, "which", lambda name: None)
    make, install = environments._commands(tmp_path)
    assert make[1:3] == ["-m", "venv"]
    assert install[:4] == [str(tmp_path / "bin" / "python"), "-m", "pip", "install"]


def test_the_users_own_airflow_and_python_settings_stay_out(monkeypatch, tmp_path):
    for name in ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW_CONFIG", "PYTHONPATH", "VIRTUAL_ENV", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "x")
    assert "x" not in environments.airflow_environment(tmp_path).values()


def test_every_package_is_pinned_and_not_newer_than_the_course_allows():
    lines = environments.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if not line.startswith("#")]
    assert all(re.match(r"[a-z0-9.-]+==\S+", line) for line in packages)
    assert f"apache-airflow=={environments.AIRFLOW_VERSION}" in packages
    assert 130 <= len(packages) < 140
    newest = tomllib.loads((repository_root() / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]["exclude-newer"]
    assert f"--exclude-newer {newest}" in "\n".join(lines)
