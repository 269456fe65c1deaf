"""진짜 Airflow 3으로 실행한다: 명령, Dagster와의 비교, 태스크 하나를 맡기는 이주, 과정에 실린 기록."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import psutil
import pytest

from course_lib.airflow_lab import migration, runs
from course_lib.airflow_lab.environment import AirflowError, Environment
from course_lib.airflow_lab.results import RECORD, folder_of, recorded, saved, sources_digest
from course_lib.airflow_lab.runs import EXAMPLE_DAY, AirflowRun
from course_lib.classroom import airflow as classroom
from course_lib.manifest import repository_root
from course_lib.services.launch import ServiceError
from course_lib.workspace import Workspace

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("airflow") / "작업 공간")


@pytest.fixture(scope="module")
def commands(environment: Environment, workspace: Workspace) -> dict[str, Done]:
    """`course airflow run`과 `course airflow migrate`를 한 번씩, 함께 실행한 결과."""
    started = {
        command: subprocess.Popen(
            [sys.executable, "-m", "course_lib", "airflow", "--workspace", str(workspace.path), command],
            cwd=repository_root(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )
        for command in ("run", "migrate")
    }  # fmt: skip
    return {command: Done(command, *_ended(process)) for command, process in started.items()}


def _ended(process: subprocess.Popen) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=600)
    return process.returncode, output, errors


@pytest.fixture
def ran(commands) -> Done:
    return commands["run"]


@pytest.fixture
def migrated(commands) -> Done:
    return commands["migrate"]


SAME = "  ✔ 같음  raw_orders.json (6행)\n  ✔ 같음  cleaned_orders.json (4행)\n  ✔ 같음  order_metrics.json (3행)\n"


def test_airflow_and_dagster_write_the_same_files(ran):
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith(SAME)
    assert [line.split()[:2] for line in ran.stdout.splitlines() if line.startswith("  success")] == [
        ["success", "extract_orders"], ["success", "clean_orders"], ["success", "summarize_orders"],
    ]  # fmt: skip


def test_one_task_handed_to_dagster_gives_the_same_files(migrated):
    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert migrated.stdout.endswith(SAME)
    assert "clean_orders      DefaultProxyTaskToDagsterOperator" in migrated.stdout
    assert "Dagster가 구체화한 것: cleaned_orders, 파티션 2024-01-05 (Airflow의 clean_orders 태스크가 시킴)" in migrated.stdout


def test_the_dagster_of_the_migration_is_gone(migrated):
    left = [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if "course_lib.airflow_lab.migrating" in (process.info["cmdline"] or []) and _parent_ended(process)
    ]
    assert left == []


def _parent_ended(process: psutil.Process) -> bool:
    """지금 다른 곳에서 도는 이주의 것이 아니라, 남겨진 것인가."""
    try:
        return process.ppid() == 1
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("kind", ["run", "migrate"])
def test_the_record_of_the_course_equals_a_fresh_run(ran, migrated, workspace, kind):
    fresh = saved(kind, EXAMPLE_DAY, workspace)
    assert fresh is not None
    assert recorded(kind)[0] == fresh, "진짜와 다릅니다. `python -m tests.airflow.record`로 다시 만드세요."


def test_the_notebook_shows_what_the_command_ran(ran, workspace, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_WORKSPACE", str(workspace.path))
    assert classroom.airflow_run() == saved("run", EXAMPLE_DAY, workspace)
    assert capsys.readouterr().out.startswith("이 결과는 이 컴퓨터에서 Airflow 3.3.2로 실행한 것입니다.")


def test_the_notebook_runs_it_itself_where_airflow_is_ready(environment, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path))
    asked: list[tuple] = []

    def execute(*arguments: object) -> AirflowRun:
        asked.append(arguments)
        return recorded("run")[0]

    monkeypatch.setattr(classroom, "execute", execute)
    assert classroom.airflow_run() == recorded("run")[0]
    assert asked == [("run", EXAMPLE_DAY, Workspace.open(), environment)]
    assert capsys.readouterr().out.splitlines()[-1] == "이 결과는 방금 이 컴퓨터에서 실행한 것입니다."


def test_the_notebook_shows_the_record_where_airflow_is_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_AIRFLOW_ENV", str(tmp_path / "없음"))
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path))
    for show, kind in ((classroom.airflow_run, "run"), (classroom.airflow_migration, "migrate")):
        assert show() == recorded(kind)[0]
        said = capsys.readouterr().out
        assert len(said.splitlines()) == 1
        assert "과정에 실어 둔 기록입니다" in said and said.endswith(f"uv run course airflow {kind}\n")


def test_a_failed_run_in_the_notebook_is_said_and_the_record_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path))
    monkeypatch.setattr(classroom.Environment, "state", lambda self: classroom.State.READY)

    def fail(*_: object) -> AirflowRun:
        raise AirflowError("Airflow가 멈췄습니다.\n긴 기록")

    monkeypatch.setattr(classroom, "execute", fail)
    assert classroom.airflow_run() == recorded("run")[0]
    said = capsys.readouterr().out
    assert "실행하지 못했습니다(Airflow가 멈췄습니다.)" in said and len(said.splitlines()) == 2


def test_the_record_belongs_to_the_dag_as_it_is_now():
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert record["sources"] == sources_digest(), "DAG가 바뀌었습니다. `python -m tests.airflow.record`로 기록을 다시 만드세요."


def test_a_task_that_fails_is_named(ran, workspace, tmp_path):
    """진짜 실행이 남긴 데이터베이스에서 태스크 둘을 실패한 것으로 고쳐, 그것을 남기고 끝나는 가짜 Airflow에게 준다."""
    home = tmp_path / "환경" / "home"
    home.mkdir(parents=True)
    shutil.copyfile(folder_of(workspace, "run") / "airflow_home" / "airflow.db", home / "airflow.db")
    with closing(sqlite3.connect(home / "airflow.db")) as database, database:
        database.execute("UPDATE dag_run SET state = 'failed'")
        database.execute("UPDATE task_instance SET state = 'failed' WHERE task_id = 'clean_orders'")
        database.execute("UPDATE task_instance SET state = 'upstream_failed', start_date = NULL WHERE task_id = 'summarize_orders'")
    environment = Environment(tmp_path / "환경")
    environment.python.parent.mkdir(parents=True)
    environment.python.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    environment.python.chmod(0o755)
    with pytest.raises(AirflowError, match=r"성공하지 못했습니다\(끝내지 못한 태스크: clean_orders, summarize_orders\)") as caught:
        runs.run(EXAMPLE_DAY, tmp_path / "run", environment)
    assert str(tmp_path / "run" / "airflow.log") in str(caught.value)


def test_a_dagster_that_cannot_start_is_one_message(tmp_path, monkeypatch):
    @contextlib.contextmanager
    def attached():
        def launch(*_: object) -> None:
            raise ServiceError("서버를 시작하지 못했습니다.")

        yield launch

    monkeypatch.setattr(migration, "attached", attached)
    with pytest.raises(AirflowError, match="Dagster를 띄우지 못했습니다"), migration.dagster_server(tmp_path):
        pass
