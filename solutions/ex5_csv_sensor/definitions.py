"""이 폴더의 자산과 잡과 센서를 Dagster에 등록한다."""

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
