"""숨은 기준이 쓰는 보름의 활동과, 거기서 나와야 할 특징과 점수."""

import random

import pandas as pd

from .tables import DAY, FEATURES, activity, days_from

USERS = 150


def generated_activity() -> pd.DataFrame:
    """DAY의 앞뒤 보름. 사람마다 오는 날이 다르고, 조회만 하거나 사기만 한 날이 있다. 행은 섞여 있다."""
    rng = random.Random("ex4/activity")
    rows = []
    for user in range(1, USERS + 1):
        habit = rng.random()
        for shift in range(-10, 5):
            if rng.random() < habit:
                views = rng.randrange(4)
                rows.append((days_from(DAY, shift), user, views, rng.randrange(3) if views else rng.randrange(1, 3)))
    rng.shuffle(rows)
    return activity(*rows)


def generated_features(rows: pd.DataFrame) -> pd.DataFrame:
    """DAY까지 이레의 특징."""
    days = pd.to_datetime(rows["day"])
    seen = rows[(days > pd.Timestamp(DAY) - pd.Timedelta(days=7)) & (days <= pd.Timestamp(DAY))]
    made = seen.groupby("user_id", as_index=False).agg(active_days_7=("day", "nunique"), views_7=("views", "sum"), purchases_7=("purchases", "sum"))
    made.insert(0, "day", pd.Series([pd.Timestamp(DAY)] * len(made), dtype="datetime64[us]"))
    return made


def generated_scores(features: pd.DataFrame, model: pd.DataFrame) -> pd.DataFrame:
    """특징의 점수와 순위."""
    weight = dict(zip(model["feature"], model["weight"], strict=True))
    scores = [sum(weight[name] * row[name] for name in FEATURES) for row in features.to_dict("records")]
    order = sorted(set(scores), reverse=True)
    made = pd.DataFrame({"user_id": features["user_id"], "score": scores, "rank": [order.index(score) + 1 for score in scores]})
    return made.sort_values(["rank", "user_id"], ignore_index=True)
