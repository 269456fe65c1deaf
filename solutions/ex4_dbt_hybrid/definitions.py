"""dbt 자산과 파이썬 자산을 한 그래프로 등록한다."""

import dagster as dg
from dagster_dbt import DbtCliResource
from dagster_duckdb import DuckDBResource

from course_lib.activity import VARIABLE
from course_lib.io_managers import ParquetIOManager

from .assets import daily_models, project, trained_model, user_features, user_models, user_scores

defs = dg.Definitions(
    assets=[user_models, daily_models, user_features, trained_model, user_scores],
    resources={
        "dbt": DbtCliResource(project_dir=project),
        # dbt의 profiles.yml과 같은 변수다. 둘이 다른 파일을 보면 파이썬 자산은 빈 창고를 읽는다.
        "warehouse": DuckDBResource(database=dg.EnvVar(VARIABLE)),
        "io_manager": ParquetIOManager(base_path="storage/ex4_dbt_hybrid"),
    },
)
