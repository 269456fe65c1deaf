"""page_popularity: 페이지마다 서로 다른 방문자의 수와 순위."""

import pandas as pd

from course_lib.grading.cells import kind_of
from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame

from .generated import generated_views
from .tables import CHROME, IPHONE, PLAIN_VIEWS, POPULARITY_COLUMNS, counted, ranked, views


def rank_pages(submission, cleaned):
    return submission.call("page_popularity", {"cleaned_page_views": cleaned})


def visitors(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["page_url", "unique_visitors"])


def numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """몇 번째 행인지 적는다."""
    return frame.assign(row=range(1, len(frame) + 1))


def ranks(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["page_url", "rank"])


@criterion("page_popularity가 cleaned_page_views를 받아 표를 낸다", points=2, after="loads")
def test_popularity_is_defined(submission):
    """순위는 정리한 데이터에서 나와야 합니다. 날것에서 바로 계산하면 봇과 중복이 순위에 들어갑니다."""
    expect_equal(submission.facts().asset("page_popularity").deps, ("cleaned_page_views",), "page_popularity의 업스트림")
    one = views(("/a", "u01", "09:00", "s1", CHROME))
    expect_frame(counted(rank_pages(submission, one)), visitors(("/a", 1)))


RETURNING_VISITORS = views(
    ("/a", "u01", "09:00", "s1", CHROME),
    # u01이 저녁에 전화기로 다시 왔다.
    ("/a", "u01", "21:00", "s2", IPHONE),
    ("/a", "u02", "21:10", "s3", CHROME),
    ("/b", "u01", "09:05", "s1", CHROME),
    ("/b", "u01", "21:05", "s2", IPHONE),
)


@criterion("서로 다른 방문자를 센다", points=4, after="popularity_is_defined")
def test_counts_distinct_visitors(submission):
    """한 사람이 여러 번 와도 한 명입니다. 조회 수나 세션 수와는 다른 값입니다."""
    expect_frame(counted(rank_pages(submission, RETURNING_VISITORS)), visitors(("/a", 2), ("/b", 1)))


UNKNOWN_VISITORS = views(
    ("/a", "u01", "09:00", "s1", CHROME),
    ("/a", None, "09:05", "s2", CHROME),
    ("/b", None, "09:10", "s2", CHROME),
    ("/b", None, "09:15", "s3", CHROME),
)


@criterion("모르는 방문자는 세지 않고, 그 페이지는 남긴다", points=3, after="counts_distinct_visitors")
def test_keeps_pages_without_known_visitors(submission):
    """로그인하지 않은 사람이 몇 명인지는 알 수 없습니다. 그런 조회뿐인 페이지는 0명으로 남습니다."""
    expect_frame(counted(rank_pages(submission, UNKNOWN_VISITORS)), visitors(("/a", 1), ("/b", 0)))


# 방문자 수: /e 3명, /b와 /c와 /f 2명, /a와 /d 1명
TIED_PAGES = views(
    ("/d", "u01", "09:00", "s1", CHROME),
    ("/c", "u01", "09:01", "s1", CHROME),
    ("/c", "u02", "09:02", "s2", CHROME),
    ("/f", "u01", "09:03", "s1", CHROME),
    ("/f", "u02", "09:04", "s2", CHROME),
    ("/b", "u01", "09:05", "s1", CHROME),
    ("/b", "u02", "09:06", "s2", CHROME),
    ("/a", "u01", "09:07", "s1", CHROME),
    ("/e", "u01", "09:08", "s1", CHROME),
    ("/e", "u02", "09:09", "s2", CHROME),
    ("/e", "u03", "09:10", "s3", CHROME),
)
TIED_RANKS = ranks(("/e", 1), ("/b", 2), ("/c", 2), ("/f", 2), ("/a", 3), ("/d", 3))


@criterion("많은 쪽이 1위이고, 동점은 순위를 나누며 건너뛰지 않는다", points=4, after="popularity_is_defined")
def test_ranks_densely(submission):
    """2위가 셋이어도 다음은 5위가 아니라 3위입니다(dense)."""
    expect_frame(ranked(rank_pages(submission, TIED_PAGES)), TIED_RANKS)


@criterion("순위, 페이지 이름의 차례로 놓는다", points=2, after="ranks_densely")
def test_orders_rows(submission):
    """차례가 정해져 있어야 어제의 표와 오늘의 표를 나란히 놓고 볼 수 있습니다."""
    expect_frame(numbered(ranked(rank_pages(submission, TIED_PAGES))), numbered(TIED_RANKS), ordered=True,
                 message="행의 차례가 다릅니다. rank의 오름차순, 같으면 page_url의 오름차순입니다.")


@criterion("page_popularity의 열과 자료형이 맞다", points=2, after="popularity_is_defined")
def test_popularity_has_schema(submission):
    """표를 쓰는 쪽은 page_url, unique_visitors, rank 세 열만 기대합니다. 사람 수와 순위는 정수입니다."""
    frame = rank_pages(submission, PLAIN_VIEWS).frame
    expect_equal(sorted(frame.columns), sorted(POPULARITY_COLUMNS), "page_popularity의 열")
    for name in ("unique_visitors", "rank"):
        expect(kind_of(frame[name]) == "정수(int)", f"열 {name}의 자료형이 {kind_of(frame[name])}입니다. 정수여야 합니다.", shown=frame)


@criterion("조회가 없으면 빈 표를 낸다", points=2, after="popularity_is_defined")
def test_popularity_handles_empty(submission):
    """조회가 하나도 없는 날에도 열은 그대로여야 이 표를 읽는 쪽이 멈추지 않습니다."""
    frame = rank_pages(submission, PLAIN_VIEWS.head(0)).frame
    expect_equal(sorted(set(POPULARITY_COLUMNS) - set(frame.columns)), [], "빈 결과에 없는 열")
    expect_equal(len(frame), 0, "빈 결과의 행 수")


@criterion("page_popularity도 입력 표를 바꾸지 않는다", points=1, after="popularity_is_defined")
def test_popularity_leaves_input_alone(submission):
    """입력은 읽기만 합니다. 같은 표를 다른 자산도 볼 수 있습니다."""
    after = rank_pages(submission, UNKNOWN_VISITORS).inputs_after["cleaned_page_views"]
    expect_frame(after, UNKNOWN_VISITORS, ordered=True, message="page_popularity를 계산한 뒤에 입력 표가 달라졌습니다.")


@criterion("큰 데이터에서도 순위가 맞는다", points=5, hidden=True,
           after=["keeps_pages_without_known_visitors", "orders_rows", "popularity_has_schema", "popularity_handles_empty",
                  "popularity_leaves_input_alone"])
def test_popularity_matches_reference(submission, reference):
    """작은 표에서 맞은 규칙들이, 페이지와 동점이 많은 데이터에서도 함께 맞는지 봅니다."""
    cleaned = generated_views(seed=2)
    expect_frame(rank_pages(submission, cleaned), rank_pages(reference, cleaned).frame, ordered=True)
