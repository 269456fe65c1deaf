"""Dagster가 읽는 파일. `defs`에 들어 있는 자산, 스케줄, 리소스만 화면에 나타난다."""

import dagster as dg

from course_lib.resources import PageViewLog

from .assets import cleaned_page_views, raw_page_views, weekly_page_report

defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    schedules=[],
    resources={"page_view_log": PageViewLog()},
)
