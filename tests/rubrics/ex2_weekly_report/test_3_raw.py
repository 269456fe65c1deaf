"""raw_page_views: 리소스가 준 기록에서 그날(UTC)의 행만."""

from course_lib.grading import stand_ins
from course_lib.grading.rubric import criterion, expect_equal, expect_frame

from .tables import VIEW_COLUMNS, pages_and_times, pages_at, read_raw, views

DAY = "2024-01-15"

TWO_DAYS = {
    DAY: views(("/가", "u01", "2024-01-15 09:00", "s1"), ("/나", None, "2024-01-15 12:00", "s2", None)),
    "2024-01-16": views(("/다", "u02", "2024-01-16 09:00", "s3")),
}


@criterion("raw_page_views가 그날의 기록을 읽는다", points=2, after="daily_partitions")
def test_raw_reads_its_day(submission):
    """어느 날을 읽을지는 파티션 키가 정합니다. 그래야 같은 코드로 어느 날이든 다시 만들 수 있습니다."""
    expect_equal(submission.facts().asset("raw_page_views").deps, (), "raw_page_views의 업스트림")
    resources = {"page_view_log": stand_ins.page_view_log(TWO_DAYS)}
    for day, log in TWO_DAYS.items():
        seen = submission.call("raw_page_views", partition_key=day, resources=resources)
        expect_equal(sorted(map(str, seen.frame.columns)), sorted(VIEW_COLUMNS), "raw_page_views의 열")
        expect_frame(pages_and_times(seen), log[["page_url", "timestamp"]])


NEIGHBOURS = views(
    ("/어제", "u01", "2024-01-14 23:59:59.999999", "s1"),
    ("/오늘", "u01", "2024-01-15 12:00", "s2"),
    ("/내일", "u01", "2024-01-16 00:00", "s3"),
    ("/내일", "u01", "2024-01-16 00:10", "s3"),
)


@criterion("이웃한 날의 행을 남기지 않는다", points=3, after="raw_reads_its_day")
def test_raw_drops_neighbours(submission):
    """기록에는 어제와 내일의 행이 섞여 있습니다. 남겨 두면 같은 조회가 두 날에 들어갑니다. 24:00은 다음 날입니다."""
    expect_frame(pages_and_times(read_raw(submission, DAY, NEIGHBOURS)), pages_at(("/오늘", "2024-01-15 12:00")))


EDGES = views(
    ("/첫-순간", "u01", "2024-01-15 00:00", "s1"),
    ("/낮", "u01", "2024-01-15 12:00", "s2"),
    ("/마지막-1초", "u01", "2024-01-15 23:59:59", "s3"),
    ("/마지막-순간", "u01", "2024-01-15 23:59:59.999999", "s4"),
)


@criterion("하루의 첫 순간부터 마지막 순간까지 남긴다", points=2, after="raw_reads_its_day")
def test_raw_keeps_whole_day(submission):
    """끝을 23:59:59로 적으면 마지막 1초 사이의 조회가 어느 날에도 들지 못합니다."""
    expect_frame(pages_and_times(read_raw(submission, DAY, EDGES)), EDGES[["page_url", "timestamp"]])


MONTH_ENDS = {
    "2024-02-29": views(("/윤날", "u01", "2024-02-29 23:30", "s1")),
    "2024-12-31": views(("/그믐", "u01", "2024-12-31 23:30", "s2")),
}


@criterion("달의 끝에서도 하루를 안다", points=1, after="raw_reads_its_day")
def test_raw_handles_month_ends(submission):
    """날짜의 숫자에 1을 더한 것이 다음 날은 아닙니다. 2월 29일과 12월 31일이 있습니다."""
    for day, log in MONTH_ENDS.items():
        expect_frame(pages_and_times(read_raw(submission, day, log)), log[["page_url", "timestamp"]])


SEOUL = views(
    ("/어제", "u01", "2024-01-15 08:59:59", "s1"),
    ("/아침", "u01", "2024-01-15 09:00", "s2"),
    ("/저녁", "u01", "2024-01-15 20:00", "s3"),
    ("/다음-날-아침", "u01", "2024-01-16 08:30", "s4"),
    ("/내일", "u01", "2024-01-16 09:00", "s5"),
    timezone="Asia/Seoul",
)
# 서울의 시각은 UTC보다 아홉 시간 빠르다.
SEOUL_IN_UTC = pages_at(("/아침", "2024-01-15 00:00"), ("/저녁", "2024-01-15 11:00"), ("/다음-날-아침", "2024-01-15 23:30"))


@criterion("시간대가 있는 시각은 UTC로 옮겨서 본다", points=4, after=["raw_drops_neighbours", "raw_keeps_whole_day"])
def test_raw_converts_to_utc(submission):
    """서울의 15일 아침 8시 59분은 UTC로는 아직 14일입니다. 시간대를 그냥 떼면 아홉 시간이 어긋납니다."""
    expect_frame(pages_and_times(read_raw(submission, DAY, SEOUL)), SEOUL_IN_UTC)
    in_utc = NEIGHBOURS.assign(timestamp=NEIGHBOURS["timestamp"].dt.tz_localize("UTC"))
    expect_frame(pages_and_times(read_raw(submission, DAY, in_utc)), pages_at(("/오늘", "2024-01-15 12:00")))


@criterion("기록이 빈 날도 구체화한다", points=1, after="raw_reads_its_day")
def test_raw_handles_empty_log(submission):
    """손님이 없는 날에도 열이 같은 빈 표가 있어야, 아직 구체화하지 않은 날과 구별됩니다."""
    frame = read_raw(submission, DAY, NEIGHBOURS.head(0)).frame
    expect_equal(sorted(set(VIEW_COLUMNS) - set(frame.columns)), [], "빈 결과에 없는 열")
    expect_equal(len(frame), 0, "빈 결과의 행 수")
