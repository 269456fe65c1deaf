"""`PostgresResource`와 `FakePostgres`가 함께 지키는 약속."""

from datetime import UTC, date, datetime
from decimal import Decimal

import dagster as dg
import pandas as pd
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROW = (1, "김서연", Decimal("12000.50"), True, 0.5, datetime(2024, 2, 29, 23, 59, 59, 999999), date(2024, 2, 29))
COLUMNS = (
    "number BIGINT, name TEXT, amount NUMERIC(12, 2), active BOOLEAN, ratio DOUBLE PRECISION, moment TIMESTAMP, day DATE"
)


@pytest.fixture
def table(database):
    """모든 형의 열이 하나씩 있는 빈 표 `t`."""
    database.execute(f"CREATE TABLE t ({COLUMNS})")
    return database


def insert(database, *rows):
    """앞의 몇 열만 주면 나머지는 NULL이다."""
    for row in rows:
        padded = (*row, *[None] * (len(ROW) - len(row)))
        database.execute(f"INSERT INTO t VALUES ({', '.join(['%s'] * len(ROW))})", padded)


def test_values_and_dtypes(table):
    insert(table, ROW)
    frame = table.query("SELECT * FROM t")
    assert frame.dtypes.astype(str).to_dict() == {
        "number": "int64",
        "name": "str",
        "amount": "object",
        "active": "bool",
        "ratio": "float64",
        "moment": "datetime64[us]",
        "day": "datetime64[us]",
    }
    assert tuple(frame.iloc[0]) == (*ROW[:6], pd.Timestamp("2024-02-29"))
    assert isinstance(frame.amount[0], Decimal)


def test_nulls_stay_missing_and_integers_stay_integers(table):
    insert(table, ROW, (None,) * 7)
    frame = table.query("SELECT * FROM t ORDER BY number NULLS LAST")
    assert frame.iloc[1].isna().all()
    assert frame.dtypes.astype(str).to_dict() == {
        "number": "Int64",
        "name": "str",
        "amount": "object",
        "active": "boolean",
        "ratio": "float64",
        "moment": "datetime64[us]",
        "day": "datetime64[us]",
    }
    assert frame.amount[1] is None


def test_an_empty_result_keeps_columns_and_dtypes(table):
    empty = table.query("SELECT * FROM t")
    assert len(empty) == 0
    insert(table, ROW)
    assert list(empty.dtypes.items()) == list(table.query("SELECT * FROM t").dtypes.items())


def test_times_with_a_zone_become_utc(database):
    database.execute("CREATE TABLE z (moment TIMESTAMP WITH TIME ZONE)")
    database.execute("INSERT INTO z VALUES (%s), (%s)", ["2024-01-01 08:30:00+09:00", None])
    moments = database.query("SELECT moment FROM z ORDER BY moment NULLS LAST").moment
    assert str(moments.dtype) == "datetime64[us, UTC]"
    assert moments[0] == datetime(2023, 12, 31, 23, 30, tzinfo=UTC)
    assert moments[1] is pd.NaT


@pytest.mark.parametrize(
    "name", ["O'Brien", "x' or '1'='1", "100%", "%s", "%%", "$1", "?", "김 서연 🙂", "역\\슬래시", '"따옴표"', "한\n줄", ""]
)
def test_parameters_are_values_never_sql(table, name):
    insert(table, (1, name), (2, "다른 사람"))
    assert table.query("SELECT number, name FROM t WHERE name = %s", [name]).values.tolist() == [[1, name]]


@given(name=st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_as_it_went(database, name):
    assert database.query("SELECT CAST(%s AS TEXT) AS name", (name,)).name.tolist() == [name]


def test_a_percent_in_the_sql_is_literal_without_params_and_doubled_with_them(table):
    insert(table, (1, "50% 할인"), (2, "할인"))
    assert table.query("SELECT number FROM t WHERE name LIKE '%할인' ORDER BY 1").number.tolist() == [1, 2]
    assert table.query("SELECT number FROM t WHERE name LIKE '%%할인' AND number < %s", [2]).number.tolist() == [1]
    assert table.query("SELECT 7 %% 4 AS rest WHERE 1 = %s", [1]).rest.tolist() == [3]


def test_a_missing_value_is_bound_as_null(table):
    insert(table, (1, None))
    assert table.query("SELECT number FROM t WHERE name IS NULL AND CAST(%s AS TEXT) IS NULL", [None]).number.tolist() == [1]


@pytest.mark.parametrize("params", ["O'Brien", b"x", {"name": "x"}.keys()])
def test_params_must_be_a_sequence(table, params):
    with pytest.raises(TypeError):
        table.query("SELECT * FROM t WHERE name = %s", params)


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("SELECT * FROM nowhere", None),
        ("SELECT missing FROM t", None),
        ("SELEKT 1", None),
        ("SELECT 1 WHERE 1 = %s", []),
        ("SELECT 1 WHERE 1 = %s", [1, 2]),
        ("SELECT 1 WHERE 1 = %d", [1]),
        ("SELECT 100 % 3 WHERE 1 = %s", [1]),
        ("INSERT INTO t (number) VALUES (1)", None),
    ],
)
def test_a_wrong_query_is_a_programming_error_and_changes_nothing(table, sql, params):
    with pytest.raises(psycopg.ProgrammingError):
        table.query(sql, params)
    assert table.query("SELECT count(*) AS n FROM t").n.tolist() == [0]


def test_columns_of_the_same_name_are_all_kept(database):
    assert database.query("SELECT 1 AS a, 'x' AS a").values.tolist() == [[1, "x"]]


def test_a_run_uses_it_under_its_resource_key(table):
    insert(table, ROW)

    @dg.asset
    def names(postgres: dg.ResourceParam[object]) -> pd.DataFrame:
        return postgres.query("SELECT name FROM t")

    result = dg.materialize([names], resources={"postgres": table, "io_manager": dg.mem_io_manager})
    assert result.output_for_node("names").name.tolist() == ["김서연"]
