"""서울 시각 11:00은 UTC 02:00이다. 틱의 시각도 서울의 것으로 온다."""

from datetime import UTC, timedelta

import dagster as dg


@dg.schedule(
    target=["raw_page_views", "cleaned_page_views"], cron_schedule="0 11 * * *", execution_timezone="Asia/Seoul",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily_page_views_schedule(context: dg.ScheduleEvaluationContext):
    """매일 02:00(UTC)."""
    tick = context.scheduled_execution_time.astimezone(UTC)
    day = f"{tick - timedelta(days=1):%Y-%m-%d}"
    if day < "2024-01-01":
        return []
    return [dg.RunRequest(partition_key=day, run_key=tick.isoformat())]
