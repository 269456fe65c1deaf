import dagster as dg
from course_lib.resources import PageViewLog

from .assets import clean_day, read_day, report_week
from .schedules import daily_page_views_schedule, job

defs = dg.Definitions(
    assets=[read_day, clean_day, report_week], jobs=[job], schedules=[daily_page_views_schedule],
    resources={"page_view_log": PageViewLog()},
)
