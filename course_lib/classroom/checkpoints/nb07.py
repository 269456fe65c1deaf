"""07_sensors_and_schedules의 확인 문제 7개."""

import os
import tempfile
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy
from dagster._core.definitions.partitions.partitioned_schedule import UnresolvedPartitionedAssetScheduleDefinition
from dagster._utils.schedules import schedule_execution_time_iterator

from course_lib.classroom.checkpoints import LearnerError, Wrong, checkpoint, choose
from course_lib.classroom.checkpoints.expectations import call, expect, show
from course_lib.classroom.clock import clock_at
from course_lib.classroom.threads import in_thread
from course_lib.resources import Landing

SEOUL = ZoneInfo("Asia/Seoul")
# 함수가 아무것도 돌려주지 않을 때 Dagster가 대신 적는 말.
_EMPTY = "Sensor function returned an empty result"


# 7-1 ---------------------------------------------------------------------------------------------

_TICKS = {
    "leap": (
        "2024-03-01 02:00",
        "2024-02-29",
        {
            "2024-03-01": ("todays_partition", "3월 1일은 이제 막 시작했습니다. 하루치 주문은 그날이 끝나야 다 모입니다."),
            "2024-02-28": ("leap_day", "2024년의 2월은 28일에 끝나지 않습니다."),
        },
    ),
    "new_year": (
        "2025-01-01 02:00",
        "2024-12-31",
        {
            "2025-01-01": ("todays_partition", "1월 1일은 이제 막 시작했습니다. 방금 끝난 날을 고르세요."),
            None: ("skips_new_year", "해가 바뀌어도 방금 끝난 날은 있습니다."),
        },
    ),
    "first_day": (
        "2024-01-01 02:00",
        None,
        {
            "2023-12-31": ("before_the_start", "파티션은 `start_date`인 2024-01-01부터 있습니다. 그 앞날의 파티션은 없습니다."),
            "2024-01-01": ("todays_partition", "1월 1일의 파티션은 그날이 끝나야 생깁니다. 이 틱은 1월 1일 새벽입니다."),
        },
    ),
}


@checkpoint("7-1")
def which_partition(leap: object, new_year: object, first_day: object) -> str:
    answers = {"leap": leap, "new_year": new_year, "first_day": first_day}
    for name, answer in answers.items():
        expect(
            answer is None or isinstance(answer, str),
            f'`{name}`에는 `"2024-01-15"` 같은 파티션 키나 `None`을 적어 주세요. 지금 값: `{show(answer, 40)}`',
        )
    for name, answer in answers.items():
        when, right, mistakes = _TICKS[name]
        key = answer.strip() if isinstance(answer, str) else None
        if key == right:
            continue
        mistake, reason = mistakes.get(key, ("", "틱의 시각에 이미 끝난 날 가운데 가장 나중 날을 찾아보세요."))
        raise Wrong(f"`{name}`: {when}(UTC)의 틱에 `{show(answer, 40)}`라고 적었습니다. {reason}", misconception=mistake)
    return "언제나 ‘방금 끝난 하루’입니다. 끝난 하루가 하나도 없으면 건너뜁니다. 다음 셀에서 확인하세요."


# 7-2 ---------------------------------------------------------------------------------------------

@checkpoint("7-2")
def seoul_schedule(asset: object, schedule: object) -> str:
    found = _asset(asset, "seoul_orders")
    partitions = found.partitions_def
    expect(
        isinstance(partitions, dg.DailyPartitionsDefinition),
        "자산에 일별 파티션이 없습니다. `@dg.asset(partitions_def=...)`에 `DailyPartitionsDefinition`을 주세요.",
        misconception="not_partitioned",
    )
    expect(
        partitions.timezone == "Asia/Seoul",
        f"파티션의 하루가 `{partitions.timezone}`의 자정에 시작합니다. 서울의 아침 8시 30분 주문이 전날 파티션에 들어갑니다. "
        "시간대는 스케줄이 아니라 **파티션 정의**에 적습니다.",
        misconception="partitions_in_utc",
    )
    first = partitions.get_first_partition_key()
    expect(first == "2024-01-01", f"첫 파티션이 `{first}`입니다. `2024-01-01`이어야 합니다.", misconception="start_date")
    expect(
        isinstance(schedule, dg.ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition),
        f"스케줄이어야 하는데 `{type(schedule).__name__}`입니다. `dg.build_schedule_from_partitioned_job(...)`이 돌려준 것을 넘기세요.",
        misconception="not_a_schedule",
    )
    repository = call(lambda: dg.Definitions(assets=[found], schedules=[schedule]).get_repository_def())
    (resolved,) = repository.schedule_defs
    _expect_half_past_six(resolved)
    for day, wanted in (("2024-01-16", "2024-01-15"), ("2024-03-01", "2024-02-29")):
        _expect_request(repository, resolved, day, wanted)
    _expect_first_day(repository, resolved)
    return "시간대를 파티션에 한 번 적었더니 스케줄의 시각까지 서울 시각이 되었습니다. 두 곳에 적지 않으니 어긋날 일도 없습니다."


def _expect_half_past_six(schedule: dg.ScheduleDefinition) -> None:
    midnight = datetime(2024, 3, 1, tzinfo=SEOUL)
    times = schedule_execution_time_iterator(midnight.timestamp(), schedule.cron_schedule, schedule.execution_timezone)
    seen = [when.astimezone(SEOUL) for when in islice(times, 3)]
    expect(
        seen == [midnight + timedelta(days=day, hours=6, minutes=30) for day in range(3)],
        f"서울 시각으로 {', '.join(f'{when:%m-%d %H:%M}' for when in seen)}에 틱이 옵니다. 날마다 06:30이어야 합니다.",
        misconception="wrong_time",
    )


def _evaluate(repository, schedule: dg.ScheduleDefinition, day: str):
    when = datetime.fromisoformat(f"{day}T06:30").replace(tzinfo=SEOUL)
    context = dg.build_schedule_context(scheduled_execution_time=when, repository_def=repository)
    with warnings.catch_warnings():
        # 파티션 잡의 스케줄은 Dagster가 제 속의 옛 함수를 부르며 경고를 낸다. 학습자가 부른 것이 아니다.
        warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*run_request_for_partition.*")
        return schedule.evaluate_tick(context)


def _expect_request(repository, schedule: dg.ScheduleDefinition, day: str, wanted: str) -> None:
    try:
        requests = call(_evaluate, repository, schedule, day).run_requests
    except LearnerError as error:
        if isinstance(error.__cause__, dg.DagsterUnknownPartitionError):
            raise Wrong(
                f"{day} 06:30의 틱이 아직 없는 파티션을 요청합니다. 그날은 끝나지 않았습니다. 방금 끝난 날은 `{wanted}`입니다.",
                *error.blocks,
                misconception="unfinished_partition",
            ) from error
        raise
    keys = [request.partition_key for request in requests]
    expect(
        keys != [None],
        f"{day} 06:30의 틱이 런을 요청하지만 파티션 키가 없습니다(2.3절). 그런 런은 어느 날을 만들지 모릅니다. "
        "파티션이 있는 잡에서 스케줄을 만들어 주는 함수를 쓰세요.",
        misconception="no_partition_key",
    )
    expect(keys == [wanted], f"{day} 06:30의 틱이 요청한 파티션: `{show(keys)}`. `{wanted}` 하나여야 합니다.", misconception="wrong_partition")


def _expect_first_day(repository, schedule: dg.ScheduleDefinition) -> None:
    try:
        requests = _evaluate(repository, schedule, "2024-01-01").run_requests
    except dg.DagsterUnknownPartitionError:
        requests = None
    expect(
        requests == [],
        "2024-01-01 06:30에는 끝난 날이 하나도 없습니다. 그런데 이 스케줄은 있지도 않은 파티션을 요청합니다. 그때는 건너뛰어야 합니다.",
        misconception="first_day",
    )


# 7-3 ---------------------------------------------------------------------------------------------

@checkpoint("7-3")
def what_mtime_sees(second: object, fourth: object) -> str:
    for name, answer in (("second", second), ("fourth", fourth)):
        expect(
            isinstance(answer, set | frozenset | list | tuple) and all(isinstance(item, str) for item in answer),
            f'`{name}`에는 파일 이름의 집합을 적어 주세요. 예: `{{"a.csv"}}`. 하나도 없으면 `set()`. 지금 값: `{show(answer, 40)}`',
        )
    seen = {str(name).strip() for name in second}
    expect(
        "same.csv" not in seen,
        "`same.csv`의 시각은 커서와 **같습니다**. `mtime > last`는 같으면 거짓입니다.",
        misconception="equal_is_seen",
    )
    expect(
        "older.csv" not in seen,
        "`older.csv`는 방금 도착했지만 시각은 09:00입니다. 센서는 언제 도착했는지가 아니라 수정 시각을 봅니다.",
        misconception="older_is_seen",
    )
    expect("newer.csv" in seen, "`newer.csv`의 시각 10:05는 커서보다 나중입니다.", misconception="newer_is_missed")
    expect(
        "a.csv" in seen,
        "`a.csv`는 내용이 그대로여도 수정 시각이 10:06으로 바뀌었습니다. 이 센서가 보는 것은 시각뿐입니다.",
        misconception="touched_is_missed",
    )
    expect(seen == {"newer.csv", "a.csv"}, f"두 번째 틱에 없는 파일이 적혀 있습니다: `{show(sorted(seen))}`")
    expect(
        set(fourth) == set(),
        "셋째 틱 뒤의 커서는 2099년입니다. 2024년의 어떤 시각이 그보다 클 수 있을까요?",
        misconception="future_forgotten",
    )
    return "놓친 파일은 `same.csv`, `older.csv`, `after.csv` 셋이고, 쓸데없이 다시 들인 것은 `a.csv`입니다. 오류는 하나도 나지 않습니다."


# 7-4 ---------------------------------------------------------------------------------------------

class _Shop:
    """검사에 쓰는 도착 폴더와 센서의 커서."""

    def __init__(self, sensor: dg.SensorDefinition, folder: Path):
        self.sensor, self.folder = sensor, folder
        self.cursor: str | None = None
        self.used: set[str] = set()

    def put(self, name: str, text: str, hour: int) -> None:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        when = datetime(2024, 3, 1, hour, tzinfo=SEOUL).timestamp()
        os.utime(path, (when, when))

    def tick(self):
        context = dg.build_sensor_context(cursor=self.cursor, resources={"landing": Landing(self.folder)})
        try:
            result = call(self.sensor.evaluate_tick, context)
        except LearnerError as error:
            if "cursor" in str(error.__cause__) and "str" in str(error.__cause__):
                raise Wrong(
                    "커서가 글(str)이 아닙니다. 목록은 `json.dumps`로 글이 되고, 다음 틱에 `json.loads`로 다시 목록이 됩니다.",
                    *error.blocks,
                    misconception="cursor_not_text",
                ) from error
            raise
        self.cursor = result.cursor
        return result

    def asked(self) -> dict[str, str]:
        """한 틱에 요청한 것: {파일 이름: 런 키}."""
        found = {}
        for request in self.tick().run_requests:
            expect(bool(request.run_key), "런 요청에 런 키가 없습니다. 커서를 잃으면 같은 파일을 다시 들이게 됩니다.", misconception="no_run_key")
            config = request.run_config.get("ops", {}).get("landed_file", {}).get("config", {})
            expect(
                "name" in config,
                "런 요청에 어느 파일인지가 없습니다. 앞에서 만든 `request(path, 런 키)`를 쓰세요.",
                misconception="no_run_config",
            )
            found[config["name"]] = request.run_key
        return found


@checkpoint("7-4")
def content_sensor(sensor: object) -> str:
    expect(
        isinstance(sensor, dg.SensorDefinition), f"`@dg.sensor`를 붙인 센서여야 하는데 `{type(sensor).__name__}`입니다.", misconception="not_a_sensor"
    )
    with tempfile.TemporaryDirectory() as folder:
        shop = _Shop(sensor, Path(folder))
        _expect_skip_reason(shop.tick())
        first = _expect_first_files(shop)
        _expect_remembered(shop)
        _expect_only_content_matters(shop, first)
        _expect_keys_survive(shop)
    return "시각이 같든 옛것이든 빠뜨리지 않고, 시각이나 이름만 바뀐 것은 다시 들이지 않습니다. 연습 ex5의 센서가 바로 이 모양에서 시작합니다."


def _expect_skip_reason(result) -> None:
    expect(not result.run_requests, "빈 폴더인데 런을 요청했습니다.", misconception="asks_for_nothing")
    expect(
        bool(result.skip_message) and result.skip_message != _EMPTY,
        "빈 폴더인데 왜 건너뛰었는지 말하지 않습니다. `dg.SkipReason(\"...\")`을 돌려주세요. UI의 틱 기록에 그 말이 남습니다.",
        misconception="no_skip_reason",
    )


def _expect_first_files(shop: _Shop) -> dict[str, str]:
    shop.put("a.csv", "id\n1\n", 10)
    shop.put("b.csv", "id\n2\n", 10)
    first = shop.asked()
    expect(
        set(first) == {"a.csv", "b.csv"},
        f"새 파일 `a.csv`와 `b.csv`가 있는데 요청한 것은 `{show(sorted(first))}`입니다.",
        misconception="misses_new_files",
    )
    expect(len(set(first.values())) == 2, "내용이 다른 두 파일의 런 키가 같습니다. 하나는 시작되지 않습니다.", misconception="one_key_for_all")
    expect(not shop.asked(), "같은 파일을 다음 틱에 또 요청합니다. 본 것을 커서에 남겼는지 보세요.", misconception="cursor_not_saved")
    return first


def _expect_remembered(shop: _Shop) -> None:
    shop.put("c.csv", "id\n3\n", 10)
    shop.put("d.csv", "id\n4\n", 9)
    again = set(shop.asked())
    expect(
        {"c.csv", "d.csv"} <= again,
        f"a.csv와 시각이 같은 `c.csv`, 더 옛날인 `d.csv`가 도착했는데 요청한 것은 `{show(sorted(again))}`입니다. "
        "시각이 아니라 내용으로 새것을 가리세요.",
        misconception="time_decides",
    )
    again |= set(shop.asked())
    expect(
        again == {"c.csv", "d.csv"},
        "전에 들인 파일을 다시 요청합니다. 커서에는 이번에 본 것만이 아니라 **지금까지** 본 것이 모두 있어야 합니다.",
        misconception="remembers_only_the_latest",
    )


def _expect_only_content_matters(shop: _Shop, first: dict[str, str]) -> None:
    shop.put("a.csv", "id\n1\n", 12)
    shop.put("copy.csv", "id\n1\n", 12)
    known = shop.asked()
    expect("a.csv" not in known, "`a.csv`는 시각만 바뀌고 내용은 그대로인데 다시 요청했습니다.", misconception="touched_again")
    expect(
        not known, "`copy.csv`는 이름만 다를 뿐 `a.csv`와 내용이 같은데 다시 요청했습니다. 같은 주문이 두 번 들어갑니다.", misconception="name_decides"
    )
    shop.put("b.csv", "id\n2\n5\n", 12)
    changed = shop.asked()
    expect("b.csv" in changed, "`b.csv`의 내용이 바뀌었는데 요청하지 않았습니다. 이름이 같아도 새 내용입니다.", misconception="name_decides")
    expect(
        changed["b.csv"] != first["b.csv"],
        "내용이 바뀐 `b.csv`의 런 키가 전과 같습니다. Dagster는 이 런을 시작하지 않습니다. 런 키는 내용에서 나와야 합니다.",
        misconception="key_ignores_content",
    )
    shop.used = {*first.values(), *changed.values()}


def _expect_keys_survive(shop: _Shop) -> None:
    shop.cursor = None
    listed = shop.asked()
    expect(
        {listed.get("a.csv") or listed.get("copy.csv"), listed.get("b.csv")} <= shop.used,
        "커서를 잃은 뒤 이미 들인 파일의 런 키가 전과 다릅니다. 같은 내용이면 언제 보아도 같은 런 키여야 두 번 들이지 않습니다.",
        misconception="key_changes_with_time",
    )


# 7-5 ---------------------------------------------------------------------------------------------

@checkpoint("7-5")
def run_key_after_failure(answer: object) -> str:
    return choose(
        answer,
        correct="A",
        reasons={
            "A": "런 키는 ‘성공한 적이 있나’가 아니라 ‘이 키로 런을 **만든** 적이 있나’를 봅니다. 실패한 런도 만든 런입니다.",
            "B": "틱마다 새로 요청하는 것은 맞습니다. 그런데 요청이 모두 런이 되지는 않습니다. 런 키가 하는 일이 무엇이었나요?",
            "C": "다시 해 보는 일은 런 키의 몫이 아닙니다. 런 키를 기억하는 쪽은 그 런이 어떻게 끝났는지 묻지 않습니다.",
        },
        misconceptions={"B": "every_request_runs", "C": "failure_frees_the_key"},
    )


# 7-6 ---------------------------------------------------------------------------------------------

@checkpoint("7-6")
def when_on_cron_moves(answer: object) -> str:
    return choose(
        answer,
        correct="D",
        reasons={
            "A": "새 파티션이 생겼을 뿐 읽을 매출이 아직 없습니다. 새로 빈 파티션을 보고 움직이는 조건은 따로 있습니다.",
            "B": "업스트림이 새로 만들어지자마자 움직이는 것은 `eager`입니다. 05:30에는 오늘의 06시가 아직 지나지 않았습니다.",
            "C": "06시가 지나기는 했습니다. 그런데 06시 **뒤에** 새로 만들어진 매출이 있나요?",
            "D": "06시가 지났고, 그 뒤에 업스트림이 새로 만들어졌습니다. 두 가지가 모두 참이 된 첫 순간입니다.",
        },
        misconceptions={"A": "moves_on_a_new_partition", "B": "moves_on_every_update", "C": "moves_at_the_clock"},
    )


# 7-7 ---------------------------------------------------------------------------------------------

@checkpoint("7-7")
def morning_report(asset: object) -> str:
    found = _asset(asset, "morning_report")
    spec = found.get_asset_spec()
    deps = {dep.asset_key.to_user_string() for dep in spec.deps}
    expect(deps == {"shop_orders"}, f"업스트림이 `{', '.join(sorted(deps)) or '없음'}`입니다. `shop_orders` 하나여야 합니다.", misconception="upstream")
    _expect_alarm(spec.freshness_policy)
    condition = spec.automation_condition
    expect(
        condition is not None,
        "정책만 있고 자동화 조건이 없습니다. 늦으면 알람은 울리지만 아무도 다시 만들지 않습니다. `automation_condition=`을 적으세요.",
        misconception="policy_only",
    )
    expect(isinstance(condition, dg.AutomationCondition), f"자동화 조건이 `{type(condition).__name__}`입니다.")
    _expect_mornings(found)
    return "행동은 조건이, 알람은 정책이 맡았습니다. 주문이 아예 오지 않은 날에는 만들 것이 없지만, 그 사실은 알람이 알려 줍니다."


def _expect_alarm(policy: object) -> None:
    expect(
        policy is not None,
        "신선도 정책이 없습니다. 주문이 며칠 오지 않아도 조건은 조용히 기다릴 뿐입니다. `freshness_policy=`를 적으세요.",
        misconception="no_policy",
    )
    expect(
        isinstance(policy, TimeWindowFreshnessPolicy),
        f"`dg.FreshnessPolicy.time_window(...)`를 써 주세요. 지금은 `{type(policy).__name__}`입니다.",
        misconception="other_policy",
    )
    window = policy.fail_window.to_timedelta()
    expect(
        window == timedelta(hours=26),
        f"`fail_window`가 {window.total_seconds() / 3600:g}시간입니다. 26시간이어야 합니다.",
        misconception="fail_window",
    )


# 때, 주문이 새로 만들어졌나, 보고서를 만들어야 하나, 틀렸을 때의 이름과 설명.
_MORNINGS = (
    ("2024-03-01 05:30", True, False, "fires_on_every_update", "아직 06시 전인데 주문이 새로 만들어지자마자 보고서를 요청했습니다."),
    ("2024-03-01 06:01", False, False, "fires_at_the_clock", "06시가 되었지만 그 뒤에 온 주문이 없는데 보고서를 요청했습니다. 읽을 것은 어제 것뿐입니다."),
    ("2024-03-01 06:10", True, True, "late_or_never", "06시가 지나고 주문이 새로 만들어졌는데 요청하지 않았습니다. 06시가 어느 나라의 06시인지도 보세요."),
    ("2024-03-01 06:40", True, False, "fires_on_every_update", "오늘은 이미 만들었는데 주문이 또 만들어지자 다시 요청했습니다. 하루에 한 번이어야 합니다."),
    ("2024-03-02 06:20", False, False, "fires_at_the_clock", "다음 날, 새 주문이 오기 전에 보고서를 요청했습니다."),
    ("2024-03-02 07:00", True, True, "late_or_never", "다음 날, 06시 뒤에 주문이 만들어졌는데 요청하지 않았습니다."),
)


def _expect_mornings(report: dg.AssetsDefinition) -> None:
    @dg.asset
    def shop_orders() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        evaluate = _evaluator(dg.Definitions(assets=[shop_orders, report]), instance)
        # 어제 것은 모두 있다.
        _made(instance, "shop_orders", "morning_report")
        evaluate("2024-03-01 05:00")
        for when, updated, wanted, name, reason in _MORNINGS:
            if updated:
                _made(instance, "shop_orders")
            asked = evaluate(when)
            expect(asked == wanted, f"{when}(서울): {reason}", misconception=name)
            if asked:
                _made(instance, "morning_report")
                # 데몬은 제가 만든 것도 다음 틱에 본다.
                evaluate(when)


def _made(instance: dg.DagsterInstance, *keys: str) -> None:
    # 조건이 보는 것은 구체화의 기록이다. 학습자의 함수를 실제로 부를 까닭이 없다.
    for key in keys:
        instance.report_runless_asset_event(dg.AssetMaterialization(key))


def _evaluator(defs: dg.Definitions, instance: dg.DagsterInstance) -> Callable[[str], bool]:
    """시각을 주면 그때 `morning_report`를 요청하는지 답하는 함수. 앞서 평가한 것을 커서로 이어받는다."""
    cursor = None

    def evaluate(when: str) -> bool:
        nonlocal cursor
        moment = datetime.fromisoformat(when).replace(tzinfo=SEOUL)
        with clock_at(moment), warnings.catch_warnings():
            # 평가 함수가 제 속에서 시험판 기능을 쓴다.
            warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*include_sources.*")
            result = call(
                in_thread, dg.evaluate_automation_conditions, defs, instance, cursor=cursor, evaluation_time=moment.astimezone(UTC)
            )
        cursor = result.cursor
        return bool(result.get_num_requested(dg.AssetKey("morning_report")))

    return evaluate


def _asset(value: object, name: str) -> dg.AssetsDefinition:
    expect(
        isinstance(value, dg.AssetsDefinition), f"`@dg.asset`을 붙인 자산이어야 하는데 `{type(value).__name__}`입니다.", misconception="not_an_asset"
    )
    keys = [key.to_user_string() for key in value.keys]
    expect(keys == [name], f"자산의 이름이 `{', '.join(keys)}`입니다. `{name}`이어야 합니다.", misconception="asset_name")
    return value
