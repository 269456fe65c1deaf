"""dbt 프로젝트를 진짜 dbt로 돌린다. dbt 한 번에 몇 초가 걸리므로 manifest는 한 번만 만든다."""

import json

import dagster as dg
import duckdb
import pandas as pd
import pytest

from course_lib.dbt_shop.project import DATABASE, SOURCE, open_project

# dagster_dbt가 제 안에서 쓰는 옛것(sqlglot의 부속, context.op)이다. 과정의 코드가 아니다.
pytestmark = [
    pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_dbt"),
]

DAILY = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-08")
ORDERS = pd.DataFrame(
    {
        "order_id": [1, 2, 3, 3, 4],
        "customer_id": pd.array([10, 10, 20, 20, 20], dtype="Int64"),
        "status": ["completed", "cancelled", "completed", "completed", "completed"],
        "amount": [100, 999, 50, 70, 30],
        "ordered_at": pd.to_datetime(["2024-01-01 09:00", "2024-01-01 10:00", "2024-01-02 09:00", "2024-01-02 11:00", "2024-01-03 08:00"]),
    }
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    # 이 모듈이 바꾼 환경 변수는 이 모듈에서 끝난다.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DO_NOT_TRACK", "DBT_SHOP_DATABASE"):
            patch.setenv(name, "")
        folder = tmp_path_factory.mktemp("dbt")
        yield folder, open_project(folder)


def _query(folder, sql):
    with duckdb.connect(str(folder / DATABASE)) as connection:
        return connection.execute(sql).df()


def _fill(folder, orders):
    with duckdb.connect(str(folder / DATABASE)) as connection:
        connection.register("orders", orders)
        connection.execute("create or replace table raw_orders as select * from orders")


def _build(project, orders):
    """원본을 채우고, dbt 모델과 그 다음의 파이썬 자산까지 만든 결과와 그 자산이 불린 횟수."""
    from dagster_dbt import DbtCliResource, dbt_assets, get_asset_key_for_model

    folder, shop = project
    _fill(folder, orders)
    ran = []

    @dbt_assets(manifest=shop.manifest_path, project=shop, exclude="daily_orders")
    def models(context: dg.AssetExecutionContext, dbt: DbtCliResource):
        yield from dbt.cli(["build"], context=context).stream()

    @dg.asset(deps=[get_asset_key_for_model([models], "customer_totals")])
    def best_customer() -> None:
        ran.append(_query(folder, "select customer_id from customer_totals order by amount desc limit 1"))

    with pytest.raises(KeyError):
        get_asset_key_for_model([models], "customer_total")
    result = dg.materialize([models, best_customer], resources={"dbt": DbtCliResource(project_dir=shop)}, raise_on_error=False)
    return result, ran, {check.check_name: (check.passed, check.severity) for check in result.get_asset_check_evaluations()}


def test_a_warning_is_told_and_the_rest_is_made(project):
    result, ran, checks = _build(project, ORDERS.assign(amount=[0, 999, 50, 70, 30]))
    assert result.success
    assert len(ran) == 1
    assert checks["amount_is_positive"] == (False, dg.AssetCheckSeverity.WARN)
    assert checks["customer_is_known"][0]
    assert checks["unique_stg_orders_order_id"][0]
    totals = _query(project[0], "select * from customer_totals order by customer_id")
    assert totals.astype("int64").values.tolist() == [[10, 1, 0], [20, 2, 100]]


def test_an_error_stops_the_python_asset_after_it(project):
    result, ran, checks = _build(project, ORDERS.assign(customer_id=pd.array([None, 10, 20, 20, 20], dtype="Int64")))
    assert not result.success
    assert ran == []
    assert checks["customer_is_known"] == (False, dg.AssetCheckSeverity.ERROR)


# backfill_policy는 아직 시험판이다.
@pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`")
def test_seven_days_are_one_run(project):
    from dagster_dbt import DbtCliResource, dbt_assets

    folder, shop = project
    calls = []

    @dbt_assets(manifest=shop.manifest_path, project=shop, select="stg_orders daily_orders",
                partitions_def=DAILY, backfill_policy=dg.BackfillPolicy.single_run())
    def days(context: dg.AssetExecutionContext, dbt: DbtCliResource):
        window = context.partition_time_window
        calls.append(window)
        given = json.dumps({"start": f"{window.start:%Y-%m-%d}", "end": f"{window.end:%Y-%m-%d}"})
        yield from dbt.cli(["run", "--vars", given], context=context).stream()

    def run(first, last):
        tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        assert dg.materialize([days], tags=tags, instance=instance, resources={"dbt": DbtCliResource(project_dir=shop)}).success
        table = _query(folder, "select cast(day as varchar) as day, amount from daily_orders order by day")
        return [(day, int(amount)) for day, amount in table.itertuples(index=False)]

    with dg.DagsterInstance.ephemeral() as instance:
        _fill(folder, ORDERS)
        assert run("2024-01-01", "2024-01-07") == [("2024-01-01", 100), ("2024-01-02", 70), ("2024-01-03", 30)]
        assert len(calls) == 1
        assert instance.get_materialized_partitions(dg.AssetKey("daily_orders")) == set(DAILY.get_partition_keys())
        # 하루만 다시 만들면 다른 날은 그대로다.
        _fill(folder, ORDERS.assign(amount=[1, 1, 1, 1, 1]))
        assert run("2024-01-02", "2024-01-02") == [("2024-01-01", 100), ("2024-01-02", 1), ("2024-01-03", 30)]


def test_nothing_is_written_beside_the_package(project):
    assert {path.name for path in SOURCE.iterdir()} - {"__pycache__"} == {
        "__init__.py", "project.py", "dbt_project.yml", "profiles.yml", "models", "tests"
    }
