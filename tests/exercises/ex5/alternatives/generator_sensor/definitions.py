"""@dg.definitions로 쓴 정의."""

from pathlib import Path

import dagster as dg

from course_lib.resources import Landing

from . import assets
from .sensors import csv_sensor, ingest_orders, summary_only


@dg.definitions
def defs():
    return dg.Definitions(
        assets=dg.load_assets_from_modules([assets]), jobs=[ingest_orders, summary_only], sensors=[csv_sensor],
        resources={"landing": Landing(path=str(Path(__file__).parent / "landing")), "io_manager": dg.mem_io_manager},
    )
