import dagster as dg
from dagster_dbt import DbtCliResource
from dagster_duckdb import DuckDBResource

from .assets import models, project, trained_model, user_features, user_scores

defs = dg.Definitions(
    assets=[*models, trained_model, user_features, user_scores],
    resources={"dbt": DbtCliResource(project_dir=project), "warehouse": DuckDBResource(database=dg.EnvVar("ACTIVITY_WAREHOUSE"))},
)
