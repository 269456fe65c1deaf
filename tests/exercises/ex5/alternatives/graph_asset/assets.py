"""daily_sales가 op 셋으로 된 그래프 자산이다. 파일의 이름은 그래프 안의 op의 설정으로 온다."""

import decimal

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import accepted_orders, ingest


class OrderFile(dg.Config):
    name: str


@dg.op(out=dg.Out(dict))
def take_in(config: OrderFile, landing: Landing) -> dict:
    ingested = ingest(landing, config.name)
    return {"accepted_rows": len(ingested.orders), "rejected_rows": len(ingested.rejected)}


@dg.op
def read_book(landing: Landing, counts: dict) -> tuple:
    return counts, accepted_orders(landing)


@dg.op
def add_up(book: tuple) -> dg.Output[pd.DataFrame]:
    counts, orders = book
    with decimal.localcontext(prec=200):
        daily = orders.groupby("date", as_index=False).agg(orders=("order_id", "size"), revenue=("amount", "sum"))
    return dg.Output(daily, metadata=counts)


@dg.graph_asset(group_name="gold", description="날마다의 주문 수와 매출")
def daily_sales():
    return add_up(read_book(take_in()))
