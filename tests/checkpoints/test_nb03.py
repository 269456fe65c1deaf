"""03의 확인 문제: 이름 붙은 잘못은 저마다 그 말을 듣고, 모범 답안과 다른 옳은 답은 정답이다."""

import re
from pathlib import Path

import dagster as dg
import pytest

from course_lib.airflow_lab.dags import order_steps as steps
from course_lib.airflow_lab.order_assets import cleaned_orders, daily, order_metrics, raw_orders
from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import LearnerError, Wrong, nb03
from tests.checkpoints.answer_cells import edited, judge

ANSWERS = read_answers("03_dagster_vs_airflow")
NAMES = {"dg": dg, "steps": steps, "daily": daily, "raw_orders": raw_orders, "cleaned_orders": cleaned_orders, "order_metrics": order_metrics}
SPEC = 'dg.AssetSpec("order_metrics", partitions_def=daily, deps=[cleaned_orders])'

# 확인 문제, 잘못의 이름, 답에서 바꿀 글자들
WRONG = [
    ("3-1", "not_an_asset", [("@dg.asset(partitions_def=daily)\ndef cleaned", "def cleaned")]),
    ("3-1", "asset_name", [("def cleaned_orders", "def clean_orders"), ('"3-1", cleaned', '"3-1", clean')]),
    ("3-1", "no_upstream", [("raw_orders: list", ""), ("clean(raw_orders)", 'clean(steps.extract("2024-01-05"))')]),
    ("3-1", "parameter_name", [("raw_orders", "extract_orders")]),
    ("3-1", "deps_only", [("daily)\ndef order", 'daily, deps=["cleaned_orders"])\ndef order'), ("cleaned_orders: list", ""),
                          ("summarize(cleaned_orders)", "summarize([])")]),
    ("3-1", "no_partitions", [("@dg.asset(partitions_def=daily)\ndef order", "@dg.asset\ndef order")]),
    ("3-1", "input_changed", [("return steps.clean(raw_orders)", "result = steps.clean(raw_orders)\n    raw_orders.clear()\n    return result")]),
    ("3-1", "", [("steps.clean(raw_orders)", "raw_orders")]),
    ("3-1", "", [("steps.summarize(cleaned_orders)", "cleaned_orders")]),
    ("3-2", "every_file_is_an_asset", [('{"order_metrics"}', '{"raw_orders", "cleaned_orders", "order_metrics"}')]),
    ("3-2", "task_name", [('{"order_metrics"}', '"summarize_orders"')]),
    ("3-2", "", [('{"order_metrics"}', '{"order_metric"}')]),
    ("3-2", "", [('{"order_metrics"}', "set()")]),
    ("3-2", "", [('{"order_metrics"}', "1")]),
    ("3-3", "", [('"a": "X"', '"a": "O"')]),
    ("3-4", "nothing_to_run", [("[cleaned_orders],", '[dg.AssetSpec("cleaned_orders", partitions_def=daily)],')]),
    ("3-4", "hands_over_too_much", [(SPEC, "order_metrics")]),
    ("3-4", "wrong_asset", [("[cleaned_orders],", "[order_metrics],")]),
    ("3-4", "wrong_asset", [('"order_metrics"', '"summary"')]),
    ("3-4", "no_deps", [(", deps=[cleaned_orders]", "")]),
    ("3-4", "no_partitions", [("partitions_def=daily, deps", "deps")]),
    ("3-4", "extract_changed", [('[dg.AssetSpec("raw_orders", partitions_def=daily)]', "[raw_orders]")]),
    ("3-4", "", [("[cleaned_orders],", "cleaned_orders,")]),
    ("3-4", "", [("[cleaned_orders],", '["cleaned_orders"],')]),
    ("3-4", "", [('"extract_orders"', '"extract"')]),
    ("3-5", "task_disappears", [('"B"', '"A"')]),
    ("3-5", "only_observed", [('"B"', '"C"')]),
    ("3-5", "downstream_moves_too", [('"B"', '"d"')]),
    ("3-6", "", [('"d": "대신하기"', '"d": "관찰"')]),
]
# 모범 답안과 모양이 다른 옳은 답
RIGHT = [
    ("3-1", [("def cleaned_orders(raw_orders: list)", "def cleaned_orders(context: dg.AssetExecutionContext, raw_orders)")]),
    ("3-1", [("return steps.clean(raw_orders)", "return dg.Output(steps.clean(raw_orders))"), ("raw_orders: list) -> list", "raw_orders: list)")]),
    ("3-1", [("def order_metrics(cleaned_orders: list)", "def order_metrics(cleaned_orders)")]),
    ("3-2", [('{"order_metrics"}', '["order_metrics"]')]),
    ("3-2", [('{"order_metrics"}', '"order_metrics"')]),
    ("3-3", [('"O"', '"o"')]),
    ("3-4", [("deps=[cleaned_orders]", 'deps=["cleaned_orders"]')]),
    ("3-5", [('"B"', '" b "')]),
]


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
def test_the_answer_is_right_and_praised(checkpoint_id):
    assert judge(checkpoint_id, ANSWERS[checkpoint_id], names=NAMES)


@pytest.mark.parametrize(("checkpoint_id", "edits"), RIGHT)
def test_another_right_answer_is_right(checkpoint_id, edits):
    assert judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), names=NAMES)


@pytest.mark.parametrize(("checkpoint_id", "misconception", "edits"), WRONG)
def test_a_mistake_gets_its_own_words(checkpoint_id, misconception, edits):
    with pytest.raises(Wrong) as caught:
        judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), names=NAMES)
    assert caught.value.misconception == misconception
    assert re.search("[가-힣]", caught.value.message)


def test_code_that_raises_is_shown_from_the_learners_line():
    with pytest.raises(LearnerError):
        judge("3-1", edited(ANSWERS["3-1"], [("steps.clean(raw_orders)", "steps.clean(raw_orders[99])")]), names=NAMES)


def test_every_named_mistake_has_a_wrong_answer():
    text = Path(nb03.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'misconception="(\w+)"', text)) | set(re.findall(r'"[ACD]": "([a-z_]+)"', text))
    assert named == {name for _, name, _ in WRONG if name}
