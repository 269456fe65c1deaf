"""04의 확인 문제: 이름 붙은 잘못은 저마다 그 말을 듣고, 모범 답안과 다른 옳은 답은 정답이다."""

import gc
import re
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import LearnerError, Wrong, nb04
from course_lib.project_lab.tour import FILES, create_project, load_project, put_files
from tests.checkpoints.answer_cells import code_cells, edited, judge

LESSON = "04_project_structure"
ANSWERS = read_answers(LESSON)
# 4-3이 쓰는 것들(Mailer, orders, report, ...)은 노트북의 셀에서 온다.
MAKE_ORDERS = next(cell for cell in code_cells(LESSON) if "def make_orders" in cell)
PIECES = next(cell for cell in code_cells(LESSON) if "class Mailer" in cell)
BEFORE = {"4-3": f"import dagster as dg\ndef attempt(_): pass\n{MAKE_ORDERS}\n{PIECES}"}
TOTAL = 'orders.groupby("city", as_index=False)["amount"].sum()'

# 확인 문제, 잘못의 이름, 답에서 바꿀 글자들
WRONG = [
    ("4-1", "", [('"e": "dagster.yaml"', '"e": "definitions.py"')]),
    ("4-1", "", [('"c": "resources"', '"c": "database.py"')]),
    ("4-2", "everything_at_import", [('"b": "검증할 때"', '"b": "읽을 때"'), ('"c": "검증할 때"', '"c": "읽을 때"')]),
    ("4-3", "not_definitions", [("dg.Definitions(", "dict(")]),
    ("4-3", "sensor_removed", [("    sensors=[report_sensor],\n", "")]),
    ("4-3", "missing_resource", [('    resources={"mailer": Mailer(address="team@shop.example")},\n', "")]),
    ("4-3", "resource_key", [('"mailer"', '"Mailer"')]),
    ("4-3", "missing_upstream", [("[orders, report]", "[report]")]),
    ("4-3", "missing_job", [("    jobs=[report_job],\n", "")]),
    ("4-3", "asset_removed", [("[orders, report]", "[orders]"), ("[report_job]", '[dg.define_asset_job("report_job", selection=["orders"])]')]),
    ("4-3", "job_changed", [("[report_job]", '[dg.define_asset_job("report_job", selection=["orders"])]')]),
    ("4-3", "", [("[orders, report]", "[orders, orders, make_orders(), report]")]),
    ("4-4", "instance_and_code", [('"a": "dagster.yaml"', '"a": "코드"')]),
    ("4-5", "", [("code)", "'')")]),
    ("4-5", "", [("project, place", "project, 3")]),
    ("4-5", "", [('"4-5", project', '"4-5", None')]),
    ("4-5", "not_python", [("totals.py", "totals")]),
    ("4-5", "overwrites", [("totals.py", "orders.py")]),
    ("4-5", "outside_defs", [("my_shop/defs/totals.py", "my_shop/totals.py")]),
    ("4-5", "outside_defs", [("src/my_shop/defs/totals.py", "defs/totals.py")]),
    ("4-5", "outside_project", [("project / ", "project.parent / ")]),
    ("4-5", "no_asset", [('@dg.asset(group_name="gold", kinds={"pandas"})\n', "")]),
    ("4-5", "no_asset", [("def city_totals", "def totals")]),
    ("4-5", "upstream", [("(orders: pd.DataFrame)", "(raw_orders: pd.DataFrame)"), ("return orders", "return raw_orders")]),
    ("4-5", "upstream", [("(orders: pd.DataFrame)", "()"), (f"return {TOTAL}", "return pd.DataFrame()")]),
    ("4-5", "", [(TOTAL, 'orders.groupby("city")[["amount"]].sum()')]),
    ("4-5", "", [(TOTAL, "orders")]),
    ("4-6", "", [('"4-6", project, text', '"4-6", project, ""')]),
    ("4-6", "not_yaml", [("attributes:\n  name", "attributes: name: x\n  name")]),
    ("4-6", "not_yaml", [("project, text", 'project, "products"')]),
    ("4-6", "component_type", [("my_shop.components.csv_table.CsvTable", "CsvTable")]),
    ("4-6", "not_under_attributes", [("  name: products", "name: products"), ("  file", "file"), ("  group", "group")]),
    ("4-6", "unknown_attribute", [("group:", "group_name:")]),
    ("4-6", "asset_name", [("name: products", "name: product")]),
    ("4-6", "default_group", [("  group: catalog\n", "")]),
    ("4-6", "file_name", [("file: products.csv", "file: product.csv")]),
    ("4-7", "all_or_nothing", [('"B"', '"A"')]),
    ("4-7", "silently_gone", [('"B"', '"C"')]),
    ("4-7", "spreads_upstream", [('"B"', '"d"')]),
]
# 모범 답안과 모양이 다른 옳은 답
RIGHT = [
    ("4-2", [('"조용함"', '" 조용함 "')]),
    ("4-3", [("[orders, report]", "[report, make_orders()]"), ("team@shop.example", "")]),
    ("4-3", [('resources={"mailer"', 'resources={"io_manager": dg.mem_io_manager, "mailer"')]),
    ("4-3", [("[report_job]", "[report_job, dg.define_asset_job('all_job')]")]),
    ("4-5", [("defs/totals.py", "defs/gold/totals.py")]),
    ("4-5", [('project / "src', 'str(project) + "/src')]),
    ("4-5", [('project / "src', '"src')]),
    ("4-5", [(TOTAL, 'orders.groupby("city")["amount"].sum().reset_index().iloc[::-1]')]),
    ("4-5", [("(orders: pd.DataFrame) -> pd.DataFrame", "(context: dg.AssetExecutionContext, orders)")]),
    ("4-5", [("def city_totals", "def totals"), ("@dg.asset(", '@dg.asset(name="city_totals", ')]),
    ("4-5", [(f"return {TOTAL}", f"return dg.MaterializeResult(value={TOTAL}, metadata={{'rows': 2}})"), (" -> pd.DataFrame", "")]),
    ("4-5", [("(orders: pd.DataFrame)", "(sold: pd.DataFrame)"), ("return orders", "return sold"),
             ("@dg.asset(", '@dg.asset(ins={"sold": dg.AssetIn("orders")}, ')]),
    ("4-6", [("  name: products\n", ""), ("  group: catalog\n", "  group: 'catalog'\n  name: \"products\"\n")]),
    ("4-6", [("\nattributes", "\nattributes"), ("file: products.csv", "file: ./products.csv")]),
    ("4-7", [('"B"', '" b "')]),
]


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> dict[str, object]:
    """노트북이 4절과 5절에서 갖춘 프로젝트."""
    project = tmp_path_factory.mktemp("lesson") / "my_shop"
    assert create_project(project).returncode == 0
    put_files(project, {
        "src/my_shop/defs/orders.py": "orders.py", "src/my_shop/components/__init__.py": "", "src/my_shop/components/csv_table.py": "csv_table.py",
        "src/my_shop/defs/stores/defs.yaml": "stores.yaml", "src/my_shop/defs/stores/stores.csv": "stores.csv",
    })  # fmt: skip
    return {"dg": dg, "pd": pd, "project": project}


@pytest.fixture(scope="module", autouse=True)
def _collected():
    """자산을 부르다 난 예외가 붙잡고 있던 임시 인스턴스를 여기서 치운다.

    나중에 치워지면 SQLAlchemy가 오류를 적느라 `ast.parse`를 부르는데, 파이썬 3.11은 pytest가 모듈을 읽는 도중의 그것에 죽는다.
    """
    yield
    gc.collect()


def judged(checkpoint_id: str, names: dict[str, object], edits=()) -> str | None:
    return judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), BEFORE.get(checkpoint_id, ""), names)


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
def test_the_answer_is_right_and_praised(checkpoint_id, names):
    assert judged(checkpoint_id, names)


@pytest.mark.parametrize(("checkpoint_id", "edits"), RIGHT)
def test_another_right_answer_is_right(checkpoint_id, edits, names):
    assert judged(checkpoint_id, names, edits)


@pytest.mark.parametrize(("checkpoint_id", "misconception", "edits"), WRONG)
def test_a_mistake_gets_its_own_words(checkpoint_id, misconception, edits, names):
    with pytest.raises(Wrong) as caught:
        judged(checkpoint_id, names, edits)
    assert caught.value.misconception == misconception
    assert re.search("[가-힣]", caught.value.message)


@pytest.mark.parametrize(("checkpoint_id", "edits"), [
    ("4-5", [("import pandas as pd", "import pandaz as pd")]),
    ("4-5", [('return orders.groupby("city"', 'return orders.groupby("town"')]),
    ("4-5", [("def city_totals(", "def city_totals((")]),
    ("4-6", [("  file: products.csv\n", "")]),
])  # fmt: skip
def test_code_that_raises_is_shown_with_its_first_error(checkpoint_id, edits, names):
    with pytest.raises(LearnerError) as caught:
        judged(checkpoint_id, names, edits)
    assert re.search(r"pandaz|town|SyntaxError|Field required", caught.value.blocks[0].text)


def test_judging_leaves_the_project_as_it_was(names):
    judged("4-5", names)
    judged("4-6", names)
    loaded = load_project(names["project"])
    assert {spec.key.to_user_string() for spec in loaded.resolve_all_asset_specs()} == {"orders", "stores"}


def test_the_example_file_of_the_lesson_is_the_one_judged():
    assert (FILES / "products.csv").read_text(encoding="utf-8").startswith("product_id,name,price\n")


def test_every_named_mistake_has_a_wrong_answer():
    text = Path(nb04.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'misconception="(\w+)"', text)) | set(re.findall(r'"[ACD]": "([a-z_]+)"', text))
    named |= set(re.findall(r'"(missing_\w+)"', text))
    assert named == {name for _, name, _ in WRONG if name}
