"""실버: 여러 골드가 함께 쓰는 정리된 표. 조인과 "어느 날의 주문인가"를 여기서 한 번만 정한다."""

import dagster as dg
import pandas as pd

from .. import checks
from ..partitions import TIMEZONE, daily
from .bronze import OWNERS

UNKNOWN = "unknown"


# 결과의 형을 적지 않았다. 검사 결과도 함께 내놓는 자산에는 Dagster가 형 하나(`-> pd.DataFrame`)를 받아 주지 않는다.
@dg.asset(
    group_name="silver",
    owners=OWNERS,
    kinds={"pandas"},
    partitions_def=daily,
    check_specs=[checks.NO_ORDER_LOST_OR_DOUBLED, checks.EVERY_PRODUCT_IS_KNOWN],
)
def enriched_orders(orders: pd.DataFrame, products: pd.DataFrame):
    """상품의 이름과 카테고리, 주문한 날(한국 시간)을 붙인 하루의 주문. 들어온 주문은 하나도 버리지 않는다."""
    catalog = products[["product_id", "name", "category"]].rename(columns={"name": "product_name"})
    # left: 목록에 없는 상품의 주문도 남긴다. many_to_one: 목록에 같은 상품이 두 번 있으면 주문이 불어나는 대신 멈춘다.
    enriched = orders.merge(catalog, on="product_id", how="left", validate="many_to_one")
    # 카테고리를 비워 두면 groupby가 그 행을 조용히 버린다.
    enriched = enriched.fillna({"product_name": UNKNOWN, "category": UNKNOWN})
    enriched["order_date"] = enriched["created_at"].dt.tz_convert(TIMEZONE).dt.tz_localize(None).dt.normalize()
    return dg.MaterializeResult(
        value=enriched,
        metadata={"dagster/row_count": len(enriched)},
        check_results=[
            checks.no_order_lost_or_doubled(orders, enriched),
            checks.every_product_is_known(enriched, UNKNOWN),
        ],
    )
