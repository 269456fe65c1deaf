"""과정에 싣는 기록 `course_lib/airflow_lab/record.json`을 진짜 Airflow로 다시 만든다.

    python -m tests.airflow.record
"""

import json
import sys
import tempfile
from datetime import date
from pathlib import Path

from course_lib.airflow_lab.environment import AIRFLOW_VERSION, Environment
from course_lib.airflow_lab.results import KINDS, RECORD, sources_digest
from course_lib.airflow_lab.runs import EXAMPLE_DAY


def main() -> None:
    environment = Environment.default()
    environment.ensure(print)
    record = {
        "made_with": f"{date.today()}에 Airflow {AIRFLOW_VERSION}, 파이썬 {sys.version_info.major}.{sys.version_info.minor}로",
        "sources": sources_digest(),
    }
    with tempfile.TemporaryDirectory() as scratch:
        for kind, execute in KINDS.items():
            record[kind] = execute(EXAMPLE_DAY, Path(scratch) / kind, environment).to_json()
    RECORD.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
