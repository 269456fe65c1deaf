import dagster as dg
from dagster_dbt import DbtCliResource
from dagster_duckdb import DuckDBResource

from .assets import train, user_features, user_scores
from .dbt_lineage import days, people, project

defs = dg.Definitions.merge(
    dg.Definitions(assets=[people, days], resources={"dbt": DbtCliResource(project_dir=project)}),
    dg.Definitions(assets=[train, user_features, user_scores], resources={"warehouse": DuckDBResource(database=dg.EnvVar("ACTIVITY_WAREHOUSE"))}),
)
