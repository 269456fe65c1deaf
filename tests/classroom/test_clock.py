"""세워 둔 시계를 구체화와 조건이 정말 보는지."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from course_lib.classroom.clock import clock_at

MOMENT = datetime(2024, 3, 1, 6, tzinfo=UTC)


@dg.asset
def orders() -> None: ...


def test_a_materialization_carries_the_time_of_the_clock():
    with dg.DagsterInstance.ephemeral() as instance:
        with clock_at(MOMENT):
            dg.materialize([orders], instance=instance)
        assert instance.get_latest_materialization_event(orders.key).timestamp == MOMENT.timestamp()


def test_partitions_exist_up_to_the_clock():
    daily = dg.DailyPartitionsDefinition("2024-02-28")
    with clock_at(MOMENT):
        assert daily.get_partition_keys() == ["2024-02-28", "2024-02-29"]
    assert len(daily.get_partition_keys()) > 2


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="시간대"), clock_at(datetime(2024, 3, 1)):
        pass
