import pandas as pd

KEY = "profiles/user_profiles.parquet"


def summarize(users: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    people = {}
    for row in users.to_dict("records"):
        known = people.get(row["user_id"])
        if known is None or known["updated_at"] < row["updated_at"]:
            people[row["user_id"]] = row
    done = {user_id: [] for user_id in people}
    for row in events.to_dict("records"):
        if row["user_id"] in done:
            done[row["user_id"]].append(row["occurred_at"])
    rows = [
        {"last_event": max(done[user_id]) if done[user_id] else None, "event_count": len(done[user_id]), "user_id": user_id,
         "name": person["name"], "signup_date": person["signup_date"]}
        for user_id, person in people.items()
    ]
    frame = pd.DataFrame(rows, columns=["last_event", "event_count", "user_id", "name", "signup_date"])
    return frame.astype({"last_event": "datetime64[us]", "event_count": "int64"})
