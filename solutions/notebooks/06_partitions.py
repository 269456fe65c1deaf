# %% [6-1]
@dg.asset(partitions_def=daily)
def daily_reviews(
    context: dg.AssetExecutionContext, review_feed: dg.ResourceParam[ReviewFeed]
) -> pd.DataFrame:
    """하루(UTC)에 쓰인 리뷰."""
    window = context.partition_time_window
    reviews = review_feed.read(context.partition_key)
    return reviews[(reviews["written_at"] >= window.start) & (reviews["written_at"] < window.end)]


check("6-1", daily_reviews)

# %% [6-2]
settlement = dg.WeeklyPartitionsDefinition("2024-01-01", end_date="2024-02-01", day_offset=4)
week_of_tenth = "2024-01-04"

check("6-2", settlement, week_of_tenth)

# %% [6-3]
@dg.asset(partitions_def=weekly)
def weekly_regions(daily_orders: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """지역마다 한 주의 주문 수, 고객 수, 주문이 있던 날의 수."""
    week = pd.concat([orders.assign(day=day) for day, orders in daily_orders.items()])
    return week.groupby("region", as_index=False).agg(
        orders=("day", "size"), customers=("customer_id", "nunique"), active_days=("day", "nunique")
    )


check("6-3", weekly_regions)

# %% [6-4]
check("6-4", "B")

# %% [6-5]
class PartitionedParquet(dg.ConfigurableIOManager):
    folder: str

    def path_of(self, context, partition_key=None) -> Path:
        *folders, name = context.asset_key.path
        parts = [f"{name}.parquet"] if partition_key is None else [name, f"{partition_key}.parquet"]
        return Path(self.folder, *folders, *parts)

    def handle_output(self, context, obj: pd.DataFrame) -> None:
        key = context.asset_partition_key if context.has_asset_partitions else None
        path = self.path_of(context, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        obj.to_parquet(path, index=False)

    def load_input(self, context):
        if not context.has_asset_partitions:
            return pd.read_parquet(self.path_of(context))
        frames = {key: pd.read_parquet(self.path_of(context, key)) for key in context.asset_partition_keys}
        return frames if len(frames) > 1 else next(iter(frames.values()))


check("6-5", PartitionedParquet)

# %% [6-6]
check("6-6", "2024-01-14", "2024-01-15", "2024-01-15", "2024-01-21")

# %% [6-7]
@dg.asset(partitions_def=daily, backfill_policy=dg.BackfillPolicy.single_run())
def daily_totals(
    context: dg.AssetExecutionContext,
    order_log: dg.ResourceParam[OrderLog],
    totals: dg.ResourceParam[dict],
) -> dg.MaterializeResult:
    """날마다의 주문 수를 totals에 적는다."""
    window = context.partition_time_window
    orders = order_log.read(window.start, window.end)
    days = orders["ordered_at"].dt.strftime("%Y-%m-%d")
    for day in context.partition_keys:
        totals[day] = int((days == day).sum())
    return dg.MaterializeResult()


check("6-7", daily_totals)
