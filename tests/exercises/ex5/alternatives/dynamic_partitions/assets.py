"""파일의 내용마다 파티션 하나인 orders_in_file과, 그 모두를 더하는 daily_sales. IO 매니저는 Dagster의 기본값이다."""

import decimal

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import accepted_orders, ingest

order_files = dg.DynamicPartitionsDefinition(name="order_files")


class File(dg.Config):
    name: str


@dg.asset(partitions_def=order_files, group_name="bronze", description="파일 하나의 주문")
def orders_in_file(context: dg.AssetExecutionContext, config: File, landing: Landing) -> pd.DataFrame:
    ingested = ingest(landing, config.name)
    context.add_output_metadata({"accepted_rows": len(ingested.orders), "rejected_rows": len(ingested.rejected), "내용": context.partition_key})
    return pd.DataFrame(ingested.orders, columns=["order_id", "customer_id", "amount", "date"])


# 함께 도착한 다른 파일의 파티션은 아직 구체화되지 않았을 수 있다.
@dg.asset(group_name="gold", description="날마다의 매출",
          ins={"orders_in_file": dg.AssetIn(metadata={"allow_missing_partitions": True})})
def daily_sales(context: dg.AssetExecutionContext, landing: Landing, orders_in_file) -> pd.DataFrame:
    # 파티션이 하나일 때는 표, 여럿이면 dict다. 고친 파일의 옛 파티션도 남아 있으므로, 무엇이 지금의 내용인지는 장부가 정한다.
    context.log.info(f"{type(orders_in_file).__name__}을 받았습니다.")
    orders = accepted_orders(landing)
    with decimal.localcontext(prec=200):
        return orders.groupby("date").agg(orders=("order_id", "count"), revenue=("amount", "sum")).reset_index()
