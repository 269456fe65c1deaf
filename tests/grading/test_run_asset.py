"""`run_asset`: `deps`로만 적은 업스트림에는 값이 오지 않으므로 표를 달라고 하지 않는다."""

import dagster as dg
import pandas as pd
import pytest

from course_lib.testing import run_asset

FRAME = pd.DataFrame({"value": [1, 2]})
DAILY = dg.DailyPartitionsDefinition("2024-01-01")


@dg.asset(deps=["mart"])
def from_the_mart() -> pd.DataFrame:
    return FRAME


@dg.asset(deps=["mart"], partitions_def=DAILY)
def day_of_the_mart(context: dg.AssetExecutionContext, numbers: pd.DataFrame) -> pd.DataFrame:
    return numbers.assign(day=context.partition_key)


class Warehouse(dg.ConfigurableResource):
    name: str


@dg.asset(deps=["mart"])
def through_a_resource(warehouse: Warehouse) -> pd.DataFrame:
    return FRAME.assign(name=warehouse.name)


def test_an_upstream_in_deps_needs_no_frame():
    assert run_asset(from_the_mart).equals(FRAME)


def test_a_value_beside_deps_is_still_asked_for():
    with pytest.raises(TypeError, match="numbers$"):
        run_asset(day_of_the_mart, partition_key="2024-01-10")
    assert run_asset(day_of_the_mart, numbers=FRAME, partition_key="2024-01-10")["day"].tolist() == ["2024-01-10"] * 2


def test_an_asset_with_deps_that_needs_a_run_is_materialized():
    assert run_asset(through_a_resource, resources={"warehouse": Warehouse(name="w")})["name"].tolist() == ["w", "w"]
