"""자산의 값: 함수로 부르고, 런에서 만들고."""

from datetime import timedelta
from decimal import Decimal

import dagster as dg
import pandas as pd
import pytest

from course_lib.resources import FakePostgres
from course_lib.shop.assets.bronze import customers, orders, products
from course_lib.shop.assets.gold import daily_category_revenue, segment_customers
from course_lib.shop.assets.silver import enriched_orders
from course_lib.shop.resources import SampleDatabase, fill_source

from .conftest import DAILY, DAYS


def read(asset: dg.AssetsDefinition, database, day: str | None = None) -> pd.DataFrame:
    return (asset(dg.build_asset_context(partition_key=day), database=database) if day else asset(database=database)).value


def passed(result) -> dict[str, bool]:
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


def whole_week(database: SampleDatabase) -> pd.DataFrame:
    raw = pd.concat([read(orders, database, day) for day in DAYS], ignore_index=True)
    return enriched_orders(raw, read(products, database)).value


# ---------------------------------------------------------------- 브론즈


def test_each_order_belongs_to_exactly_one_korean_day(database):
    days = {day: read(orders, database, day)["order_id"].tolist() for day in ["2023-12-31", *DAYS, "2024-01-08"]}
    # 5번은 한국에서 3일 오전 8시 55분, UTC로는 아직 2일이다.
    assert days == {
        "2023-12-31": [], "2024-01-01": [1, 2], "2024-01-02": [3, 4], "2024-01-03": [5, 6], "2024-01-04": [7],
        "2024-01-05": [8, 9], "2024-01-06": [10], "2024-01-07": [11, 12], "2024-01-08": [],
    }  # fmt: skip


def test_the_edges_of_a_day(database):
    insert = "INSERT INTO orders VALUES (%s, 101, 1, 1, 12000, 'completed', %s)"
    midnight = pd.Timestamp("2024-02-02", tz="Asia/Seoul").to_pydatetime()
    for number, moment in {50: midnight - timedelta(microseconds=1), 51: midnight}.items():
        database.execute(insert, [number, moment])
    assert read(orders, database, "2024-02-01")["order_id"].tolist() == [50]
    assert read(orders, database, "2024-02-02")["order_id"].tolist() == [51]


def test_money_is_decimal_and_time_has_a_zone(database):
    for day in ("2024-01-01", "2024-01-31"):
        frame = read(orders, database, day)
        assert str(frame["created_at"].dtype) == "datetime64[us, UTC]"
        assert frame["amount"].map(type).isin([Decimal]).all()


# ---------------------------------------------------------------- 실버


def test_an_order_of_an_unlisted_product_stays(database):
    enriched = enriched_orders(read(orders, database, "2024-01-05"), read(products, database)).value
    assert enriched[["order_id", "product_name", "category"]].values.tolist() == [
        [8, "도자기 머그잔", "그릇"],
        [9, "unknown", "unknown"],
    ]


def test_the_day_of_an_order_is_the_day_in_korea(database):
    enriched = whole_week(database)
    assert enriched.loc[enriched["order_id"] == 5, "order_date"].item() == pd.Timestamp("2024-01-03")
    assert enriched["order_date"].dtype == "datetime64[us]"


def test_inputs_are_not_changed(database):
    raw, catalog = read(orders, database, "2024-01-05"), read(products, database)
    before = raw.copy(), catalog.copy()
    enriched_orders(raw, catalog)
    pd.testing.assert_frame_equal(raw, before[0])
    pd.testing.assert_frame_equal(catalog, before[1])


def test_a_product_listed_twice_stops_instead_of_doubling_orders(database):
    catalog = read(products, database)
    with pytest.raises(pd.errors.MergeError):
        enriched_orders(read(orders, database, "2024-01-01"), pd.concat([catalog, catalog]))


# ---------------------------------------------------------------- 골드


def test_revenue_counts_completed_orders_only(database):
    revenue = daily_category_revenue(whole_week(database)).value
    assert [[str(row[0].date()), *row[1:]] for row in revenue.values.tolist()] == [
        ["2024-01-01", "그릇", Decimal(18000), 1, 1],
        ["2024-01-01", "커피", Decimal(24000), 1, 2],
        ["2024-01-02", "그릇", Decimal(24500), 1, 1],
        ["2024-01-03", "커피", Decimal(47700), 1, 3],
        ["2024-01-04", "차", Decimal(19600), 1, 2],
        ["2024-01-05", "unknown", Decimal(7000), 1, 1],
        ["2024-01-05", "그릇", Decimal(36000), 1, 2],
        ["2024-01-07", "그릇", Decimal(24500), 1, 1],
        ["2024-01-07", "커피", Decimal(15900), 1, 1],
    ]


def test_revenue_is_exact():
    enriched = pd.DataFrame({
        "order_date": pd.Timestamp("2024-01-01"), "category": "차", "order_id": [1, 2], "quantity": 1,
        "status": "completed", "amount": [Decimal("0.1"), Decimal("0.2")],
    })  # fmt: skip
    assert daily_category_revenue(enriched).value["revenue"].tolist() == [Decimal("0.3")]


def test_segments_are_as_of_a_date(database):
    enriched, members = whole_week(database), read(customers, database)
    columns = ["customer_id", "recency_days", "frequency", "monetary", "segment"]

    sunday = segment_customers(enriched, members, pd.Timestamp("2024-01-07"))
    assert sunday[columns].values.tolist() == [
        [101, 2, 2, Decimal(60000), "vip"],
        [102, 0, 2, Decimal(42500), "vip"],
        [103, 2, 2, Decimal(31500), "regular"],
        [104, 4, 1, Decimal(47700), "fading"],
        [105, 0, 2, Decimal(35500), "vip"],
    ]
    # 한 주 뒤에는 모두 오래전 손님이고, 9일에 가입한 106이 나타난다.
    later = segment_customers(enriched, members, pd.Timestamp("2024-01-14"))
    assert later["recency_days"].tolist() == [9, 7, 9, 11, 7, pd.NA]
    assert later["segment"].tolist() == ["regular", "regular", "regular", "fading", "regular", "no_orders"]
    assert later["monetary"].tolist()[-1] == Decimal(0)


def test_a_customer_missing_from_the_list_is_not_lost(database):
    members = read(customers, database).query("customer_id != 101")
    segments = segment_customers(whole_week(database), members, pd.Timestamp("2024-01-07"))
    assert segments.set_index("customer_id").loc[101, "segment"] == "vip"
    assert segments.set_index("customer_id")["name"].isna().tolist() == [True, False, False, False, False]


def test_nobody_bought_anything(database):
    nothing = whole_week(database).iloc[:0]
    segments = segment_customers(nothing, read(customers, database), pd.Timestamp("2024-01-07"))
    assert segments["segment"].tolist() == ["no_orders"] * 5
    assert daily_category_revenue(nothing).value.columns.tolist() == ["order_date", "category", "revenue", "orders", "quantity"]


# ---------------------------------------------------------------- 런에서


def test_a_week_from_the_source_to_the_segments(first_week, instance):
    result = first_week("customer_segments", day="2024-01-01")
    assert result.success
    assert result.asset_value("customer_segments")["segment"].tolist() == ["vip", "vip", "regular", "fading", "vip"]
    for key in DAILY:
        assert instance.get_materialized_partitions(dg.AssetKey(key)) == set(DAYS)


def test_the_second_week_looks_back_at_the_first(first_week):
    for day in pd.date_range("2024-01-08", "2024-01-14").strftime("%Y-%m-%d"):
        assert first_week(*DAILY, day=day).success
    segments = first_week("customer_segments", day="2024-01-08").asset_value("customer_segments")
    assert segments["as_of"].unique().tolist() == [pd.Timestamp("2024-01-14")]
    assert segments["frequency"].tolist() == [2, 2, 2, 1, 2, 0]


def test_a_missing_day_is_an_error_and_not_a_smaller_week(run):
    assert run("products", "customers").success
    for day in DAYS[:-1]:
        assert run(*DAILY, day=day).success
    result = run("customer_segments", day="2024-01-01")
    assert not result.success
    assert "2024-01-07" in str(result.all_events)


def test_an_unknown_product_is_a_warning_and_the_run_succeeds(run):
    assert run("products").success
    result = run(*DAILY, day="2024-01-05")
    assert result.success
    assert passed(result) == {"no_order_lost_or_doubled": True, "every_product_is_known": False, "revenue_adds_up": True}
    warning = next(check for check in result.get_asset_check_evaluations() if not check.passed)
    assert warning.severity == dg.AssetCheckSeverity.WARN
    assert warning.metadata["orders"].value == [9]


def test_a_blocking_check_stops_what_comes_after(run, database):
    database.execute("INSERT INTO products VALUES (1, '드립백 커피 10개입', '커피', 12000)")
    result = run("products", "orders", "enriched_orders", day="2024-01-01")
    assert not result.success
    assert passed(result) == {"product_ids_are_unique": False}
    made = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
    assert made == {"products", "orders"}


def test_a_lost_order_blocks_the_revenue(run, monkeypatch):
    """조인을 잘못 고친 것처럼."""
    assert run("products").success
    inner = pd.DataFrame.merge
    monkeypatch.setattr(pd.DataFrame, "merge", lambda *args, **options: inner(*args, **{**options, "how": "inner"}))
    result = run(*DAILY, day="2024-01-05")
    assert not result.success
    assert passed(result) == {"no_order_lost_or_doubled": False, "every_product_is_known": True}


def test_making_a_day_again_replaces_that_day_only(first_week, database):
    database.execute("UPDATE orders SET status = 'refunded' WHERE order_id = 8")
    again = first_week(*DAILY, day="2024-01-05").asset_value("daily_category_revenue")
    assert again[["category", "revenue"]].values.tolist() == [["unknown", Decimal(7000)]]
    segments = first_week("customer_segments", day="2024-01-01").asset_value("customer_segments")
    assert segments.set_index("customer_id").loc[101, "monetary"] == Decimal(24000)


# ---------------------------------------------------------------- 원본


def test_filling_twice_changes_nothing():
    database = FakePostgres()
    counts = {"orders": 12, "products": 5, "customers": 6}
    assert fill_source(database) == fill_source(database) == counts
