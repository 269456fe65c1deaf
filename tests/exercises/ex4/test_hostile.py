"""프로그램을 실행할 수 있는 연습의 나쁜 제출물: 바깥을 읽지도 쓰지도 못하고, 시간을 넘기면 남기는 것 없이 끝난다."""

import os
import time
from pathlib import Path

import psutil
import pytest

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


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "답.txt"
    path.write_text("비밀", encoding="utf-8")
    return path


def handed_in(judge, changed: dict[str, str], **options) -> Submission:
    files = {**judge.material.reference, **{name: text.encode("utf-8") for name, text in changed.items()}}
    return Submission(judge.material, {name: data for name, data in files.items() if data}, judge.sandbox, manifests=judge.reference.manifests, **options)


def marked(marker: str) -> list[int]:
    return [process.pid for process in psutil.process_iter(["cmdline"]) if marker in (process.info["cmdline"] or ())]


def until_gone(marker: str) -> bool:
    deadline = time.monotonic() + 30
    while marked(marker) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not marked(marker)


@pytest.mark.skipif("not __import__('course_lib.grading.sandbox.client', fromlist=['x']).zygote_supported()",
                    reason="격리하는 샌드박스는 리눅스에만 있다")
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
