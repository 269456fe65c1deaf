import dagster as dg
import pandas as pd


@dg.asset(deps=["orders"], group_name="silver", kinds={"pandas"})
def clicks() -> pd.DataFrame:
    """광고를 누른 기록. 주문과 견주므로 `orders` 다음에 만든다."""
    return pd.DataFrame({"click_id": [1, 2]})
