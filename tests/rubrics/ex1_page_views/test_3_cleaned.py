"""cleaned_page_views: 봇을 빼고, 세션과 글마다 처음 본 한 행만 남긴다."""

from course_lib.grading.rubric import criterion, expect_equal, expect_frame

from .generated import generated_views
from .tables import CHROME, GOOGLEBOT, IPHONE, PLAIN_VIEWS, VIEW_COLUMNS, left, only, remaining, views


def clean(submission, raw):
    return submission.call("cleaned_page_views", {"raw_page_views": raw})


@criterion("cleaned_page_views가 raw_page_views를 받아 표를 낸다", points=2, after="loads")
def test_cleaned_is_defined(submission):
    """업스트림을 매개변수로 받아야 Dagster가 계보를 알고, 저장해 둔 값을 넣어 줄 수 있습니다."""
    expect_equal(submission.facts().asset("cleaned_page_views").deps, ("raw_page_views",), "cleaned_page_views의 업스트림")
    expect_frame(remaining(clean(submission, PLAIN_VIEWS)), left(("/글/가을-산책", "s1", "09:00"), ("/소개", "s2", "09:05")))


BOT_VIEWS = views(
    ("/a", "u01", "09:00", "s1", CHROME),
    ("/a", None, "09:01", "s2", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
    ("/a", None, "09:02", "s3", "Mozilla/5.0 (compatible; AhrefsBot/7.0)"),
    ("/a", None, "09:03", "s4", "SEMRUSHBOT"),
    ("/a", None, "09:04", "s5", "새싹Botchecker/1.0"),
    # 사람이 쓰는 전화기지만 규칙은 글자 그대로다.
    ("/a", "u02", "09:05", "s6", "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36"),
    # 봇이지만 bot이라는 글자가 없다.
    ("/a", None, "09:06", "s7", "Mozilla/5.0 (compatible; Yeti/1.1; +http://naver.me/spd)"),
    ("/a", "u03", "09:07", "s8", IPHONE),
)


@criterion("봇 트래픽을 제거한다", points=5, after="cleaned_is_defined")
def test_removes_bots(submission):
    """user_agent에 bot이 들어간 행은 대소문자와 상관없이, 낱말의 어느 자리에 있든 남지 않습니다."""
    expect_frame(remaining(clean(submission, BOT_VIEWS)), left(("/a", "s1", "09:00"), ("/a", "s7", "09:06"), ("/a", "s8", "09:07")))


UNKNOWN_VIEWS = views(
    ("/a", "u01", "09:00", "s1", None),
    ("/a", "u02", "09:01", "s2", CHROME),
    ("/b", "u03", "09:02", "s3", None),
)


@criterion("user_agent가 없는 행을 남긴다", points=3, after="cleaned_is_defined")
def test_keeps_unknown_agents(submission):
    """없다는 것은 모른다는 뜻이지 봇이라는 뜻이 아닙니다."""
    expect_frame(remaining(clean(submission, UNKNOWN_VIEWS)), left(("/a", "s1", "09:00"), ("/a", "s2", "09:01"), ("/b", "s3", "09:02")))


@criterion("user_agent가 모두 없어도 계산한다", points=2, after="keeps_unknown_agents")
def test_handles_all_agents_missing(submission):
    """한 열이 통째로 비면 그 열은 글자 열이 아닐 수 있습니다. 그런 날도 멈추지 않아야 합니다."""
    nobody_says = UNKNOWN_VIEWS.assign(user_agent=None)
    expect_frame(remaining(clean(submission, nobody_says)), left(("/a", "s1", "09:00"), ("/a", "s2", "09:01"), ("/b", "s3", "09:02")))


REPEATED_VIEWS = views(
    ("/a", "u01", "09:00", "s1", CHROME),
    ("/b", "u01", "09:02", "s1", CHROME),
    # 같은 기록이 두 번 도착했다.
    ("/b", "u01", "09:02", "s1", CHROME),
    ("/a", "u01", "09:04", "s1", CHROME),
    # 같은 사람이 저녁에 다시 왔다: 다른 세션이다.
    ("/a", "u01", "21:00", "s2", IPHONE),
    # 로그인하지 않은 두 사람이 같은 글을 봤다.
    ("/a", None, "21:10", "s3", IPHONE),
    ("/a", None, "21:20", "s4", CHROME),
)


@criterion("세션과 글마다 한 행만 남긴다", points=5, after="cleaned_is_defined")
def test_dedupes_session_page(submission):
    """중복인지는 session_id와 page_url 둘로 정합니다. 세션만 보면 이어서 읽은 글이, 사용자만 보면 다시 온 방문이 사라집니다."""
    expected = left(("/a", "s1", "09:00"), ("/b", "s1", "09:02"), ("/a", "s2", "21:00"), ("/a", "s3", "21:10"), ("/a", "s4", "21:20"))
    seen = remaining(clean(submission, REPEATED_VIEWS))
    # 어느 행을 남기는지는 다음 기준이 본다.
    expect_frame(seen[["page_url", "session_id"]], expected[["page_url", "session_id"]])


LATE_VIEWS = views(
    ("/a", "u01", "09:30", "s1", CHROME),
    ("/a", "u01", "09:10", "s1", CHROME),
    ("/a", "u01", "09:50", "s1", CHROME),
)


@criterion("가장 이른 조회를 남긴다", points=4, after="dedupes_session_page")
def test_keeps_earliest_view(submission):
    """기록은 늦게 도착하기도 합니다. 표에서 먼저 나온 행이 꼭 먼저 일어난 일은 아닙니다."""
    expect_frame(remaining(clean(submission, LATE_VIEWS)), left(("/a", "s1", "09:10")))


TIED_VIEWS = views(
    ("/a", "u01", "09:10", "s1", CHROME),
    ("/a", "u02", "09:00", "s1", IPHONE),
    ("/a", "u03", "09:00", "s1", CHROME),
)


@criterion("시각이 같으면 먼저 나온 행을 남긴다", points=2, after="keeps_earliest_view")
def test_breaks_ties_by_first_row(submission):
    """정하지 않은 동점은 실행할 때마다 다르게 풀릴 수 있습니다. 그래서 표에서 먼저 나온 행으로 정해 둡니다."""
    expect_frame(only(clean(submission, TIED_VIEWS), ["user_id"]), TIED_VIEWS.loc[[1], ["user_id"]])


MIXED_SESSION = views(
    ("/a", "u01", "09:00", "s1", GOOGLEBOT),
    ("/a", "u01", "09:10", "s1", CHROME),
)


@criterion("중복보다 봇을 먼저 제거한다", points=3, after=["removes_bots", "keeps_earliest_view"])
def test_filters_before_dedupe(submission):
    """중복부터 없애면 더 이른 봇의 행이 남고, 그 행마저 빠져 사람의 조회가 사라집니다."""
    expect_frame(remaining(clean(submission, MIXED_SESSION)), left(("/a", "s1", "09:10")))


@criterion("다섯 열과 시각의 자료형을 그대로 둔다", points=3, after="cleaned_is_defined")
def test_keeps_columns_and_types(submission):
    """다음 자산은 약속한 열만 기대합니다. 시간대가 있는 시각은 시간대가 있는 채로 나옵니다."""
    expect_frame(clean(submission, PLAIN_VIEWS), PLAIN_VIEWS)
    seoul = PLAIN_VIEWS.assign(timestamp=PLAIN_VIEWS["timestamp"].dt.tz_localize("Asia/Seoul"))
    expect_frame(clean(submission, seoul), seoul)


UNSORTED_VIEWS = views(
    ("/b", "u01", "09:30", "s1", CHROME),
    ("/a", None, "09:00", "s2", None),
    ("/a", "u02", "09:10", "s3", GOOGLEBOT),
)


@criterion("입력 표를 바꾸지 않는다", points=3, after="cleaned_is_defined")
def test_leaves_input_alone(submission):
    """메모리에서 값을 주고받으면 다른 자산도 같은 표를 봅니다. 파일에 저장할 때는 드러나지 않는 실수입니다."""
    after = clean(submission, UNSORTED_VIEWS).inputs_after["raw_page_views"]
    expect_frame(after, UNSORTED_VIEWS, ordered=True, message="cleaned_page_views를 계산한 뒤에 입력 표가 달라졌습니다.")


@criterion("비어 있거나 봇뿐인 입력도 계산한다", points=2, after="removes_bots")
def test_cleaned_handles_empty(submission):
    """손님이 없는 날도 있습니다. 그날은 열이 같은 빈 표가 나와야 다음 자산이 멈추지 않습니다."""
    only_bots = MIXED_SESSION.head(1)
    for raw in (PLAIN_VIEWS.head(0), only_bots):
        frame = clean(submission, raw).frame
        expect_equal(sorted(set(VIEW_COLUMNS) - set(frame.columns)), [], "빈 결과에 없는 열")
        expect_equal(len(frame), 0, "빈 결과의 행 수")


@criterion("큰 데이터에서도 규칙이 모두 지켜진다", points=5, hidden=True,
           after=["handles_all_agents_missing", "breaks_ties_by_first_row", "filters_before_dedupe", "keeps_columns_and_types",
                  "leaves_input_alone", "cleaned_handles_empty"])
def test_cleaned_matches_reference(submission, reference):
    """작은 표에서 맞은 규칙들이, 여러 날과 여러 세션이 섞인 데이터에서도 함께 맞는지 봅니다."""
    raw = generated_views(seed=1)
    expect_frame(clean(submission, raw), clean(reference, raw).frame)
