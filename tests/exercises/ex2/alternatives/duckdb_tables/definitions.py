"""손으로 만든 DuckDB IO 매니저: 자산마다 테이블 하나, 파티션은 열 하나. 여러 파티션을 표 하나로 준다."""

import dagster as dg
import duckdb
from course_lib.resources import PageViewLog

from .assets import cleaned_page_views, raw_page_views, weekly_page_report
from .schedules import daily_page_views_schedule


class DuckDBTables(dg.ConfigurableIOManager):
    database: str = "blog.duckdb"

    def handle_output(self, context: dg.OutputContext, obj):
        table, key = context.asset_key.path[-1], context.partition_key
        with duckdb.connect(self.database) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS written (name TEXT, key TEXT)")
            connection.register("incoming", obj.assign(_key=key))
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} AS SELECT * FROM incoming LIMIT 0")
            connection.execute(f"DELETE FROM {table} WHERE _key = ?", [key])
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
            connection.execute("DELETE FROM written WHERE name = ? AND key = ?", [table, key])
            connection.execute("INSERT INTO written VALUES (?, ?)", [table, key])

    def load_input(self, context: dg.InputContext):
        table, keys = context.asset_key.path[-1], list(context.asset_partition_keys)
        with duckdb.connect(self.database) as connection:
            written = {key for (key,) in connection.execute("SELECT key FROM written WHERE name = ?", [table]).fetchall()}
            missing = sorted(set(keys) - written)
            if missing:
                raise LookupError(f"{table}: 없는 파티션 {missing}")
            return connection.execute(f"SELECT * EXCLUDE (_key) FROM {table} WHERE _key IN (SELECT unnest(?))", [keys]).df()


defs = dg.Definitions(
    assets=[raw_page_views, cleaned_page_views, weekly_page_report],
    schedules=[daily_page_views_schedule],
    resources={"page_view_log": PageViewLog(), "io_manager": DuckDBTables()},
)
