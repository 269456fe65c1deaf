"""요청이 자산을 고르는 센서. 도우미는 하위 패키지에 있다."""

import dagster as dg

from course_lib.resources import Landing

from .assets import OrderFile
from .watching import changes

SALES = [dg.AssetKey("orders"), dg.AssetKey("daily_sales")]


@dg.sensor(target="*")
def csv_sensor(context: dg.SensorEvaluationContext, landing: Landing):
    news, cursor = changes(landing.path, context.cursor)
    context.update_cursor(cursor)
    if not news:
        yield dg.SkipReason("그대로입니다.")
    for name, content in news:
        yield dg.RunRequest(run_key=content, asset_selection=SALES, run_config=dg.RunConfig(ops={"orders": OrderFile(name=name)}))
