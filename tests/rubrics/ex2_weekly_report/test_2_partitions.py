"""파티션: 하루는 UTC의 하루, 한 주는 월요일부터 일요일까지."""

from course_lib.grading.rubric import criterion, expect, expect_equal


def _windows(submission, asset: str, *keys: str) -> dict[str, str]:
    """2024년 6월 1일 0시에 있는 파티션의 시간 창: `2024-02-29 00:00 ~ 2024-03-01 00:00 (UTC)`."""
    facts = submission.partitions(asset, keys)
    expect(facts.partitioned, f"{asset}에 파티션이 없습니다. @dg.asset의 partitions_def를 적으세요.")
    return {key: f"{_minute(start)} ~ {_minute(end)} (UTC)" for key, (start, end) in facts.windows.items()}


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


@criterion("raw_page_views는 2024-01-01부터 하루(UTC)씩이다", points=3, after="loads")
def test_daily_partitions(submission):
    """하루의 경계가 어긋나면 어느 날의 조회가 다른 날에 들어갑니다. 아직 끝나지 않은 날은 파티션이 아닙니다."""
    windows = _windows(submission, "raw_page_views", "2024-02-29", "2024-05-31", "2024-06-01")
    expect_equal(submission.partitions("raw_page_views").first, ("2024-01-01", "2024-01-02", "2024-01-03"), "raw_page_views의 첫 파티션들")
    expect_equal(windows.get("2024-02-29"), "2024-02-29 00:00 ~ 2024-03-01 00:00 (UTC)", "파티션 2024-02-29의 시간 창")
    expect("2024-05-31" in windows, "2024-06-01 0시에 어제(2024-05-31)의 파티션이 없습니다. end_offset을 빼세요.")
    expect("2024-06-01" not in windows, "2024-06-01 0시에 오늘의 파티션이 벌써 있습니다. end_offset을 빼세요.")


@criterion("두 일별 자산이 같은 파티션 정의를 쓴다", points=2, after="daily_partitions")
def test_one_daily_definition(submission):
    """정의가 둘이면 한쪽만 고치는 날이 옵니다. partitions.py의 daily 하나를 함께 씁니다."""
    facts = submission.partitions("cleaned_page_views")
    expect(facts.partitioned, "cleaned_page_views에 파티션이 없습니다. @dg.asset의 partitions_def를 적으세요.")
    expect("raw_page_views" in facts.shared_with,
           "cleaned_page_views와 raw_page_views의 파티션 정의가 서로 다른 객체입니다. 하나를 만들어 함께 쓰세요.")


@criterion("weekly_page_report는 월요일에 시작하는 한 주씩이다", points=3, after="loads")
def test_weekly_partitions(submission):
    """Dagster의 주는 따로 정하지 않으면 일요일에 시작합니다. 그러면 2024-01-01(월)부터 엿새는 어느 주에도 들지 못합니다."""
    windows = _windows(submission, "weekly_page_report", "2024-02-26", "2024-05-20", "2024-05-27")
    expect_equal(submission.partitions("weekly_page_report").first, ("2024-01-01", "2024-01-08", "2024-01-15"),
                 "weekly_page_report의 첫 파티션들")
    expect_equal(windows.get("2024-02-26"), "2024-02-26 00:00 ~ 2024-03-04 00:00 (UTC)", "파티션 2024-02-26의 시간 창")
    expect("2024-05-20" in windows, "2024-06-01에 지난주(2024-05-20)의 파티션이 없습니다. end_offset을 빼세요.")
    expect("2024-05-27" not in windows, "2024-06-01에 아직 끝나지 않은 주의 파티션이 벌써 있습니다. end_offset을 빼세요.")
