"""이 폴더의 자산과 잡과 센서를 Dagster에 등록한다."""

from pathlib import Path

import dagster as dg

from course_lib.resources import Landing

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .sensors import ingest_day, views_sensor

defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    jobs=[ingest_day],
    sensors=[views_sensor],
    resources={
        "landing": Landing(Path(__file__).parent / "blog" / "landing"),
    },
)
