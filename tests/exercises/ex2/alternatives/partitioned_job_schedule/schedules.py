"""Dagster가 만들어 주는 스케줄."""

import dagster as dg

job = dg.define_asset_job("daily_page_views", selection=["raw_page_views", "cleaned_page_views"])
daily_page_views_schedule = dg.build_schedule_from_partitioned_job(job, name="daily_page_views_schedule", hour_of_day=2)
