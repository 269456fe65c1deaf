"""숨은 기준이 쓰는 큰 데이터와, pandas의 묶기와 합치기를 쓰지 않고 계산한 답. 씨앗이 같으면 늘 같다."""

import random

import pandas as pd

from .tables import PROFILE_COLUMNS, events, users

NAMES = ("김서연", "O'Brien", "이도윤; DROP TABLE users", "100% 손님", "박 하 나", "Ünïcödé", "정예린", "")


def generated_users(seed: int, people: int = 80) -> pd.DataFrame:
    """몇 번씩 이름을 바꾼 사람들. 행은 섞여 있고, 고친 시각은 모두 다르다."""
    rng = random.Random(f"ex3/users/{seed}")
    rows = []
    for number in range(people):
        for _ in range(rng.choice((1, 1, 2, 4))):
            moment = pd.Timestamp("2024-01-01") + pd.Timedelta(minutes=7 * len(rows) * 37 % 99_991, seconds=len(rows))
            rows.append((f"u{number:03d}", rng.choice(NAMES), f"2023-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}", moment))
    rng.shuffle(rows)
    return users(*rows)


def generated_events(seed: int, count: int = 400) -> pd.DataFrame:
    """뒤쪽 사람일수록 드물고, 열 명쯤은 아무 일도 없다. 가입하지 않은 사람의 기록도 있다."""
    rng = random.Random(f"ex3/events/{seed}")
    start = pd.Timestamp("2024-02-28 22:00")
    return events(*(
        (f"u{int(rng.random() ** 2 * 90):03d}", start + pd.Timedelta(seconds=rng.randrange(200_000))) for _ in range(count)
    ))


def expected_profiles(users: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """행을 하나씩 보며 계산한 답."""
    latest: dict[str, tuple] = {}
    for row in users.itertuples(index=False):
        if row.user_id not in latest or row.updated_at > latest[row.user_id].updated_at:
            latest[row.user_id] = row
    moments: dict[str, list[pd.Timestamp]] = {user_id: [] for user_id in latest}
    for row in events.itertuples(index=False):
        if row.user_id in moments:
            moments[row.user_id].append(row.occurred_at)
    rows = [
        (user_id, row.name, row.signup_date, len(moments[user_id]), max(moments[user_id], default=pd.NaT))
        for user_id, row in latest.items()
    ]
    types = {"user_id": "str", "name": "str", "signup_date": "datetime64[us]", "event_count": "int64", "last_event": "datetime64[us]"}
    return pd.DataFrame(rows, columns=PROFILE_COLUMNS).astype(types)
