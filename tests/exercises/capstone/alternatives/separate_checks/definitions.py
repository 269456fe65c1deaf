"""이 폴더의 자산과 잡과 센서를 Dagster에 등록한다."""

from pathlib import Path

import dagster as dg

from course_lib.io_managers import ParquetIOManager
from course_lib.resources import Landing

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .checks import enough_views, rows_belong_to_day
from .sensors import ingest_day, views_sensor

defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    asset_checks=[rows_belong_to_day, enough_views],
    jobs=[ingest_day],
    sensors=[views_sensor],
    resources={
        "landing": Landing(Path(__file__).parent / "blog" / "landing"),
        "io_manager": ParquetIOManager(base_path="storage/capstone"),
    },
)
