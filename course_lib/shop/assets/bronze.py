"""브론즈: 원본을 거르지 않고 옮긴다. 나중에 계산을 고치면 원본에 다시 묻지 않고 여기서부터 다시 만든다."""

from datetime import timedelta

import dagster as dg
import pandas as pd

from ..partitions import TIMEZONE, daily
from ..resources import SourceDatabase

OWNERS = ["team:shop-data"]


# 주문은 날마다 쌓인다. 그래서 하루씩 나누어 읽고, 지난날은 다시 읽지 않는다.
@dg.asset(group_name="bronze", owners=OWNERS, kinds={"postgres"}, partitions_def=daily)
def orders(context: dg.AssetExecutionContext, database: dg.ResourceParam[SourceDatabase]) -> dg.MaterializeResult[pd.DataFrame]:
    """하루(한국 시간)의 주문. 완료되지 않은 것과 환불된 것도 있다."""
    day = daily.time_window_for_partition_key(context.partition_key)
    frame = database.query(
        """
        SELECT order_id, customer_id, product_id, quantity, amount, status, created_at
        FROM orders WHERE created_at >= %s AND created_at < %s ORDER BY order_id
        """,
        [day.start, day.end],
    )
    return _result(frame)


# 상품과 고객은 작고, 지난 행도 바뀐다. 그래서 나누지 않고 통째로 다시 읽는다.
@dg.asset(
    group_name="bronze",
    owners=OWNERS,
    kinds={"postgres"},
    # 행동: 밤마다 01시에 다시 읽는다. 02시의 매출 계산이 새 목록을 쓴다.
    automation_condition=dg.AutomationCondition.on_cron("0 1 * * *", TIMEZONE),
    # 경보: 하룻밤을 거르면 주의, 하루 반이 지나면 실패다. 경보는 아무것도 실행하지 않는다.
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=25)),
)
def products(database: dg.ResourceParam[SourceDatabase]) -> dg.MaterializeResult[pd.DataFrame]:
    """지금 파는 상품의 목록. 판매가 끝난 상품은 여기서 사라지지만, 지난 주문에는 남아 있다."""
    return _result(database.query("SELECT product_id, name, category, price FROM products ORDER BY product_id"))


@dg.asset(
    group_name="bronze",
    owners=OWNERS,
    kinds={"postgres"},
    # 고객을 나누기 전인 월요일 01시에.
    automation_condition=dg.AutomationCondition.on_cron("0 1 * * 1", TIMEZONE),
)
def customers(database: dg.ResourceParam[SourceDatabase]) -> dg.MaterializeResult[pd.DataFrame]:
    """가입한 고객의 목록."""
    return _result(database.query("SELECT customer_id, name, city, joined_on FROM customers ORDER BY customer_id"))


def _result(frame: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    # 이 이름의 메타데이터는 Dagster UI가 알아보고 행의 수로 그린다.
    return dg.MaterializeResult(value=frame, metadata={"dagster/row_count": len(frame)})
