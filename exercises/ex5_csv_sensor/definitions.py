"""Dagster가 읽는 파일. 도착 폴더는 이 파일 옆의 shop/landing이다."""

from pathlib import Path

import dagster as dg

from course_lib.resources import Landing

from .assets import daily_sales, orders
from .sensors import csv_sensor, ingest_orders

defs = dg.Definitions(
    assets=[orders, daily_sales],
    jobs=[ingest_orders],
    sensors=[csv_sensor],
    resources={"landing": Landing(Path(__file__).parent / "shop" / "landing")},
)
