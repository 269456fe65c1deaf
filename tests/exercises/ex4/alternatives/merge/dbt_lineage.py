"""dbt 쪽 자산."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from course_lib.activity import open_project

project = open_project(Path(__file__).parent / "dbt_project")
daily = dg.DailyPartitionsDefinition("2024-01-01")


class InSilver(DagsterDbtTranslator):
    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return "silver"


@dbt_assets(manifest=project.manifest_path, project=project, select="stg_users", dagster_dbt_translator=InSilver(), name="people")
def people(context, dbt: DbtCliResource):
    yield from dbt.cli(["build", "--indirect-selection", "cautious"], context=context).stream()


@dbt_assets(manifest=project.manifest_path, project=project, select="stg_events fct_user_activity", dagster_dbt_translator=InSilver(), partitions_def=daily)
def days(context, dbt: DbtCliResource):
    start, end = context.partition_time_window
    invocation = dbt.cli(["build", "--vars", json.dumps({"start": f"{start:%Y-%m-%d}", "end": f"{end:%Y-%m-%d}"})], context=context)
    yield from invocation.stream()
    assert invocation.get_artifact("run_results.json")["results"]
