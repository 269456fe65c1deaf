"""asset_selection으로 가리키는 센서."""

import dagster as dg

from course_lib.resources import Landing

from .assets import OrderFile
from .memory import Memory


@dg.sensor(asset_selection=dg.AssetSelection.assets("accepted", "daily_sales"))
def csv_sensor(context: dg.SensorEvaluationContext, landing: Landing):
    memory = Memory.of(context.cursor)
    news = memory.look(landing.path)
    requests = [dg.RunRequest(run_key=content, run_config=dg.RunConfig({"accepted": OrderFile(name=name)})) for name, content in news]
    return dg.SensorResult(run_requests=requests, cursor=memory.text(), skip_reason=None if requests else "새것이 없습니다")
