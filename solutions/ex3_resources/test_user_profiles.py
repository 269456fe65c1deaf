"""user_profiles의 테스트. 데이터베이스도 S3도 없이, 가짜에게 표를 주고 무엇이 나오고 무엇이 남는지 본다."""

import dagster as dg
import pandas as pd
import pytest
from course_lib.testing import run_asset

from .assets import user_profiles
from .resources import FakePostgres, FakeS3

KEY = "profiles/user_profiles.parquet"


def users(*rows: tuple) -> pd.DataFrame:
    """(user_id, name, signup_date, updated_at) 행들."""
    frame = pd.DataFrame(rows, columns=["user_id", "name", "signup_date", "updated_at"])
    return frame.astype({"signup_date": "datetime64[us]", "updated_at": "datetime64[us]"})


def events(*rows: tuple) -> pd.DataFrame:
    """(user_id, occurred_at) 행들."""
    return pd.DataFrame(rows, columns=["user_id", "occurred_at"]).astype({"occurred_at": "datetime64[us]"})


def records(profiles: pd.DataFrame) -> list[tuple]:
    """행의 순서는 규칙이 아니므로 정렬한다. 없는 시각은 None이다."""
    rows = [
        (row.user_id, row.name, str(row.signup_date.date()), row.event_count, None if pd.isna(row.last_event) else str(row.last_event))
        for row in profiles.itertuples(index=False)
    ]
    return sorted(rows)


def profiles_of(users: pd.DataFrame, events: pd.DataFrame) -> list[tuple]:
    fakes = {"postgres": FakePostgres({"users": users, "events": events}), "s3": FakeS3()}
    return records(run_asset(user_profiles, resources=fakes))


def test_materialized_value_and_stored_object():
    postgres = FakePostgres({
        "users": users(("u1", "김서연", "2024-01-01", "2024-01-01 10:00"), ("u2", "O'Brien", "2024-01-02", "2024-01-02 09:00")),
        "events": events(("u1", "2024-01-03 08:00"), ("u1", "2024-01-04 21:00"), ("u1", "2024-01-03 12:00")),
    })
    s3 = FakeS3()
    result = dg.materialize([user_profiles], resources={"postgres": postgres, "s3": s3, "io_manager": dg.mem_io_manager})
    expected = [("u1", "김서연", "2024-01-01", 3, "2024-01-04 21:00:00"), ("u2", "O'Brien", "2024-01-02", 0, None)]
    assert records(result.output_for_node("user_profiles")) == expected
    assert list(s3.objects) == [KEY]
    assert records(s3.objects[KEY]) == expected
    assert len(postgres.queries) == 2


def test_the_latest_row_of_a_user_wins_and_events_count_once():
    renamed = users(("u1", "새 이름", "2024-01-01", "2024-03-01"), ("u1", "옛 이름", "2024-01-01", "2024-01-01"))
    assert profiles_of(renamed, events(("u1", "2024-03-02"))) == [("u1", "새 이름", "2024-01-01", 1, "2024-03-02 00:00:00")]


def test_events_of_nobody_make_no_user():
    one = users(("u1", "김서연", "2024-01-01", "2024-01-01"))
    assert profiles_of(one, events(("u9", "2024-03-02"))) == [("u1", "김서연", "2024-01-01", 0, None)]


@pytest.mark.parametrize("broken", ["users", "events"])
def test_a_database_error_fails_the_run_and_writes_nothing(broken):
    class BrokenPostgres(FakePostgres):
        def query(self, sql, params=None):
            if f"FROM {broken}" in sql:
                raise ConnectionError("연결이 끊겼습니다")
            return super().query(sql, params)

    s3 = FakeS3()
    postgres = BrokenPostgres({"users": users(("u1", "김서연", "2024-01-01", "2024-01-01")), "events": events()})
    with pytest.raises(ConnectionError):
        run_asset(user_profiles, resources={"postgres": postgres, "s3": s3})
    assert s3.objects == {}


def test_no_users_make_an_empty_table_with_the_same_columns():
    resources = {"postgres": FakePostgres({"users": users(), "events": events()}), "s3": FakeS3()}
    profiles = run_asset(user_profiles, resources=resources)
    assert list(profiles.columns) == ["user_id", "name", "signup_date", "event_count", "last_event"]
    assert len(profiles) == 0
