"""원본 데이터베이스: 가게가 주문을 받을 때 쓰는 곳. 이 프로젝트는 여기서 읽기만 한다.

표는 셋이다. 주문의 시각은 시간대가 있는 시각(TIMESTAMPTZ)이고, 돈은 NUMERIC이라 파이썬에서 `Decimal`이 된다.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

import pandas as pd

from course_lib import datasets
from course_lib.resources import FakePostgres

from ..partitions import TIMEZONE

TABLES = {
    "orders": """
        order_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, product_id INTEGER NOT NULL, quantity INTEGER NOT NULL,
        amount NUMERIC(12, 0) NOT NULL, status TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL
    """,
    # 상품 목록은 다른 시스템에서 통째로 복사해 온다. 기본 키가 없으니 같은 상품이 두 번 있을 수 있다.
    "products": "product_id INTEGER NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL, price NUMERIC(12, 0) NOT NULL",
    "customers": "customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, joined_on DATE NOT NULL",
}


class SourceDatabase(Protocol):
    """자산이 원본에게 바라는 것. 이 두 메서드가 있으면 무엇이든 된다: `PostgresResource`, `FakePostgres`, `SampleDatabase`."""

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame: ...

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> None: ...


class SampleDatabase:
    """예시 데이터가 든 메모리 안의 데이터베이스. 처음 물을 때 만든다.

    프로세스마다 하나씩이다. 한 프로세스에서 바꾼 것은 다른 프로세스에서 보이지 않고, 프로세스가 끝나면 사라진다.
    """

    @cached_property
    def _tables(self) -> FakePostgres:
        database = FakePostgres()
        fill_source(database)
        return database

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        """`PostgresResource.query`와 같다."""
        return self._tables.query(sql, params)

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> None:
        """`PostgresResource.execute`와 같다."""
        self._tables.execute(sql, params)


def fill_source(database: SourceDatabase) -> dict[str, int]:
    """표 셋을 만들고 예시 데이터를 넣는다. 이미 행이 있는 표는 그대로 둔다. 표마다 행의 수를 돌려준다."""
    orders = datasets.orders()
    samples = {
        # 예시 주문의 시각은 가게 벽시계의 시각이다.
        "orders": orders.assign(created_at=orders["created_at"].dt.tz_localize(TIMEZONE)),
        "products": datasets.products(),
        "customers": datasets.customers(),
    }
    for table, columns in TABLES.items():
        database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
        if _count(database, table) == 0:
            _insert(database, table, samples[table])
    return {table: _count(database, table) for table in TABLES}


def _count(database: SourceDatabase, table: str) -> int:
    return int(database.query(f"SELECT COUNT(*) AS rows FROM {table}")["rows"].item())


def _insert(database: SourceDatabase, table: str, frame: pd.DataFrame) -> None:
    # 표의 이름과 열은 위에 적힌 것뿐이고, 값은 모두 자리표로 간다.
    row = f"({', '.join(['%s'] * len(frame.columns))})"
    values = [value for row_values in frame.itertuples(index=False, name=None) for value in row_values]
    database.execute(f"INSERT INTO {table} ({', '.join(frame.columns)}) VALUES {', '.join([row] * len(frame))}", values)
