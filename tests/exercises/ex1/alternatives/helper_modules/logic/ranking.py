import pandas as pd


def popularity(views: pd.DataFrame) -> pd.DataFrame:
    counts = views.groupby("page_url", as_index=False)["user_id"].nunique().rename(columns={"user_id": "unique_visitors"})
    ranks = counts["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    return counts.assign(rank=ranks).sort_values(["rank", "page_url"])
