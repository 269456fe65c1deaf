# 01_asset_philosophy의 확인 문제 답. `# %% [이름]` 아래의 코드가 그 셀을 통째로 바꾼다.

# %% [1-1]
@dg.asset
def refunded_orders(raw_orders: pd.DataFrame) -> pd.DataFrame:
    """환불된 주문."""
    refunded = raw_orders[raw_orders["status"] == "refunded"]
    return refunded.sort_values("order_id")


check("1-1", refunded_orders)

# %% [1-2]
answer = "B"

check("1-2", answer)

# %% [1-3]
stale_assets = {"cleaned_orders"}

check("1-3", stale_assets)

# %% [1-4]
signals = {
    "a": "failed",
    "b": "stale",
    "c": "not_fresh",
    "d": "failed",
    "e": "not_fresh",
}

check("1-4", signals)

# %% [1-5]
evidence = pd.DataFrame({"customer": ["민지", "민지"], "amount_usd": [10.0, 10.0]})
expected = pd.DataFrame({"customer": ["민지"], "amount_usd": [20.0]})

check("1-5", customer_totals, evidence, expected)

# %% [1-6]
decisions = {
    "dbt": "A",
    "servers": "B",
    "airflow": "C",
    "fraud": "D",
    "report": "A",
}

check("1-6", decisions)
