"""저장과 주별 보고서: 한 주를 백필하고, 빠뜨리고, 고치고, 비워 본다(`week.py`)."""

from course_lib.grading.cells import kind_of
from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame

from .tables import REPORT_COLUMNS, expected_figures, figures, only, pages_and_times, pages_at
from .week import (
    CORRECTED,
    EVERY_DAY,
    MIDNIGHT,
    MISSING,
    MISTAKEN,
    OFTEN,
    ONE_DAY,
    RETURNING,
    SAME_SESSION,
    SHARED,
    THREE,
    TWO_A,
    TWO_B,
    UNKNOWN,
    Week,
)

REPORT = "weekly_page_report"


def report(submission):
    """이레가 다 있는 주의 보고서."""
    return Week.of(submission).whole().value(REPORT)


def expect_figures(seen, column: str, values: dict[str, int]) -> None:
    expect_frame(figures(seen, column, list(values)), expected_figures(column, values))


@criterion("날마다 따로 저장하고 나중에 다시 읽는다", points=4, after=["cleaned_is_defined", "raw_handles_month_ends"])
def test_days_are_stored_apart(submission):
    """저장하는 자리에 파티션 키가 없으면 뒤에 만든 날이 앞의 날을 덮습니다. 메모리에만 두면 다음 프로세스는 읽지 못합니다."""
    for run in Week.of(submission).backfilled().values():
        run.value("cleaned_page_views")
    # 여드레를 모두 구체화한 뒤에, 저장해 둔 월요일의 raw로 월요일의 cleaned를 다시 만든다.
    seen = pages_and_times(Week.of(submission).read_back().value("cleaned_page_views"))
    # 정리하는 규칙은 앞에서 보았다. 여기서는 어느 날의 행인지만 본다.
    expect_frame(seen[seen["page_url"].isin([RETURNING, UNKNOWN, MIDNIGHT, SHARED])], pages_at(
        (RETURNING, "2024-02-26 11:00"), (UNKNOWN, "2024-02-26 11:10"), (MIDNIGHT, "2024-02-26 23:58"), (SHARED, "2024-02-26 23:59")),
        message="2024-02-26의 raw_page_views를 다시 읽어 cleaned_page_views를 만들었는데, 그날의 행이 아닙니다.")


@criterion("weekly_page_report가 cleaned_page_views를 받는다", points=1, after=["weekly_partitions", "days_are_stored_apart"])
def test_weekly_is_defined(submission):
    """업스트림은 일별, 이 자산은 주별입니다. 시간으로 나눈 파티션끼리는 Dagster가 알아서 그 주의 이레를 이어 줍니다."""
    expect_equal(submission.facts().asset(REPORT).deps, ("cleaned_page_views",), "weekly_page_report의 업스트림")
    failed = Week.of(submission).whole().fault
    if failed and failed.kind == "not_attempted":
        raise failed


@criterion("그 주의 이레를 빠짐없이, 그 주만 읽는다", points=3, after="weekly_is_defined")
def test_weekly_reads_seven_days(submission):
    """파일에 저장하는 IO 매니저는 이레를 {날짜: 표}로 건네줍니다. 이웃한 주의 날은 들어오지 않습니다."""
    expect_figures(report(submission), "views", {EVERY_DAY: 7})


@criterion("구체화하지 않은 날이 있으면 그 날을 말하며 실패한다", points=4, after="weekly_reads_seven_days")
def test_missing_day_fails(submission):
    """엿새로 만든 보고서는 이레로 만든 것과 똑같이 생겼습니다. 조용히 작아진 숫자보다 실패가 낫습니다."""
    run = Week.of(submission).without_thursday()
    if run.fault is None:
        value = run.value(REPORT)
        expect(False, f"{MISSING}의 cleaned_page_views가 없는데 보고서가 만들어졌습니다.", shown=value if value.type == "DataFrame" else None)
    expect(MISSING in run.error, f"실패하기는 했지만 빠진 날({MISSING})을 말하지 않습니다: {run.error[:200]}")


@criterion("조회를 센다", points=2, after="weekly_reads_seven_days")
def test_counts_views(submission):
    """세션이 다르면 다른 조회이고, 한 세션이 이어서 읽은 다른 글도 다른 조회입니다."""
    expect_figures(report(submission), "views", {ONE_DAY: 2, RETURNING: 3, SAME_SESSION: 1, UNKNOWN: 2})


@criterion("자정을 넘긴 세션은 한 주에 한 번만 센다", points=3, after="counts_views")
def test_counts_midnight_session_once(submission):
    """하루씩 중복을 없애도 자정 앞뒤의 두 행은 남습니다. 한 주를 모은 다음 (세션, 글)마다 다시 한 행만 남깁니다."""
    expect_figures(report(submission), "views", {MIDNIGHT: 1})


@criterion("한 주의 서로 다른 방문자를 센다", points=4, after="weekly_reads_seven_days")
def test_counts_unique_visitors(submission):
    """사흘 온 사람은 한 명입니다. 날마다 센 수를 더하면 세 명이 됩니다. 모르는 사람은 세지 않고 그 글은 남깁니다."""
    expect_figures(report(submission), "unique_visitors", {RETURNING: 1, UNKNOWN: 0, THREE: 3})


@criterion("자정을 넘긴 세션에서는 이른 쪽을 남긴다", points=2, after=["counts_midnight_session_once", "counts_unique_visitors"])
def test_keeps_earliest_over_midnight(submission):
    """남긴 행의 사람과 날로 나머지 숫자를 셉니다. 한 컴퓨터를 두 사람이 이어 썼다면 먼저 본 사람의 조회입니다."""
    expect_figures(report(submission), "unique_visitors", {SHARED: 1})


@criterion("조회가 있던 날을 센다", points=3, after="counts_midnight_session_once")
def test_counts_active_days(submission):
    """한 주 내내 읽힌 글과 하루에 몰린 글을 가릅니다. 자정을 넘긴 세션은 시작한 날만 셉니다."""
    expect_figures(report(submission), "active_days", {EVERY_DAY: 7, RETURNING: 3, ONE_DAY: 1, TWO_A: 2, MIDNIGHT: 1})


@criterion("방문자가 많은 쪽이 1위이고, 동점은 순위를 나누며 건너뛰지 않는다", points=3, after="weekly_reads_seven_days")
def test_ranks_densely(submission):
    """2위가 셋이어도 다음은 5위가 아니라 3위입니다(dense)."""
    expect_figures(report(submission), "rank", {EVERY_DAY: 1, THREE: 2, TWO_A: 3, TWO_B: 3, MISTAKEN: 4, OFTEN: 4})


@criterion("순위, 페이지 이름의 차례로 놓는다", points=1, after="ranks_densely")
def test_weekly_orders_rows(submission):
    """차례가 정해져 있어야 지난주의 표와 나란히 놓고 볼 수 있습니다."""
    frame = only(report(submission), ["rank", "page_url"])
    expect_frame(frame, frame.sort_values(["rank", "page_url"]), ordered=True,
                 message="행의 차례가 다릅니다. rank의 오름차순, 같으면 page_url의 오름차순입니다.")


@criterion("weekly_page_report의 열과 자료형이 맞다", points=2, after="weekly_reads_seven_days")
def test_weekly_has_schema(submission):
    """표를 쓰는 쪽은 약속한 다섯 열만 기대합니다. 수와 순위는 정수입니다."""
    frame = report(submission).frame
    expect_equal(sorted(map(str, frame.columns)), sorted(REPORT_COLUMNS), "weekly_page_report의 열")
    for name in REPORT_COLUMNS[1:]:
        expect(kind_of(frame[name]) == "정수(int)", f"열 {name}의 자료형이 {kind_of(frame[name])}입니다. 정수여야 합니다.", shown=frame)


@criterion("다시 구체화하면 그 날을 바꾼다", points=4, after="weekly_reads_seven_days")
def test_rematerializing_replaces(submission):
    """기록이 잘못되었으면 그 날만 다시 구체화합니다. 덧붙이면 틀린 행이 남고, 두 번 돌린 날은 두 배가 됩니다."""
    tuesday, week = Week.of(submission).corrected()
    expect_frame(pages_and_times(tuesday.value("cleaned_page_views")),
                 pages_at((EVERY_DAY, "2024-02-27 10:00"), (CORRECTED, "2024-02-27 15:00")),
                 message="2024-02-27을 고친 기록으로 다시 구체화했는데, 그 날의 cleaned_page_views가 고친 기록과 다릅니다.")
    expect_frame(figures(week.value(REPORT), "views", [EVERY_DAY, CORRECTED, MISTAKEN]),
                 expected_figures("views", {EVERY_DAY: 7, CORRECTED: 1}),
                 message="2024-02-27을 고친 기록으로 다시 구체화했는데, 그 주의 보고서가 고친 기록과 다릅니다.")


@criterion("기록이 빈 날은 빈 날로 센다", points=3, after=["rematerializing_replaces", "raw_handles_empty_log", "cleaned_handles_empty"])
def test_empty_day_counts(submission):
    """손님이 없던 날은 빠진 날이 아닙니다. 그 날은 아무것도 더하지 않고, 보고서는 만들어집니다."""
    wednesday, week = Week.of(submission).with_an_empty_day()
    expect_equal(len(wednesday.value("cleaned_page_views").frame), 0, "기록이 빈 2024-02-28의 cleaned_page_views의 행 수")
    expect_figures(week.value(REPORT), "views", {EVERY_DAY: 6})


@criterion("큰 데이터에서도 보고서가 맞는다", points=3, hidden=True,
           after=["raw_drops_neighbours", "raw_keeps_whole_day", "cleaned_follows_rules", "missing_day_fails",
                  "keeps_earliest_over_midnight", "counts_active_days", "weekly_orders_rows", "weekly_has_schema", "empty_day_counts"])
def test_week_matches_reference(submission, reference):
    """작은 표에서 맞은 규칙들이, 세션과 동점이 많은 데이터에서도 함께 맞는지 봅니다."""
    expect_frame(Week.of(submission).generated(), Week.of(reference).generated().frame, ordered=True)
