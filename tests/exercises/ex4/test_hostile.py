"""프로그램을 실행할 수 있는 연습의 나쁜 제출물: 바깥을 읽지도 쓰지도 못하고, 시간을 넘기면 남기는 것 없이 끝난다."""

import os
import socket
import time
from pathlib import Path

import psutil
import pytest

from course_lib.grading.sandbox.client import zygote_supported
from course_lib.grading.seen import SubmissionFault
from course_lib.grading.seen_dbt import dbt_runs
from course_lib.grading.submission import Limits, Submission

from ...rubrics.ex4_dbt_hybrid import story
from ...rubrics.ex4_dbt_hybrid.tables import ASSETS, MODELS

RAW = {"users": story.USERS, "events": story.EVENTS}
PYTHON_MODEL = """\
def model(dbt, session):
    dbt.config(materialized="table")
    import pandas as pd

    try:
        text = open({path!r}, encoding="utf-8").read()
    except OSError as error:
        text = type(error).__name__
    try:
        open({path!r} + ".harmed", "w").close()
    except OSError:
        pass
    return pd.DataFrame({{"user_id": [1], "plan": [text], "signed_up_on": [pd.Timestamp("2024-01-01")]}})
"""


# dbt의 Python 모델은 DuckDB의 연결을 받는다. 한 번의 런에서 여러 SQL을 해 보고, 저마다 얻은 것이나 오류를 표에 적는다.
SQL_MODEL = """\
def model(dbt, session):
    dbt.config(materialized="table")
    import pandas as pd

    seen = []
    for sql in {statements!r}:
        try:
            seen.append(repr(session.execute(sql).fetchall()))
        except Exception as error:
            seen.append(type(error).__name__)
    return pd.DataFrame({{"user_id": [1], "plan": ["|".join(seen)], "signed_up_on": [pd.Timestamp("2024-01-01")]}})
"""
STATEMENTS = (
    "select content from read_text('SECRET')", "select * from read_csv('SECRET', header=false)", "select file from glob('FOLDER/*')",
    "copy (select 1) to 'SECRET.harmed'", "attach 'SECRET.harmed' as outside", "export database 'FOLDER/harmed'",
    "set temp_directory = 'FOLDER/harmed'", "install httpfs", "load httpfs", "install 'FOLDER/harmed.duckdb_extension'",
    "select content from read_text('http://127.0.0.1:PORT/')", "copy (select 1) to 'http://127.0.0.1:PORT/'",
    "select getenv('COURSE_CANARY')", "create persistent secret s (type s3, key_id 'k', secret 'v')",
)
# 읽기만 해도(dbt parse) 일어나는 것들: 설정, 매크로, 훅, 어댑터의 플러그인.
PROJECT_YML = "dbt_project/dbt_project.yml"
WHEN_PARSED = {
    "모델의 자리가 바깥": {PROJECT_YML: ("model-paths: [models]", "model-paths: [models, 'FOLDER']")},
    "매크로의 자리가 바깥": {PROJECT_YML: ("macro-paths: [macros]", "macro-paths: [macros, 'FOLDER']")},
    "로그의 자리가 바깥": {PROJECT_YML: ("name: activity\n", "name: activity\nlog-path: FOLDER/harmed\npackages-install-path: FOLDER/harmed\n")},
    "환경 변수": {PROJECT_YML: ("name: activity\n", "name: activity\non-run-start: \"select '{{ env_var('COURSE_CANARY', '없음') }}'\"\n")},
    "묶음": {"dbt_project/packages.yml": ("", "packages:\n  - local: FOLDER\n")},
    "어댑터의 플러그인": {
        "dbt_project/profiles.yml": ("      threads: 1\n", "      threads: 1\n      module_paths: ['.']\n      plugins: [{module: mallory}]\n"),
        "dbt_project/mallory.py": ("", "raise ValueError(open('SECRET').read())\n")},
    "클래스를 거슬러": {"dbt_project/macros/climb.sql": ("", "{% macro climb() %}{% endmacro %}{% set x = ''.__class__.__mro__[1].__subclasses__() %}")},
}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    # 모델이나 매크로로 읽힐 수 있는 이름이다.
    path = tmp_path / "answer.sql"
    path.write_text("select '비밀' as plan", encoding="utf-8")
    return path


def handed_in(judge, changed: dict[str, str], **options) -> Submission:
    files = {**judge.material.reference, **{name: text.encode("utf-8") for name, text in changed.items()}}
    return Submission(judge.material, {name: data for name, data in files.items() if data}, judge.sandbox, manifests=judge.reference.manifests, **options)


def aimed(text: str, secret: Path, port: int = 0) -> str:
    return text.replace("SECRET", str(secret)).replace("FOLDER", str(secret.parent)).replace("PORT", str(port))


def marked(marker: str) -> list[int]:
    return [process.pid for process in psutil.process_iter(["cmdline"]) if marker in (process.info["cmdline"] or ())]


def until_gone(marker: str) -> bool:
    deadline = time.monotonic() + 30
    while marked(marker) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not marked(marker)


@pytest.mark.skipif(not zygote_supported(), reason="격리하는 샌드박스는 리눅스에만 있다")
class TestOutside:
    def test_sql_of_a_model_reads_nothing_outside(self, judge, secret):
        """DuckDB의 SQL은 파일을 읽고 쓸 수 있다. 훅도 그렇다."""
        submission = handed_in(judge, {"dbt_project/models/stg_users.sql": (
            f"{{{{ config(materialized='table', pre_hook=\"copy (select 1) to '{secret}.harmed'\") }}}}\n"
            f"select 1 as user_id, content as plan, date '2024-01-01' as signed_up_on from read_text('{secret}')")})
        try:
            (run,) = dbt_runs(submission, ASSETS, [story.FIRST], models=MODELS, values=[], raw=RAW)
        finally:
            submission.close()
        assert run.fault is not None and "stg_users" not in run.made
        assert "비밀" not in str(run)
        assert [path.name for path in secret.parent.iterdir()] == [secret.name]

    def test_sql_of_a_session_reads_writes_and_says_nothing_outside(self, judge, secret):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            statements = [aimed(sql, secret, port=listener.getsockname()[1]) for sql in STATEMENTS]
            submission = handed_in(judge, {"dbt_project/models/stg_users.sql": "",
                                           "dbt_project/models/stg_users.py": SQL_MODEL.format(statements=statements)})
            try:
                (run,) = dbt_runs(submission, ASSETS, [story.FIRST], models=MODELS, values=[], raw=RAW)
            finally:
                submission.close()
            seen = run.table("stg_users")["plan"].tolist()[0].split("|")
            with pytest.raises(BlockingIOError):
                listener.accept()
        assert len(seen) == len(STATEMENTS) and "비밀" not in str(seen) and secret.name not in str(seen), seen
        assert [path.name for path in secret.parent.iterdir()] == [secret.name]

    def test_hooks_of_a_project_write_nothing_outside(self, judge, secret):
        """훅은 dbt를 부를 때마다 돈다. 바깥에 닿지 못하면 런이 실패한다."""
        settings = judge.material.reference[PROJECT_YML].decode("utf-8")
        submission = handed_in(judge, {PROJECT_YML: settings + aimed('on-run-start: "attach \'SECRET.harmed\' as outside"\n', secret)})
        try:
            (run,) = dbt_runs(submission, ASSETS, [story.FIRST], models=MODELS, values=[], raw=RAW)
        finally:
            submission.close()
        assert run.fault is not None and "fct_user_activity" not in run.made
        assert [path.name for path in secret.parent.iterdir()] == [secret.name]

    @pytest.mark.parametrize("changes", WHEN_PARSED.values(), ids=WHEN_PARSED.keys())
    def test_reading_a_project_takes_nothing_from_outside(self, judge, secret, monkeypatch, changes):
        monkeypatch.setenv("COURSE_CANARY", "비밀")
        files = {}
        for name, (old, new) in changes.items():
            before = judge.material.reference.get(name, b"").decode("utf-8")
            assert old in before
            files[name] = before.replace(old, aimed(new, secret), 1) if old else aimed(new, secret)
        submission = handed_in(judge, files)
        try:
            seen = judge.reference.manifests.of(submission.files).decode("utf-8")
        except SubmissionFault as fault:
            seen = str(fault.details)
        finally:
            submission.close()
        assert "비밀" not in seen and "\\ube44\\ubc00" not in seen
        assert [path.name for path in secret.parent.iterdir()] == [secret.name]

    def test_python_model_reads_nothing_outside(self, judge, secret):
        submission = handed_in(judge, {"dbt_project/models/stg_users.sql": "",
                                       "dbt_project/models/stg_users.py": PYTHON_MODEL.format(path=str(secret))})
        try:
            (run,) = dbt_runs(submission, ASSETS, [story.FIRST], models=MODELS, values=[], raw=RAW)
        finally:
            submission.close()
        # 뒤의 시험에서 런은 실패하지만, 모델은 정말로 돌았고 연 것은 없다.
        assert run.table("stg_users")["plan"].tolist() in (["FileNotFoundError"], ["PermissionError"])
        assert [path.name for path in secret.parent.iterdir()] == [secret.name]


def test_programs_left_behind_end_with_the_submission(judge):
    marker = f"96{os.getpid()}"
    start = f"import subprocess\nsubprocess.Popen(['sleep', '{marker}'], start_new_session=True)\n"
    submission = handed_in(judge, {"assets.py": start + judge.material.reference["assets.py"].decode("utf-8")})
    try:
        submission.facts()
        assert len(marked(marker)) == 1
    finally:
        submission.close()
    assert until_gone(marker)


def test_time_of_programs_is_limited(judge):
    """잠만 자는 프로그램은 벽시계가, 도는 프로그램은 CPU 시간이 끝낸다. CPU 시간은 자손의 것까지 센다."""
    for program, marker, limits in (
        ("['sleep', '{}']", f"95{os.getpid()}", Limits(cpu_seconds=60, wall_seconds=4)),
        ("[sys.executable, '-c', 'while True: pass', '{}']", f"94{os.getpid()}", Limits(cpu_seconds=2, wall_seconds=300)),
    ):
        start = f"import subprocess, sys\nsubprocess.run({program.format(marker)})\n"
        submission = handed_in(judge, {"assets.py": start + judge.material.reference["assets.py"].decode("utf-8")}, limits=limits)
        try:
            with pytest.raises(SubmissionFault, match="timeout"):
                submission.facts()
        finally:
            submission.close()
        assert until_gone(marker)
