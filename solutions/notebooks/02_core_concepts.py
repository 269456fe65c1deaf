# %% [2-1]
@dg.asset(group_name="gold")
def customer_totals(cleaned_orders: pd.DataFrame) -> pd.DataFrame:
    """고객마다 주문 수와 금액의 합을 구한다."""
    return (
        cleaned_orders.groupby("customer_id")
        .agg(order_count=("order_id", "count"), total_amount=("amount", "sum"))
        .reset_index()
    )


check("2-1", customer_totals)

# %% [2-2]
check("2-2", "C")

# %% [2-3]
@dg.asset(
    group_name="silver",
    owners=["team:data"],
    kinds={"pandas"},
)
def paid_orders(raw_orders: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """결제가 끝난 주문."""
    paid = raw_orders[raw_orders["status"] == "completed"]
    return dg.MaterializeResult(
        value=paid,
        metadata={"num_rows": len(paid), "total_amount": int(paid["amount"].sum())},
    )


check("2-3", paid_orders)

# %% [2-4]
DELIVERIES = [
    {"days": 1, "lost": False},
    {"days": 3, "lost": False},
    {"days": 5, "lost": False},
    {"days": 9, "lost": True},
]


class LateConfig(dg.Config):
    limit_days: int
    include_lost: bool = False


@dg.op
def count_late(config: LateConfig) -> int:
    return sum(
        delivery["days"] > config.limit_days and (config.include_lost or not delivery["lost"])
        for delivery in DELIVERIES
    )


@dg.job
def late_job():
    count_late()


check("2-4", late_job)

# %% [2-5]
check("2-5", 4, 1)

# %% [2-6]
check("2-6", "A", "C", "B")

# %% [2-7]
CUSTOMER = "O'Brien"


@dg.asset
def invoice(postgres: PostgresResource, s3: S3Resource) -> dg.MaterializeResult:
    """손님 한 명의 주문."""
    sql = "SELECT order_id, amount FROM orders WHERE customer = %s ORDER BY order_id"
    orders = postgres.query(sql, [CUSTOMER])
    s3.put_parquet("invoices/latest.parquet", orders)
    return dg.MaterializeResult(metadata={"num_rows": len(orders)})


check("2-7", invoice)

# %% [2-8]
class ParquetIOManager(dg.ConfigurableIOManager):
    folder: str

    def path_of(self, context) -> Path:
        *folders, name = context.asset_key.path
        return Path(self.folder, *folders, f"{name}.parquet")

    def handle_output(self, context, obj: pd.DataFrame) -> None:
        path = self.path_of(context)
        path.parent.mkdir(parents=True, exist_ok=True)
        obj.to_parquet(path, index=False)

    def load_input(self, context) -> pd.DataFrame:
        return pd.read_parquet(self.path_of(context))


check("2-8", ParquetIOManager)
