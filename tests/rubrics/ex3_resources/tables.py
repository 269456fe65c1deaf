"""채점 기준들이 함께 쓰는 표와 말.

기준 하나의 표는 규칙 하나로만 답이 갈리게 짰다. 그래서 기준마다 그 규칙을 보는 데 필요한 열만 견준다:
횟수를 실수로 낸 제출물은 자료형의 기준에서만, 마지막 시각을 잘못 고른 제출물은 그 기준에서만 점수를 잃는다.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import pandas as pd

from course_lib.grading import stand_ins
from course_lib.grading.rubric import expect
from course_lib.grading.seen import Run, Seen
from course_lib.grading.submission import Submission

T = TypeVar("T")

ASSET = "user_profiles"
KEY = "profiles/user_profiles.parquet"
USER_COLUMNS = ["user_id", "name", "signup_date", "updated_at"]
EVENT_COLUMNS = ["user_id", "occurred_at"]
PROFILE_COLUMNS = ["user_id", "name", "signup_date", "event_count", "last_event"]

# 주소로 이어 붙이면 망가지는 비밀번호다.
DATABASE = {"host": "db.grader.invalid", "port": 6543, "dbname": "shop", "user": "reader", "password": "p@ss/w:rd"}
STORAGE = {"bucket": "grader-bucket", "endpoint_url": "http://storage.grader.invalid:9000", "region": "ap-northeast-2"}


def users(*rows: tuple) -> pd.DataFrame:
    """(user_id, name, signup_date, updated_at) 행들로 users 표를 만든다."""
    frame = pd.DataFrame(rows, columns=USER_COLUMNS)
    return frame.astype({"user_id": "str", "name": "str", "signup_date": "datetime64[us]", "updated_at": "datetime64[us]"})


def events(*rows: tuple) -> pd.DataFrame:
    """(user_id, occurred_at) 행들로 events 표를 만든다."""
    return pd.DataFrame(rows, columns=EVENT_COLUMNS).astype({"user_id": "str", "occurred_at": "datetime64[us]"})


# 어느 규칙에도 걸리지 않는 데이터: 사용자마다 행이 하나, 한 일도 하나.
PLAIN_USERS = users(
    ("u01", "김서연", "2024-01-01", "2024-01-01 10:00"),
    ("u02", "O'Brien 하나", "2024-01-05", "2024-01-05 09:30"),
)
PLAIN_EVENTS = events(("u01", "2024-02-01 08:00"), ("u02", "2024-02-02 21:15"))


def run(submission: Submission, users: pd.DataFrame, events: pd.DataFrame, *, fail_at: int | None = None,
        storage_fails: bool = False) -> Run:
    """채점기의 데이터베이스와 저장소를 넣어 `user_profiles`를 구체화한다. 실패를 심었으면 런이 실패해도 관찰이다."""
    try:
        return submission.materialize([ASSET], resources=_resources(users, events, fail_at, storage_fails),
                                      may_fail=fail_at is not None or storage_fails)
    finally:
        _show_given(submission, users, events)


def computed(submission: Submission, users: pd.DataFrame, events: pd.DataFrame) -> Seen:
    """자산이 돌려주는 표만. 런을 시작하지 않으므로 빠르다."""
    try:
        return submission.call(ASSET, resources=_resources(users, events))
    finally:
        _show_given(submission, users, events)


def _resources(users: pd.DataFrame, events: pd.DataFrame, fail_at: int | None = None, storage_fails: bool = False) -> dict:
    return {"postgres": stand_ins.postgres({"users": users, "events": events}, fail_at=fail_at), "s3": stand_ins.s3(fail=storage_fails)}


def _show_given(submission: Submission, users: pd.DataFrame, events: pd.DataFrame) -> None:
    """틀렸을 때, 데이터베이스에 어떤 표가 있었는지 학습자에게 함께 보인다."""
    submission.last_call = ("user_profiles(postgres, s3)", {"users": users, "events": events})


_seen: WeakKeyDictionary[Submission, dict[str, Any]] = WeakKeyDictionary()


def once(submission: Submission, name: str, look: Callable[[], T]) -> T:
    """제출물마다 한 번만 관찰한다. 여러 기준이 같은 것의 다른 면을 볼 때 쓴다."""
    seen = _seen.setdefault(submission, {})
    if name not in seen:
        seen[name] = look()
    return seen[name]


def plain_run(submission: Submission) -> Run:
    """규칙에 걸리지 않는 데이터로 돌려 본 것."""
    try:
        return once(submission, "plain", lambda: run(submission, PLAIN_USERS, PLAIN_EVENTS))
    finally:
        _show_given(submission, PLAIN_USERS, PLAIN_EVENTS)


def only(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """자산이 돌려준 표에서 이 열들만. 하나라도 없으면 기준이 틀린 것이다."""
    missing = [name for name in columns if name not in frame.columns]
    expect(not missing, f"user_profiles가 돌려준 표에 열이 없습니다: {', '.join(missing)}", shown=frame)
    return _whole_numbers(frame[columns])


def _whole_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """2.0처럼 실수로 적은 횟수를 정수로, 없는 횟수는 그대로. 자료형은 다른 기준이 본다."""
    if "event_count" not in frame.columns or not pd.api.types.is_float_dtype(frame["event_count"]):
        return frame
    whole = frame["event_count"].notna().all() and (frame["event_count"] % 1 == 0).all()
    return frame.astype({"event_count": "int64"}) if whole else frame


def queries(log: tuple[str, ...]) -> list[str]:
    """데이터베이스가 받은 SQL들, 받은 차례로."""
    return [entry.removeprefix("query ") for entry in log if entry.startswith("query ")]


def puts(log: tuple[str, ...]) -> list[str]:
    """저장소에 쓴 키들, 쓴 차례로."""
    return [entry.removeprefix("put ") for entry in log if entry.startswith("put ")]


def tables_of(sql: str) -> set[str]:
    """이 SQL이 읽는 표: users, events."""
    return {name for name in ("users", "events") if re.search(rf'\b(from|join|,)\s*"?{name}\b', sql, flags=re.IGNORECASE)}
