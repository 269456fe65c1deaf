"""정의."""

import dagster as dg

from course_lib.resources import Landing

from .assets import daily_sales
from .sensors import csv_sensor, one_file

defs = dg.Definitions(assets=[daily_sales], jobs=[one_file], sensors=[csv_sensor], resources={"landing": Landing("shop/landing")})
