"""노트북을 조용하게 하는 것: 배우는 사람의 첫 런에도 Dagster가 찍거나 모으는 것이 없다."""

import os
import subprocess
import sys

FIRST_RUN = """
import tempfile
import dagster as dg
from course_lib.classroom import quiet

quiet.hush()

@dg.asset
def numbers() -> list[int]:
    return [1, 2]

with tempfile.TemporaryDirectory() as home, dg.DagsterInstance.local_temp(home) as instance:
    assert dg.materialize([numbers], instance=instance).success
"""


def test_the_first_run_on_a_new_machine_prints_nothing_and_keeps_no_usage_records(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    environment.pop("DAGSTER_HOME", None)

    ran = subprocess.run([sys.executable, "-c", FIRST_RUN], env=environment, capture_output=True, text=True, encoding="utf-8")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert list(tmp_path.rglob("*")) == []
