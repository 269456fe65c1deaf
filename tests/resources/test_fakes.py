"""가짜만의 일: 무엇을 받았는지 남기고, 준 표로 답한다. 그 답은 같은 표를 담은 진짜의 답과 같다."""

from dataclasses import asdict

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from course_lib import datasets
from course_lib.resources import FakePostgres, FakeS3, PostgresResource, Query

TABLES = {"users": datasets.users(), "events": datasets.events()}
CREATE = (
    "CREATE TABLE users (user_id TEXT, name TEXT, signup_date DATE, updated_at TIMESTAMP)",
    "CREATE TABLE events (user_id TEXT, occurred_at TIMESTAMP)",
)


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("SELECT user_id, name, signup_date, updated_at FROM users ORDER BY user_id, updated_at", None),
        ("SELECT user_id, count(*) AS n, max(occurred_at) AS last FROM events GROUP BY user_id ORDER BY user_id", None),
        ("SELECT * FROM users WHERE name = %s", ["O'Brien 하나"]),
        ("SELECT u.name, e.occurred_at FROM users u LEFT JOIN events e USING (user_id) ORDER BY 1, 2 NULLS FIRST", None),
        ("SELECT * FROM events WHERE occurred_at >= %s ORDER BY occurred_at", [pd.Timestamp("2024-01-04")]),
        ("SELECT * FROM users WHERE name = %s", ["없는 사람"]),
    ],
)
def test_answers_like_a_real_server_that_holds_the_same_tables(real_database, sql, params):
    real = PostgresResource(**asdict(real_database))
    for statement in CREATE:
        real.execute(statement)
    for name, frame in TABLES.items():
        for row in frame.itertuples(index=False):
            real.execute(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(row))})", tuple(row))
    assert_frame_equal(FakePostgres(TABLES).query(sql, params), real.query(sql, params))


def test_records_every_question_in_order_even_a_failing_one():
    fake = FakePostgres(TABLES)
    fake.query("SELECT * FROM users WHERE name = %s", ["O'Brien"])
    fake.query("SELECT * FROM events")
    with pytest.raises(Exception, match="nowhere"):
        fake.query("SELECT * FROM nowhere")
    assert fake.queries == [
        Query("SELECT * FROM users WHERE name = %s", ("O'Brien",)),
        Query("SELECT * FROM events", None),
        Query("SELECT * FROM nowhere", None),
    ]


def test_the_given_tables_are_copied():
    users = datasets.users()
    fake = FakePostgres({"users": users})
    users["name"] = "바뀜"
    assert "바뀜" not in fake.query("SELECT name FROM users").name.tolist()


@pytest.mark.parametrize("source", ["frame", "'data.csv'"])
def test_only_the_given_tables_can_be_asked(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("a\n1\n", encoding="utf-8")
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(Exception, match="frame|data.csv"):
        FakePostgres().query(f"SELECT * FROM {source}")
    assert len(frame) == 1


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["a", None], dtype="str"),
        pd.Series(["a", None], dtype="object"),
        pd.Series([None, None], dtype="object"),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([], dtype="str"),
        pd.Series(["2024-01-01", None], dtype="datetime64[ns]"),
        pd.Series(["2024-01-01", None], dtype="datetime64[s]"),
    ],
    ids=lambda column: f"{column.dtype}-{len(column)}",
)
def test_missing_values_of_every_kind_become_null(column):
    fake = FakePostgres({"t": pd.DataFrame({"c": column})})
    assert fake.query("SELECT count(*) AS n FROM t WHERE c IS NULL").n[0] == column.isna().sum()
    assert fake.query("SELECT c FROM t").c.isna().tolist() == column.isna().tolist()


def test_records_what_was_stored():
    fake = FakeS3()
    frame = pd.DataFrame({"a": [1]})
    fake.put_parquet("k", frame)
    fake.put_parquet("k", frame)
    assert fake.puts == ["k", "k"]
    assert list(fake.objects) == ["k"]
    assert_frame_equal(fake.objects["k"], frame)
