"""02의 확인 문제: 이름 붙은 잘못은 저마다 그 말을 듣고, 모범 답안은 정답이다.

`WRONG`의 열쇠는 잘못의 이름이다. 답 셀의 글자를 바꾸어 잘못된 답을 만든다.
"""

import re
from pathlib import Path

import pytest

from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import LearnerError, Wrong, checker_of, nb02
from course_lib.manifest import load_manifest
from tests.checkpoints.answer_cells import code_cells, edited, given, judge

LESSON = "02_core_concepts"
ANSWERS = read_answers(LESSON)

# 확인 문제, 잘못의 이름, 답에서 바꿀 글자들
WRONG = [
    ("2-1", "not_an_asset", [('@dg.asset(group_name="gold")\n', "")]),
    ("2-1", "asset_name", [("def customer_totals(", "def totals("), ('"2-1", customer_totals', '"2-1", totals')]),
    ("2-1", "no_upstream", [("cleaned_orders: pd.DataFrame", ""), ("        cleaned_orders.", "        cleaned_orders(raw_orders()).")]),
    ("2-1", "parameter_name", [("cleaned_orders", "clean_orders")]),
    ("2-1", "no_group", [('@dg.asset(group_name="gold")', "@dg.asset")]),
    ("2-1", "group_key_in_index", [("        .reset_index()\n", "")]),
    ("2-2", "definitions_validate_at_once", [('"C"', '"A"')]),
    ("2-2", "deps_are_checked", [('"C"', '"b"')]),
    ("2-2", "nothing_is_checked", [('"C"', '"D"')]),
    ("2-3", "not_an_asset", [("check(\"2-3\", paid_orders)", 'check("2-3", raw_orders())')]),
    ("2-3", "parameter_name", [("raw_orders", "orders")]),
    ("2-3", "no_group", [('    group_name="silver",\n', "")]),
    ("2-3", "no_owner", [('    owners=["team:data"],\n', "")]),
    ("2-3", "no_kind", [('    kinds={"pandas"},\n', "")]),
    (
        "2-3",
        "metadata_on_definition",
        [('    kinds={"pandas"},', '    kinds={"pandas"},\n    metadata={"num_rows": 4, "total_amount": 5150},'),
         ('        metadata={"num_rows": len(paid), "total_amount": int(paid["amount"].sum())},\n', "")],
    ),
    ("2-3", "no_materialization_metadata", [('"num_rows": len(paid), ', "")]),
    ("2-3", "rows_before_filter", [("len(paid)", "len(raw_orders)")]),
    ("2-3", "numpy_in_metadata", [('int(paid["amount"].sum())', 'paid["amount"].sum()')]),
    ("2-3", "not_an_integer", [("len(paid)", "str(len(paid))")]),
    ("2-4", "config_fields", [("limit_days: int", "limit: int"), ("config.limit_days", "config.limit")]),
    ("2-4", "greater_or_equal", [("> config.limit_days", ">= config.limit_days")]),
    ("2-4", "lost_always_counted", [(' and (config.include_lost or not delivery["lost"])', "")]),
    ("2-4", "lost_never_counted", [("(config.include_lost or not delivery[\"lost\"])", 'not delivery["lost"]')]),
    ("2-4", "default_on_required", [("limit_days: int", "limit_days: int = 3")]),
    ("2-5", "retries_are_attempts", [("4, 1", "3, 1")]),
    ("2-5", "failure_stops_retries", [("4, 1", "1, 1")]),
    ("2-5", "failure_always_retried", [("4, 1", "4, 4")]),
    ("2-6", "moment_1", [('"A", "C", "B"', '"B", "C", "B"')]),
    ("2-6", "moment_2", [('"A", "C", "B"', '"A", "A", "B"')]),
    ("2-6", "moment_3", [('"A", "C", "B"', '"A", "C", "C"')]),
    ("2-7", "untyped_resource", [("postgres: PostgresResource, s3: S3Resource", "postgres, s3")]),
    ("2-7", "sql_by_fstring", [('"SELECT order_id, amount FROM orders WHERE customer = %s ORDER BY order_id"',
                               "f\"SELECT order_id, amount FROM orders WHERE customer = '{CUSTOMER}' ORDER BY order_id\""),
                              ("sql, [CUSTOMER]", "sql")]),
    ("2-7", "number_of_queries", [("orders = postgres", "postgres.query(sql, [CUSTOMER])\n    orders = postgres")]),
    ("2-7", "nothing_written", [('    s3.put_parquet("invoices/latest.parquet", orders)\n', "")]),
    ("2-7", "written_keys", [("invoices/latest", "invoices/obrien")]),
    ("2-7", "no_materialization_metadata", [('metadata={"num_rows": len(orders)}', "")]),
    ("2-8", "folder_not_created", [("        path.parent.mkdir(parents=True, exist_ok=True)\n", "")]),
    ("2-8", "nothing_saved", [("obj.to_parquet(path, index=False)", "obj.to_parquet(index=False)")]),
    ("2-8", "not_parquet", [("obj.to_parquet", "obj.to_csv")]),
    ("2-8", "nothing_loaded", [("return pd.read_parquet(self", "pd.read_parquet(self")]),
    ("2-8", "index_saved", [(", index=False", "")]),
]


@pytest.fixture(scope="module")
def notebook() -> str:
    """확인 문제의 앞에 놓인 셀들이 만드는 이름들(자산, 리소스). 셀의 코드에서 그대로 가져오되, 그리고 인쇄하고 실행하는 줄은 뺀다."""
    wanted = ("import os", '@dg.asset(group_name="bronze"', "from course_lib.resources import")
    source = "\n\n".join(cell for cell in code_cells(LESSON) if cell.startswith(wanted))
    return re.sub(r"^(?:show_graph|dg\.materialize|print|fake_s3\.objects).*$", "", source, flags=re.MULTILINE)


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
def test_the_answer_is_right_and_praised(checkpoint_id, notebook):
    assert judge(checkpoint_id, ANSWERS[checkpoint_id], notebook)


@pytest.mark.parametrize(("checkpoint_id", "misconception", "edits"), WRONG, ids=[f"{a}-{b}" for a, b, _ in WRONG])
def test_a_named_mistake_gets_its_own_words(checkpoint_id, misconception, edits, notebook):
    source = edited(ANSWERS[checkpoint_id], edits)
    with pytest.raises(Wrong) as caught:
        judge(checkpoint_id, source, notebook)
    assert caught.value.misconception == misconception
    assert re.search("[가-힣]", caught.value.message)


def test_every_named_mistake_has_a_wrong_answer():
    text = Path(nb02.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'misconception="(\w+)"', text))
    named |= set(re.findall(r'"[ABCD]": "(\w+)"', text)) | set(re.findall(r'\(\d, "(\w+)"', text))
    assert named <= {name for _, name, _ in WRONG}


@pytest.mark.parametrize(
    ("checkpoint_id", "old", "new"),
    [
        ("2-1", ".groupby(", ".group("),
        ("2-3", 'raw_orders["status"]', 'raw_orders["state"]'),
        ("2-4", 'delivery["lost"]', 'delivery["gone"]'),
        ("2-7", "FROM orders", "FROM order_table"),
        ("2-8", "obj.to_parquet(path, index=False)", "obj.to_nothing(path)"),
    ],
)
def test_an_exception_of_the_learner_is_shown_as_theirs(checkpoint_id, old, new, notebook):
    assert old in ANSWERS[checkpoint_id]
    with pytest.raises(LearnerError):
        judge(checkpoint_id, ANSWERS[checkpoint_id].replace(old, new), notebook)


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
@pytest.mark.parametrize("value", [None, 3, "글", [], object])
def test_nonsense_is_a_wrong_answer_not_a_fault_of_the_course(checkpoint_id, value, notebook):
    item = load_manifest().checkpoint(checkpoint_id)
    count = len(given(ANSWERS[checkpoint_id], notebook))
    with pytest.raises((Wrong, LearnerError)):
        checker_of(item)(*[value] * count)
