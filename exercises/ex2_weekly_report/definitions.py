"""Dagster가 읽는 파일. `defs`에 들어 있는 자산, 스케줄, 리소스만 화면에 나타난다."""

import dagster as dg

from course_lib.io_managers import ParquetIOManager
from course_lib.resources import PageViewLog

from .assets import cleaned_page_views, raw_page_views, weekly_page_report

defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    schedules=[],
    resources={
        "page_view_log": PageViewLog(),
        # 파티션마다 파일을 하나씩 둔다. 연습 1의 자산과 이름이 같으므로 자리를 따로 정한다.
        "io_manager": ParquetIOManager(base_path="storage/ex2_weekly_report"),
    },
)
