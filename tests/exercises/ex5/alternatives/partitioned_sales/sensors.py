"""인스턴스에 파티션을 바로 더하고, target으로 자산을 가리키고, RunRequest를 하나씩 낸다."""

import json

import dagster as dg

from course_lib.resources import Landing

from .assets import daily_sales, files
from .ingest import arrived, fingerprint


@dg.sensor(target=[daily_sales])
def csv_sensor(context: dg.SensorEvaluationContext, landing: Landing):
    try:
        known = json.loads(context.cursor or "{}")
        known = {str(name): [int(values[0]), int(values[1]), str(values[2])] for name, values in known.items()}
    except (ValueError, TypeError, AttributeError, IndexError, KeyError):
        known = {}
    contents = {values[2] for values in known.values()}
    found = 0
    for path in arrived(landing.path):
        stat = path.stat()
        if known.get(path.name, [None, None])[:2] == [stat.st_mtime_ns, stat.st_size]:
            continue
        content = fingerprint(path.read_bytes())
        known[path.name] = [stat.st_mtime_ns, stat.st_size, content]
        if content not in contents:
            contents.add(content)
            context.instance.add_dynamic_partitions(files.name, [path.name])
            found += 1
            yield dg.RunRequest(run_key=content, partition_key=path.name)
    context.update_cursor(json.dumps(known))
    if not found:
        yield dg.SkipReason("모두 본 파일입니다.")
