"""주문 파이프라인을 진짜 Airflow로 한 번 실행하고, Airflow가 남긴 것을 읽는다.

스케줄러는 띄우지 않는다. `airflow dags test`가 DAG 하나를 그 자리에서 끝까지 실행하고, 기록은 폴더 안의 SQLite에 남긴다.
"""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from course_lib.airflow_lab.environment import AirflowError, Environment, airflow_environment

DAG_ID = "order_pipeline"
TABLES = ("raw_orders", "cleaned_orders", "order_metrics")
EXAMPLE_DAY = "2024-01-05"
DAGS = Path(__file__).with_name("dags")
ASSET_STYLE = Path(__file__).with_name("asset_style")
# Airflow의 장부에서 세어 볼 표.
LEDGER = ("dag_run", "task_instance", "xcom", "asset", "asset_event")


@dataclass(frozen=True)
class Task:
    """Airflow가 적어 둔 태스크 하나. `operator`는 실제로 일한 오퍼레이터의 이름이다."""

    id: str
    operator: str
    state: str


@dataclass(frozen=True)
class AirflowRun:
    """DAG를 하루치 실행한 결과.

    - `tasks`: 실행한 차례대로
    - `files`: 파일의 이름(`raw_orders` 등)에서 그 글. DAG가 쓴 그대로다
    - `asset_events`: Airflow의 자산 이벤트. (자산, 그것을 낸 태스크, 파티션 키. 없으면 빈 글)
    - `ledger`: Airflow의 데이터베이스에서 표(`LEDGER`)마다 행의 수
    - `dagster_runs`: Dagster가 대신한 런마다 (자산, 파티션 키, Airflow의 태스크). Airflow만 썼다면 비어 있다
    - `asked`: 실행하는 김에 Airflow에게 물어본 것(`ask`). 태스크를 맡긴 실행이라면 비어 있다
    """

    day: str
    tasks: tuple[Task, ...]
    files: Mapping[str, str]
    asset_events: tuple[tuple[str, str, str], ...]
    ledger: Mapping[str, int]
    dagster_runs: tuple[tuple[str, str, str], ...] = ()
    asked: Mapping[str, object] = field(default_factory=dict)

    def table(self, name: str) -> list[dict]:
        """파일 하나를 표(행의 목록)로. 없으면 `KeyError`."""
        return json.loads(self.files[name])

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, record: dict) -> "AirflowRun":
        """`to_json`의 거꾸로. 모양이 다르면 `KeyError`나 `TypeError`."""
        return cls(
            day=record["day"],
            tasks=tuple(Task(**task) for task in record["tasks"]),
            files=record["files"],
            asset_events=tuple(map(tuple, record["asset_events"])),
            ledger=record["ledger"],
            dagster_runs=tuple(map(tuple, record["dagster_runs"])),
            asked=record["asked"],
        )


def run(day: str, folder: Path, environment: Environment) -> AirflowRun:
    """`day`의 주문 파이프라인을 Airflow로 실행한다. `folder`의 앞선 실행은 지운다. 실패하면 `AirflowError`."""
    lay_out(folder, environment)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, folder / "asset_style", environment)
        result = execute(day, folder, environment)
        return replace(result, asked=asked.result())


def lay_out(folder: Path, environment: Environment, dags: Path | None = None) -> None:
    """빈 데이터베이스와 DAG(`dags`, 없으면 `DAGS`)를 `folder`에 갖춘다."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(environment.home, folder / "airflow_home", ignore=shutil.ignore_patterns("logs"))
    # 만들 때의 자리가 적힌 설정이다. Airflow가 새로 쓴다.
    (folder / "airflow_home" / "airflow.cfg").unlink(missing_ok=True)
    shutil.copytree(dags or DAGS, folder / "airflow_home" / "dags", ignore=shutil.ignore_patterns("__pycache__", "ask.py"))


def ask(folder: Path, environment: Environment) -> dict[str, object]:
    """Airflow에게 물어본다(`asset_style/ask.py`). 답하지 못하면 `AirflowError`.

    - `asset_dags`: `@asset`으로 적은 파이프라인이 된 DAG마다 (이름, 태스크의 수, DAG를 시작시키는 것)
    - `asset_parameter`: 업스트림의 이름을 매개변수로 적었을 때 온 것의 타입
    - `old_api`: Airflow 2의 REST 주소(`/api/v1`)가 한 답 (상태 코드, 글)
    """
    lay_out(folder, environment, ASSET_STYLE)
    done = subprocess.run(
        [str(environment.python), str(ASSET_STYLE / "ask.py")],
        cwd=folder, env=airflow_environment(folder / "airflow_home") | {"ORDERS_DIR": str(folder)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    log = folder / "airflow.log"
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    answers = done.stdout.splitlines()
    if done.returncode != 0 or not answers:
        raise AirflowError(f"Airflow에게 물어보다가 멈췄습니다. 기록: {log}")
    return json.loads(answers[-1])


def execute(day: str, folder: Path, environment: Environment, more: Mapping[str, str] | None = None) -> AirflowRun:
    """`folder`에 갖춘 DAG를 실행하고 남은 것을 읽는다. `more`는 더할 환경 변수."""
    home, data, log = folder / "airflow_home", folder / "data", folder / "airflow.log"
    with log.open("wb") as output:
        subprocess.run(
            [str(environment.python), "-m", "airflow", "dags", "test", DAG_ID, day],
            cwd=folder, env=airflow_environment(home) | {"ORDERS_DIR": str(data)} | (more or {}),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
        )  # fmt: skip
    try:
        state, tasks, events, ledger = _read_database(home / "airflow.db")
    except (sqlite3.Error, OSError) as error:
        raise AirflowError(f"Airflow의 기록을 읽지 못했습니다({error}). 기록: {log}") from error
    if state != "success":
        failed = ", ".join(task.id for task in tasks if task.state != "success") or "시작하지 못함"
        raise AirflowError(f"Airflow의 DAG {DAG_ID}이(가) 성공하지 못했습니다(끝내지 못한 태스크: {failed}). 기록: {log}")
    files = {name: (data / day / f"{name}.json").read_text(encoding="utf-8") for name in TABLES}
    return AirflowRun(day, tasks, files, events, ledger)


def _read_database(path: Path) -> tuple[str | None, tuple[Task, ...], tuple[tuple[str, str, str], ...], dict[str, int]]:
    """Airflow가 SQLite에 적은 것: DAG 런의 상태, 태스크들, 자산 이벤트들, 표마다 행의 수."""
    with closing(sqlite3.connect(path)) as database:
        state = database.execute("SELECT state FROM dag_run WHERE dag_id = ?", [DAG_ID]).fetchone()
        tasks = database.execute(
            "SELECT task_id, custom_operator_name, state FROM task_instance WHERE dag_id = ? ORDER BY start_date IS NULL, start_date", [DAG_ID]
        ).fetchall()
        events = database.execute(
            "SELECT asset.name, asset_event.source_task_id, coalesce(asset_event.partition_key, '')"
            " FROM asset_event JOIN asset ON asset.id = asset_event.asset_id ORDER BY asset_event.id"
        ).fetchall()
        ledger = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in LEDGER}
    return (state[0] if state else None), tuple(Task(*row) for row in tasks), tuple(events), ledger


def in_dagster(day: str, folder: Path) -> dict[str, str]:
    """같은 날을 Dagster로 구체화하고, 그 파일들을 `AirflowRun.files`의 모양으로 돌려준다."""
    import dagster as dg

    from course_lib.airflow_lab.order_assets import JsonFiles, cleaned_orders, order_metrics, raw_orders

    data = folder / "dagster-data"
    shutil.rmtree(data, ignore_errors=True)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    dg.materialize(
        [raw_orders, cleaned_orders, order_metrics], partition_key=day, resources={"io_manager": JsonFiles(root=str(data))}, run_config=quiet
    )
    return {name: (data / day / f"{name}.json").read_text(encoding="utf-8") for name in TABLES}
