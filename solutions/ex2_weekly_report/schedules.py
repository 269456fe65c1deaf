"""날마다 새벽에 어제 하루를 구체화하는 스케줄."""

from datetime import timedelta

import dagster as dg

from .assets import cleaned_page_views, raw_page_views
from .partitions import daily

# 한 잡의 자산은 파티션 정의가 같아야 한다. 주별 보고서를 여기에 넣을 수 없는 까닭이다.
daily_page_views_job = dg.define_asset_job("daily_page_views_job", selection=[raw_page_views, cleaned_page_views])


@dg.schedule(job=daily_page_views_job, cron_schedule="0 2 * * *", execution_timezone="UTC")
def daily_page_views_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """매일 02:00(UTC)에 바로 전날을 구체화한다."""
    # 지금 시각이 아니라 틱의 시각에서 센다. 데몬이 몇 시간 늦게 깨어나도, 지난 틱을 다시 평가해도 같은 날이 나온다.
    yesterday = (context.scheduled_execution_time - timedelta(days=1)).date()
    if yesterday < daily.start.date():
        return dg.SkipReason(f"{yesterday}은 첫 파티션보다 앞선 날입니다.")
    # run_key가 같은 요청은 한 번만 실행된다.
    return dg.RunRequest(run_key=f"{yesterday}", partition_key=f"{yesterday}")
