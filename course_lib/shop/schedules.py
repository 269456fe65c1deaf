"""스케줄: 시각이 되면 실행한다."""

import dagster as dg

from .jobs import daily_refresh_job

# 하루가 끝나고 두 시간 뒤에 그 하루를 만든다. 시간대도, "어제"가 어느 파티션인지도 잡의 파티션에서 온다.
daily_refresh_schedule = dg.build_schedule_from_partitioned_job(
    daily_refresh_job,
    name="daily_refresh_schedule",
    hour_of_day=2,
    description="매일 02:00(한국 시간)에 바로 전날을 만든다.",
)
