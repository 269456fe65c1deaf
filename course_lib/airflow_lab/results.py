"""Airflow의 실행 결과를 작업 공간에 남기고, 없으면 과정에 실린 기록을 준다.

`record.json`은 진짜 Airflow로 실행한 결과를 그대로 적은 것이다. tests/airflow/test_real_runs.py가 새로 실행해 같은지 본다.
"""

import hashlib
import json
from pathlib import Path

from course_lib.airflow_lab import environment as environments
from course_lib.airflow_lab import migration, runs
from course_lib.airflow_lab.environment import Environment
from course_lib.airflow_lab.runs import AirflowRun
from course_lib.workspace import Workspace

RECORD = Path(__file__).with_name("record.json")
KINDS = {"run": runs.run, "migrate": migration.run}
_SOURCES = (*sorted(runs.DAGS.glob("*.py")), *sorted(runs.ASSET_STYLE.glob("*.py")), *sorted(migration.MIGRATION.iterdir()), environments.REQUIREMENTS)
_SOURCES += tuple(Path(__file__).with_name(name) for name in ("order_assets.py", "migrating.py"))


def folder_of(workspace: Workspace, kind: str) -> Path:
    """`kind`("run"이나 "migrate")의 실행이 남는 폴더."""
    return workspace.path / "airflow" / kind


def execute(kind: str, day: str, workspace: Workspace, environment: Environment) -> AirflowRun:
    """준비된 환경에서 실행하고 결과를 작업 공간에 남긴다. 실패하면 `AirflowError`."""
    folder = folder_of(workspace, kind)
    result = KINDS[kind](day, folder, environment)
    saved = {"sources": sources_digest(), "run": result.to_json()}
    (folder / "result.json").write_text(json.dumps(saved, ensure_ascii=False, indent=1), encoding="utf-8")
    return result


def saved(kind: str, day: str, workspace: Workspace) -> AirflowRun | None:
    """작업 공간에 남은 `day`의 결과. 없거나, 그 뒤에 과정의 DAG가 바뀌었으면 None."""
    try:
        kept = json.loads((folder_of(workspace, kind) / "result.json").read_text(encoding="utf-8"))
        result = AirflowRun.from_json(kept["run"])
        return result if kept["sources"] == sources_digest() and result.day == day else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def recorded(kind: str) -> tuple[AirflowRun, str]:
    """과정에 실린 기록과, 언제 무엇으로 실행했는지."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    return AirflowRun.from_json(record[kind]), record["made_with"]


def sources_digest() -> str:
    """DAG와 그 짝의 지문. 하나라도 바뀌면 앞선 결과와 기록은 쓸 수 없다."""
    digest = hashlib.sha256()
    for path in _SOURCES:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
