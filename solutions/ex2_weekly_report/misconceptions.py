"""연습 2의 오개념: 모범 답안을 한 곳씩 틀리게 바꾼 것들.

차례는 채점 기준표의 차례다. `explanation`은 학습자에게 그대로 보인다.
"""

from course_lib.grading.misconceptions import Edit, Misconception


def _in_assets(*changes: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit("assets.py", old, new) for old, new in changes)


def _in_schedules(*changes: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit("schedules.py", old, new) for old, new in changes)


_THE_IO_MANAGER = 'ParquetIOManager(base_path="storage/ex2_weekly_report")'


def _io_manager(source: str) -> tuple[Edit, ...]:
    """학습자가 만든 IO 매니저를 쓰는 definitions.py."""
    return (
        Edit("definitions.py", "defs = dg.Definitions(", f"{source}\n\ndefs = dg.Definitions("),
        Edit("definitions.py", _THE_IO_MANAGER, "MyIOManager()"),
    )


# 자산에만 파일을 하나씩 두는 IO 매니저. 파티션이 없는 자산에서는 잘 돈다.
_ONE_FILE_PER_ASSET = '''
class MyIOManager(dg.ConfigurableIOManager):
    def _path(self, context):
        return Path("storage") / f"{context.asset_key.to_user_string()}.parquet"

    def handle_output(self, context: dg.OutputContext, obj):
        self._path(context).parent.mkdir(exist_ok=True)
        obj.to_parquet(self._path(context))

    def load_input(self, context: dg.InputContext):
        return pd.read_parquet(self._path(context))
'''

# 파티션마다 파일을 두지만, 있으면 뒤에 덧붙이는 IO 매니저.
_APPENDS = '''
class MyIOManager(dg.UPathIOManager):
    extension = ".parquet"

    def __init__(self):
        super().__init__(Path("storage"))

    def dump_to_path(self, context, obj, path):
        pd.concat([pd.read_parquet(path), obj] if path.exists() else [obj]).to_parquet(path)

    def load_from_path(self, context, path):
        return pd.read_parquet(path)
'''

_IMPORTS = Edit("definitions.py", "import dagster as dg\n", "from pathlib import Path\n\nimport dagster as dg\nimport pandas as pd\n")

LOADING = (
    Misconception(
        id="daily_and_weekly_in_one_job",
        title="일별 자산과 주별 자산을 한 잡에 넣음",
        criterion="loads",
        explanation="daily_page_views_job에 주별 자산 weekly_page_report까지 들어 있습니다. 잡 하나의 런은 파티션 하나를 다루므로, "
        "파티션 정의가 다른 자산은 한 잡에 들어갈 수 없습니다. 주별 보고서에는 제 잡을 따로 만드세요.",
        edits=_in_schedules(
            ("import cleaned_page_views, raw_page_views\n", "import cleaned_page_views, raw_page_views, weekly_page_report\n"),
            ("selection=[raw_page_views, cleaned_page_views])", "selection=[raw_page_views, cleaned_page_views, weekly_page_report])"),
        ),
    ),
    Misconception(
        id="two_daily_definitions",
        title="일별 파티션 정의가 둘이고 시작하는 날이 다름",
        criterion="loads",
        explanation="cleaned_page_views가 하루 늦게 시작하는 제 정의를 따로 만들었습니다. 시작하는 날이 다르면 다른 파티션이라서 한 잡에 들어갈 수 없습니다. "
        "partitions.py의 daily 하나를 두 자산이 함께 쓰세요.",
        edits=_in_assets((
            'group_name="silver", owners=OWNERS, partitions_def=daily',
            'group_name="silver", owners=OWNERS, partitions_def=dg.DailyPartitionsDefinition("2024-01-02")',
        )),
    ),
)

PARTITIONS = (
    Misconception(
        id="days_of_seoul",
        title="서울의 하루로 나눔",
        criterion="daily_partitions",
        explanation="파티션의 시간대가 Asia/Seoul이라, 2024-02-29가 UTC로는 28일 15:00부터 29일 15:00까지입니다. 이 연습의 하루는 UTC의 하루입니다. "
        "어느 쪽이든 될 수 있지만, 기록과 파티션과 스케줄이 같은 시간대를 써야 합니다.",
        edits=(
            Edit("partitions.py", "DailyPartitionsDefinition(FIRST_DAY)", 'DailyPartitionsDefinition(FIRST_DAY, timezone="Asia/Seoul")'),
            Edit("partitions.py", "day_offset=1)\n", 'day_offset=1, timezone="Asia/Seoul")\n'),
        ),
        also=("weekly_partitions",),
    ),
    Misconception(
        id="today_is_a_partition",
        title="끝나지 않은 오늘을 파티션으로 넣음",
        criterion="daily_partitions",
        explanation="end_offset=1이라 오늘의 파티션이 벌써 있습니다. 아직 끝나지 않은 날을 구체화하면 반쪽짜리 하루가 저장되고, "
        "다시 구체화하기 전까지 아무도 모릅니다.",
        edits=(Edit("partitions.py", "DailyPartitionsDefinition(FIRST_DAY)", "DailyPartitionsDefinition(FIRST_DAY, end_offset=1)"),),
    ),
    Misconception(
        id="equal_but_separate_definitions",
        title="똑같은 파티션 정의를 자산마다 만듦",
        criterion="one_daily_definition",
        explanation="지금은 두 정의가 같아서 잘 돕니다. 그러나 한쪽의 시작하는 날만 고치는 날, 두 자산은 이어지지 않습니다. "
        "하나를 만들어 함께 쓰면 그런 날이 오지 않습니다.",
        edits=_in_assets((
            'group_name="silver", owners=OWNERS, partitions_def=daily',
            'group_name="silver", owners=OWNERS, partitions_def=dg.DailyPartitionsDefinition("2024-01-01")',
        )),
    ),
    Misconception(
        id="sunday_weeks",
        title="주가 일요일에 시작함",
        criterion="weekly_partitions",
        explanation="WeeklyPartitionsDefinition은 따로 정하지 않으면 일요일에 주를 시작합니다. 그래서 첫 주가 2024-01-07이고 그 앞의 엿새는 어느 주에도 없습니다. "
        "시작하는 요일은 day_offset으로 정합니다(일요일이 0).",
        edits=(Edit("partitions.py", "WeeklyPartitionsDefinition(FIRST_DAY, day_offset=1)", "WeeklyPartitionsDefinition(FIRST_DAY)"),),
    ),
)

RAW = (
    Misconception(
        id="reads_today",
        title="파티션 키가 아니라 오늘의 기록을 읽음",
        criterion="raw_reads_its_day",
        explanation="어느 날을 구체화하든 오늘의 기록을 읽습니다. 지난 날을 다시 만들 수 없고, 백필한 이레가 모두 같은 날이 됩니다. "
        "읽을 날은 context.partition_key에 있습니다.",
        edits=_in_assets(("page_view_log.read(context.partition_key)", 'page_view_log.read(f"{pd.Timestamp.now():%Y-%m-%d}")')),
    ),
    Misconception(
        id="keeps_neighbours",
        title="이웃한 날의 행을 남김",
        criterion="raw_drops_neighbours",
        explanation="기록이 준 행을 모두 저장합니다. 자정을 넘긴 세션의 행은 두 날의 기록에 모두 들어 있으므로 같은 조회가 두 파티션에 들어갑니다.",
        edits=_in_assets(("(moments >= start) & (moments < end)", "moments.notna()")),
    ),
    Misconception(
        id="midnight_in_two_days",
        title="자정 0시를 두 날에 넣음",
        criterion="raw_drops_neighbours",
        explanation="끝을 포함해서(<=) 다음 날 0시의 행까지 남깁니다. 그 행은 다음 날의 파티션에도 들어갑니다. 하루는 시작을 포함하고 끝을 포함하지 않는 [00:00, 24:00)입니다.",
        edits=_in_assets(("(moments < end)", "(moments <= end)")),
    ),
    Misconception(
        id="last_second_lost",
        title="하루의 끝을 23:59:59로 적음",
        criterion="raw_keeps_whole_day",
        explanation="23:59:59와 자정 사이의 조회가 어느 날에도 들지 못합니다. 마지막 순간을 적으려 하지 말고 \"다음 날 0시보다 앞\"이라고 적으세요.",
        edits=_in_assets(("end = start + pd.Timedelta(days=1)", "end = start + pd.Timedelta(hours=23, minutes=59, seconds=59)")),
    ),
    Misconception(
        id="first_moment_lost",
        title="자정 0시의 행을 잃음",
        criterion="raw_keeps_whole_day",
        explanation="시작을 빼고(>) 견주어서 00:00 정각의 조회가 사라집니다. 하루는 시작을 포함합니다.",
        edits=_in_assets(("(moments >= start)", "(moments > start)")),
    ),
    Misconception(
        id="next_day_by_number",
        title="날짜의 숫자에 1을 더함",
        criterion="raw_handles_month_ends",
        explanation="29일의 다음 날을 30일로 적어서, 달의 마지막 날에는 없는 날짜가 됩니다. 날을 더할 때는 숫자가 아니라 pd.Timedelta(days=1)이나 timedelta(days=1)을 더하세요.",
        edits=_in_assets(("end = start + pd.Timedelta(days=1)", "end = start.replace(day=start.day + 1)")),
    ),
    Misconception(
        id="drops_the_time_zone",
        title="시간대를 옮기지 않고 떼기만 함",
        criterion="raw_converts_to_utc",
        explanation="서울 시각 09:00에서 시간대만 떼어 UTC 09:00으로 읽습니다. 아홉 시간이 어긋나서 아침의 조회가 다른 날에 들어갑니다. "
        "떼기 전에 tz_convert(\"UTC\")로 옮기거나 pd.to_datetime(..., utc=True)를 쓰세요.",
        edits=_in_assets(('pd.to_datetime(log["timestamp"], utc=True).dt.tz_localize(None)', 'log["timestamp"].dt.tz_localize(None)')),
    ),
    Misconception(
        id="cannot_compare_aware_times",
        title="시간대가 있는 시각을 생각하지 않음",
        criterion="raw_converts_to_utc",
        explanation="시간대가 있는 시각을 시간대가 없는 하루의 경계와 견주어 멈춥니다. 기록의 시각은 시간대가 있기도 하고 없기도 하므로, 먼저 하나로 맞추세요.",
        edits=_in_assets(('pd.to_datetime(log["timestamp"], utc=True).dt.tz_localize(None)', 'log["timestamp"]')),
    ),
    Misconception(
        id="first_row_of_an_empty_log",
        title="기록에 행이 있다고 믿음",
        criterion="raw_handles_empty_log",
        explanation="기록이 빈 날에는 첫 행이 없어 iloc[0]에서 멈춥니다. 그 날은 구체화되지 못하고, 그 주의 보고서도 만들 수 없습니다.",
        edits=_in_assets(("    start = pd.Timestamp(context", '    context.log.info(f"첫 조회: {moments.iloc[0]}")\n    start = pd.Timestamp(context')),
    ),
)

CLEANED = (
    Misconception(
        id="cleaned_reads_the_log_itself",
        title="cleaned_page_views가 기록을 직접 읽음",
        criterion="cleaned_is_defined",
        explanation="cleaned_page_views가 raw_page_views를 받지 않고 page_view_log를 다시 읽습니다. 계보에 선이 없고, raw가 저장한 값은 쓰이지 않으며, "
        "이웃한 날의 행을 거르는 일도 건너뜁니다.",
        edits=_in_assets(
            ("def cleaned_page_views(raw_page_views: pd.DataFrame) ->", "def cleaned_page_views(context: dg.AssetExecutionContext, page_view_log: PageViewLog) ->"),
            ("    is_bot = raw_page_views[", "    raw = page_view_log.read(context.partition_key)\n    is_bot = raw["),
            ("in_time_order = raw_page_views[~is_bot]", "in_time_order = raw[~is_bot]"),
        ),
    ),
    Misconception(
        id="case_sensitive_bot",
        title="대소문자를 구별해서 bot을 찾음",
        criterion="cleaned_follows_rules",
        explanation="소문자 bot만 찾아서 AhrefsBot 같은 봇이 남습니다. 연습 1과 같은 규칙입니다.",
        edits=_in_assets(("case=False", "case=True")),
    ),
    Misconception(
        id="dedupes_before_bot_filter",
        title="중복을 없앤 뒤에 봇을 뺌",
        criterion="cleaned_follows_rules",
        explanation="봇의 행이 더 이르면 그 행이 남고, 그다음에 봇이라서 빠집니다. 사람의 조회까지 사라집니다. 봇부터 빼세요.",
        edits=_in_assets(
            ('    is_bot = raw_page_views["user_agent"]',
             '    first = raw_page_views.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])\n    is_bot = first["user_agent"]'),
            ("in_time_order = raw_page_views[~is_bot]", "in_time_order = first[~is_bot]"),
        ),
    ),
    Misconception(
        id="sorts_the_input_in_place",
        title="입력 표를 제자리에서 정렬함",
        criterion="cleaned_leaves_input_alone",
        explanation="inplace=True로 raw_page_views의 행을 옮깁니다. 메모리에서 값을 주고받으면 다른 자산도 같은 표를 봅니다. 정렬한 결과는 새 변수에 담으세요.",
        edits=_in_assets(("    is_bot = raw_page_views[", '    raw_page_views.sort_values("timestamp", inplace=True)\n    is_bot = raw_page_views[')),
    ),
    Misconception(
        id="first_row_of_an_empty_day",
        title="정리한 표에 행이 있다고 믿음",
        criterion="cleaned_handles_empty",
        explanation="봇만 다녀간 날에는 정리하고 나면 행이 없어 iloc[0]에서 멈춥니다.",
        edits=_in_assets(('metadata={"num_rows": len(cleaned)}', 'metadata={"num_rows": len(cleaned), "first": str(cleaned["timestamp"].iloc[0])}')),
    ),
)

SCHEDULE = (
    Misconception(
        id="two_in_seoul",
        title="서울 시각 02:00에 돎",
        criterion="schedule_runs_at_two",
        explanation="execution_timezone이 Asia/Seoul이라 UTC로는 전날 17:00에 돕니다. 그때는 UTC의 그날이 아직 끝나지 않았습니다.",
        edits=_in_schedules(('execution_timezone="UTC"', 'execution_timezone="Asia/Seoul"')),
    ),
    Misconception(
        id="schedule_left_out_of_defs",
        title="스케줄을 defs에 넣지 않음",
        criterion="schedule_runs_at_two",
        explanation="schedules.py에 스케줄이 있지만 Definitions의 schedules에 없습니다. Dagster는 defs에 있는 것만 압니다.",
        edits=(Edit("definitions.py", "    schedules=[daily_page_views_schedule],\n", ""),),
    ),
    Misconception(
        id="schedule_of_raw_only",
        title="스케줄이 raw_page_views만 구체화함",
        criterion="schedule_targets_daily_assets",
        explanation="잡에 raw_page_views만 있어서, 날마다 기록은 쌓이지만 정리한 표는 만들어지지 않습니다. 주별 보고서는 빠진 날 때문에 실패합니다.",
        edits=_in_schedules(("selection=[raw_page_views, cleaned_page_views])", "selection=[raw_page_views])")),
    ),
    Misconception(
        id="counts_from_now",
        title="틱의 시각이 아니라 지금 시각에서 셈",
        criterion="schedule_requests_previous_day",
        explanation="datetime.now()에서 하루를 뺍니다. 데몬이 하루 늦게 깨어나 지난 틱을 평가하면 엉뚱한 날을 요청하고, 원래 날은 영영 빠집니다. "
        "context.scheduled_execution_time을 쓰세요.",
        edits=_in_schedules(
            ("from datetime import timedelta", "from datetime import datetime, timedelta"),
            ("(context.scheduled_execution_time - timedelta(days=1)).date()", "(datetime.now() - timedelta(days=1)).date()"),
        ),
    ),
    Misconception(
        id="asks_for_today",
        title="오늘의 파티션을 요청함",
        criterion="schedule_requests_previous_day",
        explanation="틱의 날짜를 그대로 요청합니다. 02:00에 오늘은 두 시간밖에 지나지 않았고, 아직 파티션도 아닙니다. 끝난 하루는 어제입니다.",
        edits=_in_schedules(("context.scheduled_execution_time - timedelta(days=1)", "context.scheduled_execution_time - timedelta(days=0)")),
    ),
    Misconception(
        id="request_without_partition",
        title="파티션을 정하지 않고 요청함",
        criterion="schedule_requests_previous_day",
        explanation="RunRequest에 partition_key가 없습니다. 파티션이 있는 자산은 어느 날인지 모르면 구체화할 수 없어서, 런이 시작하자마자 실패합니다.",
        edits=_in_schedules((', partition_key=f"{yesterday}"', "")),
    ),
    Misconception(
        id="asks_before_the_first_day",
        title="첫 파티션보다 앞선 날을 요청함",
        criterion="schedule_skips_before_start",
        explanation="2024-01-01의 틱이 2023-12-31을 요청합니다. 그런 파티션은 없으므로 틱이 실패합니다. 그때는 SkipReason을 돌려주세요.",
        edits=_in_schedules(("if yesterday < daily.start.date():", "if yesterday.year < 2023:")),
    ),
    Misconception(
        id="no_run_key",
        title="요청에 run_key가 없음",
        criterion="schedule_has_run_key",
        explanation="run_key가 없으면 Dagster는 같은 틱의 요청이 두 번 와도 알아보지 못합니다.",
        edits=_in_schedules(('run_key=f"{yesterday}", ', "")),
    ),
    Misconception(
        id="one_run_key_for_all",
        title="모든 틱의 run_key가 같음",
        criterion="schedule_has_run_key",
        explanation="날마다 같은 run_key를 써서, 첫날의 런이 있은 뒤로는 모든 요청이 \"이미 실행한 것\"이 됩니다. 틱마다 달라지는 값을 쓰세요.",
        edits=_in_schedules(('run_key=f"{yesterday}"', 'run_key="daily_page_views"')),
    ),
)

STORAGE = (
    Misconception(
        id="kept_in_memory",
        title="메모리에만 저장함",
        criterion="days_are_stored_apart",
        explanation="mem_io_manager는 런 하나가 끝나면 값을 잊습니다. 이레의 값은 서로 다른 런에서 만들어지므로 주별 보고서가 읽을 것이 없습니다. "
        "파일에 저장하는 IO 매니저를 쓰세요.",
        edits=(Edit("definitions.py", _THE_IO_MANAGER, "dg.mem_io_manager"),),
    ),
    Misconception(
        id="path_without_partition",
        title="저장하는 경로에 파티션 키가 없음",
        criterion="days_are_stored_apart",
        explanation="자산마다 파일이 하나뿐이라, 뒤에 구체화한 날이 앞의 날을 덮습니다. 런은 모두 성공하고, 한 주의 보고서는 하루치로 만들어집니다. "
        "dg.UPathIOManager를 물려받으면 파티션마다 경로가 달라집니다.",
        edits=(_IMPORTS, *_io_manager(_ONE_FILE_PER_ASSET)),
    ),
)

WEEKLY = (
    Misconception(
        id="weekly_from_raw",
        title="정리하지 않은 raw_page_views로 보고서를 만듦",
        criterion="weekly_is_defined",
        explanation="weekly_page_report가 raw_page_views를 받습니다. 봇의 조회가 보고서에 들어갑니다. 매개변수의 이름이 업스트림의 이름입니다.",
        edits=_in_assets(
            ("context: dg.AssetExecutionContext, cleaned_page_views: dict", "context: dg.AssetExecutionContext, raw_page_views: dict"),
            ("if day not in cleaned_page_views]", "if day not in raw_page_views]"),
            ("[cleaned_page_views[day] for day in days]", "[raw_page_views[day] for day in days]"),
        ),
    ),
    Misconception(
        id="week_as_one_table",
        title="이레를 표 하나로 받으려 함",
        criterion="weekly_reads_seven_days",
        explanation="입력의 자료형을 pd.DataFrame으로 적었습니다. 파일에 저장하는 IO 매니저는 파티션이 여럿이면 {날짜: 표} 모양의 dict를 건네주므로 "
        "Dagster의 자료형 검사에 걸립니다. dict[str, pd.DataFrame]으로 받아 pd.concat으로 이으세요.",
        edits=_in_assets(
            ("cleaned_page_views: dict[str, pd.DataFrame]", "cleaned_page_views: pd.DataFrame"),
            ("    missing = [day for day in days if day not in cleaned_page_views]\n", "    missing = []\n"),
            ("pd.concat([cleaned_page_views[day] for day in days], ignore_index=True)", "cleaned_page_views"),
        ),
    ),
    Misconception(
        id="offset_of_a_week",
        title="파티션 매핑에 0이 아닌 offset을 줌",
        criterion="weekly_reads_seven_days",
        explanation="TimeWindowPartitionMapping의 offset은 이 자산의 단위, 곧 주입니다. start_offset=-1이면 지난주까지 열나흘을 읽습니다. "
        "그 주의 이레는 아무것도 정하지 않아도 이어집니다.",
        edits=_in_assets(
            ('group_name="gold", owners=OWNERS, partitions_def=weekly',
             'group_name="gold", owners=OWNERS, partitions_def=weekly,\n'
             '          ins={"cleaned_page_views": dg.AssetIn(partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1))}'),
        ),
    ),
    Misconception(
        id="silently_smaller_week",
        title="빠진 날을 건너뛰고 보고서를 만듦",
        criterion="missing_day_fails",
        explanation="구체화하지 않은 날이 있어도 있는 날만으로 보고서를 만듭니다. 런은 초록색이고 숫자는 조금 작을 뿐이라, 아무도 모릅니다.",
        edits=_in_assets(
            ('group_name="gold", owners=OWNERS, partitions_def=weekly',
             'group_name="gold", owners=OWNERS, partitions_def=weekly,\n'
             '          ins={"cleaned_page_views": dg.AssetIn(metadata={"allow_missing_partitions": True})}'),
            ("    if missing:\n        raise dg.Failure(f\"아직 구체화하지 않은 날이 있습니다: {', '.join(missing)}\")\n", ""),
            ("[cleaned_page_views[day] for day in days]", "[cleaned_page_views[day] for day in days if day not in missing]"),
        ),
    ),
    Misconception(
        id="failure_without_the_day",
        title="어느 날이 빠졌는지 말하지 않음",
        criterion="missing_day_fails",
        explanation="빠진 날이 있다고만 하고 어느 날인지 말하지 않습니다. 새벽에 이 메시지를 받은 사람은 이레를 하나씩 뒤져야 합니다.",
        edits=_in_assets(
            ('group_name="gold", owners=OWNERS, partitions_def=weekly',
             'group_name="gold", owners=OWNERS, partitions_def=weekly,\n'
             '          ins={"cleaned_page_views": dg.AssetIn(metadata={"allow_missing_partitions": True})}'),
            ("f\"아직 구체화하지 않은 날이 있습니다: {', '.join(missing)}\"", '"이레가 다 모이지 않았습니다"'),
        ),
    ),
    Misconception(
        id="counts_known_views_only",
        title="로그인한 조회만 셈",
        criterion="counts_views",
        explanation="views를 user_id로 세어서 로그인하지 않은 조회가 빠집니다. count는 없는 값을 세지 않습니다. 조회 수는 행의 수입니다.",
        edits=_in_assets(('views=("session_id", "size")', 'views=("user_id", "count")')),
    ),
    Misconception(
        id="one_page_per_session",
        title="세션마다 한 행만 남김",
        criterion="counts_views",
        explanation="세션이 이어서 읽은 다른 글이 모두 사라집니다. 중복인지는 session_id와 page_url 둘로 정합니다.",
        edits=_in_assets((
            'views = week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"],',
            'views = week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id"],',
        )),
    ),
    Misconception(
        id="midnight_session_twice",
        title="한 주를 모은 뒤 중복을 다시 없애지 않음",
        criterion="counts_midnight_session_once",
        explanation="하루씩 중복을 없앴으니 다 되었다고 보았습니다. 자정을 넘긴 세션은 어느 하루 안에서도 중복이 아니라서 두 날에 하나씩 남습니다.",
        edits=_in_assets((
            'views = week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"], keep="first")',
            'views = week.sort_values("timestamp", kind="stable")',
        )),
    ),
    Misconception(
        id="sums_daily_visitors",
        title="날마다 센 방문자 수를 더함",
        criterion="counts_unique_visitors",
        explanation="사흘 온 사람을 세 명으로 셉니다. 서로 다른 것의 수는 더할 수 없습니다. 한 주의 행을 모아 놓고 다시 세세요.",
        edits=_in_assets((
            '    report["rank"] = ',
            '    daily_visitors = pd.concat([cleaned_page_views[day].groupby("page_url")["user_id"].nunique() for day in days])\n'
            '    report["unique_visitors"] = report["page_url"].map(daily_visitors.groupby(level=0).sum()).astype("int64")\n'
            '    report["rank"] = ',
        )),
    ),
    Misconception(
        id="missing_users_are_one_visitor",
        title="모르는 방문자를 한 사람으로 셈",
        criterion="counts_unique_visitors",
        explanation="user_id가 없는 행들을 \"없음\"이라는 한 사람으로 셉니다. 누구인지 모르는 사람은 세지 않습니다.",
        edits=_in_assets(('unique_visitors=("user_id", "nunique")', 'unique_visitors=("user_id", lambda users: users.nunique(dropna=False))')),
    ),
    Misconception(
        id="keeps_the_later_side",
        title="자정을 넘긴 세션에서 늦은 쪽을 남김",
        criterion="keeps_earliest_over_midnight",
        explanation="중복 가운데 마지막 행을 남깁니다. 남길 것은 처음 본 행입니다.",
        edits=_in_assets((
            'views = week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"], keep="first")',
            'views = week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"], keep="last")',
        )),
    ),
    Misconception(
        id="always_seven_days",
        title="active_days가 늘 7",
        criterion="counts_active_days",
        explanation="읽은 파티션의 수를 적어서 모든 페이지가 7일입니다. 세어야 하는 것은 그 페이지에 조회가 있던 날입니다.",
        edits=_in_assets(('    report["rank"] = ', '    report["active_days"] = len(days)\n    report["rank"] = ')),
    ),
    Misconception(
        id="active_days_before_dedupe",
        title="중복을 없애기 전의 행으로 날을 셈",
        criterion="counts_active_days",
        explanation="자정을 넘긴 한 번의 방문이 이틀로 세어집니다. 모든 숫자는 한 주의 중복을 없앤 다음의 행에서 셉니다.",
        edits=_in_assets((
            '    report["rank"] = ',
            '    all_days = week.assign(day=week["timestamp"].dt.normalize()).groupby("page_url")["day"].nunique()\n'
            '    report["active_days"] = report["page_url"].map(all_days).astype("int64")\n'
            '    report["rank"] = ',
        )),
    ),
    Misconception(
        id="ranks_by_views",
        title="조회 수로 순위를 매김",
        criterion="ranks_densely",
        explanation="한 사람이 여러 번 읽은 글이 위로 올라갑니다. 순위는 unique_visitors로 매깁니다.",
        edits=_in_assets(('report["unique_visitors"].rank(', 'report["views"].rank(')),
    ),
    Misconception(
        id="min_rank",
        title="동점 다음에 순위를 건너뜀",
        criterion="ranks_densely",
        explanation="method=\"min\"은 2위가 셋이면 다음이 5위입니다. 건너뛰지 않는 것은 dense입니다.",
        edits=_in_assets(('method="dense"', 'method="min"')),
    ),
    Misconception(
        id="orders_by_page_only",
        title="페이지 이름으로만 정렬함",
        criterion="weekly_orders_rows",
        explanation="순위는 맞지만 행이 페이지 이름의 차례로 놓여 있습니다. 순위를 먼저, 같으면 이름을 보세요.",
        edits=_in_assets(('report.sort_values(["rank", "page_url"], ignore_index=True)', 'report.sort_values("page_url", ignore_index=True)')),
    ),
    Misconception(
        id="rank_as_float",
        title="순위를 실수로 둠",
        criterion="weekly_has_schema",
        explanation="rank()는 실수를 돌려주므로 1.0, 2.0이 됩니다. 순위는 정수입니다.",
        edits=_in_assets(('ascending=False).astype("int64")', "ascending=False)")),
    ),
    Misconception(
        id="appends_on_rerun",
        title="다시 구체화하면 뒤에 덧붙임",
        criterion="rematerializing_replaces",
        explanation="파일이 있으면 뒤에 이어 붙입니다. 고친 기록으로 다시 구체화해도 틀린 행이 남고, 백필을 두 번 하면 모든 날이 두 배가 됩니다. "
        "구체화는 그 파티션의 값을 통째로 바꾸는 일입니다.",
        edits=(_IMPORTS, *_io_manager(_APPENDS)),
    ),
    Misconception(
        id="empty_day_is_missing",
        title="기록이 빈 날을 빠진 날로 봄",
        criterion="empty_day_counts",
        explanation="행이 없는 날을 구체화하지 않은 날로 보고 멈춥니다. 손님이 없던 날은 정말로 0인 날이고, 모르는 날이 아닙니다.",
        edits=_in_assets((
            "[day for day in days if day not in cleaned_page_views]",
            "[day for day in days if day not in cleaned_page_views or cleaned_page_views[day].empty]",
        )),
    ),
    Misconception(
        id="top_fifteen_only",
        title="상위 열다섯 페이지만 남김",
        criterion="week_matches_reference",
        explanation="페이지가 열다섯을 넘으면 나머지가 사라집니다. 자르라는 말은 없습니다. 몇 개를 보일지는 이 표를 쓰는 쪽이 정합니다.",
        edits=_in_assets(('["rank", "page_url"], ignore_index=True)', '["rank", "page_url"], ignore_index=True).head(15)')),
    ),
)

FACTS = (
    Misconception(
        id="no_description",
        title="자산에 설명이 없음",
        criterion="describes_assets",
        explanation="weekly_page_report에 설명이 없습니다. active_days가 무엇을 센 것인지 이 이름만 보고는 알 수 없습니다.",
        edits=_in_assets(('    """한 주(월~일, UTC) 동안 페이지마다 조회 수, 방문자 수, 조회가 있던 날의 수와 순위."""\n', "")),
    ),
    Misconception(
        id="default_group",
        title="그룹을 정하지 않음",
        criterion="groups_assets",
        explanation="group_name이 없으면 default 그룹에 들어갑니다. 층(bronze, silver, gold)으로 나누세요.",
        edits=_in_assets(('group_name="silver", owners=OWNERS', "owners=OWNERS")),
    ),
    Misconception(
        id="no_owner",
        title="주인이 없는 자산",
        criterion="names_owner",
        explanation="raw_page_views에 주인이 없습니다. 어느 날의 기록이 들어오지 않았을 때 물어볼 곳이 있어야 합니다.",
        edits=_in_assets(('group_name="bronze", owners=OWNERS', 'group_name="bronze"')),
    ),
    Misconception(
        id="num_rows_of_the_log",
        title="거르기 전의 행 수를 기록함",
        criterion="records_num_rows",
        explanation="cleaned_page_views가 정리하기 전의 행 수를 기록합니다. num_rows는 이 자산이 만든 행의 수입니다.",
        edits=_in_assets(('"num_rows": len(cleaned)', '"num_rows": len(raw_page_views)')),
    ),
)

LEARNER_TESTS = (
    Misconception(
        id="tests_away_from_midnight",
        title="테스트의 표에 하루의 경계가 없음",
        criterion="learner_tests_catch_bugs",
        explanation="이웃한 날의 행은 있지만 마지막 순간의 행이 한낮에 있어서, 하루의 끝을 23:59:59로 적은 코드도 통과합니다. 규칙의 경계에 있는 값을 표에 넣으세요.",
        edits=(Edit("test_partitions.py", '("/last", "u1", "2024-02-29 23:59:59.999999", "s3")', '("/last", "u1", "2024-02-29 15:00", "s3")'),),
    ),
    Misconception(
        id="tests_only_existence",
        title="보고서가 나오는지만 봄",
        criterion="learner_tests_catch_bugs",
        explanation="자정을 넘긴 세션의 표를 만들어 놓고도 결과가 None이 아닌지만 봅니다. 두 번 세는 코드도 통과합니다. 손으로 적은 값과 견주세요.",
        edits=(Edit("test_partitions.py", 'report(days).to_dict("records") == [{"page_url": "/a", "views": 1, "unique_visitors": 1, "active_days": 1, "rank": 1}]',
                    "report(days) is not None"),),
    ),
)

MISCONCEPTIONS = (*LOADING, *PARTITIONS, *RAW, *CLEANED, *SCHEDULE, *STORAGE, *WEEKLY, *FACTS, *LEARNER_TESTS)

# 학습자의 테스트가 잡아야 하는 실수들. 안내 노트북이 이 목록을 말로 알려 준다.
TESTS_MUST_CATCH = (
    "keeps_neighbours",
    "last_second_lost",
    "drops_the_time_zone",
    "silently_smaller_week",
    "midnight_session_twice",
    "sums_daily_visitors",
    "always_seven_days",
    "asks_for_today",
)
