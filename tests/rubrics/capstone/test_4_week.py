"""한 주: 검사가 멈추고, 자동화 조건이 기다렸다가 부르고, 보고서가 만들어진다(`week.py`)."""

from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame

from .files import CLEANED, RAW, REPORT, pages_and_times, pages_at
from .week import (
    FILES,
    FIRST_REPORT,
    MIDNIGHT,
    MONDAY,
    RETURNING,
    SECOND_REPORT,
    TUESDAY,
    WEEK,
    Week,
    check_of,
)

CHECKED = ["raw_reads_its_file", "cleaned_follows_rules", "run_key_is_day_and_content"]


@criterion("다른 날의 행이 섞인 날은 검사가 멈춘다", points=10, after=CHECKED)
def test_blocking_check_stops_bad_day(submission):
    """막지 않으면 그럴듯하게 틀린 보고서가 나옵니다. 멈춘 날은 cleaned가 만들어지지 않고, 다른 날은 그대로 갑니다."""
    runs = Week.of(submission).arrived()
    for day in FILES:
        check = check_of(runs[day], RAW, "rows_belong_to_day")
        if day == TUESDAY:
            expect(not check.passed, f"{day}의 파일에 다른 날의 행이 있는데 rows_belong_to_day가 통과했습니다.")
            expect(CLEANED not in runs[day].metadata and not runs[day].success,
                   f"{day}의 rows_belong_to_day가 실패했는데도 cleaned_page_views가 만들어졌습니다.")
        else:
            expect(check.passed, f"{day}의 파일은 모두 그날의 행인데 rows_belong_to_day가 실패했습니다.")
            runs[day].value(CLEANED)
    corrected = next((run for run in Week.of(submission).first_report().tick.runs if run.partition_key == TUESDAY), None)
    expect(corrected is not None, f"{TUESDAY}의 고친 파일이 왔는데 실행된 런이 없습니다.")
    expect(check_of(corrected, RAW, "rows_belong_to_day").passed, f"{TUESDAY}의 고친 파일인데 rows_belong_to_day가 실패했습니다.")
    expect_frame(pages_and_times(corrected.value(CLEANED)), pages_at((MIDNIGHT, "2024-02-27 00:04"), (RETURNING, "2024-02-27 11:00")))


@criterion("자동화 조건이 이레가 다 모이면 그 주를 한 번 요청한다", points=8, after="blocking_check_stops_bad_day")
def test_report_waits_for_the_week(submission):
    """엿새로 만든 보고서는 이레로 만든 것과 똑같이 생겼습니다. 그래서 다 모일 때까지 기다리고, 한 번 요청했으면 또 요청하지 않습니다."""
    expect_equal(Week.of(submission).waiting().weeks, (), f"{TUESDAY}이 아직 없을 때 요청한 주")
    made = Week.of(submission).first_report()
    expect_equal(made.requested.weeks, (WEEK,), "이레가 다 모인 뒤 요청한 주")
    expect_equal(made.asked_again.weeks, (), "보고서를 만든 뒤 바뀐 것이 없을 때 요청한 주")


@criterion("그 주의 하루가 고쳐지면 다시 요청한다", points=6, after="report_waits_for_the_week")
def test_report_follows_corrections(submission):
    """한 번 만들고 끝이라면, 고친 하루는 보고서에 영영 나타나지 않습니다."""
    made = Week.of(submission).second_report()
    expect_equal(made.requested.weeks, (WEEK,), "목요일이 고쳐진 뒤 요청한 주")
    expect_equal(made.asked_again.weeks, (), "보고서를 만든 뒤 바뀐 것이 없을 때 요청한 주")


@criterion("한 주의 보고서가 맞다", points=8, after="blocking_check_stops_bad_day")
def test_report_counts_the_week(submission):
    """이레를 모은 다음 다시 중복을 없애고, 사람은 한 주에 한 번만 셉니다. 고친 하루는 그날의 옛 행을 바꿉니다."""
    for made, wanted in ((Week.of(submission).first_report(), FIRST_REPORT), (Week.of(submission).second_report(), SECOND_REPORT)):
        expect_frame(made.report.value(REPORT), wanted, ordered=True)


@criterion("조회가 너무 적은 주는 경고만 한다", points=6, after="report_counts_the_week")
def test_warns_of_few_views(submission):
    """틀렸다는 증거가 아니라 이상하다는 낌새입니다. 그래서 런은 성공하고 보고서도 남지만, 화면에는 경고가 보입니다."""
    first, second = Week.of(submission).first_report().report, Week.of(submission).second_report().report
    check = check_of(first, REPORT, "enough_views")
    expect(not check.passed, "조회가 아홉 건인 주인데 enough_views가 통과했습니다.")
    expect_equal(check.severity, "WARN", "enough_views의 심각도")
    expect(check_of(second, REPORT, "enough_views").passed, "조회가 열 건인 주인데 enough_views가 실패했습니다.")


@criterion("큰 파일에서도 파일에서 보고서까지 맞다", points=4, hidden=True,
           after=["raw_rejects_bad_rows", "report_follows_corrections", "warns_of_few_views"])
def test_week_matches_reference(submission, reference):
    """작은 파일에서 맞은 규칙들이, 자정을 넘긴 세션과 읽을 수 없는 행이 많은 사흘에서도 함께 맞는지 봅니다."""
    mine, wanted = Week.of(submission).generated(), Week.of(reference).generated()
    expect_equal(mine.requested.weeks, wanted.requested.weeks, "사흘이 고쳐진 뒤 요청한 주")
    expect_frame(mine.report.value(REPORT), wanted.report.value(REPORT).frame, ordered=True)


@criterion("자산마다 설명, 층, 주인, 행 수가 있다", points=2, after="report_counts_the_week")
def test_describes_assets(submission):
    """처음 보는 사람이 무엇인지, 어디까지 믿을지, 누구에게 물을지를 카탈로그에서 읽습니다."""
    runs = {RAW: Week.of(submission).arrived()[MONDAY], CLEANED: Week.of(submission).arrived()[MONDAY], REPORT: Week.of(submission).first_report().report}
    upstream = {RAW: (), CLEANED: (RAW,), REPORT: (CLEANED,)}
    for key, group in ((RAW, "bronze"), (CLEANED, "silver"), (REPORT, "gold")):
        facts = submission.facts().asset(key)
        expect(facts.description.strip(), f"{key}에 설명(description)이 없습니다. docstring도 설명이 됩니다.")
        expect_equal(facts.group, group, f"{key}의 그룹")
        owner = facts.metadata.get("owner")
        expect(bool(facts.owners) or (owner is not None and str(owner).strip() != ""), f"{key}에 주인(owners)이 없습니다.")
        expect_equal(facts.deps, upstream[key], f"{key}의 업스트림")
        expect_equal(runs[key].metadata.get(key, {}).get("num_rows"), len(runs[key].value(key).frame), f"{key}의 num_rows")
