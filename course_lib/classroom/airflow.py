"""3장이 쓰는 것: 진짜 Airflow의 실행 결과를 노트북에서 본다.

Airflow 환경이 있으면 이 컴퓨터에서 실행한 결과를, 없으면 과정에 실린 기록(진짜로 실행해 남긴 것)을 준다. 어느 쪽인지는
언제나 첫 줄에 적는다. 환경은 노트북이 만들지 않는다. `course airflow run`이 만든다.
"""


from course_lib.airflow_lab import migration as lab
from course_lib.airflow_lab import runs
from course_lib.airflow_lab.environment import AIRFLOW_VERSION, AirflowError, Environment, State
from course_lib.airflow_lab.results import execute, recorded, saved
from course_lib.airflow_lab.runs import EXAMPLE_DAY, AirflowRun
from course_lib.classroom.views import show_file as show_file  # 노트북이 lab.show_file로 쓴다
from course_lib.workspace import Workspace

DAG_FILE = runs.DAGS / f"{runs.DAG_ID}.py"
ASSET_STYLE_FILE = runs.ASSET_STYLE / "orders_as_assets.py"
PROXY_LINES = lab.PROXY_LINES
PROXIED_STATE = lab.PROXIED_STATE

_COMMANDS = {"run": "uv run course airflow run", "migrate": "uv run course airflow migrate"}


def airflow_run() -> AirflowRun:
    """주문 파이프라인을 Airflow로 실행한 결과(2024-01-05)."""
    return _result("run")


def airflow_migration() -> AirflowRun:
    """태스크 하나를 Dagster에 맡기고 Airflow로 실행한 결과(2024-01-05)."""
    return _result("migrate")


def _result(kind: str) -> AirflowRun:
    workspace, environment = Workspace.open(), Environment.default()
    if (kept := saved(kind, EXAMPLE_DAY, workspace)) is not None:
        print(f"이 결과는 이 컴퓨터에서 Airflow {AIRFLOW_VERSION}로 실행한 것입니다. 다시 실행하려면 터미널에서: {_COMMANDS[kind]}")
        return kept
    failure = ""
    if environment.state() is State.READY:
        print(f"Airflow {AIRFLOW_VERSION}로 실행합니다. 10초에서 1분쯤 걸립니다.")
        try:
            fresh = execute(kind, EXAMPLE_DAY, workspace, environment)
        except AirflowError as error:
            failure = f"이 컴퓨터에서는 실행하지 못했습니다({str(error).splitlines()[0]}). "
        else:
            print("이 결과는 방금 이 컴퓨터에서 실행한 것입니다.")
            return fresh
    record, made_with = recorded(kind)
    print(f"이 결과는 {made_with} 실행해 과정에 실어 둔 기록입니다. {failure}직접 실행하려면 터미널에서: {_COMMANDS[kind]}")
    return record
