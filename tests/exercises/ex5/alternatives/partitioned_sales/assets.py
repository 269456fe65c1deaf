"""daily_sales의 파티션이 파일의 이름이다. 파티션마다 그 파일의 매출만 있고, 모두 더한 것이 매출이다."""

from decimal import Decimal

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import ingest

files = dg.DynamicPartitionsDefinition(name="files")


@dg.asset(partitions_def=files, group_name="gold", description="파일 하나의 하루 매출")
def daily_sales(context: dg.AssetExecutionContext, landing: Landing) -> dg.MaterializeResult:
    ingested = ingest(landing, context.partition_key)
    days = sorted({order.date for order in ingested.orders})
    rows = []
    for day in days:
        amounts = [order.amount for order in ingested.orders if order.date == day]
        rows.append((day, len(amounts), sum(amounts, Decimal(0))))
    return dg.MaterializeResult(
        value=pd.DataFrame(rows, columns=["date", "orders", "revenue"]),
        metadata={"accepted_rows": len(ingested.orders), "rejected_rows": len(ingested.rejected)},
    )
