"""하루의 활동(dbt) -> 최근 이레의 특징 -> 점수. SQL은 dbt_project/models에 있다."""

import json
from pathlib import Path

import dagster as dg
import pandas as pd
from dagster_dbt import DbtCliResource, dbt_assets, get_asset_key_for_model
from dagster_duckdb import DuckDBResource

from course_lib.activity import open_project

OWNERS = ["team:growth"]
WINDOW_DAYS = 7

project = open_project(Path(__file__).parent / "dbt_project")
daily = dg.DailyPartitionsDefinition("2024-01-01")


# 한 @dbt_assets의 모델은 파티션이 같다. 그래서 날로 나누는 것과 나누지 않는 것을 둘로 가른다.
@dbt_assets(manifest=project.manifest_path, project=project, select="stg_users")
def user_models(context: dg.AssetExecutionContext, dbt: DbtCliResource):
    """날로 나누지 않는 dbt 모델."""
    # stg_events에도 걸친 시험(relationships)은 여기서 돌지 않는다. 그 표는 아직 없을 수도 있다.
    yield from dbt.cli(["build", "--indirect-selection", "cautious"], context=context).stream()


@dbt_assets(manifest=project.manifest_path, project=project, select="stg_events fct_user_activity", partitions_def=daily)
def daily_models(context: dg.AssetExecutionContext, dbt: DbtCliResource):
    """날로 나눈 dbt 모델. 어느 날들인지는 --vars로 알려 준다."""
    # exclude="stg_users"라고 적으면 그 표에 걸친 시험(relationships)까지 조용히 빠진다.
    # 날로 나눈 @dbt_assets의 백필은 여러 날이 런 하나다(single_run). 그때는 partition_key가 없고 구간만 있다.
    window = context.partition_time_window
    given = json.dumps({"start": f"{window.start:%Y-%m-%d}", "end": f"{window.end:%Y-%m-%d}"})
    yield from dbt.cli(["build", "--vars", given], context=context).stream()


@dg.asset(
    deps=[get_asset_key_for_model([daily_models], "fct_user_activity")],
    partitions_def=daily, group_name="gold", owners=OWNERS,
)
def user_features(context: dg.AssetExecutionContext, warehouse: DuckDBResource) -> dg.MaterializeResult[pd.DataFrame]:
    """그날까지 이레 동안 활동한 사용자마다 활동한 날의 수, 본 수, 산 수."""
    day = pd.Timestamp(context.partition_key)
    first_day = day - pd.Timedelta(days=WINDOW_DAYS - 1)
    # 나중의 날이 표에 이미 있어도 보지 않는다. 그날에 알 수 있던 것만으로 셈해야 다시 만들어도 같다.
    # DuckDB의 sum은 HUGEINT라서 그대로 꺼내면 실수가 된다.
    query = """
        select cast($day as date) as day, user_id,
            count(distinct activity.day) as active_days_7,
            cast(sum(views) as bigint) as views_7,
            cast(sum(purchases) as bigint) as purchases_7
        from fct_user_activity as activity
        where activity.day between $first_day and $day
        group by user_id
        order by user_id
    """
    with warehouse.get_connection() as connection:
        features = connection.execute(query, {"first_day": first_day.date(), "day": day.date()}).df()
    return dg.MaterializeResult(value=features, metadata={"num_rows": len(features)})


@dg.asset(group_name="gold", owners=OWNERS)
def trained_model() -> dg.MaterializeResult[pd.DataFrame]:
    """특징마다의 가중치. 다른 팀이 가르쳐 둔 모델이라고 하자."""
    model = pd.DataFrame({"feature": ["active_days_7", "views_7", "purchases_7"], "weight": [2.0, 0.5, 8.0]})
    return dg.MaterializeResult(value=model, metadata={"num_rows": len(model)})


@dg.asset(partitions_def=daily, group_name="gold", owners=OWNERS)
def user_scores(user_features: pd.DataFrame, trained_model: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """사용자마다의 점수와 순위. 점수가 높은 쪽이 1위다."""
    weights = trained_model.set_index("feature")["weight"]
    # 가중치의 행이 어떤 차례로 와도 이름으로 맞춘다.
    weighted = user_features[weights.index].astype("float64") * weights
    scores = pd.DataFrame({"user_id": user_features["user_id"], "score": weighted.sum(axis="columns")})
    scores["rank"] = scores["score"].rank(method="dense", ascending=False).astype("int64")
    scores = scores.sort_values(["rank", "user_id"], ignore_index=True)
    return dg.MaterializeResult(value=scores, metadata={"num_rows": len(scores)})
