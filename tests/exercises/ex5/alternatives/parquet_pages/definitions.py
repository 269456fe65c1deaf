"""정의."""

import dagster as dg

from course_lib.resources import Landing

from .assets import daily_sales
from .sensors import csv_sensor

defs = dg.Definitions(assets=[daily_sales], sensors=[csv_sensor], resources={"landing": Landing("shop/landing")})
