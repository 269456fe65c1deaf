"""가게를 시험하는 도구: 기록이 남는 인스턴스와, 정의의 자산을 골라 구체화하는 함수."""

from collections.abc import Callable, Iterator

import dagster as dg
import pytest

from course_lib.shop.definitions import defs
from course_lib.shop.resources import SampleDatabase

DAYS = [f"2024-01-0{day}" for day in range(1, 8)]
DAILY = ["orders", "enriched_orders", "daily_category_revenue"]


@pytest.fixture
def instance(tmp_path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        yield instance


@pytest.fixture
def database() -> SampleDatabase:
    """이 시험만의 원본. 바꾸어도 다른 시험은 모른다."""
    return SampleDatabase()


@pytest.fixture
def run(instance, database) -> Callable[..., dg.ExecuteInProcessResult]:
    """`run("orders", day="2024-01-01")`: 자산과 그 검사를 한 런에서 실행한다."""

    def run(*keys: str, day: str | None = None, **resources: object) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            [*defs.assets, *defs.asset_checks],
            selection=dg.AssetSelection.assets(*keys),
            partition_key=day,
            instance=instance,
            resources={**defs.resources, "database": database, **resources},
            raise_on_error=False,
        )

    return run


@pytest.fixture
def first_week(run) -> Callable[..., dg.ExecuteInProcessResult]:
    """첫 주의 이레를 모두 만들었다."""
    assert run("products", "customers").success
    for day in DAYS:
        assert run(*DAILY, day=day).success
    return run
