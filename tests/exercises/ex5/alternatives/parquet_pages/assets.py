"""파일마다 Parquet 한 장. daily_sales 하나가 모두 한다."""

import decimal
import hashlib

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .ingest import Ingested, Unreadable, _quarantine, parse


class OrderFile(dg.Config):
    name: str


@dg.asset(group_name="gold", owners=["team:sales"], kinds={"pandas", "parquet"}, retry_policy=dg.RetryPolicy(max_retries=1))
def daily_sales(config: OrderFile, landing: Landing) -> dg.MaterializeResult[pd.DataFrame]:
    """날마다의 주문 수와 매출."""
    data = (landing.path / config.name).read_bytes()
    try:
        result = Ingested(*parse(data))
    except Unreadable as error:
        result = Ingested([], [], str(error))
    _quarantine(landing.quarantine, config.name, data, result)
    folder = landing.path.parent / "state" / "파일마다"
    folder.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame({
        "content": hashlib.sha512(data).hexdigest(),
        "order_id": [order.order_id for order in result.orders],
        "date": [order.date.isoformat() for order in result.orders],
        "amount": [str(order.amount) for order in result.orders],
    }, dtype="str")
    table.to_parquet(folder / f"{hashlib.sha1(config.name.encode()).hexdigest()}.parquet")
    pages = [pd.read_parquet(page) for page in folder.glob("*.parquet")]
    whole = pd.concat(pages).drop_duplicates(["content", "order_id"])
    whole["amount"] = whole["amount"].map(decimal.Decimal)
    with decimal.localcontext(prec=300):
        daily = whole.groupby("date", as_index=False).agg(orders=("order_id", "size"), revenue=("amount", "sum"))
    daily["date"] = pd.to_datetime(daily["date"])
    return dg.MaterializeResult(value=daily, metadata={"accepted_rows": len(result.orders), "rejected_rows": len(result.rejected)})
