import dagster as dg
import pandas as pd


@dg.asset(group_name="bronze", kinds={"pandas"})
def orders() -> pd.DataFrame:
    """가게의 주문."""
    return pd.DataFrame({"order_id": [1, 2, 3], "city": ["서울", "부산", "서울"], "amount": [24000, 18000, 9800]})
