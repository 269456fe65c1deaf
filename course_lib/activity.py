"""연습 4의 창고: 사용자와 이벤트의 원본 표, 그리고 dbt와 파이썬이 함께 여는 DuckDB 파일.

창고의 자리는 환경 변수 ACTIVITY_WAREHOUSE에 있다. dbt는 profiles.yml에서, 파이썬은 dg.EnvVar로 같은 값을 읽는다.
원본 표는 과정이 채운다.

    raw.users    user_id BIGINT, plan VARCHAR, signed_up_on DATE, updated_at TIMESTAMP
    raw.events   event_id BIGINT, user_id BIGINT, kind VARCHAR, occurred_at TIMESTAMP(UTC)
"""

import os
import random
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from course_lib.dbt_files import open_dbt_project

if TYPE_CHECKING:
    from dagster_dbt import DbtProject

VARIABLE = "ACTIVITY_WAREHOUSE"
# 2024-01-01부터 이만큼의 날에 이벤트가 있다.
DAYS = 10
# 이날에는 아직 가입하지 않은 사용자의 이벤트가 하나 섞여 있다.
DAY_OF_A_STRANGER = "2024-01-09"


def open_project(folder: Path) -> "DbtProject":
    """`folder`의 dbt 프로젝트를 manifest까지 만들어 열고, 창고가 없으면 원본 표를 채워 만든다.

    ACTIVITY_WAREHOUSE를 정하지 않았으면 dbt가 만든 것을 두는 자리인 `folder/target/activity.duckdb`로 정한다.
    이 프로세스의 환경 변수를 바꾼다(`open_dbt_project`도 그렇다).
    """
    warehouse = Path(os.environ.setdefault(VARIABLE, str(folder.resolve() / "target" / "activity.duckdb")))
    if not warehouse.exists():
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        # 다 채운 다음 이름을 바꾼다. 여러 프로세스가 한꺼번에 열어도 반쪽 창고를 보지 않는다.
        unfinished = warehouse.with_name(f".{warehouse.name}.{secrets.token_hex(4)}")
        fill_raw(unfinished, users(), events())
        os.replace(unfinished, warehouse)
    return open_dbt_project(folder)


def fill_raw(warehouse: Path, users: pd.DataFrame, events: pd.DataFrame) -> None:
    """창고의 원본 표를 `users`와 `events`의 행으로 바꾼다. 파일이 없으면 만든다. 다른 표는 그대로 둔다."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.register("given_users", users)
        connection.register("given_events", events)
        connection.execute("create schema if not exists raw")
        connection.execute("create or replace table raw.users (user_id bigint, plan varchar, signed_up_on date, updated_at timestamp)")
        connection.execute("create or replace table raw.events (event_id bigint, user_id bigint, kind varchar, occurred_at timestamp)")
        connection.execute("insert into raw.users by name select * from given_users")
        connection.execute("insert into raw.events by name select * from given_events")


def users() -> pd.DataFrame:
    """사용자 여덟. 요금제를 바꾼 사람은 두 행이고, updated_at이 늦은 행이 지금의 것이다."""
    rows = [
        (1, "free", "2023-11-02", "2023-11-02 10:00"),
        (2, "free", "2023-11-20", "2023-11-20 21:30"),
        (3, "pro", "2023-12-01", "2023-12-01 08:15"),
        (2, "pro", "2023-11-20", "2024-01-03 09:00"),
        (4, "free", "2023-12-05", "2023-12-05 12:00"),
        (5, "pro", "2023-12-24", "2023-12-30 18:00"),
        (5, "free", "2023-12-24", "2023-12-24 19:45"),
        (6, "free", "2023-12-31", "2023-12-31 23:00"),
        (7, "pro", "2024-01-02", "2024-01-02 07:20"),
        (8, "free", "2024-01-05", "2024-01-05 14:10"),
    ]
    frame = pd.DataFrame(rows, columns=["user_id", "plan", "signed_up_on", "updated_at"])
    return frame.astype({"signed_up_on": "datetime64[us]", "updated_at": "datetime64[us]"})


def events() -> pd.DataFrame:
    """열흘의 이벤트. 여섯에 하나쯤은 같은 행이 두 번 왔고, 하루의 첫 순간과 마지막 순간의 것도 있다. 부를 때마다 같다."""
    rng = random.Random(4)
    rows: list[tuple] = []

    def add(user_id: int, kind: str, occurred_at: pd.Timestamp) -> None:
        rows.extend([(1001 + len(rows), user_id, kind, occurred_at)] * (2 if rng.random() < 0.15 else 1))

    for day in pd.date_range("2024-01-01", periods=DAYS):
        add(rng.randint(1, 6), "view", day)
        for user_id in range(1, 9):
            if rng.random() < 0.4:
                continue
            for kind in rng.choices(["view", "purchase", "heartbeat"], weights=[6, 1, 3], k=rng.randint(1, 6)):
                add(user_id, kind, day + pd.Timedelta(seconds=rng.randrange(60, 86_000)))
        add(rng.randint(1, 6), "view", day + pd.Timedelta("23:59:59.999999"))
        if f"{day:%Y-%m-%d}" == DAY_OF_A_STRANGER:
            add(99, "view", day + pd.Timedelta("15:00:00"))
    # 온 차례대로 쌓이므로 시각의 차례가 아니다.
    rng.shuffle(rows)
    frame = pd.DataFrame(rows, columns=["event_id", "user_id", "kind", "occurred_at"])
    return frame.astype({"occurred_at": "datetime64[us]"})
