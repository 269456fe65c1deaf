"""05의 확인 문제: 이름 붙은 잘못은 저마다 그 말을 듣고, 모범 답안은 정답이다.

`WRONG`은 확인 문제, 잘못의 이름, 답에서 바꿀 글자들이다. 답 셀의 글자를 바꾸어 잘못된 답을 만든다.
"""

import re
from pathlib import Path

import pytest

from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import LearnerError, Wrong, checker_of, nb05
from course_lib.manifest import load_manifest
from tests.checkpoints.answer_cells import code_cells, edited, given, judge

LESSON = "05_asset_pipeline"
ANSWERS = read_answers(LESSON)

FILL = '    table["category"] = table["category"].fillna("unknown")\n'
ZERO = '    table["monetary"] = [Decimal(0) if pd.isna(money) else money for money in table["monetary"]]\n'
PAID = '    paid = enriched_orders[enriched_orders["status"] == "completed"]\n'
MERGE = 'orders.merge(catalog, on="product_id", how="left", validate="many_to_one")'
SELECT = 'np.select(conditions, ["vip", "regular", "light"], default="no_orders")'
CHECK_HEAD = '@dg.asset_check(asset="enriched_orders")\n'

WRONG = [
    ("5-1", "join_keeps_rows", [("rows = 15", "rows = 12")]),
    ("5-1", "adds_one_row", [("rows = 15", "rows = 13")]),
    ("5-1", "counts_not_completed", [("extra = 24000", "extra = 48000")]),
    ("5-1", "revenue_is_safe", [("extra = 24000", "extra = 0")]),
    ("5-2", "not_an_asset", [('@dg.asset(group_name="silver")\n', "")]),
    ("5-2", "asset_name", [("def enriched_orders", "def joined_orders"), ('"5-2", enriched_orders', '"5-2", joined_orders')]),
    ("5-2", "parameter_name", [("(orders: pd.DataFrame", "(raw_orders: pd.DataFrame"), ("orders.merge", "raw_orders.merge")]),
    ("5-2", "not_a_table", [("-> pd.DataFrame", ""), ("return table", "return len(table)")]),
    ("5-2", "columns", [('table["order_date"]', 'table["day"]')]),
    ("5-2", "columns", [("return table", 'return table[["order_id", "category", "order_date"]]')]),
    ("5-2", "loses_orders", [('how="left"', 'how="inner"')]),
    ("5-2", "loses_orders", [(FILL, '    table = table.dropna(subset="category")\n')]),
    ("5-2", "orders_twice", [("return table", "return pd.concat([table, table])")]),
    ("5-2", "category_left_empty", [(FILL, "")]),
    ("5-2", "other_category", [('fillna("unknown")', 'fillna("기타")')]),
    ("5-2", "utc_day", [('table["created_at"].dt.tz_convert("Asia/Seoul")', 'table["created_at"]')]),
    ("5-2", "date_not_text", [('.dt.strftime("%Y-%m-%d")', ".dt.date")]),
    ("5-2", "date_not_text", [('.dt.strftime("%Y-%m-%d")', ".dt.normalize()")]),
    ("5-2", "other_date", [('"%Y-%m-%d"', '"%Y/%m/%d"')]),
    ("5-2", "fans_out", [(', validate="many_to_one"', "")]),
    ("5-2", "fans_out", [(', validate="many_to_one"', ', validate="one_to_many"'), ("table = ", "orders = orders.copy()\n    table = ")]),
    ("5-3", "parameter_name", [("enriched_orders", "orders")]),
    ("5-3", "counts_not_completed", [(PAID, "    paid = enriched_orders\n")]),
    ("5-3", "counts_not_completed", [(PAID, "    paid = enriched_orders.assign(amount=enriched_orders['amount'].astype(float))\n")]),
    ("5-3", "float_money", [("return groups.agg", "paid['amount'] = paid['amount'].astype(float)\n    return groups.agg"), (PAID, PAID.rstrip() + ".copy()\n")]),
    ("5-3", "float_money", [('("amount", "sum")', '("amount", lambda money: money.astype(int).sum())')]),
    ("5-3", "columns", [(", as_index=False", "")]),
    ("5-3", "other_table", [('groupby(["order_date", "category"]', 'groupby("category"'), (".agg(", '.agg(order_date=("order_date", "min"), ')]),
    ("5-3", "other_table", [('("order_id", "nunique")', '("order_id", "max")')]),
    ("5-4", "unique_adds_up", [("real = 5", "real = 8")]),
    ("5-5", "columns", [('table["segment"]', 'table["grade"]')]),
    ("5-5", "customer_twice", [('.groupby("customer_id", as_index=False).agg(monetary=("amount", "sum"))', '.rename(columns={"amount": "monetary"})')]),
    ("5-5", "loses_customers", [('how="left"', 'how="inner"')]),
    ("5-5", "counts_not_completed", [(PAID, "    paid = enriched_orders\n")]),
    ("5-5", "counts_not_completed", [('== "completed"', '!= "refunded"')]),
    ("5-5", "money_left_empty", [(ZERO, "")]),
    ("5-5", "low_condition_first", [("[money >= 50_000, money >= 30_000, money > 0]", "[money > 0, money >= 30_000, money >= 50_000]"),
                                    ('["vip", "regular", "light"]', '["light", "regular", "vip"]')]),
    ("5-5", "boundary", [("money >= 50_000", "money > 50_000")]),
    ("5-5", "boundary", [("money >= 30_000", "money > 30_000")]),
    ("5-5", "other_table", [("money > 0]", "money >= 0]")]),
    ("5-6", "not_a_check", [(CHECK_HEAD, "")]),
    ("5-6", "many_checks", [
        (CHECK_HEAD, '@dg.multi_asset_check(specs=[dg.AssetCheckSpec(name, asset="enriched_orders") for name in ("a", "b")])\n'),
        ("def every_product_is_known(enriched_orders: pd.DataFrame) -> dg.AssetCheckResult", "def every_product_is_known()"),
        ("(enriched_orders[", "(customers["),
    ]),
    ("5-6", "check_name", [("def every_product_is_known", "def unknown_orders"), ('"5-6", every_product_is_known', '"5-6", unknown_orders')]),
    ("5-6", "other_asset", [('asset="enriched_orders"', 'asset="orders"'), ("enriched_orders: pd", "orders: pd"), ("(enriched_orders[", "(orders[")]),
    ("5-6", "blocks", [('asset="enriched_orders")', 'asset="enriched_orders", blocking=True)')]),
    ("5-6", "not_a_result", [("-> dg.AssetCheckResult", "-> bool"), (ANSWERS["5-6"][ANSWERS["5-6"].index("    return"): ANSWERS["5-6"].index("\n\n\ncheck")], "    return count == 0")]),
    ("5-6", "backwards", [("count == 0", "count > 0")]),
    ("5-6", "error_severity", [("        severity=dg.AssetCheckSeverity.WARN,\n", "")]),
    ("5-6", "no_count", [('"unknown_orders"', '"count"')]),
    ("5-6", "no_count", [('{"unknown_orders": count}', '{"unknown_orders": len(enriched_orders)}')]),
]

# 문제를 풀면서 있을 수 있는, 맞는 다른 길들
RIGHT = [
    ("5-1", [("rows = 15", "rows = np.int64(15)"), ("extra = 24000", "extra = Decimal(24000)")]),
    ("5-2", [("orders: pd.DataFrame, products: pd.DataFrame", "products: pd.DataFrame, orders: pd.DataFrame")]),
    ("5-2", [(MERGE, 'orders.merge(products, on="product_id", how="left", validate="m:1")')]),
    ("5-2", [(MERGE, 'orders.assign(category=orders["product_id"].map(products.set_index("product_id")["category"]))')]),
    ("5-2", [(MERGE, 'orders.merge(catalog, on="product_id", how="left")'),
             ("    catalog =", '    if products["product_id"].duplicated().any():\n        raise ValueError("같은 상품이 두 번 있습니다")\n    catalog =')]),
    ("5-2", [("(orders: pd.DataFrame", "(context: dg.AssetExecutionContext, orders: pd.DataFrame")]),
    ("5-2", [(FILL, '    table = table.fillna({"category": "unknown"})\n')]),
    ("5-2", [('.dt.strftime("%Y-%m-%d")', ".dt.date.astype(str)")]),
    ("5-2", [("-> pd.DataFrame:", "-> dg.MaterializeResult[pd.DataFrame]:"),
             ("return table", 'return dg.MaterializeResult(value=table, metadata={"rows": len(table)})')]),
    ("5-3", [(', as_index=False)', ")"), ('"nunique"))', '"nunique")).reset_index()')]),
    ("5-3", [('("order_id", "nunique")', '("order_id", "size")')]),
    ("5-3", [('("amount", "sum")', '("amount", lambda money: sum(money))')]),
    ("5-3", [('orders=("order_id", "nunique"))', 'orders=("order_id", "count")).sort_values("revenue", ascending=False)')]),
    ("5-4", [("real = 5", "real = np.int64(5)"), ("added = 8", "added = np.int64(8)")]),
    ("5-5", [("enriched_orders: pd.DataFrame, customers: pd.DataFrame", "customers: pd.DataFrame, enriched_orders: pd.DataFrame")]),
    ("5-5", [(ZERO, '    table["monetary"] = table["monetary"].map(lambda money: Decimal(0) if pd.isna(money) else money)\n')]),
    ("5-5", [(SELECT, '["vip" if m >= 50_000 else "regular" if m >= 30_000 else "light" if m > 0 else "no_orders" for m in money]')]),
    ("5-5", [("customers[[\"customer_id\"]]", "customers"), ("return table", 'return table.sort_values("segment")')]),
    ("5-6", [('(enriched_orders["category"] == "unknown").sum()', 'len(enriched_orders[enriched_orders["category"] == "unknown"])')]),
    ("5-6", [("severity=dg.AssetCheckSeverity.WARN", "severity=dg.AssetCheckSeverity.WARN if count else dg.AssetCheckSeverity.ERROR")]),
    ("5-6", [("(enriched_orders: pd.DataFrame)", "(context, enriched_orders: pd.DataFrame)")]),
    ("5-6", [(CHECK_HEAD, '@dg.asset_check(asset=dg.AssetKey("enriched_orders"), name="every_product_is_known")\n'),
             ("def every_product_is_known", "def known"), ('"5-6", every_product_is_known', '"5-6", known')]),
]


@pytest.fixture(scope="module")
def imports() -> str:
    """노트북의 첫 셀. 답이 쓰는 이름이 모두 여기서 온다."""
    return code_cells(LESSON)[0]


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
def test_the_answer_is_right_and_praised(checkpoint_id, imports):
    assert judge(checkpoint_id, ANSWERS[checkpoint_id], imports)


@pytest.mark.parametrize(("checkpoint_id", "misconception", "edits"), WRONG, ids=[f"{a}-{b}" for a, b, _ in WRONG])
def test_a_named_mistake_gets_its_own_words(checkpoint_id, misconception, edits, imports):
    with pytest.raises(Wrong) as caught:
        judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), imports)
    assert caught.value.misconception == misconception
    assert re.search("[가-힣]", caught.value.message)


def test_every_named_mistake_has_a_wrong_answer():
    text = Path(nb05.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'misconception="(\w+)"', text)) == {name for _, name, _ in WRONG}


@pytest.mark.parametrize(("checkpoint_id", "edits"), RIGHT)
def test_another_right_way_is_right(checkpoint_id, edits, imports):
    assert judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), imports)


@pytest.mark.parametrize(
    ("checkpoint_id", "old", "new"),
    [
        ("5-2", 'on="product_id"', 'on="product"'),
        ("5-3", '("amount", "sum")', '("money", "sum")'),
        ("5-5", ZERO, '    table["monetary"] = table["monetary"].fill(0)\n'),
        ("5-6", 'enriched_orders["category"]', 'enriched_orders["kind"]'),
        ("5-6", "passed=count == 0", 'passed=(enriched_orders["category"] != "unknown").all()'),
    ],
)
def test_an_exception_of_the_learner_is_shown_as_theirs(checkpoint_id, old, new, imports):
    with pytest.raises(LearnerError):
        judge(checkpoint_id, edited(ANSWERS[checkpoint_id], [(old, new)]), imports)


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
@pytest.mark.parametrize("value", [None, 3, "글", [], object])
def test_nonsense_is_a_wrong_answer_not_a_fault_of_the_course(checkpoint_id, value, imports):
    item = load_manifest().checkpoint(checkpoint_id)
    count = len(given(ANSWERS[checkpoint_id], imports))
    with pytest.raises((Wrong, LearnerError)):
        checker_of(item)(*[value] * count)
