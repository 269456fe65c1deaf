"""dagster-duckdb의 IO 매니저에 손으로 만든 pandas 핸들러. 빠진 날은 자산이 인스턴스의 기록에서 찾는다."""

import dagster as dg
import pandas as pd
from course_lib.resources import PageViewLog
from dagster._core.storage.db_io_manager import DbTypeHandler, TableSlice
from dagster_duckdb import DuckDBIOManager
from dagster_duckdb.io_manager import DuckDbClient

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .schedules import daily_page_views_schedule


class PandasHandler(DbTypeHandler[pd.DataFrame]):
    def handle_output(self, context, table_slice: TableSlice, obj: pd.DataFrame, connection):
        name = f"{table_slice.schema}.{table_slice.table}"
        connection.register("incoming", obj)
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT * FROM incoming LIMIT 0")
        connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")

    def load_input(self, context, table_slice: TableSlice, connection) -> pd.DataFrame:
        return connection.execute(DuckDbClient.get_select_statement(table_slice)).df()

    @property
    def supported_types(self):
        return [pd.DataFrame]


class PandasDuckDB(DuckDBIOManager):
    @staticmethod
    def type_handlers():
        return [PandasHandler()]


defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    schedules=[daily_page_views_schedule],
    resources={
        "page_view_log": PageViewLog(),
        "io_manager": PandasDuckDB(database="warehouse.duckdb", schema="blog"),
        "files": dg.FilesystemIOManager(base_dir="reports"),
    },
)
