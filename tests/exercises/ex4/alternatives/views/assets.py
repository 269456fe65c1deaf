import json
from pathlib import Path

import dagster as dg
import pandas as pd
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets
from dagster_duckdb import DuckDBResource

HERE = Path(__file__).parent / "dbt_project"
project = DbtProject(project_dir=HERE, profiles_dir=HERE)
project.prepare_if_dev()
daily = dg.DailyPartitionsDefinition(start_date="2024-01-01")


@dbt_assets(manifest=project.manifest_path, select="stg_users")
def users(context: dg.AssetExecutionContext, dbt: DbtCliResource):
    yield from dbt.cli(["build", "--indirect-selection=cautious"], context=context).stream()


@dbt_assets(manifest=project.manifest_path, select="stg_events fct_user_activity", partitions_def=daily,
            backfill_policy=dg.BackfillPolicy.multi_run())
def per_day(context: dg.AssetExecutionContext, dbt: DbtCliResource):
    yield from dbt.cli(["build", "--vars", json.dumps({"ds": context.partition_key})], context=context).stream()


@dg.asset(deps=["fct_user_activity"], partitions_def=daily, group_name="gold", metadata={"owner": "성장팀"}, description="이레의 활동")
def user_features(context: dg.AssetExecutionContext, warehouse: DuckDBResource) -> dg.Output[pd.DataFrame]:
    end = pd.Timestamp(context.partition_key)
    with warehouse.get_connection() as connection:
        activity = connection.sql("from fct_user_activity").df()
    activity["day"] = pd.to_datetime(activity["day"])
    recent = activity[(activity["day"] <= end) & (activity["day"] > end - pd.Timedelta(days=7))]
    made = recent.groupby("user_id", as_index=False).agg(
        active_days_7=("day", "nunique"), views_7=("views", "sum"), purchases_7=("purchases", "sum"))
    made = made.astype({"views_7": "int64", "purchases_7": "int64"}).assign(day=end)
    return dg.Output(made, metadata={"num_rows": dg.MetadataValue.int(len(made))})


@dg.asset(group_name="gold", metadata={"owner": "성장팀"}, description="가중치")
def trained_model(context: dg.AssetExecutionContext) -> pd.DataFrame:
    model = pd.DataFrame({"feature": ["active_days_7", "views_7", "purchases_7"], "weight": [2.0, 0.5, 8.0]})
    context.add_output_metadata({"num_rows": len(model)})
    return model


@dg.asset(partitions_def=daily, group_name="gold", metadata={"owner": "성장팀"}, description="점수")
def user_scores(context: dg.AssetExecutionContext, user_features: pd.DataFrame, trained_model: pd.DataFrame) -> pd.DataFrame:
    score = sum((user_features[row.feature] * float(row.weight) for row in trained_model.itertuples()), start=0.0)
    made = user_features[["user_id"]].assign(score=score)
    made["rank"] = made["score"].rank(method="dense", ascending=False).astype(int)
    context.add_output_metadata({"num_rows": len(made)})
    return made.sort_values(["rank", "user_id"])
