"""파이썬 쪽 자산. 표는 polars로 다룬다."""

from datetime import date, timedelta

import dagster as dg
import pandas as pd
import polars as pl
from dagster_duckdb import DuckDBResource

from .dbt_lineage import daily

COMMON = {"group_name": "gold", "owners": ["growth@example.com"]}


@dg.asset(deps=[dg.AssetKey("fct_user_activity")], partitions_def=daily, **COMMON)
def user_features(context: dg.AssetExecutionContext, warehouse: DuckDBResource):
    """이레의 활동."""
    end = date.fromisoformat(context.partition_key)
    with warehouse.get_connection() as connection:
        activity = pl.from_arrow(connection.execute("select day, user_id, views, purchases from fct_user_activity").to_arrow_table())
    made = (
        activity.with_columns(pl.col("day").cast(pl.Date))
        .filter(pl.col("day").is_between(end - timedelta(days=6), end))
        .group_by("user_id")
        .agg(pl.col("day").n_unique().cast(pl.Int64).alias("active_days_7"), pl.col("views").sum().cast(pl.Int64).alias("views_7"),
             pl.col("purchases").sum().cast(pl.Int64).alias("purchases_7"))
        .with_columns(pl.lit(end).alias("day"))
    )
    return dg.MaterializeResult(value=made.to_pandas(), metadata={"num_rows": made.height})


@dg.multi_asset(outs={"trained_model": dg.AssetOut(description="가중치", **COMMON)})
def train():
    model = pd.DataFrame({"feature": ["active_days_7", "views_7", "purchases_7"], "weight": [2.0, 0.5, 8.0]})
    yield dg.Output(model, "trained_model", metadata={"num_rows": 3})


@dg.asset(partitions_def=daily, **COMMON)
def user_scores(user_features, trained_model):
    """점수."""
    long = user_features.melt(id_vars=["user_id"], value_vars=["active_days_7", "views_7", "purchases_7"], var_name="feature")
    joined = long.merge(trained_model, on="feature")
    made = joined.assign(score=joined["value"].astype(float) * joined["weight"].astype(float)).groupby("user_id", as_index=False)["score"].sum()
    order = sorted(made["score"].unique(), reverse=True)
    made["rank"] = pd.Series([order.index(score) + 1 for score in made["score"]], dtype="int64", index=made.index)
    made = made.sort_values(["rank", "user_id"])
    return dg.MaterializeResult(value=made, metadata={"num_rows": len(made)})
