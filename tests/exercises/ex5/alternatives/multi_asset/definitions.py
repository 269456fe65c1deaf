"""정의."""

import dagster as dg

from course_lib.resources import Landing

from .assets import orders
from .sensors import csv_sensor, ingest_orders

defs = dg.Definitions(assets=[orders], jobs=[ingest_orders], sensors=[csv_sensor], resources={"landing": Landing("shop/landing")})
