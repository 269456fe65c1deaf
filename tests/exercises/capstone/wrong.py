"""오개념 목록에 없는 틀린 제출물들과, 저마다 잃어야 할 기준.

목록의 오개념으로만 채점 기준표를 시험하면 기준표가 그 목록에 맞춰진다. 여기 있는 것은 따로 쓴 실수다.
제출물 하나를 채점하는 데 런이 열몇 번 든다. 서로 기대지 않는 기준의 실수들은 한 제출물에 함께 심는다.
"""

from course_lib.grading.misconceptions import Edit

from ..common import Mistake


def _wrong(id: str, lost: str, *changes: tuple[str, str, str]) -> Mistake:
    return Mistake(id, frozenset(lost.split()), tuple(Edit(f"{file}.py", old, new) for file, old, new in changes))


WRONG = (
    _wrong("unclosed_parenthesis", "loads", ("sensors", "seen, requests = read_cursor(context.cursor), []", "seen, requests = read_cursor(, []")),
    _wrong("a_week_late", "days_and_weeks", ("partitions", 'FIRST_DAY = "2024-01-01"', 'FIRST_DAY = "2024-01-08"')),
    # 시간대가 다른 파티션끼리는 이어지지 않는다고 Dagster가 말한다.
    _wrong("days_of_seoul", "loads",
           ("partitions", "DailyPartitionsDefinition(FIRST_DAY)", 'DailyPartitionsDefinition(FIRST_DAY, timezone="Asia/Seoul")')),
    # 브론즈와 실버와 센서: 서로 기대지 않는다.
    _wrong("empty_text+missing_agent_is_a_bot+last_name_first", "raw_reads_its_file cleaned_follows_rules sensor_requests_each_day",
           ("assets", 'dtype="str")', 'dtype="str", keep_default_na=False)'),
           ("assets", "case=False, na=False", "case=False, na=True"),
           ("sensors", "sorted(folder.iterdir())", "sorted(folder.iterdir(), reverse=True)")),
    _wrong("row_without_session_kept+input_changed+size_tells_all",
           "raw_rejects_bad_rows cleaned_follows_rules sensor_goes_by_content",
           ("assets", ' & lines["session_id"].notna()', ""),
           ("assets", "    in_time_order = raw_page_views[~is_bot]",
            '    raw_page_views["user_agent"] = raw_page_views["user_agent"].fillna("?")\n    in_time_order = raw_page_views[~is_bot]'),
           ("sensors", "content = hashlib.sha256(path.read_bytes()).hexdigest()", "content = str(path.stat().st_size)")),
    _wrong("blank_skip_reason", "sensor_requests_each_day", ("sensors", '"새로 도착하거나 고쳐진 날이 없습니다."', '"  "')),
    _wrong("key_of_the_month+list_is_no_dict", "run_key_is_day_and_content starts_over",
           ("sensors", 'run_key=f"{day}-{content}"', 'run_key=f"{day[:7]}-{content}"'),
           ("sensors", "except (ValueError, AttributeError):", "except ValueError:")),
    _wrong("warning_cannot_block", "blocking_check_stops_bad_day",
           ("checks", "passed=strangers == 0,", "passed=strangers == 0, severity=dg.AssetCheckSeverity.WARN,")),
    _wrong("midnight_is_yesterday", "blocking_check_stops_bad_day", ("checks", 'raw["timestamp"] < start', 'raw["timestamp"] <= start')),
    _wrong("no_condition+most_is_last", "report_waits_for_the_week report_counts_the_week",
           ("assets", "automation_condition=WHEN_THE_WEEK_IS_READY, ", ""),
           ("assets", "ascending=False", "ascending=True")),
    # 하나도 서로 기대지 않는다: 숨은 기준만 건너뛴다.
    _wrong("counts_wrong_rows+only_when_missing+more_than_ten+no_owner",
           "raw_rejects_bad_rows report_follows_corrections warns_of_few_views describes_assets",
           ("assets", '"rejected_rows": len(lines) - len(raw)', '"rejected_rows": len(lines)'),
           ("assets", "dg.AutomationCondition.eager()", "dg.AutomationCondition.eager() & dg.AutomationCondition.missing()"),
           ("checks", "views >= FEWEST_VIEWS", "views > FEWEST_VIEWS"),
           ("assets", 'group_name="silver", owners=OWNERS', 'group_name="silver"')),
)

# 테스트로는 한 점도 얻지 못하는 파일들.
TEST_FILES = {
    "no_tests": "X = 1\n",
    "fails_on_the_reference": "def test_wrong():\n    assert 1 == 2\n",
    "passes_on_everything": "def test_nothing():\n    assert True\n",
}
