"""07의 확인 문제: 이름 붙은 잘못은 저마다 그 말을 듣고, 모범 답안은 정답이다.

`WRONG`의 열쇠는 잘못의 이름이다. 답 셀의 글자를 바꾸어 잘못된 답을 만든다.
"""

import re
from pathlib import Path

import pytest

from course_lib.classroom.answers import read_answers
from course_lib.classroom.checkpoints import LearnerError, Wrong, checker_of, nb07
from course_lib.manifest import load_manifest
from tests.checkpoints.answer_cells import code_cells, edited, given, judge

LESSON = "07_sensors_and_schedules"
ANSWERS = read_answers(LESSON)

BUILT = "dg.build_schedule_from_partitioned_job(seoul_job, hour_of_day=6, minute_of_hour=30)"
CRON = 'job=seoul_job, cron_schedule="30 6 * * *", execution_timezone="Asia/Seoul"'


def by_hand(key: str) -> str:
    """파티션 키를 손으로 셈하는 스케줄."""
    return f"dg.ScheduleDefinition(name='by_hand', {CRON}, execution_fn=lambda context: dg.RunRequest(partition_key={key}))"


def days_ago(days: int) -> str:
    return f"f'{{context.scheduled_execution_time - timedelta(days={days}):%Y-%m-%d}}'"


# 확인 문제, 잘못의 이름, 답에서 바꿀 글자들
WRONG = [
    ("7-1", "todays_partition", [('"2024-02-29"', '"2024-03-01"')]),
    ("7-1", "leap_day", [('"2024-02-29"', '"2024-02-28"')]),
    ("7-1", "todays_partition", [('"2024-12-31"', '"2025-01-01"')]),
    ("7-1", "skips_new_year", [('"2024-12-31"', "None")]),
    ("7-1", "before_the_start", [("first_day = None", 'first_day = "2023-12-31"')]),
    ("7-1", "todays_partition", [("first_day = None", 'first_day = "2024-01-01"')]),
    ("7-2", "not_an_asset", [("@dg.asset(partitions_def=seoul_daily)\n", ""), ("[seoul_orders])", '["seoul_orders"])')]),
    ("7-2", "asset_name", [("def seoul_orders", "def orders_of_seoul"), ("[seoul_orders]", "[orders_of_seoul]"), ('"7-2", seoul_orders', '"7-2", orders_of_seoul')]),
    ("7-2", "not_partitioned", [("@dg.asset(partitions_def=seoul_daily)", "@dg.asset"), (BUILT, f"dg.ScheduleDefinition({CRON})")]),
    ("7-2", "partitions_in_utc", [(', timezone="Asia/Seoul"', "")]),
    ("7-2", "start_date", [('start_date="2024-01-01"', 'start_date="2024-01-02"')]),
    ("7-2", "not_a_schedule", [("seoul_orders, seoul_schedule)", "seoul_orders, seoul_job)")]),
    ("7-2", "wrong_time", [("hour_of_day=6, minute_of_hour=30", "hour_of_day=6")]),
    ("7-2", "no_partition_key", [(BUILT, f"dg.ScheduleDefinition({CRON})")]),
    ("7-2", "unfinished_partition", [(BUILT, by_hand(days_ago(0)))]),
    ("7-2", "wrong_partition", [(BUILT, by_hand(days_ago(2)))]),
    ("7-2", "first_day", [(BUILT, by_hand(days_ago(1)))]),
    ("7-3", "equal_is_seen", [('{"newer.csv", "a.csv"}', '{"newer.csv", "a.csv", "same.csv"}')]),
    ("7-3", "older_is_seen", [('{"newer.csv", "a.csv"}', '{"newer.csv", "a.csv", "older.csv"}')]),
    ("7-3", "newer_is_missed", [('{"newer.csv", "a.csv"}', '{"a.csv"}')]),
    ("7-3", "touched_is_missed", [('{"newer.csv", "a.csv"}', '{"newer.csv"}')]),
    ("7-3", "future_forgotten", [("fourth = set()", 'fourth = {"after.csv"}')]),
    ("7-4", "not_a_sensor", [("@dg.sensor(target=[landed_file])\n", "")]),
    ("7-4", "asks_for_nothing", [("requests = []", 'requests = [request(Path("nothing.csv"), "x")]')]),
    ("7-4", "no_skip_reason", [('return dg.SkipReason("처음 보는 내용이 없습니다.")', "return None")]),
    ("7-4", "misses_new_files", [("requests.append(request(path, content))", "requests = [request(path, content)]")]),
    ("7-4", "no_run_key", [("request(path, content)", "request(path, None)")]),
    ("7-4", "no_run_config", [("request(path, content)", "dg.RunRequest(run_key=content)")]),
    ("7-4", "one_key_for_all", [("request(path, content)", 'request(path, "new_files")')]),
    ("7-4", "cursor_not_saved", [(", cursor=json.dumps(seen)", "")]),
    ("7-4", "cursor_not_text", [("json.dumps(seen)", "seen")]),
    (
        "7-4",
        "time_decides",
        [("    requests = []", "    last, requests = max(seen, default=0), []"), ("content = fingerprint(path)", "content = path.stat().st_mtime"),
         ("content not in seen", "content > last"), ("request(path, content)", "request(path, fingerprint(path))")],
    ),
    ("7-4", "remembers_only_the_latest", [("    requests = []", "    latest, requests = [], []"), ("seen.append(content)", "latest.append(content)"), ("dumps(seen)", "dumps(latest)")]),
    (
        "7-4",
        "touched_again",
        [("content = fingerprint(path)", 'content = f"{path.name}:{path.stat().st_mtime}"'), ("request(path, content)", "request(path, fingerprint(path))")],
    ),
    ("7-4", "name_decides", [("content = fingerprint(path)", "content = path.name")]),
    ("7-4", "key_ignores_content", [("request(path, content)", "request(path, path.name)")]),
    ("7-4", "key_changes_with_time", [("request(path, content)", 'request(path, f"{path.name}:{path.stat().st_mtime}")')]),
    ("7-5", "every_request_runs", [('"A"', '"B"')]),
    ("7-5", "failure_frees_the_key", [('"A"', '"c"')]),
    ("7-6", "moves_on_a_new_partition", [('"D"', '"A"')]),
    ("7-6", "moves_on_every_update", [('"D"', '"B"')]),
    ("7-6", "moves_at_the_clock", [('"D"', '"C"')]),
    ("7-7", "not_an_asset", [("@dg.asset(", "dict(")]),
    ("7-7", "asset_name", [("def morning_report", "def report"), ('"7-7", morning_report', '"7-7", report')]),
    ("7-7", "upstream", [('    deps=["shop_orders"],\n', "")]),
    ("7-7", "no_policy", [("    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=26)),\n", "")]),
    ("7-7", "other_policy", [("time_window(fail_window=timedelta(hours=26))", 'cron(deadline_cron="0 8 * * *", lower_bound_delta=timedelta(hours=2))')]),
    ("7-7", "fail_window", [("hours=26", "hours=24")]),
    ("7-7", "policy_only", [('    automation_condition=dg.AutomationCondition.on_cron("0 6 * * *", "Asia/Seoul"),\n', "")]),
    ("7-7", "fires_on_every_update", [('on_cron("0 6 * * *", "Asia/Seoul")', "eager()")]),
    ("7-7", "fires_at_the_clock", [('on_cron("0 6 * * *", "Asia/Seoul")', 'cron_tick_passed("0 6 * * *", "Asia/Seoul")')]),
    ("7-7", "late_or_never", [(', "Asia/Seoul"', "")]),
    ("7-7", "late_or_never", [('on_cron("0 6 * * *", "Asia/Seoul")', "on_missing()")]),
]


@pytest.fixture(scope="module")
def head() -> str:
    """확인 문제의 앞에 놓인 셀들이 만드는 이름들. 셀의 코드에서 그대로 가져온다."""
    wanted = ("import hashlib", "class FileConfig", "def fingerprint")
    sources = [cell for cell in code_cells(LESSON) if cell.startswith(wanted)]
    assert len(sources) == len(wanted)
    # 지문의 셀은 함수만 쓴다. 나머지는 노트북의 폴더에 파일을 놓고 표를 그린다.
    return "\n\n".join([*sources[:2], sources[2].split("\n\n\n")[0]])


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
def test_the_answer_is_right_and_praised(checkpoint_id, head):
    assert judge(checkpoint_id, ANSWERS[checkpoint_id], head)


@pytest.mark.parametrize(("checkpoint_id", "misconception", "edits"), WRONG, ids=[f"{a}-{b}" for a, b, _ in WRONG])
def test_a_named_mistake_gets_its_own_words(checkpoint_id, misconception, edits, head):
    with pytest.raises(Wrong) as caught:
        judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), head)
    assert caught.value.misconception == misconception
    assert re.search("[가-힣]", caught.value.message)


def test_every_named_mistake_has_a_wrong_answer():
    text = Path(nb07.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'misconception="(\w+)"', text))
    # 고르는 문제의 이름, 7-1의 (이름, 까닭), 7-7의 아침마다의 이름
    named |= set(re.findall(r'"[ABCD]": "(\w+)"', text)) | set(re.findall(r': \("(\w+)", "', text))
    named |= {name for *_, name, _ in nb07._MORNINGS}
    assert named == {name for _, name, _ in WRONG}


@pytest.mark.parametrize(
    ("checkpoint_id", "edits"),
    [
        ("7-2", [(BUILT, by_hand("context.no_such_name"))]),
        ("7-4", [("fingerprint(path)", "finger_print(path)")]),
        ("7-7", [('on_cron("0 6 * * *", "Asia/Seoul")', 'cron_tick_passed("0 6 * * *", "Asia/Nowhere")')]),
    ],
)
def test_an_exception_of_the_learner_is_shown_as_theirs(checkpoint_id, edits, head):
    with pytest.raises(LearnerError):
        judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), head)


@pytest.mark.parametrize(
    ("checkpoint_id", "edits"),
    [
        # 스케줄을 손으로 써도 틱이 옳으면 옳다.
        (
            "7-2",
            [(BUILT, "dg.ScheduleDefinition(name='by_hand', " + CRON + ", execution_fn=lambda context: dg.RunRequest(partition_key=yesterday)"
              f" if (yesterday := {days_ago(1)}) >= '2024-01-01' else dg.SkipReason('끝난 날이 없습니다'))")],
        ),
        # 건너뛰는 까닭을 SensorResult로 말해도 된다.
        ("7-4", [('dg.SkipReason("처음 보는 내용이 없습니다.")', 'dg.SensorResult(skip_reason="새것 없음", cursor=context.cursor)')]),
        # 커서의 모양은 자유다.
        ("7-4", [("json.loads(context.cursor)", "context.cursor.split()"), ("json.dumps(seen)", '" ".join(seen)')]),
        ("7-4", [("seen.append(content)\n            ", ""), ("cursor=json.dumps(seen)", "cursor=json.dumps(seen + [asked.run_key for asked in requests])")]),
        ("7-7", [("hours=26", "days=1, hours=2")]),
        ("7-3", [('{"newer.csv", "a.csv"}', '["a.csv", "newer.csv"]'), ("set()", "{}.keys() or []")]),
    ],
)
def test_another_right_way_is_right(checkpoint_id, edits, head):
    assert judge(checkpoint_id, edited(ANSWERS[checkpoint_id], edits), head)


@pytest.mark.parametrize("checkpoint_id", sorted(ANSWERS))
@pytest.mark.parametrize("value", [3, "글", [], object])
def test_nonsense_is_a_wrong_answer_not_a_fault_of_the_course(checkpoint_id, value, head):
    item = load_manifest().checkpoint(checkpoint_id)
    count = len(given(ANSWERS[checkpoint_id], head))
    with pytest.raises((Wrong, LearnerError)):
        checker_of(item)(*[value] * count)
