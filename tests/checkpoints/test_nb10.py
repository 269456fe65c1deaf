"""10의 확인 문제: 이름 붙은 잘못은 저마다 그 말을 듣고, 모범 답안은 정답이다. dbt도 Spark도 띄우지 않는다.

`WRONG`은 확인 문제, 잘못의 이름, 답에서 바꿀 글자들이다. 답 셀의 글자를 바꾸어 잘못된 답을 만든다.
"""

import re
from pathlib import Path

import pytest

from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import LearnerError, NotAttempted, Wrong, checker_of, nb10
from course_lib.manifest import load_manifest
from tests.checkpoints.answer_cells import code_cells, edited, judge

LESSON = "10_integrations"
ANSWERS = read_answers(LESSON)

# 앞의 셀들이 만드는 이름. dbt의 모델에 키를 묻는 함수는 이름만 흉내 낸다.
NAMES = """
import json
from pathlib import Path
import dagster as dg
import pandas as pd
import polars as pl
from dagster_duckdb import DuckDBResource

shop_models = None
def get_asset_key_for_model(models, name):
    return dg.AssetKey(name)
"""
KEY = 'get_asset_key_for_model([shop_models], "customer_totals")'
WHERE = "where status = 'completed' and amount > 0"
LAZY = "if context.dagster_type.typing_type is pl.LazyFrame:"
END = 'f"{window.end:%Y-%m-%d}"'

WRONG = [
    ("10-1", "not_an_asset", [('@dg.asset(key=["erp", "stock_levels"])\n', "")]),
    ("10-1", "prefix_only", [('key=["erp", "stock_levels"]', 'key_prefix="erp"')]),
    ("10-1", "without_source", [('key=["erp", "stock_levels"]', 'name="stock_levels"')]),
    ("10-1", "reversed", [('["erp", "stock_levels"]', '["stock_levels", "erp"]')]),
    ("10-1", "row_count", [("len(stock)", "stock.size")]),
    ("10-2", "not_an_asset", [(f"@dg.asset(deps=[{KEY}])\n", "")]),
    ("10-2", "asset_name", [("def regulars", "def regular"), ('"10-2", regulars', '"10-2", regular')]),
    ("10-2", "as_parameter", [(f"deps=[{KEY}]", ""), ("(warehouse: DuckDBResource)", "(customer_totals: pd.DataFrame, warehouse: DuckDBResource)")]),
    ("10-2", "other_upstream", [(KEY, '"stg_orders"')]),
    ("10-2", "no_dependency", [(f"deps=[{KEY}]", "")]),
    ("10-2", "typo", [(KEY, '"customer_total"')]),
    ("10-2", "no_resource", [("(warehouse: DuckDBResource)", "()")]),
    ("10-2", "more_than_four", [("orders >= 4", "orders > 4")]),
    ("10-2", "all_columns", [("select customer_id, orders", "select *")]),
    ("10-3", "tests_run_before_the_model", [('"stg_orders": "만들어짐"', '"stg_orders": "건너뜀"')]),
    ("10-4", "not_three_strings", [('["build", "--vars", ', "("), (":%Y-%m-%d}\"})]", ":%Y-%m-%d}\"}))")]),
    ("10-4", "not_json", [("json.dumps(", "str(")]),
    ("10-4", "variable_names", [('"from_day"', '"start"')]),
    ("10-4", "last_day_lost", [(END, 'f"{window.end - pd.Timedelta(days=1):%Y-%m-%d}"')]),
    ("10-4", "time_kept", [(END, "window.end.isoformat()")]),
    ("10-5", "not_text", [('clean_sql = """', "clean_sql = ['''"), ('amount > 0\n"""', "amount > 0''']")]),
    ("10-5", "not_one_per_order", [("order by updated_at desc) = 1", "order by updated_at desc) > 0")]),
    ("10-5", "filtered_first", [(f"\n{WHERE}", ""), ("select * from events\n", f"select * from events {WHERE}\n")]),
    ("10-5", "earliest", [(" desc", "")]),
    ("10-5", "columns_lost", [("\nselect * from (", "\nselect order_id, amount from (")]),
    ("10-5", "columns_added", [("    select * from events", "    select *, 1 as nth from events")]),
    ("10-6", "reads_like_pandas", [('"정해지지 않음"', '"가장 늦은 줄"')]),
    ("10-7", "bigger_is_better", [('"노트북 한 대": "DuckDB"', '"노트북 한 대": "Spark"')]),
    ("10-8", "not_a_class", [('check("10-8", LazyTables)', 'check("10-8", LazyTables(folder="."))')]),
    ("10-8", "read_at_once", [("pl.scan_parquet(self.path_of(context))", "pl.read_parquet(self.path_of(context))")]),
    ("10-8", "nothing_returned", [("return pl.scan_parquet", "pl.scan_parquet"), ("        return super()", "        else:\n            return super()")]),
    ("10-8", "other_type", [(LAZY, "if False:")]),
    ("10-8", "always_lazy", [(LAZY, "if True:")]),
    ("10-8", "others_forgotten", [("return super()", "super()")]),
]


@pytest.fixture(scope="module")
def names() -> str:
    """확인 문제가 쓰는 이름들. `Tables`는 노트북의 셀에서 그대로 가져온다."""
    (tables,) = [cell for cell in code_cells(LESSON) if cell.startswith("class Tables(")]
    return f"{NAMES}\n\n{tables}"


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
def test_the_answer_is_right_and_praised(checkpoint_id, names):
    assert judge(checkpoint_id, ANSWERS[checkpoint_id], names)


@pytest.mark.parametrize(("checkpoint_id", "misconception", "edits"), WRONG, ids=[f"{a}-{b}" for a, b, _ in WRONG])
def test_a_named_mistake_gets_its_own_words(checkpoint_id, misconception, edits, names):
    with pytest.raises(Wrong) as caught:
        judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), names)
    assert caught.value.misconception == misconception
    assert re.search("[가-힣]", caught.value.message)


def test_every_named_mistake_has_a_wrong_answer():
    text = Path(nb10.__file__).read_text(encoding="utf-8")
    named = {name for line in re.findall(r"misconception=(.+)", text) for name in re.findall(r'"(\w+)"', line)}
    assert named == {name for _, name, _ in WRONG}


@pytest.mark.parametrize(
    ("checkpoint_id", "edits"),
    [
        ("10-1", [('key=["erp", "stock_levels"]', 'key_prefix=["erp"], name="stock_levels"')]),
        ("10-1", [('key=["erp", "stock_levels"]', 'key=dg.AssetKey(["erp", "stock_levels"])')]),
        ("10-2", [(f"[{KEY}]", '["customer_totals"]')]),
        ("10-2", [("where orders >= 4", "where orders > 3")]),
        ("10-4", [(END, "str(window.end.date())")]),
        ("10-5", [(f"\n{WHERE}", "\nwhere amount > 0 and status in ('completed') order by order_id")]),
        ("10-5", [("    select * from events\n    qualify row_number() over (partition by order_id order by updated_at desc) = 1\n",
                   "select * from events e where updated_at = (select max(updated_at) from events where order_id = e.order_id)")]),
        ("10-8", [(" is pl.LazyFrame", " == pl.LazyFrame")]),
    ],
)
def test_another_right_way_is_right(checkpoint_id, edits, names):
    assert judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), names)


@pytest.mark.parametrize(
    ("checkpoint_id", "old", "new"),
    [
        ("10-2", "from customer_totals", "from customers"),
        ("10-4", "window.end", "window.finish"),
        ("10-5", "from events", "from event"),
        ("10-8", "pl.scan_parquet", "pl.scan_nothing"),
    ],
)
def test_an_exception_of_the_learner_is_shown_as_theirs(checkpoint_id, old, new, names):
    with pytest.raises(LearnerError):
        judge(checkpoint_id, edited(ANSWERS[checkpoint_id], [(old, new)]), names)


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
@pytest.mark.parametrize("value", [None, 3, "글", [], object])
def test_nonsense_is_a_wrong_answer_not_a_fault_of_the_course(checkpoint_id, value):
    with pytest.raises((Wrong, LearnerError, NotAttempted)):
        checker_of(load_manifest().checkpoint(checkpoint_id))(value)
