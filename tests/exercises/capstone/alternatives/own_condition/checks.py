"""자산 검사: 하나는 멈추고 하나는 알리기만 한다.

파티션이 있는 자산을 `@dg.asset_check`로 따로 검사하면 하루가 아니라 모든 날이 건네진다(검사에 파티션을 주는 기능은 아직 미리
보기다). 그래서 검사의 이름은 자산의 `check_specs`에, 결과는 `MaterializeResult(check_results=...)`에 담는다.
"""

import dagster as dg
import pandas as pd

FEWEST_VIEWS = 10

# 막지 않으면 남의 날의 행이 이 날의 조회로 세어진다. 보고서는 그럴듯하고, 틀렸다.
ROWS_BELONG_TO_DAY = dg.AssetCheckSpec(
    "rows_belong_to_day", asset="raw_page_views", blocking=True, description="모든 행이 그날(00:00부터 24:00 앞까지, UTC)의 것이다."
)
# 적으면 기록이 빠졌을 때가 많지만, 정말 조용한 주일 수도 있다. 그래서 멈추지 않는다.
ENOUGH_VIEWS = dg.AssetCheckSpec("enough_views", asset="weekly_page_report", description="한 주의 조회가 너무 적지 않다.")


def rows_belong_to_day(raw: pd.DataFrame, day: str) -> dg.AssetCheckResult:
    """하나라도 그날의 행이 아니면 실패한다."""
    start = pd.Timestamp(day, tz="UTC")
    end = start + pd.Timedelta(days=1)
    strangers = int(((raw["timestamp"] < start) | (raw["timestamp"] >= end)).sum())
    return dg.AssetCheckResult(check_name=ROWS_BELONG_TO_DAY.name, passed=strangers == 0, metadata={"rows_of_other_days": strangers})


def enough_views(report: pd.DataFrame) -> dg.AssetCheckResult:
    """조회를 모두 더해 `FEWEST_VIEWS`에 못 미치면 경고한다."""
    views = int(report["views"].sum())
    return dg.AssetCheckResult(
        check_name=ENOUGH_VIEWS.name, passed=views >= FEWEST_VIEWS, severity=dg.AssetCheckSeverity.WARN, metadata={"views": views}
    )
