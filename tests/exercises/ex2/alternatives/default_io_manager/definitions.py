"""IO 매니저를 정하지 않는다. `defs`는 함수다."""

import dagster as dg
from course_lib.resources import PageViewLog

from . import assets, schedules


@dg.definitions
def defs() -> dg.Definitions:
    return dg.Definitions(
        assets=dg.load_assets_from_modules([assets]),
        schedules=[schedules.daily_page_views_schedule],
        resources={"page_view_log": PageViewLog(seed=3)},
    )
