"""기억을 SQLite에 둔다."""

import contextlib
import decimal
import sqlite3
from decimal import Decimal

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import Unreadable, _quarantine, fingerprint, parse
from .ingest import Ingested as Result


class OrderFile(dg.Config):
    name: str


@contextlib.contextmanager
def book(landing: Landing):
    connection = sqlite3.connect(landing.path.parent / "orders.sqlite")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, content TEXT)")
        connection.execute("CREATE TABLE IF NOT EXISTS orders (content TEXT, order_id TEXT, amount TEXT, day TEXT)")
        with connection:
            yield connection
    finally:
        connection.close()


@dg.asset(group_name="silver", description="주문을 SQLite에 들인다. 내놓는 값은 없다.")
def accepted(config: OrderFile, landing: Landing) -> dg.MaterializeResult:
    data = (landing.path / config.name).read_bytes()
    content = fingerprint(data)
    try:
        result = Result(*parse(data))
    except Unreadable as error:
        result = Result([], [], str(error))
    _quarantine(landing.quarantine, config.name, data, result)
    with book(landing) as db:
        db.execute("INSERT INTO files VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET content = excluded.content", [config.name, content])
        db.execute("DELETE FROM orders WHERE content = ? OR content NOT IN (SELECT content FROM files)", [content])
        db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)",
                       [(content, order.order_id, str(order.amount), order.date.isoformat()) for order in result.orders])
    return dg.MaterializeResult(metadata={"accepted_rows": len(result.orders), "rejected_rows": len(result.rejected)})


@dg.asset(group_name="gold", deps=[accepted])
def daily_sales(landing: Landing) -> dg.Output[pd.DataFrame]:
    """SQLite에서 읽어 더한다."""
    with book(landing) as db:
        rows = db.execute("SELECT day, amount FROM orders").fetchall()
    sums: dict[str, list] = {}
    with decimal.localcontext(prec=200):
        for day, amount in rows:
            count, total = sums.get(day, (0, Decimal(0)))
            sums[day] = (count + 1, total + Decimal(amount))
    return dg.Output(pd.DataFrame([(day, *values) for day, values in sums.items()], columns=["date", "orders", "revenue"]))
