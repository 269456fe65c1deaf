"""op으로 쓴 잡: 들이기 -> 모으기 -> 하루 매출."""

import decimal
from collections import defaultdict
from decimal import Decimal

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import accepted_orders, ingest


@dg.op(config_schema={"file": str}, required_resource_keys={"landing"})
def take_in(context) -> dict:
    ingested = ingest(context.resources.landing, context.op_config["file"])
    return {"accepted_rows": len(ingested.orders), "rejected_rows": len(ingested.rejected)}


@dg.op
def collect(context: dg.OpExecutionContext, landing: Landing, counts: dict) -> pd.DataFrame:
    context.log.info(str(counts))
    return accepted_orders(landing)


@dg.op
def daily_sales(context: dg.OpExecutionContext, orders: pd.DataFrame, counts: dict) -> pd.DataFrame:
    totals = defaultdict(lambda: [0, Decimal(0)])
    with decimal.localcontext(prec=200):
        for row in orders.itertuples():
            totals[row.date][0] += 1
            totals[row.date][1] += row.amount
    context.log_event(dg.AssetMaterialization("daily_sales", metadata=counts))
    rows = [(pd.Timestamp(day), count, total) for day, (count, total) in totals.items()]
    return pd.DataFrame(rows, columns=["date", "orders", "revenue"])


@dg.job
def ingest_file():
    counts = take_in()
    daily_sales(collect(counts=counts), counts)
