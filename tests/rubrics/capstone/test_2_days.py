"""하루: 파일에서 읽고(브론즈), 정리한다(실버)."""

from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame

from .files import CHROME, CLEANED, GOOGLEBOT, RAW, VIEW_COLUMNS, day_file, landing_of, pages_and_times, pages_at, views

DAY = "2024-02-29"


def read(submission, *rows):
    return submission.call(RAW, partition_key=DAY, resources=landing_of(DAY, day_file(*rows)))


@criterion("그날의 파일을 리소스 landing에서 읽는다", points=6, after="days_and_weeks")
def test_raw_reads_its_file(submission):
    """어느 폴더인지는 코드가 아니라 리소스가 압니다. 시간대가 없는 시각은 UTC이고, 있으면 UTC로 옮겨야 날이 어긋나지 않습니다."""
    seen = read(
        submission,
        ("/소개", "u01", "2024-02-29T00:10:00", "s1"),
        ("/서울-아침", "u02", "2024-02-29T09:30:00+09:00", "s2"),
        ("/뉴욕-밤", None, "2024-02-28T20:00:00-05:00", "s3"),
        ("/저녁", "u03", "2024-02-29 20:00:00.000001", "s4", None),
    )
    expect_frame(pages_and_times(seen), pages_at(
        ("/소개", "2024-02-29 00:10"), ("/서울-아침", "2024-02-29 00:30"), ("/뉴욕-밤", "2024-02-29 01:00"),
        ("/저녁", "2024-02-29 20:00:00.000001")))
    expect_equal(sorted(map(str, seen.frame.columns)), sorted(VIEW_COLUMNS), "raw_page_views의 열")
    missing = {name: int(seen.frame[name].isna().sum()) for name in ("user_id", "user_agent")}
    expect_equal(missing, {"user_id": 1, "user_agent": 1}, "빈 칸을 없는 값으로 읽은 수")
    expect_equal(len(read(submission).frame), 0, "머리글뿐인 파일의 행 수")


@criterion("읽을 수 없는 행만 버리고 몇 행인지 기록한다", points=6, after="raw_reads_its_file")
def test_raw_rejects_bad_rows(submission):
    """한 행 때문에 하루를 잃지도, 말없이 버리지도 않습니다. 몇 행을 버렸는지가 구체화의 메타데이터에 남습니다."""
    rows = (
        ("/소개", "u01", "2024-02-29T10:00:00", "s1"),
        ("/어제", "u01", "어제", "s1"),
        ("/없는-날", "u01", "2024-02-30T10:00:00", "s1"),
        ("/시각-없음", "u01", None, "s1"),
        (None, "u01", "2024-02-29T10:00:00", "s1"),
        ("/세션-없음", "u01", "2024-02-29T10:00:00", None),
        ("/모르는-사람", None, "2024-02-29T11:00:00", "s2", None),
    )
    run = submission.materialize([RAW], partition_key=DAY, resources=landing_of(DAY, day_file(*rows)))
    made = run.frame(RAW)
    expect_equal(sorted(map(str, made["page_url"])), ["/모르는-사람", "/소개"], "남은 행의 page_url")
    for name, count in (("num_rows", 2), ("rejected_rows", 5)):
        recorded = run.metadata(RAW).get(name)
        expect(recorded is not None, f"raw_page_views의 구체화에 메타데이터 {name}가 없습니다.")
        expect_equal(recorded, count, f"raw_page_views의 {name}")


@criterion("봇을 빼고, 한 세션의 같은 글은 처음 한 번만 남긴다", points=6, after="days_and_weeks")
def test_cleaned_follows_rules(submission):
    """연습 1의 규칙입니다. user_agent가 없는 행은 봇이 아니고, 봇을 뺀 다음에 가장 이른 행을 남깁니다."""
    raw = views(
        ("/글", "u01", "2024-02-29 10:30", "s1"),
        ("/글", "u01", "2024-02-29 10:00", "s1"),
        ("/글", None, "2024-02-29 09:00", "s1", GOOGLEBOT),
        ("/글", "u02", "2024-02-29 11:00", "s2", "SEOBOT/1.0"),
        ("/다른-글", "u01", "2024-02-29 10:10", "s1", None),
        ("/글", "u01", "2024-02-29 12:00", "s3", CHROME),
    )
    seen = submission.call(CLEANED, {RAW: raw}, partition_key=DAY)
    expect_frame(pages_and_times(seen), pages_at(("/글", "2024-02-29 10:00"), ("/다른-글", "2024-02-29 10:10"), ("/글", "2024-02-29 12:00")))
    expect_equal(sorted(map(str, seen.frame.columns)), sorted(VIEW_COLUMNS), "cleaned_page_views의 열")
    expect_frame(seen.inputs_after[RAW], raw, message="입력 표를 바꾸었습니다. 사본을 만들어 고치세요.")
    empty = submission.call(CLEANED, {RAW: raw.head(0)}, partition_key=DAY)
    expect_equal(len(empty.frame), 0, "빈 하루의 행 수")
