import dagster as dg
from course_lib.io_managers import ParquetIOManager
from course_lib.resources import PageViewLog

from . import assets
from .schedules import daily_page_views_schedule

defs = dg.Definitions.merge(
    dg.Definitions(assets=[assets.step_one, assets.step_two, assets.step_three]),
    dg.Definitions(schedules=[daily_page_views_schedule]),
    dg.Definitions(resources={"page_view_log": PageViewLog(), "io_manager": ParquetIOManager(base_path="lake/blog")}),
)
