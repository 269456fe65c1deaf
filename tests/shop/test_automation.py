"""언제 실행되는가: 스케줄, 센서, 자동화 조건, 신선도 정책."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from course_lib.shop.definitions import defs
from course_lib.shop.sensors import failed_run_alert, late_change_sensor

from .conftest import DAILY, DAYS

KST = ZoneInfo("Asia/Seoul")


# ---------------------------------------------------------------- 스케줄


@pytest.mark.parametrize(
    ("tick", "day"),
    [("2024-01-02", "2024-01-01"), ("2024-03-01", "2024-02-29"), ("2025-01-01", "2024-12-31")],
)
# Dagster의 build_schedule_from_partitioned_job이 안에서 스스로 폐기 예정인 함수를 부른다.
@pytest.mark.filterwarnings("ignore:.*run_request_for_partition:DeprecationWarning")
def test_the_schedule_makes_the_day_that_has_just_ended_in_korea(tick, day):
    schedule = defs.resolve_schedule_def("daily_refresh_schedule")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Seoul")
    moment = datetime.fromisoformat(f"{tick}T02:00").replace(tzinfo=KST)
    context = dg.build_schedule_context(scheduled_execution_time=moment, repository_def=defs.get_repository_def())
    [request] = schedule.evaluate_tick(context).run_requests
    assert request.partition_key == day
    assert request.run_key


# ---------------------------------------------------------------- 나중에 바뀐 날을 찾는 센서


@pytest.fixture
def tick(instance, database):
    """센서를 한 번 깨우고 요청한 날들을 돌려준다. 커서는 다음 틱으로 이어진다."""
    cursor = None

    def tick() -> list[str]:
        nonlocal cursor
        context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"database": database})
        result = late_change_sensor(context)
        requested = [] if isinstance(result, dg.SkipReason) else [request.partition_key for request in result.run_requests]
        cursor = result.cursor if requested else context.cursor
        assert isinstance(json.loads(cursor), dict)
        return requested

    return tick


def test_a_refund_asks_for_its_day_once(tick, run, database):
    assert tick() == []
    for day in DAYS:
        assert run("orders", day=day).success
    assert tick() == []
    database.execute("UPDATE orders SET status = 'refunded' WHERE order_id = 8")
    assert tick() == ["2024-01-05"]
    assert tick() == []


def test_days_seen_before_they_were_made_are_not_made_twice(tick, run, database):
    assert tick() == []
    assert run("products").success
    assert run(*DAILY, day="2024-01-05").success
    assert tick() == []


def test_a_change_between_the_first_sight_and_the_run_is_found(tick, run, database):
    assert tick() == []
    database.execute("UPDATE orders SET quantity = 3 WHERE order_id = 8")
    assert tick() == []
    assert run("orders", day="2024-01-05").success
    assert tick() == ["2024-01-05"]
    assert tick() == []


def test_days_made_while_the_sensor_was_off_are_made_once_more(tick, run):
    assert run("orders", day="2024-01-01").success
    assert tick() == ["2024-01-01"]
    assert tick() == []


def test_a_change_that_is_taken_back_is_a_change(tick, run, database):
    tick()
    assert run("orders", day="2024-01-05").success
    for status in ("refunded", "completed", "refunded"):
        database.execute("UPDATE orders SET status = %s WHERE order_id = 8", [status])
        assert tick() == ["2024-01-05"]


def test_an_order_that_moves_to_another_day_changes_both(tick, run, database):
    tick()
    for day in DAYS:
        assert run("orders", day=day).success
    # 10번은 6일의 하나뿐인 주문이다. 6일은 원본에서 사라진다.
    database.execute("UPDATE orders SET created_at = created_at - INTERVAL '1 day' WHERE order_id = 10")
    assert tick() == ["2024-01-05", "2024-01-06"]
    assert tick() == []


def test_a_long_history_is_spread_over_ticks(tick, instance, database):
    for number in range(11, 32):
        moment = datetime(2024, 1, number, 12, tzinfo=KST)
        database.execute("INSERT INTO orders VALUES (%s, 101, 1, 1, 12000, 'completed', %s)", [100 + number, moment])
        instance.report_runless_asset_event(dg.AssetMaterialization("orders", partition=f"2024-01-{number}"))
    assert [len(tick()) for _ in range(4)] == [10, 10, 1, 0]


def test_today_is_not_a_partition_yet(tick, instance, database):
    database.execute("INSERT INTO orders VALUES (99, 101, 1, 1, 12000, 'completed', %s)", [datetime.now(UTC)])
    assert tick() == []


# ---------------------------------------------------------------- 실패를 알리는 센서


def test_a_failed_run_is_told_to_someone(instance, database):
    database.execute("DROP TABLE orders")
    job = defs.resolve_job_def("daily_refresh_job")
    result = job.execute_in_process(
        instance=instance, partition_key="2024-01-05", resources={**defs.resources, "database": database}, raise_on_error=False
    )
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_run_alert",
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        dagster_event=result.get_run_failure_event(),
        resources={"alerts": defs.resources["alerts"]},
    )
    failed_run_alert(context.for_run_failure())
    [alerts] = Path(instance.storage_directory()).rglob("shop_alerts.txt")
    [line] = alerts.read_text(encoding="utf-8").splitlines()
    assert line.startswith("런이 실패했습니다: daily_refresh_job (2024-01-05)")


# ---------------------------------------------------------------- 선언적 자동화


AUTOMATED = ["products", "customers", "daily_category_revenue", "customer_segments"]


def requested(instance, moment: datetime, cursor=None):
    selection = dg.AssetSelection.assets(*AUTOMATED)
    result = dg.evaluate_automation_conditions(defs, instance, selection, evaluation_time=moment, cursor=cursor)
    return {key: n for key in AUTOMATED if (n := result.get_num_requested(dg.AssetKey(key)))}, result.cursor


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KST)


def test_the_lists_are_read_at_night(instance):
    asked, cursor = requested(instance, at("2024-01-08T00:50"))
    assert asked == {}
    asked, cursor = requested(instance, at("2024-01-08T01:01"), cursor)
    assert asked == {"products": 1, "customers": 1}
    asked, cursor = requested(instance, at("2024-01-08T01:02"), cursor)
    assert asked == {}
    asked, cursor = requested(instance, at("2024-01-09T01:01"), cursor)
    assert asked == {"products": 1}


def test_a_revenue_left_out_is_made_once(run, instance):
    asked, cursor = requested(instance, at("2024-01-02T23:59"))
    assert run("products").success
    assert run("orders", day="2024-01-02").success
    asked, cursor = requested(instance, at("2024-01-03T00:01"), cursor)
    assert asked == {}
    assert run("enriched_orders", day="2024-01-02").success
    asked, cursor = requested(instance, at("2024-01-03T00:02"), cursor)
    assert asked == {"daily_category_revenue": 1}
    asked, cursor = requested(instance, at("2024-01-03T00:03"), cursor)
    assert asked == {}


def test_segments_follow_when_the_last_day_of_the_week_is_there(run, instance):
    monday = at("2024-01-08T02:30")
    assert run("products", "customers").success
    for day in DAYS[:-1]:
        assert run(*DAILY, day=day).success
    asked, cursor = requested(instance, monday)
    assert "customer_segments" not in asked
    assert run(*DAILY, day=DAYS[-1]).success
    asked, cursor = requested(instance, at("2024-01-08T02:31"), cursor)
    assert asked["customer_segments"] == 1
    assert run("customer_segments", day="2024-01-01").success
    asked, cursor = requested(instance, at("2024-01-08T02:32"), cursor)
    assert "customer_segments" not in asked
    # 환불 때문에 하루를 다시 만들면 그 주도 다시.
    assert run(*DAILY, day="2024-01-05").success
    asked, cursor = requested(instance, at("2024-01-08T02:33"), cursor)
    assert asked["customer_segments"] == 1


# ---------------------------------------------------------------- 신선도 정책


def test_freshness_policies_are_alarms_on_the_tables_people_wait_for():
    policies = {spec.key.to_user_string(): spec.freshness_policy for spec in defs.resolve_all_asset_specs() if spec.freshness_policy}
    assert set(policies) == {"products", "daily_category_revenue"}
    assert policies["daily_category_revenue"].deadline_cron == "0 9 * * *"
    assert policies["daily_category_revenue"].timezone == "Asia/Seoul"
