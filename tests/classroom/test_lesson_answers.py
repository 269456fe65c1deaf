"""이름 붙은 실수마다, 그 실수를 한 답이 바로 그 말을 듣는지."""

import dagster as dg
import pandas as pd
import pytest

from course_lib.classroom.checkpoints import Wrong, checker_of
from course_lib.manifest import load_manifest


@dg.asset
def raw_orders() -> pd.DataFrame:
    return pd.DataFrame({"order_id": [1], "status": ["refunded"]})


def _asset(name: str, body, parameter: str | None = "raw_orders"):
    scope: dict = {"dg": dg, "pd": pd, "body": body}
    exec(f"@dg.asset\ndef {name}({parameter or ''}):\n    return body({parameter or ''})", scope)
    return scope[name]


def _refunded(orders: pd.DataFrame) -> pd.DataFrame:
    return orders[orders["status"] == "refunded"].sort_values("order_id")


def _marks_its_input(orders: pd.DataFrame) -> pd.DataFrame:
    refunded = _refunded(orders)
    orders["seen"] = True
    return refunded


@dg.asset
def customer_totals(cleaned_orders: pd.DataFrame) -> pd.DataFrame:
    unique = cleaned_orders.drop_duplicates(["customer", "amount_usd"])
    return unique.groupby("customer", as_index=False)["amount_usd"].sum()


def _table(customers: list[str], amounts: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"customer": customers, "amount_usd": amounts})


SIGNALS = {"a": "failed", "b": "stale", "c": "not_fresh", "d": "failed", "e": "not_fresh"}
DECISIONS = {"dbt": "A", "servers": "B", "airflow": "C", "fraud": "D", "report": "A"}

WRONG = [
    ("0-1", (_asset("order_count", lambda orders: 3, "orders"),), "constant_answer", "받은 표를 세어서"),
    ("0-1", (_asset("order_count", lambda orders: 2, "orders"),), "", "나온 값: `2`"),
    ("0-1", (len,), "", "@dg.asset"),
    ("0-2", ("A",), "", "아직 없습니다"),
    ("0-2", ("C",), "", "목록에는 차례라는 뜻이 없습니다"),
    ("1-1", (_refunded,), "", "@dg.asset"),
    ("1-1", (_asset("refunds", _refunded),), "", "`refunds`"),
    ("1-1", (_asset("refunded_orders", lambda: _refunded(raw_orders()), None),), "calls_upstream_itself", "매개변수로"),
    ("1-1", (_asset("refunded_orders", _refunded, "orders"),), "parameter_is_no_asset", "`orders`"),
    ("1-1", (_asset("refunded_orders", lambda orders: orders[orders["status"] == "refunded"]),), "", "order_id 14"),
    ("1-1", (_asset("refunded_orders", lambda orders: orders[orders["status"] != "completed"].sort_values("order_id")),), "", "order_id 14"),
    ("1-1", (_asset("refunded_orders", _marks_its_input),), "", "넣은 표가 바뀌었습니다"),
    ("1-2", ("A",), "", "시작하지 않은 태스크"),
    ("1-2", ("C",), "", "거기서 멈췄습니다"),
    ("1-2", ("D",), "", "누가 표시를"),
    ("1-3", ({"cleaned_orders", "order_metrics", "dashboard_summary"},), "stale_is_transitive", "다운스트림 전체"),
    ("1-3", ({"cleaned_orders", "order_metrics"},), "stale_is_transitive", "바로 위가"),
    ("1-3", ({"raw_orders"},), "", "방금 새로"),
    ("1-3", (set(),), "", "붙는 자산이 있습니다"),
    ("1-3", ({"clean_orders"},), "", "철자"),
    ("1-3", ("cleaned_orders",), "", "집합으로"),
    ("1-4", (SIGNALS | {"e": "stale"},), "", "e (`stale`)"),
    ("1-4", ({"a": "failed"},), "", "빠진 상황"),
    ("1-4", (SIGNALS | {"a": "broken"},), "", "가운데 하나"),
    ("1-5", (customer_totals, _table(["민지", "민지"], [1.0, 2.0]), _table(["민지"], [3.0])), "", "드러나지 않습니다"),
    ("1-5", (customer_totals, _table(["민지", "민지"], [1.0, 1.0]), _table(["민지"], [1.0])), "", "모두 더한 표"),
    ("1-5", (customer_totals, pd.DataFrame({"customer": ["민지"]}), _table([], [])), "", "`amount_usd` 열이 없습니다"),
    ("1-6", (DECISIONS | {"servers": "A"},), "", "빈 폴더"),
]


@pytest.mark.parametrize(("name", "answers", "misconception", "says"), WRONG)
def test_a_wrong_answer_is_told_what_it_did(name, answers, misconception, says):
    with pytest.raises(Wrong) as caught:
        checker_of(load_manifest().checkpoint(name))(*answers)
    assert says in caught.value.message
    assert caught.value.misconception == misconception


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("1-1", (_asset("refunded_orders", _refunded),)),
        ("1-1", (_asset("refunded_orders", lambda orders: dg.Output(_refunded(orders))),)),
        ("1-1", (_asset("refunded_orders", lambda orders: _refunded(orders).reset_index(drop=True)),)),
        ("1-2", (" b ",)),
        ("1-3", (["cleaned_orders"],)),
        ("1-4", ({key: value.upper() for key, value in SIGNALS.items()},)),
        ("1-5", (customer_totals, _table(["나", "가", "나"], [2.0, 1.0, 2.0]), _table(["나", "가"], [4.0, 1.0]))),
        ("1-5", (customer_totals, _table(["민지", "민지"], [1, 1]), _table(["민지"], [2]))),
        ("1-6", ({key: value.lower() for key, value in DECISIONS.items()},)),
    ],
)
def test_a_right_answer_written_another_way_is_right(name, answers):
    assert checker_of(load_manifest().checkpoint(name))(*answers)
