"""장부는 DuckDB, 셈은 polars."""

import dagster as dg
import duckdb
import polars as pl

from course_lib.resources import Landing

from .ingest import Ingested, Unreadable, _quarantine, fingerprint, parse

MONEY = "DECIMAL(38, 10)"


class OrderFile(dg.Config):
    name: str


@dg.asset(group_name="bronze", description="도착한 파일들의 장부")
def orders(config: OrderFile, landing: Landing) -> dg.MaterializeResult:
    data = (landing.path / config.name).read_bytes()
    try:
        result = Ingested(*parse(data))
    except Unreadable as error:
        result = Ingested([], [], str(error))
    _quarantine(landing.quarantine, config.name, data, result)
    with duckdb.connect(str(landing.path.parent / "orders.duckdb")) as db:
        db.execute(f"CREATE TABLE IF NOT EXISTS orders (name TEXT, content TEXT, day DATE, amount {MONEY})")
        db.execute("DELETE FROM orders WHERE name = ?", [config.name])
        for order in result.orders:
            db.execute("INSERT INTO orders VALUES (?, ?, ?, ?)", [config.name, fingerprint(data), order.date, order.amount])
        rows = db.execute("SELECT day, amount FROM orders WHERE name = (SELECT min(o.name) FROM orders o WHERE o.content = orders.content)").fetchall()
    table = pl.DataFrame(rows, schema={"day": pl.Date, "amount": pl.Decimal(38, 10)}, orient="row")
    return dg.MaterializeResult(value=table, metadata={"accepted_rows": len(result.orders), "rejected_rows": len(result.rejected)})


@dg.asset(group_name="gold", description="하루 매출")
def daily_sales(orders: pl.DataFrame) -> pl.DataFrame:
    return orders.group_by(pl.col("day").alias("date")).agg(orders=pl.len(), revenue=pl.col("amount").sum())
