"""이 폴더의 자산과 스케줄을 Dagster에 등록한다."""

import dagster as dg

from course_lib.io_managers import ParquetIOManager
from course_lib.resources import PageViewLog

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .schedules import daily_page_views_schedule

defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    schedules=[daily_page_views_schedule],
    resources={
        "page_view_log": PageViewLog(),
        # 파티션마다 파일을 하나씩 둔다. 연습 1의 자산과 이름이 같으므로 자리를 따로 정한다.
        "io_manager": ParquetIOManager(base_path="storage/ex2_weekly_report"),
    },
)
