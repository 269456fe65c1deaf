import dagster as dg
from dagster_dbt import DbtCliResource
from dagster_duckdb import DuckDBResource

from . import assets

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([assets]),
    resources={"dbt": DbtCliResource(project_dir=assets.project), "warehouse": DuckDBResource(database=dg.EnvVar("ACTIVITY_WAREHOUSE"))},
)
