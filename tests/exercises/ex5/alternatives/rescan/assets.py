"""기억이 없다: 런마다 도착 폴더를 처음부터 다시 읽는다."""

import decimal
from decimal import Decimal

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import Ingested, Unreadable, _quarantine, arrived, parse


class OrderFile(dg.Config):
    """이 런이 들일 파일."""

    name: str


@dg.asset(group_name="gold")
def daily_sales(context: dg.AssetExecutionContext, config: OrderFile, landing: Landing) -> pd.DataFrame:
    """도착 폴더에 있는 모든 파일의 하루 매출."""
    contents = {}
    for path in arrived(landing.path):
        data = path.read_bytes()
        try:
            result = Ingested(*parse(data))
        except Unreadable as error:
            result = Ingested([], [], str(error))
        contents[data] = result.orders
        if path.name == config.name:
            _quarantine(landing.quarantine, path.name, data, result)
            context.add_output_metadata({"accepted_rows": len(result.orders), "rejected_rows": len(result.rejected)})
    totals: dict = {}
    with decimal.localcontext(prec=decimal.MAX_PREC):
        for order in (order for orders in contents.values() for order in orders):
            count, total = totals.get(order.date, (0, Decimal(0)))
            totals[order.date] = (count + 1, total + order.amount)
    return pd.DataFrame({
        "date": [str(day) for day in totals],
        "orders": [count for count, _ in totals.values()],
        "revenue": [str(total) for _, total in totals.values()],
    })
