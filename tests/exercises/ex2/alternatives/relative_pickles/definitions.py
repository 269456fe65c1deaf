"""`FilesystemIOManager`를 상대 경로에. 자산마다 키를 적어 쓴다."""

import dagster as dg
from course_lib.resources import PageViewLog

from . import assets, schedules

files = dg.FilesystemIOManager(base_dir="data")

defs = dg.Definitions(
    assets=dg.with_resources(
        [assets.raw_page_views, assets.cleaned_page_views, assets.weekly_page_report],
        {"io_manager": files, "page_view_log": PageViewLog()},
    ),
    schedules=[schedules.daily_page_views_schedule],
)
