"""yield와 context로 쓴 자산."""

import decimal

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import accepted_orders, ingest


@dg.asset(group_name="bronze", config_schema={"name": str}, required_resource_keys={"landing"})
def orders(context):
    """받아들인 주문."""
    landing: Landing = context.resources.landing
    ingested = ingest(landing, context.op_execution_context.op_config["name"])
    yield dg.Output(accepted_orders(landing), metadata={"accepted_rows": dg.MetadataValue.int(len(ingested.orders)),
                                                       "rejected_rows": len(ingested.rejected)})


@dg.asset(group_name="gold", metadata={"owner": "매출팀"})
def daily_sales(context: dg.AssetExecutionContext, orders: pd.DataFrame):
    """매출을 글로 적은 표."""
    with decimal.localcontext(prec=500):
        daily = orders.groupby("date").agg(orders=("order_id", "nunique"), revenue=("amount", "sum")).reset_index()
    context.add_output_metadata({"days": len(daily)})
    daily["date"] = pd.to_datetime(daily["date"])
    daily["revenue"] = daily["revenue"].map(lambda value: f"{value:f}")
    yield dg.Output(daily.sort_values("date", ascending=False)[["revenue", "orders", "date"]])
