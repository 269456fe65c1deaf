# %% [10-1]
@dg.asset(key=["erp", "stock_levels"])
def fill_stock() -> dg.MaterializeResult:
    """창고의 재고를 옮겨 온다."""
    stock = pd.DataFrame({"item": ["cup", "pen"], "count": [3, 8]})
    return dg.MaterializeResult(metadata={"dagster/row_count": len(stock)})


check("10-1", fill_stock)

# %% [10-2]
@dg.asset(deps=[get_asset_key_for_model([shop_models], "customer_totals")])
def regulars(warehouse: DuckDBResource) -> pd.DataFrame:
    """주문이 4건 이상인 고객."""
    with warehouse.get_connection() as connection:
        return connection.execute(
            "select customer_id, orders from customer_totals where orders >= 4 order by orders desc, customer_id"
        ).df()


check("10-2", regulars)

# %% [10-3]
prediction = {
    "stg_orders": "만들어짐",
    "customer_totals": "건너뜀",
    "best_customers": "건너뜀",
    "런": "실패",
}

check("10-3", prediction)

# %% [10-4]
def signup_arguments(context) -> list[str]:
    """daily_signups를 만들 dbt 인자."""
    window = context.partition_time_window
    return ["build", "--vars", json.dumps({"from_day": f"{window.start:%Y-%m-%d}", "to_day": f"{window.end:%Y-%m-%d}"})]


check("10-4", signup_arguments)

# %% [10-5]
clean_sql = """
select * from (
    select * from events
    qualify row_number() over (partition by order_id order by updated_at desc) = 1
)
where status = 'completed' and amount > 0
"""

check("10-5", clean_sql)

# %% [10-6]
mistakes = {
    "중복": "정해지지 않음",
    "횟수": "두 번",
    "자리": "오류",
}

check("10-6", mistakes)

# %% [10-7]
choices = {
    "엑셀 보고서": "pandas",
    "노트북 한 대": "DuckDB",
    "회사의 로그": "Spark",
    "느린 보고서": "pandas",
}

check("10-7", choices)

# %% [10-8]
class LazyTables(Tables):
    """LazyFrame으로도 읽어 주는 Tables."""

    def load_input(self, context):
        if context.dagster_type.typing_type is pl.LazyFrame:
            return pl.scan_parquet(self.path_of(context))
        return super().load_input(context)


check("10-8", LazyTables)
