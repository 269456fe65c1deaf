"""입구. Dagster의 모든 명령이 여기의 `defs`를 읽는다.

`Definitions`는 만들 때 아무것도 검사하지 않는다. 빠진 업스트림이나 리소스는 불러올 때 드러난다. 그래서 명령으로 확인한다: `dg check defs`
(저장소의 `dg.toml`이 이 모듈을 가리킨다). 어디서나 되는 것은 `dagster definitions validate -m course_lib.shop.definitions`다.
"""

import dagster as dg

from . import checks, jobs, schedules, sensors
from .assets import bronze, gold, silver
from .resources import shop_resources

defs = dg.Definitions(
    # 모듈에 있는 자산을 모두 담는다. 자산이 늘어도 이 파일은 그대로다.
    assets=dg.load_assets_from_modules([bronze, silver, gold]),
    asset_checks=dg.load_asset_checks_from_modules([checks]),
    jobs=[jobs.daily_refresh_job, jobs.fill_source_job],
    schedules=[schedules.daily_refresh_schedule],
    sensors=[sensors.late_change_sensor, sensors.failed_run_alert],
    resources=shop_resources(),
    # 기본 실행기는 단계마다 프로세스를 새로 띄운다. 작은 표에는 그 시간이 계산보다 훨씬 길다.
    executor=dg.in_process_executor,
)
