# 03_dagster_vs_airflow의 확인 문제 답. `# %% [이름]` 아래의 코드가 그 셀을 통째로 바꾼다.

# %% [3-1]
@dg.asset(partitions_def=daily)
def cleaned_orders(raw_orders: list) -> list:
    """결제가 끝난 주문. 두 번 온 주문은 하나만 남긴다."""
    return steps.clean(raw_orders)


@dg.asset(partitions_def=daily)
def order_metrics(cleaned_orders: list) -> list:
    """고객마다 주문의 수와 금액의 합."""
    return steps.summarize(cleaned_orders)


check("3-1", cleaned_orders, order_metrics)

# %% [3-2]
airflow_assets = {"order_metrics"}

check("3-2", airflow_assets)

# %% [3-3]
claims = {
    "a": "X",
    "b": "X",
    "c": "O",
    "d": "X",
    "e": "O",
    "f": "X",
}

check("3-3", claims)

# %% [3-4]
task_mappings = {
    "extract_orders": [dg.AssetSpec("raw_orders", partitions_def=daily)],
    "clean_orders": [cleaned_orders],
    "summarize_orders": [dg.AssetSpec("order_metrics", partitions_def=daily, deps=[cleaned_orders])],
}

check("3-4", task_mappings)

# %% [3-5]
answer = "B"

check("3-5", answer)

# %% [3-6]
paths = {
    "a": "관찰",
    "b": "대신하기",
    "c": "그대로",
    "d": "대신하기",
}

check("3-6", paths)
