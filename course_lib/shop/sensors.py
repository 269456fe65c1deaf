"""센서: 무언가 바뀌면 실행한다."""

import json

import dagster as dg

from .assets.bronze import orders
from .jobs import daily_refresh_job
from .partitions import daily
from .resources import AlertFile, SourceDatabase

# 한 틱이 요청하는 런의 수. 지난 몇 달이 한꺼번에 바뀌어도 나머지는 다음 틱의 몫이다.
MAX_DAYS_PER_TICK = 10


@dg.sensor(job=daily_refresh_job, minimum_interval_seconds=60)
def late_change_sensor(
    context: dg.SensorEvaluationContext, database: dg.ResourceParam[SourceDatabase]
) -> dg.SensorResult | dg.SkipReason:
    """이미 만든 날의 주문이 나중에 바뀌었으면(환불, 늦게 들어온 주문) 그날을 다시 만든다.

    커서는 {날짜: 그날 주문 전체의 지문}이다. 처음 만드는 것은 스케줄과 백필의 일이라 여기서 하지 않는다.
    """
    seen = json.loads(context.cursor) if context.cursor else {}
    now = day_fingerprints(database)
    built = context.instance.get_materialized_partitions(orders.key)

    # 아직 만들지 않은 날은 처음 본 지문만 적어 둔다. 만든 뒤에 보아 그 지문과 다르면, 그사이에 바뀐 것이다.
    # 만드는 런이 이미 도는 중에 센서를 처음 켜면 그 런이 읽은 뒤의 지문이 적힐 수 있다. 그래서 센서를 먼저 켠다.
    first_sight = {day: fingerprint for day, fingerprint in now.items() if day not in seen and day not in built}
    changed = [day for day in sorted(built) if now.get(day) != seen.get(day)][:MAX_DAYS_PER_TICK]
    cursor = json.dumps({**seen, **first_sight, **{day: now.get(day) for day in changed}})
    if not changed:
        context.update_cursor(cursor)
        return dg.SkipReason("이미 만든 날 가운데 바뀐 날이 없습니다.")
    # run_key를 주지 않는다. 완료 -> 환불 -> 완료로 되돌아온 날도 다시 만들어야 하는데, 한 번 쓴 run_key는 다시 실행되지 않는다.
    # 같은 변화를 두 번 요청하지 않는 일은 커서가 한다.
    return dg.SensorResult([dg.RunRequest(partition_key=day) for day in changed], cursor=cursor)


def day_fingerprints(database: SourceDatabase) -> dict[str, str]:
    """끝난 날마다 {"2024-01-01": 그날(한국 시간) 주문의 내용 전체에서 만든 지문}."""
    days = database.query(
        """
        SELECT CAST(CAST(created_at AT TIME ZONE 'Asia/Seoul' AS DATE) AS TEXT) AS day,
               MD5(STRING_AGG(CONCAT_WS('/', order_id, customer_id, product_id, quantity, amount, status), ',' ORDER BY order_id))
                   AS fingerprint
        FROM orders GROUP BY 1 ORDER BY 1
        """
    )
    # 오늘은 아직 끝나지 않아 파티션이 아니다.
    last = daily.get_last_partition_key() or ""
    return {day: fingerprint for day, fingerprint in zip(days["day"], days["fingerprint"], strict=True) if day <= last}


@dg.run_failure_sensor
def failed_run_alert(context: dg.RunFailureSensorContext, alerts: AlertFile) -> None:
    """런이 실패하면 사람에게 알린다."""
    run = context.dagster_run
    partition = run.tags.get("dagster/partition", "파티션 없음")
    alerts.send(f"런이 실패했습니다: {run.job_name} ({partition}) - {context.failure_event.message}")
