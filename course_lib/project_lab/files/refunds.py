import dagster as dg
import pandas as pd


@dg.asset(group_name="silver", kinds={"pandas"})
def refunds(raw_orders: pd.DataFrame) -> pd.DataFrame:
    """업스트림의 이름이 틀렸다. 주문은 `orders`다."""
    return raw_orders[raw_orders["amount"] < 0]
