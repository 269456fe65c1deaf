"""도착한 파일 하나 -> 받아들인 주문(실버) -> 하루 매출(골드)."""

import decimal

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import MAX_DIGITS, accepted_orders, ingest


class OrderFile(dg.Config):
    """이 런이 들일 파일."""

    name: str


@dg.asset(group_name="silver")
def orders(config: OrderFile, landing: Landing) -> dg.MaterializeResult[pd.DataFrame]:
    """지금까지 도착한 모든 파일의 받아들인 주문. 런마다 파일 하나를 들인다."""
    ingested = ingest(landing, config.name)
    return dg.MaterializeResult(
        value=accepted_orders(landing),
        metadata={
            "file": config.name,
            "accepted_rows": len(ingested.orders),
            "rejected_rows": len(ingested.rejected),
            "quarantined": ingested.quarantined,
        },
    )


@dg.asset(group_name="gold")
def daily_sales(orders: pd.DataFrame) -> pd.DataFrame:
    """날마다의 주문 수와 매출. 매출은 십진수라서 몇 번을 더해도 1원도 어긋나지 않는다."""
    # 십진수도 덧셈은 28자리에서 반올림한다. 받아들인 금액은 모두 끝까지 더할 수 있게 자리를 늘린다.
    with decimal.localcontext(prec=3 * MAX_DIGITS):
        daily = orders.groupby("date", as_index=False).agg(orders=("order_id", "size"), revenue=("amount", "sum"))
    return daily
