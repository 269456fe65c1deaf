"""자산이 하나도 없는 정의."""

import dagster as dg

from course_lib.resources import Landing

from .jobs import ingest_file
from .sensors import csv_sensor

defs = dg.Definitions(jobs=[ingest_file], sensors=[csv_sensor], resources={"landing": Landing("landing")})
