"""센서가 파티션을 더하면서 요청한다."""

import hashlib
import json

import dagster as dg

from course_lib.resources import Landing

from .assets import File, daily_sales, order_files, orders_in_file

job = dg.define_asset_job("take_in_one_file", selection=[orders_in_file, daily_sales])


@dg.sensor(job=job)
def csv_sensor(context: dg.SensorEvaluationContext, landing: Landing):
    try:
        seen = json.loads(context.cursor or "{}")
        names, hashes = dict(seen["names"]), list(seen["hashes"])
    except Exception:
        names, hashes = {}, []
    requests = []
    for path in sorted(landing.path.iterdir()):
        if not path.is_file() or path.suffix.upper() != ".CSV" or path.name[0] == ".":
            continue
        stat = [path.stat().st_mtime_ns, path.stat().st_size]
        if names.get(path.name) == stat:
            continue
        names[path.name] = stat
        key = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
        if key in hashes:
            continue
        hashes.append(key)
        requests.append(dg.RunRequest(run_key=key, partition_key=key, run_config=dg.RunConfig(ops={"orders_in_file": File(name=path.name)})))
    cursor = json.dumps({"names": names, "hashes": hashes})
    if not requests:
        return dg.SensorResult(skip_reason=dg.SkipReason("새 파일 없음"), cursor=cursor)
    return dg.SensorResult(run_requests=requests, cursor=cursor,
                           dynamic_partitions_requests=[order_files.build_add_request([request.partition_key for request in requests])])
