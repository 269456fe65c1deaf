"""파일의 이름이 설정이 아니라 런의 태그로 온다."""

import decimal

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import accepted_orders, ingest


@dg.asset(group_name="silver", description="받아들인 주문")
def orders(context: dg.AssetExecutionContext, landing: Landing):
    ingested = ingest(landing, context.run.tags["order_file"])
    return dg.Output(accepted_orders(landing), metadata={"accepted_rows": len(ingested.orders), "rejected_rows": len(ingested.rejected)})


@dg.asset(group_name="gold", description="하루 매출", ins={"table": dg.AssetIn("orders")})
def daily_sales(table: pd.DataFrame):
    with decimal.localcontext(prec=200):
        daily = table.groupby("date", as_index=False).agg(orders=("order_id", "size"), revenue=("amount", "sum"))
    return daily
