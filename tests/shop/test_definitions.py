"""프로젝트 전체: 불러와지고, 명령이 돌고, 진짜 PostgreSQL에서도 같은 값이 나온다."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import dagster as dg
import pandas as pd
import psutil
import pytest

import course_lib.shop
from course_lib.manifest import repository_root
from course_lib.resources import PostgresResource
from course_lib.services import postgres
from course_lib.shop.definitions import defs
from course_lib.shop.resources import fill_source, shop_resources
from course_lib.shop.sensors import day_fingerprints
from course_lib.ui import free_port, responds

from .conftest import DAILY, DAYS

MODULE = "course_lib.shop.definitions"
SHOP = Path(course_lib.shop.__file__).parent


def dagster(*arguments: str, home: Path, **environment: str) -> str:
    return command("dagster", *arguments, "-m", MODULE, home=home, **environment)


def command(program: str, *arguments: str, home: Path, **environment: str) -> str:
    # 설치된 명령은 파이썬 곁에 있다. PATH에 없을 수도 있다.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    result = subprocess.run(
        [shutil.which(program, path=path), *arguments],
        cwd=repository_root(),
        env={**os.environ, "PATH": path, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1", **environment},
        capture_output=True, text=True, encoding="utf-8", timeout=180,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


@pytest.fixture
def home(tmp_path) -> Path:
    shutil.copy(SHOP / "dagster.yaml", tmp_path)
    return tmp_path


def test_everything_is_registered_under_its_name():
    dg.Definitions.validate_loadable(defs)
    repository = defs.get_repository_def()
    graph = defs.resolve_asset_graph()
    parents = {key.to_user_string(): {p.to_user_string() for p in graph.get(key).parent_keys} for key in graph.get_all_asset_keys()}
    assert parents == {
        "orders": set(), "products": set(), "customers": set(), "enriched_orders": {"orders", "products"},
        "daily_category_revenue": {"enriched_orders"}, "customer_segments": {"enriched_orders", "customers"},
    }  # fmt: skip
    assert {name for name in repository.job_names if not name.startswith("__")} == {"daily_refresh_job", "fill_source_job"}
    assert {schedule.name for schedule in repository.schedule_defs} == {"daily_refresh_schedule"}
    sensors = {sensor.name for sensor in repository.sensor_defs}
    # 자동화 조건이 있으면 Dagster가 그것을 평가하는 센서를 더한다.
    assert sensors == {"late_change_sensor", "failed_run_alert", "default_automation_condition_sensor"}


def test_every_asset_says_what_it_is():
    for spec in defs.resolve_all_asset_specs():
        assert spec.description and spec.owners and spec.kinds
        assert spec.group_name in ("bronze", "silver", "gold")


def test_the_source_is_chosen_by_the_environment(monkeypatch):
    monkeypatch.setenv("SHOP_SOURCE", "postgres")
    assert isinstance(shop_resources()["database"], PostgresResource)
    monkeypatch.setenv("SHOP_SOURCE", "oracle")
    with pytest.raises(ValueError, match="sample, postgres"):
        shop_resources()


def test_it_loads_without_a_server_and_without_its_password(home):
    gone = dict.fromkeys(("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"), "")
    assert "All code locations passed validation" in dagster("definitions", "validate", home=home, SHOP_SOURCE="postgres", **gone)


def test_dg_finds_the_shop(home):
    assert "All definitions loaded successfully" in command("dg", "check", "defs", home=home)


def test_a_day_from_the_command_line(home):
    dagster("asset", "materialize", "--select", "products", home=home)
    command("dg", "launch", "--assets", ",".join(DAILY), "--partition", "2024-01-05", home=home)
    assert (home / "storage" / "shop" / "daily_category_revenue" / "2024-01-05.parquet").is_file()


def test_dg_dev_serves_the_shop_and_ends_with_ctrl_c(home):
    port = free_port(3500)
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "dg"), "dev", "--host", "127.0.0.1", "--port", str(port)],
        cwd=repository_root(), env={**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        end = time.monotonic() + 120
        while not responds(f"http://127.0.0.1:{port}/server_info") and process.poll() is None and time.monotonic() < end:
            time.sleep(0.5)
        assert responds(f"http://127.0.0.1:{port}/server_info")
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        process.wait(60)
        _, alive = psutil.wait_procs(children, timeout=60)
        assert not alive
    finally:
        for left in [*psutil.Process(process.pid).children(recursive=True), process] if process.poll() is None else []:
            left.kill()


def test_dagster_yaml_is_accepted_whole(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 4
        assert instance.run_retries_enabled
        assert instance.run_monitoring_enabled
        assert not instance.telemetry_enabled


def test_real_postgres_gives_what_the_sample_gives(instance, run):
    def week(**resources) -> tuple[pd.DataFrame, pd.DataFrame]:
        assert run("products", "customers", **resources).success
        revenue = [run(*DAILY, day=day, **resources).asset_value("daily_category_revenue") for day in DAYS]
        segments = run("customer_segments", day="2024-01-01", **resources).asset_value("customer_segments")
        return pd.concat(revenue, ignore_index=True), segments

    with postgres() as info:
        real = PostgresResource(**asdict(info))
        fill = defs.resolve_job_def("fill_source_job")
        assert fill.execute_in_process(resources={"database": real}).success
        assert fill_source(real) == {"orders": 12, "products": 5, "customers": 6}
        from_real = week(database=real)
        before = day_fingerprints(real)
        real.execute("UPDATE orders SET status = 'refunded' WHERE order_id = 8")
        after = day_fingerprints(real)
    assert list(before) == DAYS
    assert [day for day in DAYS if before[day] != after[day]] == ["2024-01-05"]
    for real_frame, sample_frame in zip(from_real, week(), strict=True):
        assert not real_frame.empty
        pd.testing.assert_frame_equal(real_frame, sample_frame)
