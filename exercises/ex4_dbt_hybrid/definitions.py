"""Dagster가 읽는 파일. 리소스는 이미 있다. dbt 자산을 assets에 등록한다."""

import dagster as dg
from dagster_dbt import DbtCliResource
from dagster_duckdb import DuckDBResource

from course_lib.activity import VARIABLE
from course_lib.io_managers import ParquetIOManager

from .assets import project, trained_model, user_features, user_scores

defs = dg.Definitions(
    assets=[user_features, trained_model, user_scores],
    resources={
        "dbt": DbtCliResource(project_dir=project),
        # dbt의 profiles.yml과 같은 환경 변수를 읽는다. 그래서 dbt가 만든 표를 파이썬 자산이 본다.
        "warehouse": DuckDBResource(database=dg.EnvVar(VARIABLE)),
        "io_manager": ParquetIOManager(base_path="storage/ex4_dbt_hybrid"),
    },
)
