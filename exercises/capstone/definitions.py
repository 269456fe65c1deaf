"""Dagster가 읽는 파일. 도착 폴더는 이 파일 옆의 blog/landing이다."""

from pathlib import Path

import dagster as dg

from course_lib.io_managers import ParquetIOManager
from course_lib.resources import Landing

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .sensors import ingest_day, views_sensor

defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    jobs=[ingest_day],
    sensors=[views_sensor],
    resources={
        "landing": Landing(Path(__file__).parent / "blog" / "landing"),
        # 파티션마다 파일을 하나씩 둔다. 연습 2의 자산과 이름이 같으므로 자리를 따로 정한다.
        "io_manager": ParquetIOManager(base_path="storage/capstone"),
    },
)
