# 05_asset_pipeline의 확인 문제 답. `# %% [이름]` 아래의 코드가 그 셀을 통째로 바꾼다.

# %% [5-1]
rows = 15
extra = 24000

check("5-1", rows, extra)

# %% [5-2]
@dg.asset(group_name="silver")
def enriched_orders(orders: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """카테고리와 서울의 날짜를 붙인 주문."""
    catalog = products[["product_id", "category"]]
    table = orders.merge(catalog, on="product_id", how="left", validate="many_to_one")
    table["category"] = table["category"].fillna("unknown")
    seoul = table["created_at"].dt.tz_convert("Asia/Seoul")
    table["order_date"] = seoul.dt.strftime("%Y-%m-%d")
    return table


check("5-2", enriched_orders)

# %% [5-3]
@dg.asset(group_name="gold")
def daily_category_revenue(enriched_orders: pd.DataFrame) -> pd.DataFrame:
    """날과 카테고리별 매출."""
    paid = enriched_orders[enriched_orders["status"] == "completed"]
    groups = paid.groupby(["order_date", "category"], as_index=False)
    return groups.agg(revenue=("amount", "sum"), orders=("order_id", "nunique"))


check("5-3", daily_category_revenue)

# %% [5-4]
added = 8
real = 5

check("5-4", added, real)

# %% [5-5]
@dg.asset(group_name="gold")
def customer_segments(enriched_orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """고객마다 산 금액과 구분."""
    paid = enriched_orders[enriched_orders["status"] == "completed"]
    spent = paid.groupby("customer_id", as_index=False).agg(monetary=("amount", "sum"))
    table = customers[["customer_id"]].merge(spent, on="customer_id", how="left")
    table["monetary"] = [Decimal(0) if pd.isna(money) else money for money in table["monetary"]]
    money = table["monetary"]
    conditions = [money >= 50_000, money >= 30_000, money > 0]
    table["segment"] = np.select(conditions, ["vip", "regular", "light"], default="no_orders")
    return table


check("5-5", customer_segments)

# %% [5-6]
@dg.asset_check(asset="enriched_orders")
def every_product_is_known(enriched_orders: pd.DataFrame) -> dg.AssetCheckResult:
    """모든 주문의 상품이 목록에 있다."""
    count = int((enriched_orders["category"] == "unknown").sum())
    return dg.AssetCheckResult(
        passed=count == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"unknown_orders": count},
    )


check("5-6", every_product_is_known)
