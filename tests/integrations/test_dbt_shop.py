"""dbt 프로젝트를 진짜 dbt로 돌린다. dbt는 뜨는 데만 몇 초가 걸리므로 한 번 만들어 여러 가지를 본다."""

import importlib.metadata
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import pytest

from course_lib.dbt_shop.project import DATABASE, SOURCE, open_project

pytestmark = [
    # dagster_dbt가 제 안에서 쓰는 옛것(sqlglot의 부속, context.op)이다. 과정의 코드가 아니다.
    pytest.mark.filterwarnings("ignore:sqlglotrs is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster_dbt"),
    # backfill_policy는 아직 시험판이다.
    pytest.mark.filterwarnings("ignore:Parameter `backfill_policy`"),
]

DAILY = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-08")
WEEK = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-07"}
ORDERS = pd.DataFrame(
    {
        "order_id": [1, 2, 3, 3, 4, 5, 5],
        "customer_id": [10, 10, 20, 20, 20, 10, 10],
        "status": ["completed", "cancelled", "completed", "completed", "completed", "completed", "cancelled"],
        "amount": [0, 999, 50, 70, 30, 900, 900],
        "ordered_at": pd.to_datetime([
            "2024-01-01 09:00", "2024-01-01 10:00", "2024-01-02 09:00", "2024-01-02 11:00", "2024-01-03 08:00", "2024-01-03 09:00", "2024-01-03 12:00",
        ]),
    }
)


@dataclass(frozen=True)
class Built:
    database: Path
    result: dg.ExecuteInProcessResult
    partitions: set[str]
    windows: list[tuple[str, str]]
    best: list[int]

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Built:
    """0원인 주문이 하나 섞인 원본에서 이레를 런 한 번으로 만들고, 그 다음의 파이썬 자산까지 만든 것."""
    from dagster_dbt import DbtCliResource, dbt_assets, get_asset_key_for_model

    folder = tmp_path_factory.mktemp("dbt")
    windows: list[tuple[str, str]] = []
    best: list[int] = []
    # 이 모듈이 바꾼 환경 변수는 이 모듈에서 끝난다.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PATH", "DO_NOT_TRACK", "DBT_SHOP_DATABASE"):
            patch.setenv(name, os.environ.get(name, ""))
        project = open_project(folder)
        with duckdb.connect(str(folder / DATABASE)) as connection:
            connection.register("orders", ORDERS)
            connection.execute("create table raw_orders as select * from orders")

        @dbt_assets(
            manifest=project.manifest_path, project=project, partitions_def=DAILY, backfill_policy=dg.BackfillPolicy.single_run()
        )
        def models(context: dg.AssetExecutionContext, dbt: DbtCliResource):
            window = context.partition_time_window
            windows.append((f"{window.start:%Y-%m-%d}", f"{window.end:%Y-%m-%d}"))
            given = json.dumps(dict(zip(("start", "end"), windows[-1])))
            yield from dbt.cli(["build", "--vars", given], context=context).stream()

        @dg.asset(
            deps=[get_asset_key_for_model([models], "customer_totals")],
            partitions_def=DAILY, backfill_policy=dg.BackfillPolicy.single_run(),
        )
        def best_customer() -> None:
            with duckdb.connect(str(folder / DATABASE)) as connection:
                best.append(connection.execute("select customer_id from customer_totals order by amount desc limit 1").fetchone()[0])

        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize(
                [models, best_customer], tags=WEEK, instance=instance, resources={"dbt": DbtCliResource(project_dir=project)}
            )
            partitions = set(instance.get_materialized_partitions(dg.AssetKey("daily_orders")))
    return Built(folder / DATABASE, result, partitions, windows, best)


def test_a_warning_is_told_and_the_rest_is_made(built):
    checks = {check.check_name: (check.passed, check.severity) for check in built.result.get_asset_check_evaluations()}
    assert built.result.success
    assert checks.pop("amount_is_positive") == (False, dg.AssetCheckSeverity.WARN)
    assert set(checks) == {"customer_is_known", "not_null_stg_orders_order_id", "unique_stg_orders_order_id", "unique_customer_totals_customer_id"}
    assert all(passed for passed, _ in checks.values())
    assert built.best == [20]


def test_cancelled_and_repeated_orders_are_not_counted(built):
    """5번은 완료된 다음에 취소되었다. 먼저 완료된 것만 고르면 되살아난다."""
    assert built.query("select customer_id, orders, amount::int from customer_totals order by 1") == [(10, 1, 0), (20, 2, 100)]


def test_seven_days_are_one_run(built):
    assert built.windows == [("2024-01-01", "2024-01-08")]
    assert built.partitions == set(DAILY.get_partition_keys())
    assert built.query("select day::varchar, amount::int from daily_orders order by 1") == [
        ("2024-01-01", 0), ("2024-01-02", 70), ("2024-01-03", 30)
    ]


def test_nothing_is_written_beside_the_package():
    assert {path.name for path in SOURCE.iterdir()} - {"__pycache__"} == {
        "__init__.py", "project.py", "dbt_project.yml", "profiles.yml", "models", "tests"
    }


def test_the_version_of_dbt_is_known_without_asking_it(built, monkeypatch):
    # `dbt --version`은 새 판이 있는지 PyPI에 물어본다. 런마다 그러면 느리고, 통신이 없는 곳에서는 더 느리다.
    from dagster_dbt import DbtCliResource

    def no_process(*args, **options):
        raise AssertionError(args)

    monkeypatch.setenv("DBT_SHOP_DATABASE", str(built.database))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.setattr(subprocess, "Popen", no_process)
    resource = DbtCliResource(project_dir=str(built.database.parent / "dbt_shop"))
    assert str(resource._cli_version) == importlib.metadata.version("dbt-core")


@pytest.mark.skipif(os.name == "nt", reason="흉내 낸 dbt가 셸 스크립트라 윈도우는 실행하지 못한다")
def test_another_dbt_is_asked_itself(built, tmp_path):
    # 답하는 것은 이 환경의 dbt뿐이다. 학습자가 따로 설치한 dbt(예: Fusion)의 판은 그 dbt가 말한다.
    import dagster_dbt.core.resource as resource

    other = tmp_path / "dbt"
    other.write_text("#!/bin/sh\necho 'dbt-fusion 2.0.1'\n", encoding="utf-8")
    other.chmod(0o755)
    assert resource.check_output([str(other), "--version"]) == b"dbt-fusion 2.0.1\n"
