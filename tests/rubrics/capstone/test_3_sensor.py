"""센서: 도착한 하루의 파일마다 그날의 런을 요청한다. 런은 실행하지 않는다."""

from course_lib.grading.rubric import criterion, expect, expect_equal

from .files import MINUTE, NOON, after, arrives, day_file, days, keys, play, write


def views_of(day: str, number: int = 1) -> bytes:
    """그날의 조회 한 건. 번호가 다르면 내용이 다르고 길이는 같다."""
    return day_file(("/소개", f"u{number:02d}", f"{day}T10:00:00", f"s{number:02d}"))


@criterion("도착한 날마다 그날의 런을 하나씩 요청한다", points=6, after="days_and_weeks")
def test_sensor_requests_each_day(submission):
    """파일 하나가 파티션 하나입니다. 날마다 따로 돌아야 하루가 잘못되어도 다른 날이 멈추지 않습니다."""
    ignored = [write(name, views_of("2024-05-03")) for name in (
        "views-2024-05-03.csv.tmp", ".views-2024-05-03.csv", "views-2024-05-03 사본.csv", "orders-2024-05-03.csv",
        "views-2023-12-31.csv", "views-2024-02-30.csv", "views.csv", "보관/views-2024-05-03.csv")]
    first, second = play(submission, after(
        *ignored, {"do": "mkdir", "name": "views-2024-05-04.csv"},
        arrives("2024-05-02", views_of("2024-05-02")), arrives("2024-05-01", views_of("2024-05-01")),
    ), after())
    expect_equal(days(first), ["2024-05-01", "2024-05-02"], "첫 틱이 요청한 파티션들(이름 차례)")
    expect(all(keys(first)), "요청에 run_key가 없습니다.")
    expect_equal(days(second), [], "새것이 없는 틱이 요청한 파티션들")
    expect(bool((second.skip or "").strip()), "새것이 없는 틱에는 dg.SkipReason으로 까닭을 적으세요.")


@criterion("새것인지는 수정 시각이 아니라 내용이 정한다", points=6, after="sensor_requests_each_day")
def test_sensor_goes_by_content(submission):
    """옛 시각으로 도착하는 파일도 있고, 시각만 바뀌는 파일도 있고, 고쳐서 다시 오는 파일도 있습니다."""
    late, older, touched, corrected = play(
        submission,
        after(arrives("2024-05-11", views_of("2024-05-11"))),
        after(arrives("2024-05-12", views_of("2024-05-12"), NOON - 60 * MINUTE), arrives("2024-05-13", views_of("2024-05-13"))),
        after({"do": "touch", "name": "views-2024-05-11.csv", "mtime_ns": NOON + MINUTE}, reload=True),
        after(arrives("2024-05-11", views_of("2024-05-11", 2), NOON + 2 * MINUTE)),
    )
    expect_equal(days(late), ["2024-05-11"], "첫 파일의 틱이 요청한 파티션")
    expect_equal(days(older), ["2024-05-12", "2024-05-13"], "더 이른 시각과 같은 시각의 새 파일이 온 틱이 요청한 파티션들")
    expect_equal(days(touched), [], "시각만 바뀐 틱이 요청한 파티션들")
    expect_equal(days(corrected), ["2024-05-11"], "고친 파일이 온 틱이 요청한 파티션")


@criterion("run_key가 날과 내용을 함께 말한다", points=6, after="sensor_goes_by_content")
def test_run_key_is_day_and_content(submission):
    """Dagster는 같은 run_key를 두 번 실행하지 않습니다. 조회가 없는 두 날의 파일은 내용이 같지만 다른 날이고, 고친 파일은 다른 내용입니다."""
    nothing = day_file()
    empty, corrected = play(
        submission,
        after(arrives("2024-05-21", nothing), arrives("2024-05-22", nothing)),
        after(arrives("2024-05-21", views_of("2024-05-21"), NOON + MINUTE)),
    )
    expect_equal(days(empty), ["2024-05-21", "2024-05-22"], "내용이 같은 두 날의 파일이 온 틱이 요청한 파티션들")
    expect(len(set(keys(empty))) == 2, "내용이 같은 두 날의 run_key가 같습니다. 하루는 실행되지 않습니다.", shown=keys(empty))
    expect(not set(keys(corrected)) & set(keys(empty)), "고친 파일의 run_key가 고치기 전과 같습니다. 다시 실행되지 않습니다.",
           shown=[*keys(empty), *keys(corrected)])


@criterion("커서를 잃어도 멈추지 않고, 같은 run_key로 다시 요청한다", points=4, after="sensor_goes_by_content")
def test_starts_over(submission):
    """커서가 없거나 망가졌으면 처음부터 다시 봅니다. run_key가 같으므로 이미 실행한 날은 다시 실행되지 않습니다."""
    ticks = play(
        submission,
        after(arrives("2024-05-25", views_of("2024-05-25")), arrives("2024-05-26", views_of("2024-05-26"))),
        *(after(cursor=cursor) for cursor in ("", "망가진 커서", "[]", "null")),
    )
    for tick in ticks[1:]:
        expect_equal(days(tick), ["2024-05-25", "2024-05-26"], "커서를 잃은 틱이 요청한 파티션들")
        expect_equal(keys(tick), keys(ticks[0]), "커서를 잃은 틱의 run_key들")
