"""요즘 틀의 모양: @dg.definitions 함수가 정의를 만든다. 다른 잡과 스케줄이 있어도 된다."""

import dagster as dg

from . import assets


@dg.definitions
def defs():
    everything = dg.define_asset_job("refresh_everything", selection="*")
    return dg.Definitions(
        assets=dg.load_assets_from_modules([assets]),
        jobs=[everything],
        schedules=[dg.ScheduleDefinition(name="every_morning", job=everything, cron_schedule="0 7 * * *")],
    )
