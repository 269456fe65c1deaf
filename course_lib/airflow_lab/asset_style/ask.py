"""Airflow의 환경에서 실행한다. 물어본 것을 JSON으로 마지막 줄에 찍는다."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from airflow.api_fastapi.core_api.app import init_views
from airflow.dag_processing.dagbag import DagBag
from airflow.utils.cli import get_bagged_dag
from fastapi import FastAPI
from starlette.testclient import TestClient

# 자산마다 만들어진 DAG와, 그 DAG를 시작시키는 것.
bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
asset_dags = sorted([dag_id, len(dag.tasks), type(dag.timetable).__name__] for dag_id, dag in bag.dags.items())

# 업스트림의 이름을 매개변수로 적으면 무엇이 오나.
get_bagged_dag(bundle_names=None, dag_id="cleaned_orders").test(logical_date=datetime(2024, 1, 5, tzinfo=UTC))
asset_parameter = Path(os.environ["ORDERS_DIR"], "parameter.txt").read_text(encoding="utf-8")

# Airflow 2의 REST 주소는 무엇이라 답하나.
server = FastAPI()
init_views(server)
answer = TestClient(server).get("/api/v1/dags")

print(json.dumps({"asset_dags": asset_dags, "asset_parameter": asset_parameter, "old_api": [answer.status_code, answer.json()["error"]]}))
