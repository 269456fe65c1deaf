"""자산과 따로 둔 검사. 파티션을 주어야 하루만 건네진다(미리 보기 기능)."""

import warnings

import dagster as dg
import pandas as pd

from .assets import raw_page_views, weekly_page_report
from .partitions import daily, weekly

warnings.filterwarnings("ignore", category=dg.PreviewWarning)


@dg.asset_check(asset=raw_page_views, blocking=True, partitions_def=daily)
def rows_belong_to_day(context: dg.AssetCheckExecutionContext, raw_page_views: pd.DataFrame) -> dg.AssetCheckResult:
    """그날의 행인지."""
    days = raw_page_views["timestamp"].dt.strftime("%Y-%m-%d")
    return dg.AssetCheckResult(passed=bool((days == context.partition_key).all()))


@dg.asset_check(asset=weekly_page_report, partitions_def=weekly)
def enough_views(weekly_page_report: pd.DataFrame) -> dg.AssetCheckResult:
    """조회가 열 건은 되는지."""
    return dg.AssetCheckResult(passed=bool(weekly_page_report["views"].sum() >= 10), severity=dg.AssetCheckSeverity.WARN)
