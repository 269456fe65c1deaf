import dagster as dg

from .partitions import daily

job = dg.define_asset_job("dailies", selection='key:"raw_page_views" or key:"cleaned_page_views"')


@dg.schedule(job=job, cron_schedule=["0 2 * * *"])
def daily_page_views_schedule(context):
    known = daily.get_partition_keys(current_time=context.scheduled_execution_time)
    return dg.RunRequest(run_key=known[-1], partition_key=known[-1]) if known else dg.SkipReason("첫날")
