"""06_partitions의 확인 문제 7개."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import dagster as dg
import pandas as pd

from course_lib.classroom.checkpoints import LearnerError, Wrong, checkpoint, choose
from course_lib.classroom.checkpoints.expectations import call, expect, expect_equal, expect_frame, explain

DAILY = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-29")
WEEKLY = dg.WeeklyPartitionsDefinition("2024-01-01", end_date="2024-01-29", day_offset=1)


# 6-1 하루의 리뷰 ---------------------------------------------------------------------------------


class _ReviewFeed:
    """노트북의 ReviewFeed와 같은 메서드. 무엇을 물었는지 적어 둔다."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        self.asked: list[str] = []

    def read(self, day: str) -> pd.DataFrame:
        self.asked.append(day)
        distance = self.rows["written_at"].dt.floor("D") - pd.Timestamp(day, tz="UTC")
        return self.rows[distance.abs() <= pd.Timedelta(days=1)].copy()


_REVIEWS = pd.DataFrame(
    {
        "review_id": [1, 2, 3, 4, 5, 6, 7],
        "written_at": pd.to_datetime(
            [
                "2024-01-09 12:00", "2024-01-09 23:59:59.9", "2024-01-10 00:00", "2024-01-10 09:30",
                "2024-01-10 23:59:59.5", "2024-01-11 00:00", "2024-01-13 08:00",
            ],
            utc=True,
            format="mixed",
        ),
        "stars": [5, 4, 3, 5, 1, 2, 4],
    }
)


@checkpoint("6-1")
def daily_reviews(asset: object) -> str:
    found = _asset(asset, "daily_reviews")
    _expect_partitions(found, DAILY, "`partitions_def=daily`를 적으세요.")
    for day, wanted in (("2024-01-10", [3, 4, 5]), ("2024-01-09", [1, 2]), ("2024-01-11", [6]), ("2024-01-20", [])):
        feed = _ReviewFeed(_REVIEWS)
        seen = _materialize(found, {"review_feed": feed}, partition_key=day).output_for_node("daily_reviews")
        expected = _REVIEWS[_REVIEWS["review_id"].isin(wanted)]
        _explain_wrong_day(day, seen, feed)
        expect_frame(seen, expected, f"{day}의 리뷰")
        expect_equal(feed.asked, [day], "리뷰 서비스에 물은 날")
    return "자정의 행은 새 날에, 23시 59분 59.5초의 행은 그날에 들었습니다. `>= 시작`과 `< 끝`이면 모든 행이 꼭 한 날에만 듭니다."


def _explain_wrong_day(day: str, seen: object, feed: _ReviewFeed) -> None:
    """흔한 잘못은 어느 행 때문인지까지 말한다."""
    if feed.asked and day not in feed.asked:
        raise Wrong(
            f"파티션은 `{day}`인데 리뷰 서비스에는 `{feed.asked[0]}`을 물었습니다. 물을 날은 `context.partition_key`에 있습니다.",
            misconception="fixed_day",
        )
    if not isinstance(seen, pd.DataFrame) or "review_id" not in seen.columns or day != "2024-01-10":
        return
    kept = set(seen["review_id"])
    if kept >= {2, 6}:
        raise Wrong(
            f"`{day}`의 파티션에 앞뒤 날의 리뷰가 들어 있습니다. 서비스가 섞어 준 것을 골라내야 합니다.", misconception="neighbours_kept"
        )
    if 6 in kept:
        raise Wrong(
            "1월 11일 **0시 정각**의 리뷰가 10일에 들어 있습니다. 끝은 파티션에 들지 않습니다(`<`). 이대로면 이 리뷰는 10일과 11일에 두 번 셉니다.",
            misconception="next_midnight",
        )
    if 5 not in kept and {3, 4} <= kept:
        raise Wrong(
            "23시 59분 **59.5초**의 리뷰가 어느 날에도 들지 못했습니다. 끝을 `23:59:59`로 적지 말고 “다음 0시 바로 앞까지”로 적으세요.",
            misconception="last_second_lost",
        )


# 6-2 목요일에 시작하는 정산 ----------------------------------------------------------------------

_WEEKDAYS = "일월화수목금토"
_WEEK_MISTAKES = {
    "2024-01-07": ("calendar_week", "7일은 일요일입니다. 이 정산의 주는 목요일에 시작합니다."),
    "2024-01-08": ("calendar_week", "8일은 월요일입니다. 이 정산의 주는 목요일에 시작합니다."),
    "2024-01-10": ("the_day_itself", "키는 물어본 날이 아니라 그 주가 **시작하는** 날입니다."),
    "2024-01-11": (
        "named_by_its_end",
        "11일(목요일)에는 다음 주가 시작합니다. 키는 그 주가 **시작하는** 날이고, 10일은 아직 앞 주의 마지막 날입니다.",
    ),
}


@checkpoint("6-2")
def settlement(partitions: object, week: object) -> str:
    expect(
        isinstance(partitions, dg.TimeWindowPartitionsDefinition),
        f"`settlement`는 `dg.WeeklyPartitionsDefinition(...)`이어야 하는데 `{type(partitions).__name__}`입니다.",
        misconception="not_a_definition",
    )
    keys = partitions.get_partition_keys()
    wanted = ["2024-01-04", "2024-01-11", "2024-01-18", "2024-01-25"]
    if keys != wanted:
        weekday = _WEEKDAYS[(pd.Timestamp(keys[0]).day_of_week + 1) % 7] if keys else ""
        if keys == ["2024-01-07", "2024-01-14", "2024-01-21"]:
            raise Wrong("주가 일요일에 시작합니다. 요일을 정하지 않으면 그렇습니다. `day_offset`을 적으세요.", misconception="sunday_default")
        if weekday == "수":
            raise Wrong(
                "주가 수요일에 시작합니다. 월요일을 0으로 세지 않았나요? `day_offset`은 **일요일이 0**입니다.", misconception="monday_is_zero"
            )
        raise Wrong(
            f"파티션 키가 다릅니다.\n나온 값: `{keys}`\n기대한 값: `{wanted}`" + (f"\n지금은 주가 {weekday}요일에 시작합니다." if weekday else ""),
            misconception="other_weeks",
        )
    if isinstance(week, str) and week in _WEEK_MISTAKES:
        name, words = _WEEK_MISTAKES[week]
        raise Wrong(f"`week_of_tenth`가 `{week}`입니다. {words}", misconception=name)
    expect(
        isinstance(week, str) and week == "2024-01-04",
        f"`week_of_tenth`가 `{week!r:.40}`입니다. `settlement.get_partition_keys()` 가운데 10일을 품는 주를 고르세요.",
        misconception="no_such_week",
    )
    return "4일(목)부터 10일(수)까지가 한 주입니다. 1일부터 3일까지는 어느 주에도 들지 않으니, 이 사흘이 필요하면 시작 날짜를 앞당겨야 합니다."


# 6-3 지역별 한 주 --------------------------------------------------------------------------------


def _orders(day: str, rows: list[tuple[int, str]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ordered_at": pd.to_datetime([f"{day} {hour:02d}:00" for hour in range(len(rows))], utc=True),
            "customer_id": pd.Series([customer for customer, _ in rows], dtype="int64"),
            "region": pd.Series([region for _, region in rows], dtype="str"),
        }
    )


_WEEK = {
    "2024-01-08": _orders("2024-01-08", [(1, "seoul"), (1, "seoul"), (2, "busan")]),
    "2024-01-09": _orders("2024-01-09", [(1, "seoul"), (3, "seoul")]),
    "2024-01-10": _orders("2024-01-10", []),
    "2024-01-11": _orders("2024-01-11", [(2, "busan"), (4, "jeju")]),
    "2024-01-12": _orders("2024-01-12", [(1, "seoul")]),
    "2024-01-13": _orders("2024-01-13", [(5, "busan"), (1, "busan")]),
    "2024-01-14": _orders("2024-01-14", [(6, "jeju"), (3, "seoul")]),
}
_REGIONS = pd.DataFrame(
    {"region": ["busan", "jeju", "seoul"], "orders": [4, 2, 6], "customers": [3, 2, 2], "active_days": [3, 2, 4]}
)


@checkpoint("6-3")
def weekly_regions(asset: object) -> str:
    found = _asset(asset, "weekly_regions")
    _expect_partitions(found, WEEKLY, "`partitions_def=weekly`를 적으세요.")
    deps = {dep.asset_key.to_user_string() for dep in found.get_asset_spec().deps}
    expect(deps == {"daily_orders"}, "업스트림은 `daily_orders` 하나여야 합니다. 매개변수의 이름을 확인하세요.", misconception="parameter_name")
    seen = _run_week(found, _WEEK)
    if isinstance(seen, pd.DataFrame) and "region" not in seen.columns and "region" in seen.index.names:
        raise Wrong("`region`이 열이 아니라 인덱스에 있습니다. 다시 열로 꺼내 주세요.", misconception="region_in_index")
    # 어느 하루에도 주문은 세 건을 넘지 않는다.
    if 0 < sum(_column(seen, "orders")) <= 3:
        raise Wrong("이레 가운데 하루만 세었습니다. 사전의 값 일곱 개를 모두 이으세요(`pd.concat`).", misconception="one_day_only")
    customers = _column(seen, "customers")
    if customers == [4, 2, 5]:
        raise Wrong(
            "날마다 센 고객의 수를 더했습니다. 이틀 온 사람이 두 명이 됩니다. 이레의 행을 먼저 모은 다음 서로 다른 고객을 세세요.",
            misconception="daily_customers_added",
        )
    if customers == [4, 2, 6]:
        raise Wrong("`customers`가 주문의 수와 같습니다. 같은 사람의 여러 주문은 한 명입니다.", misconception="orders_as_customers")
    if set(_column(seen, "active_days")) == {7}:
        raise Wrong(
            "`active_days`가 모든 지역에서 7입니다. 받은 날의 수가 아니라, 그 지역에 주문이 **있던** 날의 수입니다.", misconception="always_seven"
        )
    expect_frame(seen, _REGIONS, "지역별 한 주")
    return "이레를 한데 모은 다음에 세었습니다. 더해도 되는 수(주문)와 더하면 안 되는 수(고객)를 가르는 것이 주간 보고서의 핵심입니다."


class _Given(dg.IOManager):
    """업스트림으로 정해진 값을 건네고, 결과는 버린다."""

    def __init__(self, value: object) -> None:
        self.value = value

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        return None

    def load_input(self, context: dg.InputContext) -> object:
        return self.value


def _run_week(asset: dg.AssetsDefinition, week: Mapping[str, pd.DataFrame]) -> object:
    @dg.asset(partitions_def=DAILY)
    def daily_orders() -> None: ...

    copies = {day: frame.copy() for day, frame in week.items()}
    try:
        result = call(
            dg.materialize, [daily_orders, asset], selection=[asset], partition_key="2024-01-08",
            resources={"io_manager": _Given(copies)},
        )
    except LearnerError as error:
        if isinstance(error.__cause__, dg.DagsterTypeCheckDidNotPass) and "dict" in str(error.__cause__):
            raise Wrong(
                "이레는 표 하나가 아니라 `{날짜: 표}`로 옵니다. 매개변수의 타입을 `dict[str, pd.DataFrame]`으로 적으세요.",
                misconception="one_frame",
            ) from error
        raise
    return result.output_for_node("weekly_regions")


def _column(frame: object, name: str) -> list:
    """지역의 차례로 본 열. 표가 아니거나 열이 없으면 빈 목록이다."""
    if not isinstance(frame, pd.DataFrame) or not {"region", name} <= set(frame.columns):
        return []
    return frame.sort_values("region")[name].tolist()


# 6-4 예측 ----------------------------------------------------------------------------------------


@checkpoint("6-4")
def green_and_wrong(answer: object) -> str:
    return choose(
        answer,
        correct="B",
        reasons={
            "A": "그러려면 일곱 날이 모두 남아 있어야 합니다. 2일을 쓸 때 1일의 파일이 어떻게 되는지, `path_of`가 돌려주는 자리를 날마다 적어 보세요.",
            "B": "일곱 날이 같은 파일을 덮어써 7일의 107건만 남았고, `load_input`은 어느 날을 물어도 그 표 하나를 돌려줍니다. 다음 셀에서 확인하세요.",
            "C": "이 `load_input`은 파일 하나를 읽어 표 **하나**를 돌려줍니다. `weekly_as_frame`은 표 하나를 기다리니 타입은 맞습니다.",
            "D": "찾는 파일의 이름에 날짜가 있나요? `path_of`는 자산의 이름만 봅니다.",
        },
        misconceptions={"A": "files_are_kept_apart", "C": "io_manager_always_gives_a_dict", "D": "path_has_the_date"},
    )


# 6-5 파티션을 아는 IO 매니저 ---------------------------------------------------------------------


@checkpoint("6-5")
def partitioned_parquet(manager: object) -> str:
    expect(
        isinstance(manager, type) and issubclass(manager, dg.ConfigurableIOManager),
        "`dg.ConfigurableIOManager`를 상속한 클래스를 그대로(괄호 없이) 넘겨 주세요.",
        misconception="not_a_class",
    )
    with tempfile.TemporaryDirectory() as folder:
        _Store(manager, folder).examine()
    return "날마다 제 파일이 있고, 하루를 다시 만들어도 다른 날은 그대로이며, 빠진 날은 조용히 넘어가지 않습니다."


class _Store:
    """학습자의 IO 매니저를 `folder`에 두고 하나씩 시험한다. 시험마다 새 객체를 쓴다."""

    def __init__(self, manager: type, folder: str) -> None:
        self.manager, self.folder = manager, folder
        self.seen: list[object] = []
        self.sizes = {f"2024-01-{day:02d}": day for day in range(1, 8)}
        sizes, seen = self.sizes, self.seen

        @dg.asset(key=["shop", "daily_sizes"], partitions_def=DAILY)
        def daily_sizes(context: dg.AssetExecutionContext) -> pd.DataFrame:
            return pd.DataFrame({"day": [context.partition_key] * sizes[context.partition_key]})

        @dg.asset(partitions_def=DAILY, ins={"given": dg.AssetIn(key=["shop", "daily_sizes"])})
        def same_day(given) -> None:
            seen.append(given)

        @dg.asset(partitions_def=WEEKLY, ins={"given": dg.AssetIn(key=["shop", "daily_sizes"])})
        def same_week(given) -> None:
            seen.append(given)

        @dg.asset(key=["shop", "whole"])
        def whole() -> pd.DataFrame:
            return pd.DataFrame({"day": ["whole"]})

        @dg.asset(ins={"given": dg.AssetIn(key=["shop", "whole"])})
        def reads_whole(given) -> None:
            seen.append(given)

        self.daily, self.day, self.week, self.whole, self.reads_whole = daily_sizes, same_day, same_week, whole, reads_whole

    def examine(self) -> None:
        self._write(self.whole)
        expect_frame(self._read(self.whole, self.reads_whole), _sized("whole", 1), "파티션이 없는 자산을 다시 읽은 표")
        for day in self.sizes:
            self._write(self.daily, day)
        files = [path for path in Path(self.folder).rglob("*") if path.is_file()]
        if len(files) < 1 + len(self.sizes):
            raise Wrong(
                f"일곱 날을 만들었는데 파일이 {max(len(files) - 1, 0)}개입니다. 파티션들이 같은 파일을 덮어쓰고 있습니다. "
                "`path_of`가 돌려주는 자리에 `partition_key`가 들어가야 합니다.",
                misconception="path_without_key",
            )
        one = self._read(self.daily, self.day, "2024-01-03")
        if isinstance(one, dict):
            raise Wrong(
                "읽을 파티션이 하나뿐일 때에도 사전을 돌려줍니다. 하나면 표를 그대로 돌려주세요. 하루를 받는 자산은 표를 기다립니다.",
                misconception="always_a_dict",
            )
        expect_frame(one, _sized("2024-01-03", 3), "2024-01-03만 다시 읽은 표")
        self._examine_week(self._read(self.daily, self.week, "2024-01-01"))
        self._examine_rewrite()
        self._examine_missing()

    def _examine_week(self, week: object) -> None:
        if isinstance(week, pd.DataFrame):
            if len(week) == sum(self.sizes.values()):
                raise Wrong("이레를 이어 붙인 표 하나를 돌려줍니다. 여럿이면 `{키: 표}`를 돌려주세요.", misconception="frames_glued")
            raise Wrong(
                f"한 주를 물었는데 표 하나({len(week)}행)를 돌려줍니다. 읽을 키는 `context.asset_partition_keys`에 모두 있습니다.",
                misconception="one_day_for_a_week",
            )
        expect(isinstance(week, dict), f"한 주를 물으면 사전이어야 하는데 `{type(week).__name__}`입니다.", misconception="not_a_dict")
        expect_equal(sorted(map(str, week)), list(self.sizes), "한 주를 물었을 때의 파티션 키")
        for day, size in self.sizes.items():
            expect_frame(week[day], _sized(day, size), f"한 주를 물었을 때 {day}의 표")

    def _examine_rewrite(self) -> None:
        self.sizes["2024-01-03"] = 9
        self._write(self.daily, "2024-01-03")
        expect_frame(self._read(self.daily, self.day, "2024-01-03"), _sized("2024-01-03", 9), "2024-01-03을 고쳐 다시 만든 뒤의 표")
        expect_frame(self._read(self.daily, self.day, "2024-01-04"), _sized("2024-01-04", 4), "2024-01-03을 고친 뒤 2024-01-04의 표")

    def _examine_missing(self) -> None:
        try:
            self._read(self.daily, self.week, "2024-01-08")
        except LearnerError:
            return
        raise Wrong(
            "만들지 않은 날이 있는데도 한 주가 성공합니다. 조용히 작아진 한 주는 이레로 만든 것과 구별되지 않습니다. 없는 파일에서는 예외가 나게 두세요.",
            misconception="missing_days_skipped",
        )

    def _write(self, asset: dg.AssetsDefinition, key: str | None = None) -> None:
        call(dg.materialize, [asset], partition_key=key, resources=self._resources())

    def _read(self, source: dg.AssetsDefinition, reader: dg.AssetsDefinition, key: str | None = None) -> object:
        self.seen.clear()
        call(dg.materialize, [source, reader], selection=[reader], partition_key=key, resources=self._resources())
        return self.seen[0]

    def _resources(self) -> dict[str, object]:
        try:
            # 저장한 객체를 기억해 두었다가 돌려주는 일이 없게, 늘 새 객체로 한다.
            return {"io_manager": self.manager(folder=self.folder)}
        except Exception as error:
            raise LearnerError("IO 매니저를 만들지 못했습니다.", explain(error)) from error


def _sized(day: str, size: int) -> pd.DataFrame:
    return pd.DataFrame({"day": [day] * size})


# 6-6 어느 날의 주문 ------------------------------------------------------------------------------

_MOMENTS = (
    ("2024-01-14", {"2024-01-15": ("local_day_in_utc", "서울의 15일 08:30은 UTC로 몇 일 몇 시인가요? 아홉 시간을 빼 보세요.")}),
    ("2024-01-15", {"2024-01-14": ("utc_day_in_seoul", "이번에는 하루를 **서울 시각으로** 잽니다. UTC로 옮길 필요가 없습니다.")}),
    (
        "2024-01-15",
        {"2024-01-14": ("nine_belongs_to_the_day_before", "아홉 시간을 빼면 꼭 0시입니다. 0시는 새 날의 시작이지 앞날의 끝이 아닙니다.")},
    ),
    ("2024-01-21", {"2024-01-20": ("utc_day_in_seoul_late", "UTC 15시는 서울로 몇 시인가요? 아홉 시간을 더해 보세요.")}),
)


@checkpoint("6-6")
def which_day(first: object, second: object, third: object, fourth: object) -> str:
    for number, (answer, (correct, mistakes)) in enumerate(zip((first, second, third, fourth), _MOMENTS, strict=True), start=1):
        expect(
            isinstance(answer, str) and _is_day(answer),
            f'{number}번: 파티션 키는 `"2024-01-03"`처럼 적은 글자입니다. 지금 값: `{answer!r:.40}`',
            misconception="not_a_key",
        )
        if answer in mistakes:
            name, words = mistakes[answer]
            raise Wrong(f"{number}번 (`{answer}`): {words}", misconception=name)
        expect(answer == correct, f"{number}번 (`{answer}`): 서울은 UTC보다 아홉 시간 빠릅니다. 시각을 옮긴 다음 그 날짜를 읽으세요.", misconception="other_day")
    return "1번과 2번은 같은 주문인데 키가 다릅니다. ‘며칠의 주문’은 시간대를 정해야 답할 수 있는 물음입니다."


def _is_day(text: str) -> bool:
    try:
        return f"{datetime.strptime(text, '%Y-%m-%d'):%Y-%m-%d}" == text
    except ValueError:
        return False


# 6-7 런 한 번으로 이레 ---------------------------------------------------------------------------


class _OrderLog:
    """노트북의 OrderLog와 같은 메서드. 어느 구간을 읽었는지 적어 둔다."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        self.windows: list[tuple[object, object]] = []

    def read(self, start: object, end: object) -> pd.DataFrame:
        self.windows.append((start, end))
        at = self.rows["ordered_at"]
        return self.rows[(at >= start) & (at < end)].copy()


_LOG = pd.DataFrame(
    {
        "ordered_at": pd.to_datetime(
            ["2024-01-07 12:00", "2024-01-08 00:00", "2024-01-08 23:59:59", "2024-01-09 10:00", "2024-01-11 08:00", "2024-01-11 09:00",
             "2024-01-11 10:00", "2024-01-12 00:00", "2024-01-14 23:00", "2024-01-15 00:00"],
            utc=True,
            format="mixed",
        ),
        "customer_id": range(10),
        "region": ["seoul"] * 10,
    }
)
_TOTALS = {
    "2024-01-08": 2, "2024-01-09": 1, "2024-01-10": 0, "2024-01-11": 3, "2024-01-12": 1, "2024-01-13": 0, "2024-01-14": 1,
}


@checkpoint("6-7")
def daily_totals(asset: object) -> str:
    found = _asset(asset, "daily_totals")
    _expect_partitions(found, DAILY, "`partitions_def=daily`를 적으세요.")
    policy = found.backfill_policy
    expect(
        policy is not None and policy.max_partitions_per_run is None,
        "백필이 파티션마다(또는 몇 개씩) 런을 만듭니다. `backfill_policy=dg.BackfillPolicy.single_run()`을 적으세요.",
        misconception="no_single_run",
    )
    earlier = {"2024-01-01": 101}
    totals, log = _fill(found, "2024-01-08", "2024-01-14", dict(earlier))
    written = {str(day): count for day, count in totals.items() if day not in earlier}
    expect(bool(written), "`totals`에 아무것도 적지 않았습니다. `totals[날짜] = 수`처럼 적으세요.", misconception="nothing_written")
    expect(
        len(log.windows) == 1,
        f"원본을 {len(log.windows)}번 읽었습니다. 구간 전체를 한 번에 읽고, 나누는 것은 읽은 다음에 하세요.",
        misconception="one_read_per_day",
    )
    empty = [day for day, count in _TOTALS.items() if count == 0]
    if [day for day in _TOTALS if day not in written] == empty:
        raise Wrong(
            f"주문이 없던 날({', '.join(empty)})이 빠졌습니다. 행이 없으면 묶음도 없습니다. 적을 날은 `context.partition_keys`에 있습니다.",
            misconception="empty_days_left_out",
        )
    if set(written) - set(_TOTALS):
        raise Wrong(
            f"구간 밖의 날도 적었습니다: {', '.join(sorted(set(written) - set(_TOTALS)))}. 이 런의 구간만 적으세요.", misconception="outside_the_range"
        )
    if len(written) == 1:
        raise Wrong("이레 가운데 하루만 적었습니다. `context.partition_keys`에 모든 날이 있습니다.", misconception="first_day_only")
    expect_equal(written, _TOTALS, "`totals`에 적은 수")
    expect(
        totals.get("2024-01-01") == 101, "구간 밖의 날(2024-01-01)에 적혀 있던 수가 사라졌습니다. 사전을 비우거나 바꾸지 마세요.", misconception="others_erased"
    )
    one_day, _ = _fill(found, "2024-01-09", "2024-01-09", {})
    expect_equal(one_day, {"2024-01-09": 1}, "구간이 하루(2024-01-09)일 때 `totals`에 적은 수")
    return "원본은 한 번만 읽고, 날마다 제 칸에 적었습니다. 같은 구간을 다시 돌려도 결과가 같으니 백필을 몇 번 해도 안전합니다."


def _fill(asset: dg.AssetsDefinition, first: str, last: str, totals: dict) -> tuple[dict, _OrderLog]:
    log = _OrderLog(_LOG)
    tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    try:
        _materialize(asset, {"order_log": log, "totals": totals}, tags=tags)
    except LearnerError as error:
        cause = str(error.__cause__)
        if "multiple partitions" in cause:
            raise Wrong(
                "값을 돌려주어 IO 매니저가 불렸습니다. 여러 파티션이 섞인 값은 저장할 수 없습니다. 값 없는 `dg.MaterializeResult()`를 돌려주세요.",
                misconception="returns_a_value",
            ) from error
        if "partition_key" in cause:
            raise Wrong(
                "이 런에는 파티션이 여럿이라 `context.partition_key`가 없습니다. `context.partition_keys`와 `context.partition_time_window`를 쓰세요.",
                misconception="single_key_of_a_range",
            ) from error
        raise
    return totals, log


# 함께 쓰는 것 ------------------------------------------------------------------------------------


def _asset(value: object, name: str) -> dg.AssetsDefinition:
    expect(
        isinstance(value, dg.AssetsDefinition), f"`@dg.asset`을 붙인 자산이어야 하는데 `{type(value).__name__}`입니다.", misconception="not_an_asset"
    )
    keys = [key.to_user_string() for key in value.keys]
    expect(keys == [name], f"자산의 이름이 `{', '.join(keys)}`입니다. `{name}`이어야 합니다.", misconception="asset_name")
    return value


def _expect_partitions(asset: dg.AssetsDefinition, wanted: dg.PartitionsDefinition, advice: str) -> None:
    found = asset.partitions_def
    expect(found is not None, f"자산을 나누지 않았습니다. {advice}", misconception="no_partitions")
    expect(found == wanted, f"다른 파티션 정의로 나누었습니다. 노트북의 정의를 그대로 쓰세요. {advice}", misconception="other_partitions")


def _materialize(asset: dg.AssetsDefinition, resources: dict[str, object], **options: object) -> dg.ExecuteInProcessResult:
    """실행한다. 타입을 적지 않은 리소스 매개변수는 업스트림이 되므로 그렇다고 알려 준다."""
    strangers = {dep.asset_key.to_user_string() for dep in asset.get_asset_spec().deps} & set(resources)
    if strangers:
        raise Wrong(
            f"`{', '.join(sorted(strangers))}`가 리소스가 아니라 업스트림 자산이 되었습니다. 매개변수의 타입을 처음대로 적으세요.",
            misconception="untyped_resource",
        )
    return call(dg.materialize, [asset], resources=resources, **options)
