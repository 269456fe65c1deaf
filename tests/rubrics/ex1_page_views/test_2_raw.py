"""raw_page_views: 모양, 되풀이해도 같음, 다음 자산들에 필요한 행."""

from course_lib.grading.cells import kind_of
from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame

from .tables import VIEW_COLUMNS


@criterion("raw_page_views가 업스트림 없이 표를 낸다", points=2, after="loads")
def test_raw_is_defined(submission):
    """파이프라인의 첫 자산은 다른 자산 없이 홀로 계산됩니다."""
    expect_equal(submission.facts().asset("raw_page_views").deps, (), "raw_page_views의 업스트림")
    expect(len(submission.call("raw_page_views").frame) > 0, "raw_page_views에 행이 없습니다.")


@criterion("raw_page_views의 열과 자료형이 맞다", points=3, after="raw_is_defined")
def test_raw_has_schema(submission):
    """다음 자산은 이 다섯 열을 믿고 씁니다. 시각은 글자가 아니라 시각이어야 견주고 정렬할 수 있습니다."""
    frame = submission.call("raw_page_views").frame
    expect_equal(sorted(frame.columns), sorted(VIEW_COLUMNS), "raw_page_views의 열")
    for name in VIEW_COLUMNS:
        kind = kind_of(frame[name].dropna())
        wanted = "시각(datetime" if name == "timestamp" else "글자(str)"
        expect(kind.startswith(wanted), f"열 {name}의 자료형이 {kind}입니다. {wanted.rstrip(')')})이어야 합니다.", shown=frame.head(5))
    for name in ("page_url", "timestamp", "session_id"):
        expect(frame[name].notna().all(), f"열 {name}에 빈 값이 있습니다.", shown=frame[frame[name].isna()].head(5))


@criterion("raw_page_views는 부를 때마다 같다", points=3, after="raw_is_defined")
def test_raw_is_repeatable(submission):
    """입력이 늘 같아야, 결과가 달라졌을 때 코드가 바뀐 탓임을 알 수 있습니다. 새 프로세스에서도 같아야 합니다."""
    first = submission.call("raw_page_views").frame
    expect_frame(submission.call("raw_page_views"), first, message="두 번째로 불렀을 때 다른 행이 나왔습니다.")
    submission.restart()
    expect_frame(submission.call("raw_page_views"), first, message="새 프로세스에서 불렀을 때 다른 행이 나왔습니다.")


@criterion("raw_page_views에 연습에 필요한 행이 있다", points=3, after="raw_has_schema")
def test_raw_has_needed_rows(submission):
    """봇, 중복, 빠진 값이 데이터에 있어야 다음 자산이 그것을 제대로 다루는지 볼 수 있습니다."""
    frame = submission.call("raw_page_views").frame
    expect(len(frame) >= 50, f"행이 {len(frame)}개입니다. 50개 이상이어야 합니다.")
    spellings = sorted(set(frame["user_agent"].dropna().str.findall("(?i)bot").explode().dropna()))
    expect(len(spellings) >= 2, "봇의 user_agent에서 bot의 대소문자가 두 가지 이상이어야 합니다. 지금 있는 것:", shown=spellings)
    expect(frame.duplicated(["session_id", "page_url"]).any(), "한 세션에서 같은 글을 두 번 본 행이 없습니다.")
    expect(frame["user_agent"].isna().any(), "user_agent가 없는 행이 없습니다.")
