"""불러오기와 파티션."""

from course_lib.grading.rubric import criterion, expect, expect_equal
from course_lib.grading.seen import SubmissionFault

from .files import CLEANED, RAW, REPORT, after, arrives, day_file, landing_of, play, views

DAY = "2024-01-15"
ROW = ("/소개", "u01", "2024-01-15T09:00:00", "s1")


@criterion("정의를 불러올 수 있다", points=2)
def test_loads(submission):
    """Dagster가 정의를 불러오지 못하면 화면에도, 센서에도 아무것도 없습니다. 무엇이든 하나는 쓰기 시작해야 합니다."""
    facts = submission.facts()
    # 뼈대 코드도 불러와지기는 한다. 그것만으로는 점수가 되지 않게, 쓰기 시작한 것이 하나는 있는지 본다.
    if facts.checks or any(asset.partitions for asset in facts.assets.values()):
        return
    untouched = None
    for begin in (
        lambda: submission.call(RAW, resources=landing_of(DAY, day_file(ROW))),
        lambda: submission.call(CLEANED, {RAW: views(ROW)}),
        lambda: play(submission, after(arrives(DAY, day_file(ROW)))),
    ):
        try:
            begin()
            return
        except SubmissionFault as fault:
            if fault.kind != "not_attempted":
                return
            untouched = fault
    raise untouched


@criterion("하루(UTC)와, 월요일에 시작하는 주로 나눈다", points=4, after="loads")
def test_days_and_weeks(submission):
    """센서, 검사, 보고서가 모두 이 두 자로 잽니다. 하루라도 어긋나면 한 주의 보고서가 엿새나 여드레의 것이 됩니다."""
    for asset, keys, width in ((RAW, ["2024-02-29"], "일별"), (CLEANED, ["2024-02-29"], "일별"), (REPORT, ["2024-02-26"], "주별")):
        facts = submission.partitions(asset, keys)
        expect(facts.partitioned, f"{asset}에 파티션이 없습니다. {width}로 나누세요.")
        expect_equal(facts.first[:1], ("2024-01-01",), f"{asset}의 첫 파티션")
        start, end = facts.windows.get(keys[0], ("없음", "없음"))
        wanted = ("2024-02-29T00:00:00+00:00", "2024-03-01T00:00:00+00:00") if width == "일별" else (
            "2024-02-26T00:00:00+00:00", "2024-03-04T00:00:00+00:00")
        expect_equal((start, end), wanted, f"{asset}의 파티션 {keys[0]}의 처음과 끝(UTC)")
