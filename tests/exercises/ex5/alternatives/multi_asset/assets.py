"""한 함수가 두 자산을 낸다."""

import decimal

import dagster as dg

from course_lib.resources import Landing

from .ingest import accepted_orders, ingest


class OrderFile(dg.Config):
    name: str


@dg.multi_asset(outs={
    "orders": dg.AssetOut(group_name="silver", description="받아들인 주문"),
    "daily_sales": dg.AssetOut(group_name="gold", description="하루 매출"),
}, op_tags={"team": "sales"})
def orders(config: OrderFile, landing: Landing):
    ingested = ingest(landing, config.name)
    table = accepted_orders(landing)
    yield dg.Output(table, output_name="orders")
    with decimal.localcontext(prec=200):
        daily = table.groupby("date", as_index=False).agg(orders=("order_id", "size"), revenue=("amount", "sum"))
    yield dg.Output(daily, output_name="daily_sales",
                    metadata={"accepted_rows": len(ingested.orders), "rejected_rows": len(ingested.rejected)})
