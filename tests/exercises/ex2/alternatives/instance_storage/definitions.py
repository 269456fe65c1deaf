"""직접 만든 UPathIOManager: 인스턴스의 저장 폴더에 파티션마다 피클 하나."""

import dagster as dg
import pandas as pd
from course_lib.resources import PageViewLog
from upath import UPath

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .schedules import daily_page_views_schedule


class Pickles(dg.UPathIOManager):
    extension = ".pkl"

    def dump_to_path(self, context, obj, path):
        with path.open("wb") as file:
            obj.to_pickle(file)

    def load_from_path(self, context, path):
        with path.open("rb") as file:
            return pd.read_pickle(file)


class PicklesInInstance(dg.ConfigurableIOManagerFactory):
    def create_io_manager(self, context: dg.InitResourceContext) -> Pickles:
        return Pickles(UPath(context.instance.storage_directory()) / "blog")


defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    schedules=[daily_page_views_schedule],
    resources={"page_view_log": PageViewLog(), "io_manager": PicklesInInstance()},
)
