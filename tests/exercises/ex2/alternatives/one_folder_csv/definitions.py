"""IOManager를 처음부터: 자산/파티션.csv. 여러 파티션이면 dict를 준다."""

from pathlib import Path

import dagster as dg
import pandas as pd
from course_lib.resources import PageViewLog

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .schedules import daily_page_views_schedule


class CsvFiles(dg.IOManager):
    folder = Path("csv")

    def path(self, key: dg.AssetKey, partition: str) -> Path:
        return self.folder / key.path[-1] / f"{partition}.csv"

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        path = self.path(context.asset_key, context.asset_partition_key)
        path.parent.mkdir(parents=True, exist_ok=True)
        obj.to_csv(path, index=False, encoding="utf-8")

    def load_input(self, context: dg.InputContext):
        frames = {key: self.read(self.path(context.asset_key, key)) for key in context.asset_partition_keys}
        return frames if context.has_partition_key and context.partition_key not in frames or len(frames) > 1 else frames.popitem()[1]

    def read(self, path: Path) -> pd.DataFrame:
        frame = pd.read_csv(path, dtype={"user_id": "str", "session_id": "str", "page_url": "str", "user_agent": "str"}, encoding="utf-8")
        return frame.assign(timestamp=pd.to_datetime(frame["timestamp"], format="ISO8601")) if "timestamp" in frame else frame


@dg.io_manager
def csv_files(_context) -> CsvFiles:
    return CsvFiles()


defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    schedules=[daily_page_views_schedule],
    resources={"page_view_log": PageViewLog(), "io_manager": csv_files},
)
