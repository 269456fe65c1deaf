"""잡의 이름과 자산의 키로."""

import datetime

import dagster as dg


job = dg.define_asset_job("nightly", selection=dg.AssetSelection.assets("raw_page_views", "cleaned_page_views"))


@dg.schedule(cron_schedule="0 2 * * *", job=job)
def daily_page_views_schedule(context):
    day = context.scheduled_execution_time.date() - datetime.timedelta(days=1)
    if day < datetime.date(2024, 1, 1):
        yield dg.SkipReason("아직 없음")
        return
    yield dg.RunRequest(partition_key=str(day), run_key=f"nightly-{day}", tags={"kind": "nightly"})
