"""종합 과제의 오개념: 모범 답안을 한 곳씩 틀리게 바꾼 것들.

차례는 채점 기준표의 차례다. `explanation`은 학습자에게 그대로 보인다.
"""

from course_lib.grading.misconceptions import Edit, Misconception


def _in(file: str, *changes: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit(file, old, new) for old, new in changes)


_READ_TIME = 'pd.to_datetime(lines["timestamp"], format="ISO8601", utc=True, errors="coerce")'
_REQUEST = 'run_key=f"{day}-{content}"'

LOADING = (
    Misconception(
        id="report_in_the_daily_job",
        title="일별과 주별을 한 잡에 넣음",
        criterion="loads",
        explanation="한 잡의 자산은 파티션 정의가 같아야 합니다. 주별 보고서는 잡이 아니라 자동화 조건이 부릅니다.",
        edits=_in("sensors.py", ("import cleaned_page_views, raw_page_views", "import cleaned_page_views, raw_page_views, weekly_page_report"),
                  ("selection=[raw_page_views, cleaned_page_views]", "selection=[raw_page_views, cleaned_page_views, weekly_page_report]")),
    ),
    Misconception(
        id="sunday_weeks",
        title="주가 일요일에 시작함",
        criterion="days_and_weeks",
        explanation="WeeklyPartitionsDefinition은 따로 정하지 않으면 일요일에 시작합니다. day_offset=1이 월요일입니다.",
        edits=_in("partitions.py", ("WeeklyPartitionsDefinition(FIRST_DAY, day_offset=1)", "WeeklyPartitionsDefinition(FIRST_DAY)")),
    ),
)

DAYS = (
    Misconception(
        id="folder_in_code",
        title="도착 폴더를 코드에 적음",
        criterion="raw_reads_its_file",
        explanation="폴더를 코드에 적으면 테스트도 운영도 그 폴더만 봅니다. 리소스 landing의 path에서 읽으세요.",
        edits=_in("assets.py", ('pd.read_csv(landing.path / f"views-', 'pd.read_csv(f"blog/landing/views-')),
    ),
    Misconception(
        id="timezone_cut_off",
        title="시간대를 옮기지 않고 떼어 냄",
        criterion="raw_reads_its_file",
        explanation="2024-02-29T09:30:00+09:00은 UTC로 0시 30분입니다. 시간대를 떼기만 하면 아홉 시간 뒤의 일이 되고, 어떤 행은 다른 날의 것이 됩니다.",
        edits=_in("assets.py", (_READ_TIME, _READ_TIME.replace('lines["timestamp"]', 'lines["timestamp"].str.replace(r"[+-]\\d\\d:\\d\\d$", "", regex=True)'))),
    ),
    Misconception(
        id="bad_row_stops_the_day",
        title="읽을 수 없는 행 하나에 하루가 멈춤",
        criterion="raw_rejects_bad_rows",
        explanation="시각 하나를 읽지 못해 예외가 나고 하루를 모두 잃습니다. 그 행만 버리고 몇 행인지 기록하세요.",
        edits=_in("assets.py", ('errors="coerce"', 'errors="raise"')),
    ),
    Misconception(
        id="rejected_rows_not_counted",
        title="버린 행을 세지 않음",
        criterion="raw_rejects_bad_rows",
        explanation="버린 행이 몇인지 아무도 모릅니다. 보내는 쪽이 시각의 모양을 바꾼 날에는 모든 행이 조용히 사라집니다.",
        edits=_in("assets.py", (', "rejected_rows": len(lines) - len(raw)}', "}")),
    ),
    Misconception(
        id="dedupe_before_bots",
        title="중복을 먼저 없애고 봇을 뺌",
        criterion="cleaned_follows_rules",
        explanation="봇의 행이 먼저이면 그 행만 남았다가 봇이라고 빠집니다. 사람이 본 행까지 잃습니다. 봇을 먼저 빼세요.",
        edits=_in("assets.py",
                  ("raw_page_views[~is_bot].sort_values", "raw_page_views.sort_values"),
                  ('keep="first").reset_index(drop=True)\n', 'keep="first")\n    cleaned = cleaned[~is_bot.reindex(cleaned.index)].reset_index(drop=True)\n')),
    ),
    Misconception(
        id="only_lowercase_bot",
        title="bot의 대소문자를 가림",
        criterion="cleaned_follows_rules",
        explanation="SEOBOT처럼 대문자로 적은 봇이 사람으로 남습니다.",
        edits=_in("assets.py", ("case=False", "case=True")),
    ),
)

SENSOR = (
    Misconception(
        id="name_only_contains",
        title="이름에 views-<날>.csv가 들어 있기만 하면 들임",
        criterion="sensor_requests_each_day",
        explanation="쓰는 중인 views-2024-05-03.csv.tmp도, 숨은 파일도 그날의 파일이 됩니다. 이름 전체가 맞아야 합니다(fullmatch).",
        edits=_in("sensors.py", ("FILE_NAME.fullmatch", "FILE_NAME.search")),
    ),
    Misconception(
        id="one_day_a_tick",
        title="틱마다 하루만 요청함",
        criterion="sensor_requests_each_day",
        explanation="함께 도착한 날들 가운데 하루만 요청하고 나머지도 보았다고 기억합니다. 나머지 날은 영영 돌지 않습니다.",
        edits=_in("sensors.py", ("run_requests=requests,", "run_requests=requests[:1],")),
    ),
    Misconception(
        id="mtime_is_content",
        title="수정 시각이 바뀌면 새것으로 봄",
        criterion="sensor_goes_by_content",
        explanation="백업이나 복사가 시각만 바꾸어도 모든 날이 다시 돕니다. 시각이 아니라 내용의 해시를 견주세요.",
        edits=_in("sensors.py", ("if seen.get(day) != content:\n            seen[day] = content",
                                 "moment = str(path.stat().st_mtime_ns)\n        if seen.get(day) != moment:\n            seen[day] = moment")),
    ),
    Misconception(
        id="module_memory",
        title="본 것을 모듈의 변수에 기억함",
        criterion="sensor_goes_by_content",
        explanation="코드 서버가 다시 뜨면 변수는 비고, 모든 날을 다시 요청합니다. 틱 사이의 기억은 커서에 담으세요.",
        edits=_in("sensors.py", ("@dg.sensor(", "SEEN: dict[str, str] = {}\n\n\n@dg.sensor("),
                  ("seen, requests = read_cursor(context.cursor), []", "seen, requests = SEEN, []\n    if not context.cursor:\n        seen.clear()"),
                  ("cursor=json.dumps(seen)", 'cursor=json.dumps({"기억": "모듈에 있음"})')),
    ),
    Misconception(
        id="run_key_of_content_only",
        title="run_key가 내용의 해시뿐임",
        criterion="run_key_is_day_and_content",
        explanation="조회가 없는 두 날의 파일은 머리글뿐이라 내용이 같습니다. 둘째 날의 요청은 이미 쓴 키라서 실행되지 않고, 그 주는 영영 다 모이지 않습니다.",
        edits=_in("sensors.py", (_REQUEST, "run_key=content")),
    ),
    Misconception(
        id="run_key_of_day_only",
        title="run_key가 날뿐임",
        criterion="run_key_is_day_and_content",
        explanation="고친 파일이 와도 그날의 키는 이미 썼습니다. 요청은 나오는데 런은 시작되지 않습니다.",
        edits=_in("sensors.py", (_REQUEST, "run_key=day")),
    ),
    Misconception(
        id="trusts_the_cursor",
        title="커서가 늘 멀쩡하다고 믿음",
        criterion="starts_over",
        explanation="망가진 커서를 읽다가 틱이 예외로 끝납니다. 커서는 그대로이므로 다음 틱도 같은 자리에서 멈춥니다.",
        edits=_in("sensors.py", ("except (ValueError, AttributeError):", "except KeyError:")),
    ),
)

WEEK = (
    Misconception(
        id="check_does_not_block",
        title="검사가 실패해도 멈추지 않음",
        criterion="blocking_check_stops_bad_day",
        explanation="검사는 빨갛지만 다운스트림은 그대로 만들어집니다. 다른 날의 행이 보고서까지 갑니다. 검사의 정의에 blocking=True를 적으세요.",
        edits=_in("checks.py", ('asset="raw_page_views", blocking=True,', 'asset="raw_page_views",')),
    ),
    Misconception(
        id="raw_hides_other_days",
        title="raw가 다른 날의 행을 말없이 버림",
        criterion="blocking_check_stops_bad_day",
        explanation="검사가 볼 행이 남지 않아 언제나 통과합니다. 보내는 쪽이 고장 났다는 것을 아무도 모릅니다.",
        edits=_in("assets.py", ("[readable].reset_index", "[readable & (moments.dt.strftime(\"%Y-%m-%d\") == context.partition_key)].reset_index")),
    ),
    Misconception(
        id="last_second_is_tomorrow",
        title="하루가 23:59:59에 끝난다고 봄",
        criterion="blocking_check_stops_bad_day",
        explanation="23:59:59.999999의 행을 다른 날의 것으로 보아 멀쩡한 하루가 멈춥니다. 끝은 “다음 날 0시보다 앞”으로 적으세요.",
        edits=_in("checks.py", ("pd.Timedelta(days=1)", "pd.Timedelta(days=1) - pd.Timedelta(seconds=1)"), ('raw["timestamp"] >= end', 'raw["timestamp"] > end')),
    ),
    Misconception(
        id="does_not_wait_for_the_week",
        title="빠진 날을 기다리지 않음",
        criterion="report_waits_for_the_week",
        explanation="보고서가 없으면 곧바로 요청합니다. 엿새뿐인 주의 런은 실패하거나, 더 나쁘게는 엿새의 보고서를 냅니다.",
        edits=_in("assets.py", ("dg.AutomationCondition.eager()", "dg.AutomationCondition.missing() & dg.AutomationCondition.in_latest_time_window()")),
    ),
    Misconception(
        id="waits_for_a_cron",
        title="시각만 보고 요청함",
        criterion="report_waits_for_the_week",
        explanation="on_cron은 그 시각이 지나고 업스트림이 하루라도 새로 만들어졌으면 요청합니다. 이레가 다 모였는지는 보지 않습니다.",
        edits=_in("assets.py", ("dg.AutomationCondition.eager()", 'dg.AutomationCondition.on_cron("0 3 * * 1")')),
    ),
    Misconception(
        id="made_once_and_forgotten",
        title="빠진 주만 채움",
        criterion="report_follows_corrections",
        explanation="on_missing은 한 번 만든 주를 다시 보지 않습니다. 고친 하루는 보고서에 나타나지 않습니다.",
        edits=_in("assets.py", ("dg.AutomationCondition.eager()", "dg.AutomationCondition.on_missing()")),
    ),
    Misconception(
        id="midnight_session_twice",
        title="자정을 넘긴 세션을 두 번 셈",
        criterion="report_counts_the_week",
        explanation="하루씩 중복을 없애도 자정 앞뒤의 두 행은 남습니다. 이레를 이어 붙인 다음 다시 없애세요.",
        edits=_in("assets.py", ('week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"], keep="first")',
                                'week.sort_values("timestamp", kind="stable")')),
    ),
    Misconception(
        id="visits_are_visitors",
        title="조회를 방문자로 셈",
        criterion="report_counts_the_week",
        explanation="이틀 온 사람은 두 명이 아닙니다. 서로 다른 user_id를 세세요(nunique).",
        edits=_in("assets.py", ('("user_id", "nunique")', '("user_id", "count")')),
    ),
    Misconception(
        id="rank_with_gaps",
        title="동점 뒤의 순위를 건너뜀",
        criterion="report_counts_the_week",
        explanation="2위가 넷이면 다음은 6위가 아니라 3위입니다. rank의 method는 dense입니다.",
        edits=_in("assets.py", ('method="dense"', 'method="min"')),
    ),
    Misconception(
        id="kept_in_memory",
        title="값을 메모리에만 둠",
        criterion="report_counts_the_week",
        explanation="mem_io_manager의 값은 런과 함께 사라집니다. 보고서의 런은 앞선 이레를 읽지 못합니다.",
        edits=_in("definitions.py", ('ParquetIOManager(base_path="storage/capstone")', "dg.mem_io_manager"),
                  ("from course_lib.io_managers import ParquetIOManager\n", "")),
    ),
    Misconception(
        id="warning_is_an_error",
        title="경고를 오류로 적음",
        criterion="warns_of_few_views",
        explanation="심각도를 적지 않으면 ERROR입니다. 조용한 주마다 빨간 불이 켜지면 진짜 오류도 아무도 보지 않게 됩니다.",
        edits=_in("checks.py", ("severity=dg.AssetCheckSeverity.WARN, ", "")),
    ),
    Misconception(
        id="counts_pages_for_views",
        title="조회 대신 글의 수를 셈",
        criterion="warns_of_few_views",
        explanation="보고서의 행 하나는 글 하나입니다. 조회는 views를 더해야 나옵니다.",
        edits=_in("checks.py", ('int(report["views"].sum())', "len(report)")),
    ),
    Misconception(
        id="keeps_the_later_view",
        title="한 주에서는 늦은 쪽을 남김",
        criterion="week_matches_reference",
        explanation="자정 앞에는 로그인하지 않았고 뒤에는 한 세션이라면, 남기는 것은 이른 쪽(모르는 사람)의 행입니다.",
        edits=_in("assets.py", ('week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"], keep="first")',
                                'week.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"], keep="last")')),
    ),
    Misconception(
        id="num_rows_of_the_input",
        title="입력의 행 수를 기록함",
        criterion="describes_assets",
        explanation="num_rows는 그 자산이 낸 표의 행 수입니다. 입력의 행 수를 적으면 봇이 몰린 날을 그래프에서 볼 수 없습니다.",
        edits=_in("assets.py", ('metadata={"num_rows": len(cleaned)}', 'metadata={"num_rows": len(raw_page_views)}')),
    ),
)

TESTS = (
    Misconception(
        id="tests_count_requests_only",
        title="요청의 수만 세는 테스트",
        criterion="learner_tests_catch_bugs",
        explanation="요청이 둘이어도 run_key가 같으면 하나만 실행됩니다. 수가 아니라 키를 견주세요.",
        edits=_in("test_capstone.py", ("assert len(set(keys(tick(landing)))) == 2", "assert len(keys(tick(landing))) == 2")),
    ),
)

MISCONCEPTIONS = (*LOADING, *DAYS, *SENSOR, *WEEK, *TESTS)

# 학습자의 테스트가 잡아야 하는 실수. 센서, 하루, 검사, 보고서, 자동화 조건에서 하나씩은 있다.
TESTS_MUST_CATCH = (
    "mtime_is_content", "run_key_of_content_only", "trusts_the_cursor", "name_only_contains", "bad_row_stops_the_day", "dedupe_before_bots",
    "check_does_not_block", "last_second_is_tomorrow", "midnight_session_twice", "warning_is_an_error", "made_once_and_forgotten",
)
