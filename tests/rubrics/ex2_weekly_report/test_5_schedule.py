"""daily_page_views_schedule: 매일 02:00(UTC)에 바로 전날을."""

import pandas as pd

from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame

NAME = "daily_page_views_schedule"
DAILY_ASSETS = ("cleaned_page_views", "raw_page_views")
FIRST_TICK = "2024-01-01T02:00:00+00:00"
# 틱의 시각과, 그때 요청해야 하는 파티션.
PREVIOUS_DAYS = {
    "2024-01-16T02:00:00+00:00": "2024-01-15",
    "2024-03-01T02:00:00+00:00": "2024-02-29",
    "2025-01-01T02:00:00+00:00": "2024-12-31",
}


def _requested(tick) -> str:
    """틱이 요청한 파티션들. 파티션을 정하지 않은 요청도, 없는 파티션의 요청도 요청이다."""
    if tick.unknown_partition:
        return f"{tick.unknown_partition} (그때는 없는 파티션)"
    return ", ".join(request.partition_key or request.tags.get("dagster/partition") or "(파티션 없음)" for request in tick.requests) or "(요청 없음)"


@criterion("스케줄이 매일 02:00(UTC)에 돈다", points=2, after="daily_partitions")
def test_schedule_runs_at_two(submission):
    """하루가 끝나고 늦은 기록까지 도착할 틈을 둔 때입니다. 시간대를 적지 않은 스케줄은 UTC로 돕니다."""
    coming = submission.schedule(NAME, []).next
    expect_frame(pd.DataFrame({"틱": coming}),
                 pd.DataFrame({"틱": ["2024-02-29T02:00:00+00:00", "2024-03-01T02:00:00+00:00", "2024-03-02T02:00:00+00:00"]}),
                 ordered=True, message="2024-02-28 12:00(UTC) 뒤에 올 세 틱의 시각이 다릅니다.")


@criterion("스케줄은 일별 자산 둘만 구체화한다", points=2, after="schedule_runs_at_two")
def test_schedule_targets_daily_assets(submission):
    """주별 보고서는 날마다 만들 것이 아니고, 파티션이 달라 같은 잡에 들어갈 수도 없습니다."""
    expect_equal(submission.schedule(NAME, []).assets, DAILY_ASSETS, "스케줄이 구체화하는 자산")


@criterion("틱의 시각에서 하루 앞선 날을 요청한다", points=4, after="schedule_runs_at_two")
def test_schedule_requests_previous_day(submission):
    """틱은 늦게 평가되기도 하고 다시 평가되기도 합니다. 지금 시각이 아니라 틱의 시각에서 세어야 늘 같은 날이 나옵니다."""
    ticks = submission.schedule(NAME, list(PREVIOUS_DAYS)).ticks
    actual = pd.DataFrame({"틱": list(PREVIOUS_DAYS), "요청한 파티션": [_requested(tick) for tick in ticks]})
    expected = pd.DataFrame({"틱": list(PREVIOUS_DAYS), "요청한 파티션": list(PREVIOUS_DAYS.values())})
    expect_frame(actual, expected, message="틱이 요청한 파티션이 다릅니다.")


@criterion("첫날의 틱은 건너뛴다", points=1, after="schedule_requests_previous_day")
def test_schedule_skips_before_start(submission):
    """2024-01-01의 전날은 파티션이 아닙니다. 없는 파티션을 요청하면 틱이 실패로 남습니다."""
    (tick,) = submission.schedule(NAME, [FIRST_TICK]).ticks
    expect_equal(_requested(tick), "(요청 없음)", "2024-01-01 02:00의 틱이 요청한 파티션")


@criterion("같은 틱은 두 번 실행되지 않는다", points=2, after="schedule_requests_previous_day")
def test_schedule_has_run_key(submission):
    """run_key가 같은 요청은 한 번만 실행됩니다. 틱마다 다르고, 같은 틱이면 언제 평가해도 같아야 합니다."""
    first, second = (submission.schedule(NAME, list(PREVIOUS_DAYS)).ticks for _ in range(2))
    keys = [tick.requests[0].run_key for tick in first]
    expect(all(keys), "요청에 run_key가 없습니다.")
    expect(keys == [tick.requests[0].run_key for tick in second], "같은 틱을 다시 평가하니 run_key가 달라졌습니다.", shown=keys)
    expect(len(set(keys)) == len(keys), "서로 다른 틱의 run_key가 같습니다. 두 번째 날부터는 실행되지 않습니다.", shown=keys)
