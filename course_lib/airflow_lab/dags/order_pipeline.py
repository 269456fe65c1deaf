"""주문 파이프라인을 Airflow 3의 DAG로: 무엇을 어떤 차례로 할지 적는다."""

import os
from datetime import datetime
from pathlib import Path

from airflow.sdk import Asset, dag, task
from order_steps import clean, extract, read, summarize, write

ROOT = Path(os.environ["ORDERS_DIR"])


@dag(schedule="@daily", start_date=datetime(2024, 1, 1), catchup=False)
def order_pipeline():
    @task
    def extract_orders(ds=None):
        write(ROOT / ds, "raw_orders", extract(ds))

    @task
    def clean_orders(ds=None):
        write(ROOT / ds, "cleaned_orders", clean(read(ROOT / ds, "raw_orders")))

    @task(outlets=[Asset("order_metrics")])
    def summarize_orders(ds=None):
        write(ROOT / ds, "order_metrics", summarize(read(ROOT / ds, "cleaned_orders")))

    extract_orders() >> clean_orders() >> summarize_orders()


order_dag = order_pipeline()
