"""06의 확인 문제: 이름 붙은 잘못은 저마다 그 말을 듣고, 모범 답안은 정답이다.

`WRONG`은 확인 문제, 잘못의 이름, 답에서 바꿀 글자들이다. 답 셀의 글자를 바꾸어 잘못된 답을 만든다.
"""

import re
from pathlib import Path

import pytest

from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import LearnerError, Wrong, checker_of, nb06
from course_lib.manifest import load_manifest
from tests.checkpoints.answer_cells import code_cells, edited, given, judge

# 확인 문제 6-7이 가르치는 backfill_policy는 아직 시험판이다. 노트북에서는 course_lib.classroom이 이 알림을 끈다.
pytestmark = pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")

LESSON = "06_partitions"
ANSWERS = read_answers(LESSON)

WINDOW = '[(reviews["written_at"] >= window.start) & (reviews["written_at"] < window.end)]'
LAST_SECOND = '[(reviews["written_at"] >= window.start) & (reviews["written_at"] <= window.end - pd.Timedelta(seconds=1))]'
FRAMES = "{key: pd.read_parquet(self.path_of(context, key)) for key in context.asset_partition_keys}"
READ_DAILY = "orders = order_log.read(window.start, window.end)\n"
FILL = "    for day in context.partition_keys:\n        totals[day] = int((days == day).sum())\n"

WRONG = [
    ("6-1", "not_an_asset", [("@dg.asset(partitions_def=daily)\n", "")]),
    ("6-1", "asset_name", [("daily_reviews", "reviews_of_day")]),
    ("6-1", "no_partitions", [("(partitions_def=daily)", "")]),
    ("6-1", "other_partitions", [("partitions_def=daily", 'partitions_def=dg.DailyPartitionsDefinition("2024-01-02")')]),
    ("6-1", "untyped_resource", [("review_feed: dg.ResourceParam[ReviewFeed]", "review_feed")]),
    ("6-1", "fixed_day", [("read(context.partition_key)", 'read("2024-01-05")')]),
    ("6-1", "neighbours_kept", [(WINDOW, "")]),
    ("6-1", "next_midnight", [("< window.end", "<= window.end")]),
    ("6-1", "last_second_lost", [(WINDOW, LAST_SECOND)]),
    ("6-2", "not_a_definition", [('dg.WeeklyPartitionsDefinition("2024-01-01", end_date="2024-02-01", day_offset=4)', '"목요일"')]),
    ("6-2", "sunday_default", [(", day_offset=4", "")]),
    ("6-2", "monday_is_zero", [("day_offset=4", "day_offset=3")]),
    ("6-2", "other_weeks", [("day_offset=4", "day_offset=1")]),
    ("6-2", "calendar_week", [('"2024-01-04"', '"2024-01-08"')]),
    ("6-2", "named_by_its_end", [('"2024-01-04"', '"2024-01-11"')]),
    ("6-2", "the_day_itself", [('"2024-01-04"', '"2024-01-10"')]),
    ("6-2", "no_such_week", [('"2024-01-04"', '"2024-01-03"')]),
    ("6-3", "not_an_asset", [("@dg.asset(partitions_def=weekly)\n", "")]),
    ("6-3", "asset_name", [("weekly_regions", "regions_of_week")]),
    ("6-3", "no_partitions", [("(partitions_def=weekly)", "")]),
    ("6-3", "other_partitions", [("partitions_def=weekly", "partitions_def=daily")]),
    ("6-3", "parameter_name", [("daily_orders", "orders_by_day")]),
    (
        "6-3",
        "one_frame",
        [("daily_orders: dict[str, pd.DataFrame]", "daily_orders: pd.DataFrame"),
         ("pd.concat([orders.assign(day=day) for day, orders in daily_orders.items()])", 'daily_orders.assign(day=daily_orders["ordered_at"].dt.date)')],
    ),
    ("6-3", "region_in_index", [(", as_index=False", "")]),
    ("6-3", "one_day_only", [("for day, orders in daily_orders.items()]", "for day, orders in list(daily_orders.items())[-1:]]")]),
    (
        "6-3",
        "daily_customers_added",
        [('return week.groupby("region", as_index=False).agg(',
          'week["customer_id"] = week["day"] + week["customer_id"].astype(str)\n    return week.groupby("region", as_index=False).agg(')],
    ),
    ("6-3", "orders_as_customers", [('("customer_id", "nunique")', '("customer_id", "size")')]),
    ("6-3", "always_seven", [('active_days=("day", "nunique")\n    )', 'active_days=("day", "nunique")\n    ).assign(active_days=len(daily_orders))')]),
    ("6-4", "files_are_kept_apart", [('"B"', '"A"')]),
    ("6-4", "io_manager_always_gives_a_dict", [('"B"', '"c"')]),
    ("6-4", "path_has_the_date", [('"B"', '"D"')]),
    ("6-5", "not_a_class", [('check("6-5", PartitionedParquet)', 'check("6-5", PartitionedParquet(folder="."))')]),
    ("6-5", "path_without_key", [('[name, f"{partition_key}.parquet"]', '[name, "all.parquet"]')]),
    ("6-5", "always_a_dict", [("frames if len(frames) > 1 else next(iter(frames.values()))", "frames")]),
    ("6-5", "one_day_for_a_week", [("frames if len(frames) > 1 else next(iter(frames.values()))", "list(frames.values())[-1]")]),
    ("6-5", "frames_glued", [("return frames if", "return pd.concat(frames.values()) if")]),
    ("6-5", "not_a_dict", [("return frames if", "return list(frames.values()) if")]),
    ("6-5", "missing_days_skipped", [(FRAMES, FRAMES[:-1] + " if self.path_of(context, key).exists()} or {0: None}")]),
    ("6-6", "not_a_key", [('"2024-01-14", ', '"2024-1-14", ')]),
    ("6-6", "local_day_in_utc", [('"6-6", "2024-01-14"', '"6-6", "2024-01-15"')]),
    ("6-6", "utc_day_in_seoul", [('"2024-01-14", "2024-01-15", "2024-01-15"', '"2024-01-14", "2024-01-14", "2024-01-15"')]),
    ("6-6", "nine_belongs_to_the_day_before", [('"2024-01-15", "2024-01-21"', '"2024-01-14", "2024-01-21"')]),
    ("6-6", "utc_day_in_seoul_late", [('"2024-01-21"', '"2024-01-20"')]),
    ("6-6", "other_day", [('"2024-01-21"', '"2024-01-22"')]),
    ("6-7", "not_an_asset", [("@dg.asset(partitions_def=daily, backfill_policy=dg.BackfillPolicy.single_run())\n", "")]),
    ("6-7", "no_partitions", [("partitions_def=daily, ", "")]),
    ("6-7", "other_partitions", [("partitions_def=daily", "partitions_def=weekly")]),
    ("6-7", "no_single_run", [(", backfill_policy=dg.BackfillPolicy.single_run()", "")]),
    ("6-7", "untyped_resource", [("totals: dg.ResourceParam[dict]", "totals")]),
    ("6-7", "single_key_of_a_range", [("for day in context.partition_keys", "for day in [context.partition_key]")]),
    ("6-7", "returns_a_value", [("return dg.MaterializeResult()", "return dg.MaterializeResult(value=len(orders))")]),
    ("6-7", "nothing_written", [(FILL, "")]),
    (
        "6-7",
        "one_read_per_day",
        [(READ_DAILY, "orders = pd.concat([order_log.read(pd.Timestamp(day, tz='UTC'), pd.Timestamp(day, tz='UTC')"
                      " + pd.Timedelta(days=1)) for day in context.partition_keys])\n")],
    ),
    ("6-7", "empty_days_left_out", [(FILL, "    totals.update(days.value_counts().to_dict())\n")]),
    (
        "6-7",
        "outside_the_range",
        [(READ_DAILY, "orders = order_log.read(window.start - pd.Timedelta(days=1), window.end)\n"),
         (FILL, FILL + "    totals.update(days.value_counts().to_dict())\n")],
    ),
    ("6-7", "first_day_only", [("for day in context.partition_keys", "for day in context.partition_keys[:1]")]),
    ("6-7", "others_erased", [(FILL, "    totals.clear()\n" + FILL)]),
]


@pytest.fixture(scope="module")
def notebook() -> str:
    """확인 문제의 앞에 놓인 셀들이 만드는 이름들(파티션 정의, 기록, 서비스). 셀의 코드에서 그대로 가져온다."""
    code = code_cells(LESSON)
    # 명령으로 실행할 파일의 글(DEFINITIONS)에도 같은 줄이 있다.
    lines = [line for cell in code if not cell.startswith("DEFINITIONS") for line in cell.splitlines()]
    definitions = [line for line in lines if line.startswith(("daily = dg.Daily", "weekly = dg.Weekly"))]
    assert len(definitions) == 2
    classes = [cell for cell in code if cell.startswith(("import re", "class OrderLog", "class ReviewFeed"))]
    return "\n\n".join([*classes, *definitions])


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
    text = Path(nb06.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'misconception="(\w+)"', text)) | set(re.findall(r'"[ABCD]": "(\w+)"', text))
    named |= set(re.findall(r'"2024-01-\d\d": \(\s*"([a-z_]+)"', text))
    assert named == {name for _, name, _ in WRONG}


@pytest.mark.parametrize(
    ("checkpoint_id", "edits"),
    [
        # 문제를 풀면서 있을 수 있는, 맞는 다른 길들
        ("6-1", [(WINDOW, '[reviews["written_at"].dt.strftime("%Y-%m-%d") == context.partition_key]')]),
        ("6-1", [(WINDOW, '[reviews["written_at"].between(window.start, window.end, inclusive="left")].reset_index(drop=True)')]),
        ("6-3", [("dict[str, pd.DataFrame]", "dict")]),
        ("6-3", [("daily_orders: dict[str, pd.DataFrame]", "daily_orders")]),
        ("6-5", [('[name, f"{partition_key}.parquet"]', '[f"{name}-{partition_key}.parquet"]')]),
        ("6-7", [(FILL, "    counted = days.value_counts()\n    totals.update({day: int(counted.get(day, 0)) for day in context.partition_keys})\n")]),
        ("6-7", [("    return dg.MaterializeResult()\n", '    return dg.MaterializeResult(metadata={"days": len(totals)})\n')]),
    ],
)
def test_another_right_way_is_right(checkpoint_id, edits, notebook):
    source = edited(ANSWERS[checkpoint_id], edits)
    assert judge(checkpoint_id, source, notebook)


@pytest.mark.parametrize(
    ("checkpoint_id", "old", "new"),
    [
        ("6-1", 'reviews["written_at"] >=', 'reviews["written"] >='),
        ("6-3", ".groupby(", ".group("),
        ("6-5", "obj.to_parquet(path, index=False)", "obj.to_nothing(path)"),
        ("6-5", "folder: str", "folder: int"),
        ("6-7", ".dt.strftime(", ".dt.format("),
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
