import dagster as dg
import pandaz as pd


@dg.asset(deps=["orders"], group_name="silver", kinds={"pandas"})
def clicks() -> pd.DataFrame:
    """없는 패키지를 부른다."""
    return pd.DataFrame({"click_id": [1, 2]})
