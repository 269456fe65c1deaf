"""cleaned_page_views: 연습 1의 규칙을 하루에 대해."""

from course_lib.grading.rubric import criterion, expect_equal, expect_frame

from .tables import GOOGLEBOT, VIEW_COLUMNS, pages_and_times, views

DAY = "2024-01-15"
PLAIN_VIEWS = views(("/가", "u01", "2024-01-15 09:00", "s1"), ("/나", None, "2024-01-15 12:00", "s2"))


def clean(submission, raw):
    return submission.call("cleaned_page_views", {"raw_page_views": raw}, partition_key=DAY)


@criterion("cleaned_page_views가 raw_page_views를 받아 표를 낸다", points=1, after="raw_reads_its_day")
def test_cleaned_is_defined(submission):
    """파티션이 같은 두 자산은 같은 날끼리 이어집니다. 어느 날의 raw를 읽을지 적지 않아도 됩니다."""
    expect_equal(submission.facts().asset("cleaned_page_views").deps, ("raw_page_views",), "cleaned_page_views의 업스트림")
    expect_frame(pages_and_times(clean(submission, PLAIN_VIEWS)), PLAIN_VIEWS[["page_url", "timestamp"]])


MESSY_VIEWS = views(
    ("/가", "u01", "2024-01-15 09:30", "s1"),
    ("/가", "u01", "2024-01-15 09:00", "s1"),
    ("/나", "u01", "2024-01-15 09:40", "s1"),
    ("/가", None, "2024-01-15 10:00", "s2", None),
    ("/가", None, "2024-01-15 10:10", "s3", "Mozilla/5.0 (compatible; AhrefsBot/7.0)"),
    ("/나", "u02", "2024-01-15 11:00", "s4", GOOGLEBOT),
    ("/나", "u02", "2024-01-15 11:10", "s4"),
)
CLEANED = views(
    ("/가", "u01", "2024-01-15 09:00", "s1"),
    ("/나", "u01", "2024-01-15 09:40", "s1"),
    ("/가", None, "2024-01-15 10:00", "s2", None),
    ("/나", "u02", "2024-01-15 11:10", "s4"),
)


@criterion("연습 1의 규칙으로 정리한다", points=3, after="cleaned_is_defined")
def test_cleaned_follows_rules(submission):
    """봇을 먼저 빼고, (세션, 글)마다 가장 이른 한 행만 남깁니다. 열과 시각의 자료형은 그대로입니다."""
    expect_frame(clean(submission, MESSY_VIEWS), CLEANED)
    aware = MESSY_VIEWS.assign(timestamp=MESSY_VIEWS["timestamp"].dt.tz_localize("UTC"))
    expect_frame(clean(submission, aware), CLEANED.assign(timestamp=CLEANED["timestamp"].dt.tz_localize("UTC")))


@criterion("입력 표를 바꾸지 않는다", points=1, after="cleaned_is_defined")
def test_cleaned_leaves_input_alone(submission):
    """입력은 읽기만 합니다. 파일에서 읽을 때는 드러나지 않다가 메모리에서 값을 주고받을 때 드러나는 실수입니다."""
    after = clean(submission, MESSY_VIEWS).inputs_after["raw_page_views"]
    expect_frame(after, MESSY_VIEWS, ordered=True, message="cleaned_page_views를 계산한 뒤에 입력 표가 달라졌습니다.")


@criterion("빈 날도 정리한다", points=1, after="cleaned_follows_rules")
def test_cleaned_handles_empty(submission):
    """기록이 빈 날도, 봇만 다녀간 날도 있습니다. 열이 같은 빈 표를 냅니다."""
    for raw in (MESSY_VIEWS.head(0), MESSY_VIEWS.loc[[5]]):
        frame = clean(submission, raw).frame
        expect_equal(sorted(set(VIEW_COLUMNS) - set(frame.columns)), [], "빈 결과에 없는 열")
        expect_equal(len(frame), 0, "빈 결과의 행 수")
