"""4장의 명령: 과정에 실린 기록은 지금의 `dg`가 하는 말이고, 노트북은 어느 쪽을 보이는지 언제나 밝힌다."""

import json
import re

import pytest

from course_lib.classroom.terminal import terminal, transcript
from course_lib.project_lab.tour import RECORD, STEPS, execute, recorded, sources_digest
from tests.project_lab.record import run_all

AGAIN = "`python -m tests.project_lab.record`로 다시 만드세요."
# 실행할 때마다 다른 것: 시각, 런의 이름, 프로세스의 번호, 걸린 시간, 임시 폴더의 이름
CHANGING = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", "<시각>"),
    (r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<런>"),
    (r"(?<=pid: )\d+|(?<= - )\d+(?= - )", "<번호>"),
    (r"\b(?:\d+m)?[\d.]+m?s\b", "<시간>"),
    # 단계의 프로세스가 끝나며 쓰는 줄이라, 바쁜 컴퓨터에서는 쓰기 전에 끝나기도 한다.
    (r".* - STEP_SUCCESS - .*\n", ""),
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return run_all(tmp_path_factory.mktemp("tour"))


@pytest.mark.parametrize("name", STEPS)
def test_the_record_is_what_the_command_says_now(fresh, name):
    kept, _ = recorded(name)
    assert (_steady(kept.text), kept.returncode) == (_steady(fresh[name].text), fresh[name].returncode), AGAIN


def test_the_record_belongs_to_the_files_and_the_dg_of_now():
    assert json.loads(RECORD.read_text(encoding="utf-8"))["sources"] == sources_digest(), AGAIN


def test_commands_end_as_the_lesson_says():
    failed = {name for name in STEPS if recorded(name)[0].returncode}
    assert failed == {"broken", "typo"}


def test_the_record_names_no_place_of_this_machine():
    assert not re.search(r"/(?:root|home|work|tmp|Users|private)/", RECORD.read_text(encoding="utf-8"))


def test_a_record_says_that_it_is_one(capsys):
    done = transcript("launch", only="RUN_SUCCESS")
    head, command, line, count = capsys.readouterr().out.splitlines()
    assert "실행한 기록입니다" in head and 'transcript("launch", now=True)' in head
    assert command == f"$ {STEPS['launch'].command}" and "RUN_SUCCESS" in line
    assert count == f"(모두 {len(done.text.splitlines())}줄 가운데 1줄만 보였습니다)"


def test_now_really_runs_it(capsys, monkeypatch):
    # 가장 싼 명령으로 바꾸어, 기록이 아니라 실행이 보이는지 본다.
    monkeypatch.setitem(STEPS, "scaffold", type(STEPS["scaffold"])("create-dagster --version"))
    assert transcript("scaffold", now=True).text.startswith("create-dagster, version 1.")
    assert capsys.readouterr().out.startswith("[방금 이 컴퓨터에서 실행했습니다]\n$ create-dagster --version\n")


def test_a_command_run_now_says_so_and_shows_its_failure(tmp_path, capsys):
    done = terminal("create-dagster project 1wrong --no-uv-sync", tmp_path)
    said = capsys.readouterr().out
    assert re.match(r"\[방금 이 컴퓨터에서 실행했습니다. \d+초\]\n\$ create-dagster project 1wrong", said)
    assert done.returncode and said.endswith(f"(종료 코드 {done.returncode}: 실패)\n")


def test_variables_before_a_command_reach_it_and_its_colors_are_gone(tmp_path):
    done = execute("""GREETING=안녕 python -c 'import os; print("\\033[31m" + os.environ["GREETING"], os.getcwd())'""", tmp_path)
    assert done.text == f"안녕 ~/{tmp_path.name}"


def _steady(text: str) -> str:
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return text
