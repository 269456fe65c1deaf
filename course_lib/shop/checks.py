"""자산 검사. 값이 옳은지 묻는다. 런의 성공은 코드가 끝까지 돌았다는 뜻일 뿐이다.

| 검사 | 실패하면 |
|---|---|
| `product_ids_are_unique`, `customer_ids_are_unique` | 멈춘다(blocking): 같은 런의 다운스트림이 실행되지 않는다 |
| `no_order_lost_or_doubled` | 멈춘다 |
| `every_product_is_known` | 알리기만 한다(WARN): 런은 성공이고, 표도 쓸 수 있다 |
| `revenue_adds_up` | 알린다(ERROR): 런은 성공이지만, 표를 믿을 수 없다 |

파티션이 없는 자산의 검사는 `@dg.asset_check`로 따로 둔다. 값은 IO 매니저가 건네준다.
파티션이 있는 자산을 그렇게 검사하면 하루가 아니라 **모든 날**이 건네진다(검사에 파티션을 주는 기능은 아직 미리 보기다).
그래서 그런 자산의 검사는 자산 안에서 한다: 이름은 `check_specs`에, 결과는 `MaterializeResult(check_results=...)`에.
UI가 보이는 검사의 상태는 마지막 실행 하나의 것이다. 5일의 경고는 7일을 만들면 가려지고, 검사의 실행 기록에 남아 있다.
"""

import dagster as dg
import pandas as pd

# ---------------------------------------------------------------- 따로 두는 검사


@dg.asset_check(asset="products", blocking=True)
def product_ids_are_unique(products: pd.DataFrame) -> dg.AssetCheckResult:
    """상품은 목록에 한 번씩만 있다. 두 번 있으면 조인이 주문을 불린다."""
    return _unique(products, "product_id")


@dg.asset_check(asset="customers", blocking=True)
def customer_ids_are_unique(customers: pd.DataFrame) -> dg.AssetCheckResult:
    """고객은 목록에 한 번씩만 있다."""
    return _unique(customers, "customer_id")


def _unique(frame: pd.DataFrame, column: str) -> dg.AssetCheckResult:
    repeated = frame.loc[frame[column].duplicated(), column].unique().tolist()
    return dg.AssetCheckResult(passed=not repeated, metadata={"repeated": repeated})


# ---------------------------------------------------------------- 자산 안에서 하는 검사

NO_ORDER_LOST_OR_DOUBLED = dg.AssetCheckSpec(
    "no_order_lost_or_doubled",
    asset="enriched_orders",
    blocking=True,
    description="조인한 뒤에도 주문 번호의 목록이 그대로다.",
)

EVERY_PRODUCT_IS_KNOWN = dg.AssetCheckSpec(
    "every_product_is_known", asset="enriched_orders", description="모든 주문의 상품이 상품 목록에 있다."
)

REVENUE_ADDS_UP = dg.AssetCheckSpec(
    "revenue_adds_up",
    asset="daily_category_revenue",
    description="카테고리별 매출을 모두 더하면 완료된 주문의 금액을 모두 더한 것과 같다.",
)


def no_order_lost_or_doubled(orders: pd.DataFrame, enriched: pd.DataFrame) -> dg.AssetCheckResult:
    same = sorted(orders["order_id"]) == sorted(enriched["order_id"])
    return dg.AssetCheckResult(
        check_name=NO_ORDER_LOST_OR_DOUBLED.name, passed=same, metadata={"before": len(orders), "after": len(enriched)}
    )


def every_product_is_known(enriched: pd.DataFrame, unknown: str) -> dg.AssetCheckResult:
    strangers = enriched.loc[enriched["category"] == unknown, "order_id"].tolist()
    return dg.AssetCheckResult(
        check_name=EVERY_PRODUCT_IS_KNOWN.name,
        passed=not strangers,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"orders": strangers},
    )


def revenue_adds_up(sales: pd.DataFrame, revenue: pd.DataFrame) -> dg.AssetCheckResult:
    expected, actual = sum(sales["amount"]), sum(revenue["revenue"])
    return dg.AssetCheckResult(
        check_name=REVENUE_ADDS_UP.name,
        passed=expected == actual,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"expected": str(expected), "actual": str(actual)},
    )
