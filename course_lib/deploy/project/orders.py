"""코드 로케이션: 도착한 주문 파일을 들이는 자산과, 그것을 움직이는 센서와 스케줄.

코드 서버만 이 파일을 불러온다. 웹서버와 데몬은 이 파일도, 여기서 쓰는 패키지도 모른 채 코드 서버에 물어본다.
"""

import hashlib
import os
import time
from pathlib import Path

import dagster as dg

def inbox() -> Path:
    """주문 파일이 도착하는 폴더. 어디인지는 배포가 정한다."""
    return Path(os.environ["ORDERS_INBOX"])


def wait_for_the_database() -> None:
    """주문 데이터베이스가 점검 중이면 끝날 때까지 기다린다. 도착 폴더에 maintenance라는 파일이 있으면 점검 중이라고 친다."""
    while (inbox() / "maintenance").exists():
        time.sleep(0.1)


class FileConfig(dg.Config):
    name: str


# 풀 orders_db의 자리는 dagster.yaml의 default_limit이 정한다. 자리가 하나이면 런도 한 번에 하나다.
@dg.asset(pool="orders_db", group_name="orders")
def received_orders(config: FileConfig) -> dg.MaterializeResult:
    """도착한 파일 하나의 주문. 머리글조차 없는 파일은 실패한다."""
    lines = (inbox() / config.name).read_text(encoding="utf-8").splitlines()
    if not lines:
        raise dg.Failure(f"{config.name}이(가) 비어 있습니다.")
    wait_for_the_database()
    return dg.MaterializeResult(metadata={"file": config.name, "dagster/row_count": len(lines) - 1})


@dg.asset(group_name="orders")
def inbox_report() -> dg.MaterializeResult:
    """도착 폴더에 쌓인 파일의 수."""
    return dg.MaterializeResult(metadata={"files": len(list(inbox().glob("*.csv")))})


receive_orders = dg.define_asset_job(
    "receive_orders",
    selection=[received_orders],
    # 실패한 런을 데몬이 한 번 더 실행한다. dagster.yaml에서 run_retries를 켜 두어야 한다.
    tags={"dagster/max_retries": "1"},
)
report_inbox = dg.define_asset_job("report_inbox", selection=[inbox_report])


@dg.sensor(job=receive_orders, minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox_sensor():
    """파일마다 런을 하나 요청한다. 런 키가 이름과 내용의 지문이라, 같은 파일은 한 번만 들어간다."""
    for path in sorted(inbox().glob("*.csv")):
        yield dg.RunRequest(
            run_key=hashlib.sha256(path.name.encode() + path.read_bytes()).hexdigest()[:12],
            run_config=dg.RunConfig(ops={"received_orders": FileConfig(name=path.name)}),
            tags={"file": path.name},
        )


every_minute = dg.ScheduleDefinition(
    name="every_minute",
    job=report_inbox,
    cron_schedule="* * * * *",
    execution_timezone="Asia/Seoul",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


@dg.run_failure_sensor(minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
def last_failure_alert(context: dg.RunFailureSensorContext) -> None:
    """다시 실행할 몫까지 다 쓰고 실패한 런만 사람에게 알린다. 여기서는 파일에 한 줄을 적는다."""
    run = context.dagster_run
    if run.tags.get("dagster/will_retry") == "true":
        return
    with (inbox() / "alerts.txt").open("a", encoding="utf-8") as file:
        file.write(f"{run.job_name} {run.tags.get('file', '')}: {context.failure_event.message}\n")


defs = dg.Definitions(
    assets=[received_orders, inbox_report],
    jobs=[receive_orders, report_inbox],
    schedules=[every_minute],
    sensors=[inbox_sensor, last_failure_alert],
    # 기본 실행기는 단계마다 프로세스를 새로 띄운다. 이 작은 일에는 그 시간이 훨씬 길다.
    executor=dg.in_process_executor,
)
