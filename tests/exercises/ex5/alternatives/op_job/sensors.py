"""센서: (이름, 시각, 크기, 해시)의 목록을 커서에 둔다. 잡은 이름으로 가리킨다."""

import hashlib
import json

import dagster as dg


@dg.sensor(job_name="ingest_file", required_resource_keys={"landing"}, default_status=dg.DefaultSensorStatus.RUNNING)
def csv_sensor(context):
    try:
        seen = {name: (mtime, size, md5) for name, mtime, size, md5 in json.loads(context.cursor)}
        known = {md5 for _, _, md5 in seen.values()}
    except (TypeError, ValueError):
        seen, known = {}, set()
    requests = []
    landing = context.resources.landing.path
    for path in sorted(landing.glob("*"), key=lambda found: found.name):
        name = path.name
        if path.is_dir() or name.startswith(".") or not name.lower().endswith(".csv"):
            continue
        stat = path.stat()
        if name in seen and seen[name][:2] == (stat.st_mtime_ns, stat.st_size):
            continue
        md5 = hashlib.md5(path.read_bytes()).hexdigest()
        seen[name] = (stat.st_mtime_ns, stat.st_size, md5)
        if md5 not in known:
            known.add(md5)
            requests.append(dg.RunRequest(run_key=md5, run_config={"ops": {"take_in": {"config": {"file": name}}}}))
    context.update_cursor(json.dumps([[name, *rest] for name, rest in seen.items()]))
    return requests or dg.SkipReason("쉬어 갑니다.")
