"""이 폴더의 자산과 스케줄을 Dagster에 등록한다.

IO 매니저를 적지 않았으므로 `FilesystemIOManager`가 쓰인다. 파티션마다 파일을 따로 두고, 다시 구체화하면 그 파일만 바꾼다.
"""

import dagster as dg

from course_lib.resources import PageViewLog

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .schedules import daily_page_views_schedule

defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    schedules=[daily_page_views_schedule],
    resources={"page_view_log": PageViewLog()},
)
