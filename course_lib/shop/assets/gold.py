"""골드: 사람이 보는 표. 무엇을 매출로 칠지, 누가 단골인지 같은 가게의 약속이 여기 있다."""

from datetime import timedelta
from decimal import Decimal

import dagster as dg
import numpy as np
import pandas as pd

from .. import checks
from ..partitions import TIMEZONE, daily, weekly
from .bronze import OWNERS

# 고객을 나눌 때 몇 주의 주문을 보는가.
LOOKBACK_WEEKS = 4


@dg.asset(
    group_name="gold",
    owners=OWNERS,
    kinds={"pandas"},
    partitions_def=daily,
    check_specs=[checks.REVENUE_ADDS_UP],
    # 행동: 스케줄의 런이 도중에 실패해 새 날의 매출만 비었으면 한 번 더. 런이 아직 도는 중이면 기다린다.
    automation_condition=dg.AutomationCondition.on_missing() & ~dg.AutomationCondition.in_progress(),
    # 경보: 아침 9시에 볼 표다. 그 앞의 일곱 시간(02시부터) 안에 만들어져 있어야 한다.
    freshness_policy=dg.FreshnessPolicy.cron("0 9 * * *", timedelta(hours=7), TIMEZONE),
)
def daily_category_revenue(enriched_orders: pd.DataFrame):
    """하루의 카테고리별 매출: order_date, category, revenue(원), orders, quantity. 팔린 것이 없는 카테고리는 행이 없다.

    평균 주문 금액은 두지 않는다. 매출과 수량은 날과 카테고리를 넘어 더할 수 있지만 평균은 더할 수 없다.
    """
    revenue = completed(enriched_orders).groupby(["order_date", "category"], as_index=False).agg(
        revenue=("amount", "sum"), orders=("order_id", "nunique"), quantity=("quantity", "sum")
    )
    return dg.MaterializeResult(
        value=revenue,
        metadata={"dagster/row_count": len(revenue), "revenue": str(total(revenue["revenue"]))},
        check_results=[checks.revenue_adds_up(completed(enriched_orders), revenue)],
    )


@dg.asset(
    group_name="gold",
    owners=OWNERS,
    kinds={"pandas"},
    partitions_def=weekly,
    # 이 주와 앞의 세 주. 오프셋의 단위는 이 자산의 파티션(주)이다.
    ins={"enriched_orders": dg.AssetIn(partition_mapping=dg.TimeWindowPartitionMapping(start_offset=1 - LOOKBACK_WEEKS))},
    # 행동: 가장 최근 주의 업스트림이 모두 있고 그 가운데 하나라도 새로 만들어지면 곧바로.
    automation_condition=dg.AutomationCondition.eager(),
)
def customer_segments(
    context: dg.AssetExecutionContext, enriched_orders: dict[str, pd.DataFrame], customers: pd.DataFrame
) -> dg.MaterializeResult[pd.DataFrame]:
    """그 주의 마지막 날을 기준으로 나눈 고객: as_of, customer_id, name, recency_days, frequency, monetary(원), segment."""
    # 기준일은 시계가 아니라 파티션에서 온다. 언제 다시 만들어도 같은 표가 나온다.
    week = weekly.time_window_for_partition_key(context.partition_key)
    as_of = pd.Timestamp(week.end).tz_localize(None) - pd.Timedelta(days=1)
    # 파일에 두는 IO 매니저는 여러 파티션을 {날짜: 표}로 건네준다. 빠진 날이 있으면 여기까지 오지 못하고 실패한다.
    history = pd.concat(enriched_orders.values(), ignore_index=True)
    segments = segment_customers(history, customers, as_of)
    counts = {str(name): int(count) for name, count in segments["segment"].value_counts().items()}
    return dg.MaterializeResult(value=segments, metadata={"dagster/row_count": len(segments), "segments": counts})


def segment_customers(orders: pd.DataFrame, customers: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """RFM: 얼마나 최근에(recency), 얼마나 자주(frequency), 얼마나 많이(monetary) 샀는가. 완료된 주문만 본다.

    항목마다 1~3점이고, 합이 7점부터 `vip`, 5점부터 `regular`, 그 아래는 `fading`, 산 적이 없으면 `no_orders`다.
    """
    bought = completed(orders).groupby("customer_id", as_index=False).agg(
        last_order=("order_date", "max"), frequency=("order_id", "nunique"), monetary=("amount", "sum")
    )
    # 그날 아직 가입하지 않은 고객은 그날의 표에 있을 수 없다.
    members = customers.loc[customers["joined_on"] <= as_of, ["customer_id", "name"]]
    # outer: 산 적 없는 고객도, 목록에 없는 고객의 주문도 잃지 않는다.
    table = members.merge(bought, on="customer_id", how="outer", validate="one_to_one")

    recency_days = (as_of - table["last_order"]).dt.days.astype("Int64")
    frequency = table["frequency"].fillna(0).astype("int64")
    monetary = table["monetary"].where(table["monetary"].notna(), Decimal(0))
    score = (
        points(recency_days <= 3, recency_days <= 1)
        + points(frequency >= 2, frequency >= 3)
        + points(monetary >= Decimal(30_000), monetary >= Decimal(50_000))
    )
    segment = np.select([frequency == 0, score >= 7, score >= 5], ["no_orders", "vip", "regular"], default="fading")
    return pd.DataFrame({
        "as_of": as_of,
        "customer_id": table["customer_id"],
        "name": table["name"],
        "recency_days": recency_days,
        "frequency": frequency,
        "monetary": monetary,
        "segment": pd.Series(segment, dtype="str"),
    })


def points(*steps: pd.Series) -> pd.Series:
    """1점에서 시작해, 넘은 문턱마다 1점. 산 적이 없어 잴 수 없으면 넘지 못한 것이다."""
    return 1 + sum(step.fillna(False).astype("int64") for step in steps)


def completed(orders: pd.DataFrame) -> pd.DataFrame:
    """매출로 치는 주문. 대기 중이거나 환불된 것은 매출이 아니다."""
    return orders[orders["status"] == "completed"]


def total(money: pd.Series) -> Decimal:
    """Decimal의 합. 행이 없으면 0원."""
    return sum(money, Decimal(0))
