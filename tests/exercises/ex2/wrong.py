"""오개념 목록에 없는 틀린 제출물들과, 저마다 잃어야 할 기준.

목록의 오개념으로만 채점 기준표를 시험하면 기준표가 그 목록에 맞춰진다. 여기 있는 것은 따로 쓴 실수다.
"""

from course_lib.grading.misconceptions import Edit

from ..common import Mistake


def _in(file: str):
    def mistake(id: str, lost: str, *changes: tuple[str, str]) -> Mistake:
        return Mistake(id, frozenset(lost.split()), tuple(Edit(file, old, new) for old, new in changes))

    return mistake


_partitions, _assets, _schedules, _definitions = map(_in, ("partitions.py", "assets.py", "schedules.py", "definitions.py"))

_OF_THE_DAY = "(moments >= start) & (moments < end)"
_RAW_LAST = "return dg.MaterializeResult(value=raw,"
_CLEANED_LAST = 'cleaned = in_time_order.drop_duplicates(["session_id", "page_url"], keep="first").reset_index(drop=True)'
_REQUEST = 'return dg.RunRequest(run_key=f"{yesterday}", partition_key=f"{yesterday}")'
_GOLD = 'group_name="gold", owners=OWNERS, partitions_def=weekly'
_MISSING_ALLOWED = (
    _GOLD, _GOLD + ', ins={"cleaned_page_views": dg.AssetIn(metadata={"allow_missing_partitions": True})}')
_CHECK = "    if missing:\n        raise dg.Failure(f\"아직 구체화하지 않은 날이 있습니다: {', '.join(missing)}\")\n"
_IO_MANAGER = 'ParquetIOManager(base_path="storage/ex2_weekly_report")'
_RANK = '    report["rank"] = '


def _own_io_manager(path: str, write: str = "obj.to_parquet(path)") -> tuple[tuple[str, str], ...]:
    """파티션의 열쇠 `key`를 받아 경로를 정하는 IO 매니저."""
    return (
        ("import dagster as dg\n", "from pathlib import Path\n\nimport dagster as dg\nimport pandas as pd\n"),
        ("defs = dg.Definitions(", f"""
class Mine(dg.ConfigurableIOManager):
    def path(self, context, key):
        Path("files").mkdir(exist_ok=True)
        return Path("files") / ({path})

    def handle_output(self, context: dg.OutputContext, obj):
        path = self.path(context, context.partition_key)
        {write}

    def load_input(self, context: dg.InputContext):
        frames = {{key: pd.read_parquet(self.path(context, key)) for key in context.asset_partition_keys}}
        return frames if len(frames) > 1 else next(iter(frames.values()))


defs = dg.Definitions("""),
        (_IO_MANAGER, "Mine()"),
    )


WRONG = (
    # 불러오기
    _partitions("unclosed_parenthesis", "loads", ("day_offset=1)", "day_offset=1")),
    _schedules("schedule_of_everything", "loads", ("selection=[raw_page_views, cleaned_page_views]", 'selection="*"')),
    _definitions("no_resource", "loads", ('        "page_view_log": PageViewLog(),\n', "")),
    # 파티션
    _partitions("starts_on_the_second_day", "daily_partitions", ("DailyPartitionsDefinition(FIRST_DAY)", 'DailyPartitionsDefinition("2024-01-02")')),
    _assets("raw_without_partitions", "daily_partitions", ('group_name="bronze", owners=OWNERS, partitions_def=daily', 'group_name="bronze", owners=OWNERS')),
    _partitions("weeks_from_saturday", "weekly_partitions", ("day_offset=1", "day_offset=6")),
    _partitions("the_running_week_is_a_partition", "weekly_partitions", ("day_offset=1", "day_offset=1, end_offset=1")),
    # 원본
    _assets("reads_the_next_day", "raw_reads_its_day",
            ("page_view_log.read(context.partition_key)", "page_view_log.read(str((pd.Timestamp(context.partition_key) + pd.Timedelta(days=1)).date()))")),
    _assets("drops_a_column", "raw_reads_its_day", (_RAW_LAST, 'raw = raw.drop(columns="user_agent")\n    ' + _RAW_LAST)),
    _assets("day_of_seoul_for_all", "raw_drops_neighbours raw_keeps_whole_day raw_handles_month_ends",
            ("start = pd.Timestamp(context.partition_key)\n", "start = pd.Timestamp(context.partition_key) - pd.Timedelta(hours=9)\n")),
    _assets("rounds_to_the_second", "raw_drops_neighbours raw_keeps_whole_day", ("utc=True).dt.tz_localize(None)", 'utc=True).dt.tz_localize(None).dt.round("s")')),
    _assets("drops_rows_with_a_zone", "raw_converts_to_utc",
            ('pd.to_datetime(log["timestamp"], utc=True).dt.tz_localize(None)',
             'log["timestamp"] if log["timestamp"].dt.tz is None else log["timestamp"].dt.tz_localize(None) + pd.Timedelta(hours=9)')),
    _assets("an_empty_log_is_an_error", "raw_handles_empty_log",
            ("    start = pd.Timestamp(context", '    if log.empty:\n        raise dg.Failure("기록이 없습니다")\n    start = pd.Timestamp(context')),
    # 정리
    _assets("cleaned_keeps_bots", "cleaned_follows_rules", ("raw_page_views[~is_bot]", "raw_page_views")),
    _assets("cleaned_one_row_per_page", "cleaned_follows_rules", (_CLEANED_LAST, _CLEANED_LAST.replace('"session_id", ', ""))),
    _assets("cleaned_drops_time_zone", "cleaned_follows_rules",
            (_CLEANED_LAST, _CLEANED_LAST + '\n    cleaned = cleaned.assign(timestamp=pd.to_datetime(cleaned["timestamp"], utc=True).dt.tz_localize(None))')),
    _assets("cleaned_drops_a_column_of_the_input", "cleaned_leaves_input_alone",
            (_CLEANED_LAST, _CLEANED_LAST + '\n    raw_page_views.drop(columns="user_agent", inplace=True)')),
    # 스케줄
    _schedules("at_midnight", "schedule_runs_at_two", ('"0 2 * * *"', '"0 0 * * *"')),
    _schedules("twice_a_day", "schedule_runs_at_two", ('"0 2 * * *"', '"0 2,14 * * *"')),
    _schedules("another_name", "schedule_runs_at_two", ("@dg.schedule(job", '@dg.schedule(name="daily_schedule", job')),
    _schedules("two_days_before", "schedule_requests_previous_day", ("timedelta(days=1)", "timedelta(days=2)")),
    _schedules("the_last_three_days", "schedule_requests_previous_day",
               (_REQUEST, "return [dg.RunRequest(run_key=f\"{yesterday - timedelta(days=n)}\", partition_key=f\"{yesterday - timedelta(days=n)}\") for n in range(3)]")),
    _schedules("fails_on_the_first_tick", "schedule_skips_before_start", ("return dg.SkipReason(", "raise ValueError(")),
    _schedules("a_new_run_key_each_time", "schedule_has_run_key",
               ("from datetime import timedelta", "import uuid\nfrom datetime import timedelta"), ('run_key=f"{yesterday}"', "run_key=str(uuid.uuid4())")),
    # 저장
    _definitions("one_file_per_month", "days_are_stored_apart", *_own_io_manager('f"{context.asset_key.path[-1]}-{key[:7]}.parquet"')),
    _definitions("kept_in_a_module", "days_are_stored_apart",
                 ("defs = dg.Definitions(", """
KEPT = {}


class Mine(dg.IOManager):
    def handle_output(self, context, obj):
        KEPT[context.asset_key, context.partition_key] = obj

    def load_input(self, context):
        frames = {key: KEPT[context.asset_key, key] for key in context.asset_partition_keys}
        return frames if len(frames) > 1 else next(iter(frames.values()))


defs = dg.Definitions("""), (_IO_MANAGER, "Mine()")),
    _definitions("first_write_wins", "rematerializing_replaces",
                 *_own_io_manager('f"{context.asset_key.path[-1]}-{key}.parquet"', "path.exists() or obj.to_parquet(path)")),
    # 보고서
    _assets("weekdays_only", "weekly_reads_seven_days", ("[cleaned_page_views[day] for day in days]", "[cleaned_page_views[day] for day in days[:5]]")),
    _assets("a_missing_day_is_an_empty_day", "missing_day_fails", _MISSING_ALLOWED, (_CHECK, ""),
            ("[cleaned_page_views[day] for day in days]", "[cleaned_page_views[day] for day in days if day in cleaned_page_views]")),
    _assets("a_missing_day_gives_an_empty_report", "missing_day_fails", _MISSING_ALLOWED,
            (_CHECK, '    if missing:\n        return dg.MaterializeResult(value=pd.DataFrame(), metadata={"num_rows": 0})\n')),
    _assets("views_before_dedupe", "counts_midnight_session_once",
            (_RANK, '    report["views"] = report["page_url"].map(week["page_url"].value_counts()).astype("int64")\n' + _RANK)),
    _assets("visitors_are_sessions", "counts_unique_visitors ranks_densely", ('unique_visitors=("user_id", "nunique")', 'unique_visitors=("session_id", "nunique")')),
    _assets("active_days_are_views", "counts_active_days", ('active_days=("day", "nunique")', 'active_days=("day", "size")')),
    _assets("smallest_first", "ranks_densely", ("ascending=False", "ascending=True")),
    _assets("rows_by_views", "weekly_orders_rows", ('sort_values(["rank", "page_url"]', 'sort_values(["views", "page_url"]')),
    _assets("week_column_left", "weekly_has_schema", (_RANK, '    report["week"] = context.partition_key\n' + _RANK)),
    _assets("every_day_has_a_first_view", "empty_day_counts",
            ("    week = pd.concat(", '    first_views = [cleaned_page_views[day]["timestamp"].iloc[0] for day in days]\n    assert first_views\n    week = pd.concat(')),
    # 자산에 붙은 사실
    _assets("blank_description", "describes_assets", ('    """그날 사람이 본 페이지 뷰. 한 세션에서 같은 글을 여러 번 봐도 처음 한 번만 센다."""\n', '    """ """\n')),
    _assets("weekly_is_silver", "groups_assets", ('group_name="gold"', 'group_name="silver"')),
    _assets("blank_owner", "names_owner", ('group_name="gold", owners=OWNERS', 'group_name="gold", metadata={"owner": ""}')),
    _assets("num_rows_as_text", "records_num_rows", ('{"num_rows": len(report)}', '{"num_rows": str(len(report))}')),
)

# 테스트 파일만 틀린 제출물. 모두 learner_tests_catch_bugs를 잃고 점수가 없다.
TEST_FILES = {
    "no_tests": "import pandas as pd\n",
    "imports_what_is_not_there": "from .assets import daily_views\n\n\ndef test_a():\n    assert daily_views\n",
    "always_passes": "def test_a():\n    assert True\n",
    "always_fails": "def test_a():\n    assert False\n",
    "success_is_all": (
        "import dagster as dg\n\nfrom .assets import cleaned_page_views, raw_page_views\nfrom .definitions import defs\n\n\n"
        "def test_runs():\n"
        "    assert dg.materialize([raw_page_views, cleaned_page_views], partition_key='2024-02-29', resources=defs.resources).success\n"
    ),
}
