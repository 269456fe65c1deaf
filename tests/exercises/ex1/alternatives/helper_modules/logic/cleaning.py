import pandas as pd


def without_bots(views: pd.DataFrame) -> pd.DataFrame:
    return views[~views["user_agent"].astype("string").str.contains("bot", case=False, na=False)]


def first_views(views: pd.DataFrame) -> pd.DataFrame:
    return views.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])
