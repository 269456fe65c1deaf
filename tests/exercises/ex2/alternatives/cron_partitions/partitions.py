"""크론으로 적은 파티션."""

from datetime import UTC, datetime

import dagster as dg

daily = dg.TimeWindowPartitionsDefinition(start=datetime(2024, 1, 1, tzinfo=UTC), fmt="%Y-%m-%d", cron_schedule="0 0 * * *")
weekly = dg.TimeWindowPartitionsDefinition(start="2024-01-01", fmt="%Y-%m-%d", cron_schedule="0 0 * * 1")
