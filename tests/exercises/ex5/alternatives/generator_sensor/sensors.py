"""yield로 요청하는 센서. 잡은 여럿 가운데 하나이고, 요청이 그 이름을 댄다."""

import json
from hashlib import sha1

import dagster as dg

from course_lib.resources import Landing

from .assets import daily_sales, orders

ingest_orders = dg.define_asset_job("ingest_orders", selection=[orders, daily_sales])
summary_only = dg.define_asset_job("summary_only", selection=[daily_sales])


@dg.sensor(jobs=[summary_only, ingest_orders])
def csv_sensor(context: dg.SensorEvaluationContext, landing: Landing):
    memory = load(context.cursor)
    asked = False
    for path in sorted(p for p in landing.path.iterdir() if p.is_file()):
        if path.name.startswith(".") or not path.name.casefold().endswith(".csv"):
            continue
        stat = path.stat()
        old = memory["files"].get(path.name)
        if old and old["mtime_ns"] == stat.st_mtime_ns and old["size"] == stat.st_size:
            continue
        digest = sha1(path.read_bytes()).hexdigest()
        memory["files"][path.name] = {"mtime_ns": stat.st_mtime_ns, "size": stat.st_size, "sha1": digest}
        if digest in memory["hashes"]:
            continue
        memory["hashes"].append(digest)
        asked = True
        yield dg.RunRequest(run_key=f"sha1:{digest}", job_name="ingest_orders",
                            run_config={"ops": {"orders": {"config": {"name": path.name}}}}, tags={"file": path.name})
    context.update_cursor(json.dumps(memory, ensure_ascii=False))
    if not asked:
        yield dg.SkipReason("조용합니다")


def load(cursor):
    empty = {"files": {}, "hashes": []}
    try:
        memory = json.loads(cursor)
    except (TypeError, ValueError):
        return empty
    if not isinstance(memory, dict) or not isinstance(memory.get("files"), dict) or not isinstance(memory.get("hashes"), list):
        return empty
    return memory
