"""05_asset_pipeline의 확인 문제 6개."""

from decimal import Decimal
from numbers import Number

import dagster as dg
import pandas as pd

from course_lib.classroom.checkpoints import LearnerError, Wrong, checkpoint
from course_lib.classroom.checkpoints.expectations import call, expect, expect_frame, show
from course_lib.classroom.feedback import Table


def _money(*amounts: int) -> pd.Series:
    return pd.Series([Decimal(amount) for amount in amounts], dtype="object")


def _is_number(value: object) -> bool:
    # pandas가 센 수(numpy의 정수)도 수다.
    return isinstance(value, Number) and not isinstance(value, bool)


def _asset(value: object, name: str, upstreams: tuple[str, ...]) -> dg.AssetsDefinition:
    expect(
        isinstance(value, dg.AssetsDefinition), f"`@dg.asset`을 붙인 자산이어야 하는데 `{type(value).__name__}`입니다.", misconception="not_an_asset"
    )
    keys = [key.to_user_string() for key in value.keys]
    expect(keys == [name], f"자산의 이름이 `{', '.join(keys)}`입니다. 이름은 `{name}`입니다.", misconception="asset_name")
    found = [key.to_user_string() for key in value.keys_by_input_name.values()]
    expect(
        sorted(found) == sorted(upstreams),
        f"업스트림이 `{', '.join(found) or '없음'}`입니다. 매개변수의 이름이 업스트림의 이름입니다: `{', '.join(upstreams)}`",
        misconception="parameter_name",
    )
    return value


def _made(asset: dg.AssetsDefinition, **tables: pd.DataFrame) -> object:
    """업스트림의 표를 주어 자산을 부른다. 매개변수를 어떤 차례로 적었든, context를 받든 된다."""
    context = [dg.build_asset_context()] if asset.op.compute_fn.has_context_arg() else []
    return call(asset, *context, **{name: tables[key.to_user_string()] for name, key in asset.keys_by_input_name.items()})


def _table(value: object, columns: tuple[str, ...]) -> pd.DataFrame:
    expect(isinstance(value, pd.DataFrame), f"표(DataFrame)를 돌려주어야 하는데 `{type(value).__name__}`입니다.", misconception="not_a_table")
    missing = [name for name in columns if name not in value.columns]
    expect(not missing, f"결과에 열이 없습니다: {', '.join(missing)}. 지금 열: {', '.join(map(str, value.columns))}", misconception="columns")
    return value


# 5-1 ---------------------------------------------------------------------------------------------

@checkpoint("5-1")
def fan_out(rows: object, extra: object) -> str:
    for name, answer in (("rows", rows), ("extra", extra)):
        expect(_is_number(answer), f"`{name}`에는 수를 적어 주세요. 지금 값: `{show(answer, 40)}`")
    expect(rows != 12, "왼쪽 표의 행 하나는 오른쪽에서 짝을 **만난 수만큼** 나옵니다. 상품 1은 이제 짝이 둘입니다.", misconception="join_keeps_rows")
    expect(
        rows != 13, "상품 목록은 한 행 늘었지만, 그 상품을 산 주문은 하나가 아닙니다. 상품 1의 주문을 세어 보세요.", misconception="adds_one_row"
    )
    expect(rows == 15, f"`rows`가 다릅니다(지금 값: {rows}). 상품 1의 주문은 몇 건이고, 저마다 몇 번씩 나올까요?")
    expect(
        extra != 48000, "48,000원은 상품 1의 주문 세 건을 모두 더한 것입니다. 매출로 치는 것은 완료된 주문뿐입니다.", misconception="counts_not_completed"
    )
    expect(extra != 0, "한 번 더 나온 주문의 금액도 합에 들어갑니다.", misconception="revenue_is_safe")
    expect(extra == 24000, f"`extra`가 다릅니다(지금 값: {extra}). 두 번 나온 주문 가운데 completed인 것의 amount를 보세요.")
    return "목록의 행 하나가 주문 셋을 불렸고, 매출은 24,000원이 부풀었습니다. 오류는 하나도 나지 않습니다."


# 5-2 ---------------------------------------------------------------------------------------------

_ORDERS = pd.DataFrame({
    "order_id": [1, 2, 3],
    "customer_id": [101, 102, 101],
    "product_id": [1, 2, 9],
    "amount": _money(24000, 18000, 7000),
    "status": ["completed", "completed", "pending"],
    # 1번은 서울의 1월 2일 08:30이다. UTC로는 아직 1일이다.
    "created_at": pd.to_datetime(["2024-01-01 23:30", "2024-01-02 05:00", "2024-01-02 06:00"], utc=True),
})
_PRODUCTS = pd.DataFrame({"product_id": [1, 2], "name": ["드립백", "머그잔"], "category": ["커피", "그릇"], "price": _money(12000, 18000)})


@checkpoint("5-2")
def enriched_orders(asset: object) -> str:
    found = _asset(asset, "enriched_orders", ("orders", "products"))
    table = _table(_made(found, orders=_ORDERS.copy(), products=_PRODUCTS.copy()), (*_ORDERS.columns, "category", "order_date"))
    given, seen = _ORDERS["order_id"].tolist(), sorted(table["order_id"])
    shown = Table("나온 표", table)
    expect(set(seen) == set(given), f"주문 {sorted(set(given) - set(seen))}을 잃었습니다. 상품 목록에 없어도 주문은 있었던 일입니다.", shown,
           misconception="loses_orders")
    expect(seen == given, "같은 주문이 두 번 나옵니다. 목록에 두 번 있는 상품이 없는 표에서도 그렇습니다.", shown, misconception="orders_twice")
    rows = table.set_index("order_id")
    expect(
        not pd.isna(rows.loc[3, "category"]),
        "목록에 없는 상품의 `category`가 비어 있습니다. 이대로 두면 다음 자산의 groupby가 그 주문을 조용히 버립니다.",
        shown,
        misconception="category_left_empty",
    )
    expect(
        rows["category"].tolist() == ["커피", "그릇", "unknown"],
        "`category`가 다릅니다. 목록에 있으면 그 카테고리, 없으면 `unknown`입니다.",
        shown,
        misconception="other_category",
    )
    dates = [str(value)[:10] for value in rows["order_date"]]
    expect(
        dates[0] != "2024-01-01",
        "1번 주문은 UTC로 1월 1일 23:30, 서울로는 **1월 2일** 08:30입니다. 날짜를 뽑기 전에 서울 시각으로 바꾸세요.",
        shown,
        misconception="utc_day",
    )
    expect(all(isinstance(value, str) for value in rows["order_date"]), '`order_date`는 `"2024-01-02"` 같은 글이어야 합니다.', shown,
           misconception="date_not_text")
    expect(
        rows["order_date"].tolist() == ["2024-01-02"] * 3,
        '`order_date`가 다릅니다. 세 주문 모두 서울의 `"2024-01-02"`입니다(네 자리 해, 두 자리 달, 두 자리 날).',
        shown,
        misconception="other_date",
    )
    _expect_it_stops(found)
    return "버리지도 불리지도 않습니다. 목록에 같은 상품이 두 번 있으면 틀린 표를 만드는 대신 멈춥니다."


def _expect_it_stops(asset: dg.AssetsDefinition) -> None:
    twice = pd.concat([_PRODUCTS, _PRODUCTS.iloc[:1]], ignore_index=True)
    try:
        table = _made(asset, orders=_ORDERS.copy(), products=twice)
    except LearnerError:
        # 어떤 예외든 멈춘 것이다. 손으로 확인해 `raise ValueError`를 내도 좋다.
        return
    raise Wrong(
        "목록에 상품 1이 두 번 있을 때도 아무 말 없이 표를 만들었습니다. 그때는 예외로 멈춰야 합니다: merge의 `validate`를 보세요.",
        Table("나온 표", table),
        misconception="fans_out",
    )


# 5-3 ---------------------------------------------------------------------------------------------

_ENRICHED = pd.DataFrame({
    "order_id": [1, 2, 3, 4, 5, 6],
    "customer_id": [101, 102, 101, 103, 104, 101],
    "amount": _money(24000, 10000, 7000, 5000, 30000, 26000),
    "status": ["completed", "completed", "completed", "refunded", "completed", "completed"],
    "category": ["커피", "커피", "unknown", "커피", "커피", "차"],
    "order_date": ["2024-01-01", "2024-01-01", "2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02"],
})


@checkpoint("5-3")
def daily_category_revenue(asset: object) -> str:
    columns = ["order_date", "category", "revenue", "orders"]
    found = _asset(asset, "daily_category_revenue", ("enriched_orders",))
    table = _table(_made(found, enriched_orders=_ENRICHED.copy()), tuple(columns))
    coffee = table.loc[(table["order_date"] == "2024-01-01") & (table["category"] == "커피"), "revenue"]
    expect(
        coffee.tolist() != [39000],
        "1월 1일 커피의 매출에 환불된 5,000원이 들어 있습니다. 매출은 `status`가 `completed`인 주문만 셉니다.",
        Table("나온 표", table),
        misconception="counts_not_completed",
    )
    expect(
        all(isinstance(value, Decimal) for value in table["revenue"]),
        "`revenue`가 Decimal이 아닙니다. 돈을 float으로 바꾸지 말고 받은 그대로 더하세요.",
        misconception="float_money",
    )
    expected = pd.DataFrame({
        "order_date": ["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02"],
        "category": ["커피", "unknown", "커피", "차"],
        "revenue": _money(34000, 7000, 30000, 26000),
        "orders": [2, 1, 1, 1],
    })
    expect_frame(table[columns], expected, "날과 카테고리별 매출", misconception="other_table")
    return "날이 열에 있으니 이 표는 얼마든지 이어 붙일 수 있고, 금액은 1원도 어긋나지 않습니다."


# 5-4 ---------------------------------------------------------------------------------------------

@checkpoint("5-4")
def unique_customers(added: object, real: object) -> str:
    for name, answer in (("added", added), ("real", real)):
        expect(_is_number(answer), f"`{name}`에는 수를 적어 주세요. 지금 값: `{show(answer, 40)}`")
    expect(added == 8, f"`added`가 다릅니다(지금 값: {added}). 표의 `customers` 열을 그대로 더하면 됩니다: 3 + 1 + 1 + 3.")
    expect(
        real != 8,
        "두 카테고리에서 산 고객은 두 번 세어졌습니다. 위의 목록에서 여러 줄에 나오는 고객 번호를 찾아보세요.",
        misconception="unique_adds_up",
    )
    expect(real == 5, f"`real`이 다릅니다(지금 값: {real}). 네 줄의 고객 번호를 한 집합에 모아 보세요.")
    return "101, 103, 105는 두 카테고리에서 샀습니다. 고유한 수는 더할 수 없고, 행에서 다시 세어야 합니다."


# 5-5 ---------------------------------------------------------------------------------------------

_CUSTOMERS = pd.DataFrame({"customer_id": [101, 102, 103, 104, 105], "name": ["가", "나", "다", "라", "마"]})


@checkpoint("5-5")
def customer_segments(asset: object) -> str:
    columns = ["customer_id", "monetary", "segment"]
    enriched = pd.concat([_ENRICHED, pd.DataFrame({
        "order_id": [7, 8], "customer_id": [102, 103], "amount": _money(40000, 90000), "status": ["completed", "pending"],
        "category": ["차", "차"], "order_date": ["2024-01-02"] * 2,
    })], ignore_index=True)  # fmt: skip
    found = _asset(asset, "customer_segments", ("enriched_orders", "customers"))
    table = _table(_made(found, enriched_orders=enriched, customers=_CUSTOMERS.copy()), tuple(columns))
    shown = Table("나온 표", table)
    expect(
        table["customer_id"].is_unique,
        "한 고객이 여러 행입니다. 고객마다 금액을 먼저 더하고(groupby), 그 표를 고객 목록에 붙이세요.",
        shown,
        misconception="customer_twice",
    )
    expect(
        {103, 105} <= set(table["customer_id"]),
        "완료된 주문이 없는 고객(103, 105)이 사라졌습니다. 고객 목록에서 시작해 주문을 붙이세요.",
        shown,
        misconception="loses_customers",
    )
    rows = table.set_index("customer_id")
    expect(
        rows.loc[103, "monetary"] not in (90000, 95000),
        "103은 대기 중이거나 환불된 주문뿐입니다. `completed`만 더하세요.",
        shown,
        misconception="counts_not_completed",
    )
    expect(
        not rows["monetary"].isna().any(),
        "산 적 없는 고객의 `monetary`가 비어 있습니다. 견주기 전에 `Decimal(0)`으로 채우세요.",
        shown,
        misconception="money_left_empty",
    )
    segments = rows["segment"].to_dict()
    expect(
        segments.get(101) not in ("regular", "light") or segments.get(102) != segments.get(101),
        "57,000원인 101과 50,000원인 102가 `vip`가 아닙니다. np.select는 **먼저 참인** 조건을 고릅니다. 조건의 차례를 보세요.",
        shown,
        misconception="low_condition_first",
    )
    expect(
        segments.get(102) == "vip" and segments.get(104) == "regular",
        "경계를 보세요. 꼭 50,000원인 102는 `vip`, 꼭 30,000원인 104는 `regular`입니다(이상).",
        shown,
        misconception="boundary",
    )
    expected = pd.DataFrame({
        "customer_id": [101, 102, 103, 104, 105],
        "monetary": _money(57000, 50000, 0, 30000, 0),
        "segment": ["vip", "vip", "no_orders", "regular", "no_orders"],
    })
    expect_frame(table[columns], expected, "고객의 구분", misconception="other_table")
    return "산 적 없는 고객도 표에 남고, 경계에 선 고객도 약속대로 나뉩니다."


# 5-6 ---------------------------------------------------------------------------------------------

@checkpoint("5-6")
def product_check(check: object) -> str:
    expect(
        isinstance(check, dg.AssetChecksDefinition),
        f"`@dg.asset_check`를 붙인 검사여야 하는데 `{type(check).__name__}`입니다.",
        misconception="not_a_check",
    )
    expect(len(list(check.check_specs)) == 1, "검사 하나만 쓰세요: `@dg.asset_check`를 붙인 함수 하나입니다.", misconception="many_checks")
    (spec,) = check.check_specs
    name = "every_product_is_known"
    expect(spec.name == name, f"검사의 이름이 `{spec.name}`입니다. 이름은 `{name}`입니다.", misconception="check_name")
    expect(
        spec.asset_key.to_user_string() == "enriched_orders",
        f"검사할 자산이 `{spec.asset_key.to_user_string()}`입니다. `enriched_orders`를 검사하세요.",
        misconception="other_asset",
    )
    expect(not spec.blocking, "알리기만 하는 검사입니다. `blocking=True`이면 다운스트림이 멈춥니다.", misconception="blocks")
    context = [dg.build_asset_check_context()] if check.node_def.compute_fn.has_context_arg() else []
    strange, clean = (call(check, *context, rows.copy()) for rows in (_ENRICHED, _ENRICHED[_ENRICHED["category"] != "unknown"]))
    for result in (strange, clean):
        expect(isinstance(result, dg.AssetCheckResult), f"`dg.AssetCheckResult`를 돌려주세요. 지금: `{type(result).__name__}`", misconception="not_a_result")
    expect(clean.passed and not strange.passed, "`unknown`인 주문이 **없을 때** 통과해야 합니다.", misconception="backwards")
    expect(
        strange.severity == dg.AssetCheckSeverity.WARN,
        "심각도가 `ERROR`입니다(적지 않으면 ERROR입니다). 표는 쓸 수 있으니 `WARN`으로 하세요.",
        misconception="error_severity",
    )
    counted = strange.metadata.get("unknown_orders")
    expect(
        counted is not None and counted.value == 1, "메타데이터 `unknown_orders`가 모르는 주문의 수(이 예에서는 1)여야 합니다.", misconception="no_count"
    )
    return "런은 멈추지 않고, 몇 건이 이상한지는 남습니다."
