"""도착한 하루의 파일마다 그날의 런을 요청하는 센서."""

import hashlib
import json
import re
from pathlib import Path

import dagster as dg

from course_lib.resources import Landing

from .assets import cleaned_page_views, raw_page_views
from .partitions import daily

# 주별 보고서는 파티션이 달라 이 잡에 들어가지 못한다. 보고서는 자동화 조건이 부른다.
ingest_day = dg.define_asset_job("ingest_day", selection=[raw_page_views, cleaned_page_views])
FILE_NAME = re.compile(r"views-(\d{4}-\d{2}-\d{2})\.csv")


def arrived(folder: Path) -> list[tuple[str, Path]]:
    """(날, 그날의 파일)들을 이름 차례로. 파티션이 있는 날의 파일만."""
    found = []
    for path in sorted(folder.iterdir()):
        named = FILE_NAME.fullmatch(path.name)
        if named and daily.has_partition_key(named[1]) and path.is_file():
            found.append((named[1], path))
    return found


def read_cursor(cursor: str | None) -> dict[str, str]:
    """날마다 마지막으로 본 내용의 해시. 커서가 없거나 망가졌으면 처음부터 다시 본다."""
    try:
        return {str(day): str(content) for day, content in json.loads(cursor or "{}").items()}
    except (ValueError, AttributeError):
        return {}


@dg.sensor(job=ingest_day, minimum_interval_seconds=30)
def views_sensor(context: dg.SensorEvaluationContext, landing: Landing) -> dg.SensorResult | dg.SkipReason:
    """내용이 처음 보는 것인 날마다 런을 하나 요청한다."""
    seen, requests = read_cursor(context.cursor), []
    for day, path in arrived(landing.path):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        if seen.get(day) != content:
            seen[day] = content
            # 조회가 없는 날의 파일은 서로 내용이 같다. 날이 없는 런 키라면 그 가운데 하루만 실행된다.
            requests.append(dg.RunRequest(run_key=f"{day}-{content}", partition_key=day))
    if not requests:
        return dg.SkipReason("새로 도착하거나 고쳐진 날이 없습니다.")
    return dg.SensorResult(run_requests=requests, cursor=json.dumps(seen))
