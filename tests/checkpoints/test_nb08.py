"""08의 확인 문제: 이름 붙은 잘못은 저마다 그 말을 듣고, 모범 답안은 정답이다.

`WRONG`의 열쇠는 잘못의 이름이다. 답 셀의 글자를 바꾸어 잘못된 답을 만든다.
"""

import re
from pathlib import Path

import pytest

from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import LearnerError, NotAttempted, Wrong, checker_of, nb08
from course_lib.manifest import load_manifest
from tests.checkpoints.answer_cells import code_cells, edited

LESSON = "08_testing"
ANSWERS = read_answers(LESSON)

ROWS = '(1, "하나", 4500, "완료"), (1, "하나", 4500, "완료"), (2, "하나", 4500, "완료"),'
NEXT_DAY = '("2024-01-16", 9000)'
COPY_IN, COPY_OUT = "self.objects[key] = df.copy()", "return self.objects[key].copy()"

# 확인 문제, 잘못의 이름, 답에서 바꿀 글자들
WRONG = [
    ("8-1", "success_is_proof", [('{"E"}', '{"A", "E"}')]),
    ("8-1", "not_none_is_proof", [('{"E"}', '{"B", "E"}')]),
    ("8-1", "expected_from_the_code", [('{"E"}', '{"C", "E"}')]),
    ("8-1", "nothing_to_break", [('{"E"}', '{"D", "E"}')]),
    ("8-1", "nobody_catches", [('{"E"}', "set()")]),
    ("8-2", "no_duplicate_in_the_table", [(ROWS, '(1, "하나", 4500, "완료"), (2, "하나", 4500, "완료"),')]),
    ("8-2", "only_true_duplicates", [(ROWS, '(1, "하나", 9000, "완료"), (1, "하나", 9000, "완료"),')]),
    ("8-2", "not_a_test", [('"8-2", test_same_order_counts_once', '"8-2", test_same_order_counts_once()')]),
    ("8-3", "not_a_list", [("check(\"8-3\", tests)", "check(\"8-3\", test_no_orders)")]),
    ("8-3", "survivors", [(", test_only_completed,", ",")]),
    ("8-4", "plain_fake_forgets", [('"보통 가짜, 런": 2', '"보통 가짜, 런": 0')]),
    ("8-4", "inherited_fake_remembers", [('"상속한 가짜, 런": 0', '"상속한 가짜, 런": 2')]),
    ("8-4", "direct_call_keeps_the_object", [('"상속한 가짜, 직접": 0', '"상속한 가짜, 직접": 2')]),
    ("8-5", "not_a_class", [('"8-5", MyS3', '"8-5", MyS3()')]),
    ("8-5", "inherits", [("class MyS3:", "class MyS3(dg.ConfigurableResource):")]),
    ("8-5", "does_not_come_back", [(COPY_OUT, "return self.objects[key].head(0)")]),
    ("8-5", "keeps_the_same_object", [(COPY_IN, "self.objects[key] = df")]),
    ("8-5", "gives_the_same_object", [(COPY_OUT, "return self.objects[key]")]),
    ("8-5", "does_not_replace", [(COPY_IN, "self.objects.setdefault(key, df.copy())")]),
    ("8-5", "missing_key_is_none", [(COPY_OUT, "return self.objects[key].copy() if key in self.objects else None")]),
    ("8-5", "other_error", [(COPY_OUT, 'assert key in self.objects, "없음"\n        return self.objects[key].copy()')]),
    ("8-5", "no_objects", [("self.objects", "self.kept")]),
    ("8-5", "shared_objects", [("    def __init__(self):\n        self.objects = {}\n", "    objects = {}\n")]),
    ("8-6", "files_share", [("with_files = 1000", "with_files = 0")]),
    ("8-6", "memory_copies", [("with_memory = 0", "with_memory = 1000")]),
    ("8-6", "", [("with_files = 1000", 'with_files = "1000"')]),
    ("8-7", "one_day_only", [('["2024-01-15", "2024-01-16"]', '["2024-01-15"]'), (', "2024-01-16": [9000]', "")]),
    (
        "8-7",
        "no_neighbours",
        [(f"    till = FakeTill((\"2024-01-15\", 4500), {NEXT_DAY})\n", ""), ("stored([\"2024-01-15\", \"2024-01-16\"], till)", "stored_with_two_tills()")],
    ),
    # 틱을 일으키지 않는 시험. 틱이 하나라도 있으면 아직 끝나지 않은 오늘의 파티션은 Dagster가 먼저 거절한다.
    (
        "8-8",
        "any_partition_will_do",
        [('requested("2024-01-16 02:00") == ["2024-01-15"]', "callable(requested)"),
         ('    assert requested("2024-03-01 02:00") == ["2024-02-29"]\n', ""), ('    assert requested("2024-01-01 02:00") == []\n', "")],
    ),
    ("8-8", "no_month_end", [('    assert requested("2024-03-01 02:00") == ["2024-02-29"]\n', "")]),
    ("8-8", "no_first_day", [('    assert requested("2024-01-01 02:00") == []\n', "")]),
]

# 포스기 하나에 하루의 주문만 넣고 날마다 따로 저장해 보는 도우미. 이웃한 날이 섞이는지는 보지 못한다.
TWO_TILLS = """
def stored_with_two_tills():
    import tempfile
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral() as instance:
        files = sales.DayFiles(folder=folder)
        for day, amount in {"2024-01-15": 4500, "2024-01-16": 9000}.items():
            dg.materialize([sales.day_orders], partition_key=day, instance=instance,
                           resources={"till": FakeTill((day, amount)), "io_manager": files})
        defs = dg.Definitions(assets=[sales.day_orders], resources={"till": FakeTill(), "io_manager": files})
        days = ["2024-01-15", "2024-01-16"]
        return {day: defs.load_asset_value("day_orders", instance=instance, partition_key=day)["amount"].tolist() for day in days}
"""


@pytest.fixture(scope="module")
def space(tmp_path_factory) -> dict:
    """확인 문제의 앞에 놓인 셀들이 만드는 이름들. 셀의 코드에서 그대로 가져온다."""
    code = code_cells(LESSON)
    file = tmp_path_factory.mktemp("testing_demo") / "sales.py"
    parts = [source.split("\n", 1)[1] for source in code if source.startswith("%%writefile") and "testing_demo/sales.py" in source.split("\n", 1)[0]]
    file.write_text("\n".join(parts), encoding="utf-8")
    wanted = ("import subprocess", "def orders(", "class FakeTill", "def run(", "def stored(", "def repository(")
    sources = [source for start in wanted for source in code if source.startswith(start)]
    assert len(sources) == len(wanted)
    names: dict = {"__name__": "__main__"}
    exec(sources[0], names)
    names["sales"] = names["load_code"](file)
    for source in [*sources[1:], TWO_TILLS]:
        exec(compile(source, "앞의 셀", "exec"), names)
    for checkpoint_id, source in ANSWERS.items():
        given(checkpoint_id, source, names)  # 뒤의 확인 문제는 앞에서 쓴 시험을 부른다
    return names


def given(checkpoint_id: str, source: str, space: dict) -> tuple:
    """셀을 실행해, 그 셀이 `check`에 넘긴 값들을 얻는다. 시험 함수들은 한 이름 공간에 있어야 심은 코드를 본다."""
    seen = []
    space["check"] = lambda name, *answers: seen.append(answers)
    exec(compile(source, f"{checkpoint_id}의 답 셀", "exec"), space)
    return seen[-1]


def judge(checkpoint_id: str, source: str, space: dict) -> str | None:
    before = dict(space)
    try:
        return checker_of(load_manifest().checkpoint(checkpoint_id))(*given(checkpoint_id, source, space))
    finally:
        space.clear()
        space.update(before)


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
def test_the_answer_is_right_and_praised(checkpoint_id, space):
    assert judge(checkpoint_id, ANSWERS[checkpoint_id], space)


@pytest.mark.parametrize(("checkpoint_id", "misconception", "edits"), WRONG, ids=[f"{a}-{b}" for a, b, _ in WRONG])
def test_a_named_mistake_gets_its_own_words(checkpoint_id, misconception, edits, space):
    with pytest.raises(Wrong) as caught:
        judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), space)
    assert caught.value.misconception == misconception
    assert re.search("[가-힣]", caught.value.message)


def test_every_named_mistake_has_a_wrong_answer():
    text = Path(nb08.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'misconception="(\w+)"', text)) | set(re.findall(r'"[ABCD]": \("(\w+)"', text))
    assert named == {name for _, name, _ in WRONG if name}


def test_a_test_that_fails_on_the_right_code_is_shown_with_its_reason(space):
    with pytest.raises(LearnerError) as caught:
        judge("8-2", edited(ANSWERS["8-2"], [("[9000]", "[13500]")]), space)
    assert "test_same_order_counts_once: AssertionError" in caught.value.blocks[0].text


def test_a_blank_is_not_yet_an_answer(space):
    with pytest.raises(NotAttempted):
        judge("8-5", edited(ANSWERS["8-5"], [(COPY_OUT, "return ____")]), space)


@pytest.mark.parametrize(
    ("checkpoint_id", "edits"),
    [
        ("8-1", [('{"E"}', '["e"]')]),
        # 합계 대신 건수를 견주어도 두 버그를 잡는다.
        ("8-2", [('got["total"].tolist() == [9000]', 'got["order_count"].tolist() == [2]')]),
        ("8-3", [("tests = [", "tests = ("), ("test_no_orders,\n]", "test_no_orders,\n)")]),
        # 복사는 어떻게 해도 된다.
        ("8-5", [(COPY_IN, "self.objects[key] = pd.DataFrame(df, copy=True)")]),
        ("8-7", [("9000", "1")]),
        ("8-8", [('"2024-03-01 02:00") == ["2024-02-29"]', '"2025-01-01 02:00") == ["2024-12-31"]')]),
    ],
)
def test_another_right_way_is_right(checkpoint_id, edits, space):
    assert judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), space)


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
@pytest.mark.parametrize("value", [3, "글", [], object])
def test_nonsense_is_a_wrong_answer_not_a_fault_of_the_course(checkpoint_id, value, space):
    item = load_manifest().checkpoint(checkpoint_id)
    count = len(given(checkpoint_id, ANSWERS[checkpoint_id], space))
    with pytest.raises((Wrong, LearnerError)):
        checker_of(item)(*[value] * count)
