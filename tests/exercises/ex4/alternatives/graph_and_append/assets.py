from pathlib import Path

import dagster as dg
import pandas as pd
from dagster_dbt import DbtCliResource, dbt_assets

from course_lib.activity import open_project

project = open_project(Path(__file__).parent / "dbt_project")
daily = dg.DailyPartitionsDefinition("2024-01-01", timezone="UTC")


def of_models(name: str, selected: str, partitions: dg.PartitionsDefinition | None, *options: str):
    @dbt_assets(manifest=project.manifest_path, project=project, select=selected, name=name, partitions_def=partitions)
    def made(context: dg.AssetExecutionContext, dbt: DbtCliResource):
        given = "{}"
        if partitions:
            given = '{"start": "%s", "end": "%s"}' % tuple(f"{moment:%Y-%m-%d}" for moment in context.partition_time_window)
        yield from dbt.cli(["build", *options, "--vars", given], context=context).stream()

    return made


models = [of_models("people", "stg_users", None, "--indirect-selection", "cautious"), of_models("days", "stg_events fct_user_activity", daily)]


@dg.asset(deps=["fct_user_activity"], partitions_def=daily, group_name="gold", owners=["team:a"], required_resource_keys={"warehouse"})
def user_features(context: dg.AssetExecutionContext):
    """이레의 활동."""
    day = context.partition_time_window.start.date()
    with context.resources.warehouse.get_connection() as connection:
        made = connection.execute(
            "select ?::date as day, user_id, count(*)::int as active_days_7, sum(views)::int as views_7, sum(purchases)::int as purchases_7 "
            "from fct_user_activity where datediff('day', fct_user_activity.day, ?::date) between 0 and 6 group by user_id", [day, day]).df()
    yield dg.Output(made, metadata={"num_rows": len(made)})


@dg.asset(group_name="gold", owners=["team:a"])
def trained_model():
    """가중치."""
    model = pd.DataFrame({"feature": ["active_days_7", "views_7", "purchases_7"], "weight": [2.0, 0.5, 8.0]})
    return dg.Output(model, metadata={"num_rows": len(model)})


@dg.op(out=dg.Out(pd.DataFrame))
def weigh(user_features: pd.DataFrame, trained_model: pd.DataFrame):
    weights = dict(zip(trained_model["feature"], trained_model["weight"]))
    made = pd.DataFrame({"user_id": user_features["user_id"],
                         "score": sum(user_features[name].astype("float64") * weight for name, weight in weights.items())})
    return made.assign(rank=made["score"].rank(method="dense", ascending=False).astype("int32")).sort_values(["rank", "user_id"])


@dg.op
def counted(context, made: pd.DataFrame) -> pd.DataFrame:
    context.add_output_metadata({"num_rows": len(made)})
    return made


@dg.graph_asset(partitions_def=daily, group_name="gold", owners=["team:a"], description="점수")
def user_scores(user_features, trained_model):
    return counted(weigh(user_features, trained_model))
