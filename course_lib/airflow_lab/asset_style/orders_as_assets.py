"""같은 파이프라인의 뼈대를 Airflow 3의 `@asset`으로. 자산 하나가 DAG 하나가 된다."""

import os
from pathlib import Path

from airflow.sdk import asset


@asset(schedule="@daily")
def raw_orders():
    """하루에 한 번."""


@asset(schedule=raw_orders)
def cleaned_orders(raw_orders):
    """raw_orders의 자산 이벤트가 오면. 매개변수로 무엇이 왔는지 적어 둔다."""
    Path(os.environ["ORDERS_DIR"], "parameter.txt").write_text(type(raw_orders).__name__, encoding="utf-8")


@asset(schedule=cleaned_orders)
def order_metrics(cleaned_orders):
    """cleaned_orders의 자산 이벤트가 오면."""
