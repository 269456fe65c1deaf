"""서버 없이 같은 일을 하는 가짜들. 무엇을 받았는지 남긴다.

보통 파이썬 클래스다. `ConfigurableResource`를 상속하면 런이 시작될 때 복사되어, 시험이 쥔 객체에는 기록이 남지 않는다.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from course_lib.resources.frames import frame_of
from course_lib.resources.s3 import frame_from_parquet, parquet_bytes

if TYPE_CHECKING:
    import duckdb


class Query(NamedTuple):
    """받은 물음 하나."""

    sql: str
    params: tuple | None


class FakePostgres:
    """`PostgresResource`의 가짜. 준 표들에 표준 SQL로 답한다(메모리 안의 DuckDB).

    `FakePostgres({"users": 표, "events": 표})`. 받은 물음은 `queries`에 차례로 남는다. SQL이 틀리면 진짜처럼
    `psycopg.ProgrammingError`를 낸다. 준 표를 나중에 바꾸어도 답은 바뀌지 않는다.
    표준에 없는 것(PostgreSQL만의 함수, 평균의 자료형)까지 같지는 않다.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame] | None = None) -> None:
        import duckdb

        self.queries: list[Query] = []
        # 파이썬 변수나 디스크의 파일을 표로 알고 읽는 DuckDB의 편의 기능을 끈다. 진짜에는 없는 것이다.
        self._engine = duckdb.connect(config={"python_enable_replacements": "false"})
        self._engine.execute("SET TimeZone = 'UTC'")
        self._engine.execute("SET enable_external_access = false")
        self.replace_tables(tables or {})

    def replace_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """있던 표를 모두 지우고 준 표들을 만든다."""
        for (name,) in self._engine.execute("SELECT table_name FROM information_schema.tables").fetchall():
            self._engine.execute(f"DROP TABLE {_quoted(name)}")
        for name, frame in tables.items():
            self._create_table(name, frame)

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        """`PostgresResource.query`와 같다."""
        with self._asked(sql, params) as (cursor, text, values):
            _require_rows(cursor, text)
            cursor.execute(text, values)
            columns = [(name, _kind(str(kind))) for name, kind, *_ in cursor.description]
            return frame_of(columns, cursor.fetchall())

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> None:
        """`PostgresResource.execute`와 같다."""
        with self._asked(sql, params) as (cursor, text, values):
            cursor.execute(text, values)

    @contextmanager
    def _asked(self, sql: str, params: Sequence[Any] | None) -> Iterator[tuple["duckdb.DuckDBPyConnection", str, list | None]]:
        """물음을 남기고, DuckDB의 자리표로 바꾸어 준다. DuckDB의 예외는 드라이버의 것으로 바꾼다."""
        import duckdb
        import psycopg

        if params is not None and (isinstance(params, str | bytes) or not isinstance(params, Sequence)):
            raise TypeError(f"params는 값의 차례(tuple이나 list)여야 합니다: {params!r}")
        self.queries.append(Query(sql, None if params is None else tuple(params)))
        try:
            with self._engine.cursor() as cursor:
                yield cursor, _numbered_placeholders(sql, params), None if params is None else list(params)
        except (duckdb.Error, _BadStatement) as error:
            raise psycopg.ProgrammingError(str(error)) from error

    def _create_table(self, name: str, frame: pd.DataFrame) -> None:
        import pyarrow as pa

        # Arrow를 거치면 빠진 값과 자료형이 pandas의 어떤 표현이든 같은 뜻으로 건너간다.
        table = pa.Table.from_pandas(frame, preserve_index=False)
        fields = [
            pa.field(field.name, pa.timestamp("us", field.type.tz)) if pa.types.is_timestamp(field.type) else field
            for field in table.schema
        ]
        self._engine.register("__given", table.cast(pa.schema(fields), safe=False))
        self._engine.execute(f"CREATE TABLE {_quoted(name)} AS SELECT * FROM __given")
        self._engine.unregister("__given")


class FakeS3:
    """`S3Resource`의 가짜. 받은 표를 `objects`(키 -> DataFrame)에, 받은 차례를 `puts`(키의 목록)에 남긴다."""

    def __init__(self) -> None:
        self.objects: dict[str, pd.DataFrame] = {}
        self.puts: list[str] = []

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        """`S3Resource.put_parquet`와 같다."""
        # 진짜처럼 Parquet를 거친다: 쓸 수 없는 표는 여기서 걸리고, 나중에 고친 표가 저장된 것을 바꾸지 못한다.
        self.objects[key] = frame_from_parquet(parquet_bytes(df))
        self.puts.append(key)

    def get_parquet(self, key: str) -> pd.DataFrame:
        """`S3Resource.get_parquet`와 같다. 그 키가 없으면 KeyError."""
        return self.objects[key].copy()


class _BadStatement(Exception):
    pass


def _quoted(name: str) -> str:
    """SQL에 이름으로 쓸 수 있게 따옴표로 감싼 것."""
    return '"' + name.replace('"', '""') + '"'


def _numbered_placeholders(sql: str, params: Sequence[Any] | None) -> str:
    """psycopg의 `%s`를 `$1`, `$2`로, `%%`를 `%`로 바꾼다. psycopg처럼 `params`가 없으면 손대지 않는다."""
    if params is None:
        return sql
    count = 0

    def replacement(match: re.Match) -> str:
        nonlocal count
        if match[0] == "%%":
            return "%"
        if match[0] != "%s":
            raise _BadStatement(f"쓸 수 없는 자리표입니다: {match[0]!r}. SQL의 퍼센트는 %%로 쓰세요.")
        count += 1
        return f"${count}"

    text = re.sub(r"%.?", replacement, sql, flags=re.DOTALL)
    if count != len(params):
        raise _BadStatement(f"자리표는 {count}개인데 값은 {len(params)}개입니다.")
    return text


def _require_rows(cursor: "duckdb.DuckDBPyConnection", sql: str) -> None:
    """행을 돌려주는 문장 하나가 아니면 실행하지 않는다. 진짜에서도 INSERT를 `query`로 부르면 실패하고 되돌려진다."""
    import duckdb

    statements = cursor.extract_statements(sql)
    if [statement.expected_result_type for statement in statements] != [[duckdb.ExpectedResultType.QUERY_RESULT]]:
        raise _BadStatement("query는 행을 돌려주는 문장 하나를 받습니다. 바꾸는 문장은 execute로 실행하세요.")


def _kind(name: str) -> str:
    """DuckDB의 형 이름을 `frames.py`의 형으로."""
    match name.split("(")[0]:
        case "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "HUGEINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT":
            return "int"
        case "FLOAT" | "DOUBLE":
            return "float"
        case "TIMESTAMP WITH TIME ZONE":
            return "timestamptz"
        case "DECIMAL":
            return "decimal"
        case "VARCHAR":
            return "text"
        case "BOOLEAN":
            return "bool"
        case "TIMESTAMP":
            return "timestamp"
        case "DATE":
            return "date"
        case _:
            return "other"
