"""런 요청을 하나씩 내는 센서. 잡 없이 자산을 바로 고른다. 시각과 크기가 그대로인 파일은 다시 읽지 않는다."""

import json
import zlib
from datetime import date

import dagster as dg

from course_lib.resources import Landing

from .assets import cleaned_page_views, raw_page_views
from .partitions import FIRST_DAY


def day_of(name: str) -> str | None:
    if not (name.startswith("views-") and name.endswith(".csv") and len(name) == len("views-2024-01-01.csv")):
        return None
    try:
        day = date.fromisoformat(name[6:-4]).isoformat()
    except ValueError:
        return None
    return day if day >= FIRST_DAY else None


@dg.sensor(target=[raw_page_views, cleaned_page_views])
def views_sensor(context: dg.SensorEvaluationContext, landing: Landing):
    try:
        memory = dict(json.loads(context.cursor or "{}"))
    except (TypeError, ValueError):
        memory = {}
    asked = False
    for name in sorted(path.name for path in landing.path.iterdir() if path.is_file() and day_of(path.name)):
        path = landing.path / name
        stat = path.stat()
        before = memory.get(name) or [0, 0, 0]
        if before[:2] != [stat.st_mtime_ns, stat.st_size]:
            content = zlib.crc32(path.read_bytes())
            memory[name] = [stat.st_mtime_ns, stat.st_size, content]
            if before[2] != content:
                asked = True
                yield dg.RunRequest(run_key=f"{name}/{content}", partition_key=day_of(name))
    context.update_cursor(json.dumps(memory))
    if not asked:
        yield dg.SkipReason("그대로입니다")
