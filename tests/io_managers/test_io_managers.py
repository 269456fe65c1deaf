"""파일 IO 매니저: 파티션마다 파일 하나, 통째로 바꾸는 쓰기, 여러 파티션의 입력."""

import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from course_lib.io_managers import CsvIOManager, ParquetIOManager

DAILY = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01")
WEEKLY = dg.WeeklyPartitionsDefinition("2024-01-01", end_date="2024-02-01", day_offset=1)
GRID = dg.MultiPartitionsDefinition({"date": DAILY, "region": dg.StaticPartitionsDefinition(["seoul", "busan"])})
DYNAMIC = dg.DynamicPartitionsDefinition(name="files")
DAYS = [f"2024-01-{day:02d}" for day in range(1, 8)]


@pytest.fixture(params=[ParquetIOManager, CsvIOManager])
def io_manager(request, tmp_path) -> dg.ConfigurableIOManagerFactory:
    return request.param(base_path=str(tmp_path))


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@dg.asset(partitions_def=DAILY)
def orders(context: dg.AssetExecutionContext) -> pd.DataFrame:
    day = int(context.partition_key[-2:])
    return pd.DataFrame({"day": [context.partition_key] * 2, "amount": [day, 100 * day]})


@dg.asset(partitions_def=DAILY)
def checked(orders: pd.DataFrame) -> pd.DataFrame:
    return orders.assign(checked=True)


@dg.asset(partitions_def=WEEKLY)
def weekly(context: dg.AssetExecutionContext, checked: dict[str, pd.DataFrame]) -> pd.DataFrame:
    assert list(checked) == DAYS
    return pd.concat(checked.values(), ignore_index=True)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_week_is_all_its_seven_days(io_manager, instance, tmp_path):
    """파티션을 모르는 경로는 마지막 하루를 한 주라고 하면서 성공한다. 여기서는 일곱 날이 다 온다."""
    resources = {"io_manager": io_manager}
    for day in DAYS:
        dg.materialize([orders, checked], partition_key=day, resources=resources, instance=instance)
    result = dg.materialize([orders, checked, weekly], selection=[weekly], partition_key="2024-01-01",
                            resources=resources, instance=instance)
    report = result.output_for_node("weekly")
    assert report.day.tolist() == [day for day in DAYS for _ in range(2)]
    assert report.amount.sum() == 101 * sum(range(1, 8))
    extension = {ParquetIOManager: "parquet", CsvIOManager: "csv"}[type(io_manager)]
    assert files(tmp_path) == sorted(
        [f"{name}/{day}.{extension}" for name in ("orders", "checked") for day in DAYS] + [f"weekly/2024-01-01.{extension}"]
    )


def test_materializing_again_replaces_only_that_day(tmp_path):
    resources = {"io_manager": ParquetIOManager(base_path=str(tmp_path))}
    for day in DAYS[:2]:
        dg.materialize([orders], partition_key=day, resources=resources)
    first_day = (tmp_path / "orders" / "2024-01-01.parquet").read_bytes()

    @dg.asset(name="orders", partitions_def=DAILY)
    def corrected(context: dg.AssetExecutionContext) -> pd.DataFrame:
        return pd.DataFrame({"amount": [7]})

    dg.materialize([corrected], partition_key="2024-01-02", resources=resources)
    assert (tmp_path / "orders" / "2024-01-01.parquet").read_bytes() == first_day
    assert pd.read_parquet(tmp_path / "orders" / "2024-01-02.parquet").amount.tolist() == [7]
    assert files(tmp_path) == ["orders/2024-01-01.parquet", "orders/2024-01-02.parquet"]


def test_a_missing_day_fails_and_is_named(io_manager, instance):
    resources = {"io_manager": io_manager}
    for day in DAYS:
        if day != "2024-01-05":
            dg.materialize([orders, checked], partition_key=day, resources=resources, instance=instance)
    with pytest.raises(FileNotFoundError, match="자산 checked, 파티션 2024-01-05"):
        dg.materialize([orders, checked, weekly], selection=[weekly], partition_key="2024-01-01",
                       resources=resources, instance=instance)


def test_a_missing_day_may_be_allowed_explicitly(io_manager, instance):
    @dg.asset(partitions_def=WEEKLY, ins={"orders": dg.AssetIn(metadata={"allow_missing_partitions": True})})
    def days_seen(orders: dict[str, pd.DataFrame]) -> pd.DataFrame:
        return pd.DataFrame({"day": list(orders)})

    resources = {"io_manager": io_manager}
    for day in DAYS[::2]:
        dg.materialize([orders], partition_key=day, resources=resources, instance=instance)
    result = dg.materialize([orders, days_seen], selection=[days_seen], partition_key="2024-01-01",
                            resources=resources, instance=instance)
    assert result.output_for_node("days_seen").day.tolist() == DAYS[::2]


def test_a_missing_asset_fails_and_is_named(io_manager):
    @dg.asset(key=["shop", "raw"])
    def raw() -> pd.DataFrame:
        return pd.DataFrame({"a": [1]})

    @dg.asset(ins={"raw": dg.AssetIn(["shop", "raw"])})
    def clean(raw: pd.DataFrame) -> pd.DataFrame:
        return raw

    with pytest.raises(FileNotFoundError, match="아직 구체화되지 않았습니다: 자산 shop/raw"):
        dg.materialize([raw, clean], selection=[clean], resources={"io_manager": io_manager})


def test_two_dimensions(io_manager, instance, tmp_path):
    @dg.asset(partitions_def=GRID)
    def sales(context: dg.AssetExecutionContext) -> pd.DataFrame:
        keys = context.partition_key.keys_by_dimension
        return pd.DataFrame({"date": [keys["date"]], "region": [keys["region"]]})

    @dg.asset(partitions_def=DAILY)
    def regions(sales: dict[str, pd.DataFrame]) -> pd.DataFrame:
        return pd.concat(sales.values(), ignore_index=True)

    resources = {"io_manager": io_manager}
    for date in DAYS[:2]:
        for region in ("seoul", "busan"):
            key = dg.MultiPartitionKey({"date": date, "region": region})
            dg.materialize([sales], partition_key=key, resources=resources, instance=instance)
    result = dg.materialize([sales, regions], selection=[regions], partition_key=DAYS[1], resources=resources,
                            instance=instance)
    assert sorted(result.output_for_node("regions").values.tolist()) == [[DAYS[1], "busan"], [DAYS[1], "seoul"]]
    assert len(files(tmp_path)) == 5
    with pytest.raises(FileNotFoundError, match=r"자산 sales, 파티션 2024-01-03\|(busan|seoul)\."):
        dg.materialize([sales, regions], selection=[regions], partition_key=DAYS[2], resources=resources,
                       instance=instance)


def test_asset_keys_are_path_segments(tmp_path):
    """`a/b_c`와 `a_b/c`, `a__b/c`가 서로 덮어쓰지 않는다."""
    keys = [["a", "b_c"], ["a_b", "c"], ["a__b", "c"], ["a", "b", "c"]]

    def make(key):
        @dg.asset(key=key)
        def produced() -> pd.DataFrame:
            return pd.DataFrame({"key": ["/".join(key)]})

        return produced

    assets = [make(key) for key in keys]
    for asset in assets:
        dg.materialize([asset], resources={"io_manager": ParquetIOManager(base_path=str(tmp_path))})
    for key in keys:
        assert pd.read_parquet(tmp_path.joinpath(*key).with_suffix(".parquet")).key.tolist() == ["/".join(key)]


@pytest.mark.parametrize("manager", [ParquetIOManager, CsvIOManager])
def test_a_failed_write_leaves_what_was_there(manager, tmp_path, monkeypatch):
    resources = {"io_manager": manager(base_path=str(tmp_path))}
    dg.materialize([orders], partition_key=DAYS[0], resources=resources)
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}

    def dies_half_way(self, path, **kwargs):
        Path(path).write_bytes(b"half")
        raise OSError("디스크가 찼다")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", dies_half_way)
    monkeypatch.setattr(pd.DataFrame, "to_csv", dies_half_way)
    with pytest.raises(OSError, match="디스크가 찼다"):
        dg.materialize([orders], partition_key=DAYS[0], resources=resources)
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


@pytest.mark.parametrize("value", [None, [1, 2], {"a": 1}])
def test_only_tables_are_stored(io_manager, tmp_path, value):
    @dg.asset
    def broken():
        return value

    with pytest.raises(TypeError, match=f"broken의 값은 {type(value).__name__}"):
        dg.materialize([broken], resources={"io_manager": io_manager})
    assert files(tmp_path) == []


def test_assets_without_a_value_are_not_stored(io_manager, tmp_path):
    @dg.asset
    def annotated() -> None:
        return None

    @dg.asset
    def result() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"num_rows": 0})

    assert dg.materialize([annotated, result], resources={"io_manager": io_manager}).success
    assert files(tmp_path) == []


def test_a_relative_path_is_below_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dg.materialize([orders], partition_key=DAYS[0], resources={"io_manager": ParquetIOManager(base_path="data")})
    assert files(tmp_path) == ["data/orders/2024-01-01.parquet"]


def test_ops_of_a_job_can_hand_over_tables(io_manager):
    @dg.op
    def make() -> pd.DataFrame:
        return pd.DataFrame({"a": [1, 2]})

    @dg.op(out=dg.Out(io_manager_key="memory"))
    def total(frame: pd.DataFrame) -> int:
        return int(frame.a.sum())

    @dg.job(resource_defs={"io_manager": io_manager, "memory": dg.mem_io_manager})
    def job():
        total(make())

    assert job.execute_in_process().output_for_node("total") == 3


def round_trip(manager, frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    @dg.asset
    def stored() -> pd.DataFrame:
        return frame

    @dg.asset
    def loaded(context: dg.AssetExecutionContext, stored: pd.DataFrame) -> dg.MaterializeResult:
        received.append(stored)
        return dg.MaterializeResult()

    received: list[pd.DataFrame] = []
    dg.materialize([stored, loaded], resources={"io_manager": manager(base_path=str(folder))})
    return received[0]


def test_parquet_keeps_dtypes_and_csv_does_not(tmp_path):
    frame = pd.DataFrame(
        {
            "우편번호": ["01234", None],
            "at": pd.to_datetime(["2024-02-29 23:59", None]),
            "amount": [Decimal("0.10"), Decimal("2.00")],
            "n": pd.array([1, None], dtype="Int64"),
        }
    )
    assert_frame_equal(round_trip(ParquetIOManager, frame, tmp_path), frame)
    received = round_trip(CsvIOManager, frame, tmp_path)
    assert received.astype(object).map(str).replace({"nan": ""}).values.tolist() == [
        ["1234.0", "2024-02-29 23:59:00", "0.1", "1.0"],
        ["", "", "2.0", ""],
    ]


@pytest.mark.parametrize("manager", [ParquetIOManager, CsvIOManager])
@pytest.mark.parametrize("columns", [["a", "b"], []])
def test_empty_tables_keep_their_columns(manager, columns, tmp_path):
    received = round_trip(manager, pd.DataFrame(columns=columns, dtype="str"), tmp_path)
    assert list(received.columns) == columns
    assert len(received) == 0


KEYS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8) | st.sampled_from(
    ["..", ".", "a/../b", "/etc/passwd", "../../x", "%2E%2E", "a:b", "C:\\x", "a|b", "a", "a.", "a.parquet", "a.parquet/b"]
)


@given(keys=st.lists(KEYS, min_size=2, max_size=6, unique=True))
@settings(deadline=None, max_examples=60)
def test_every_partition_has_its_own_file_name(keys):
    """어떤 글자의 키든 서로 다른 파일이 되고, 자산의 폴더를 벗어나지 않는다."""
    manager = ParquetIOManager(base_path="data").create_io_manager(dg.build_init_resource_context())
    context = SimpleNamespace(asset_partitions_def=DYNAMIC)
    paths = [manager.get_path_for_partition(context, Path("orders"), key) for key in keys]
    assert {os.path.dirname(os.path.normpath(path)) for path in paths} == {"orders"}
    assert len({manager._with_extension(path) for path in paths}) == len(keys)


@pytest.mark.parametrize("key", ["../../위로", "/절대/경로", "a/b", "09:30", "..", "100%"])
def test_any_key_of_a_dynamic_partition_is_stored_and_named_when_missing(io_manager, instance, tmp_path, key):
    @dg.asset(partitions_def=DYNAMIC)
    def files_in(context: dg.AssetExecutionContext) -> pd.DataFrame:
        return pd.DataFrame({"key": [context.partition_key]})

    @dg.asset(partitions_def=DYNAMIC)
    def copied(files_in: pd.DataFrame) -> pd.DataFrame:
        return files_in

    instance.add_dynamic_partitions("files", [key])
    arguments = {"partition_key": key, "resources": {"io_manager": io_manager}, "instance": instance}
    with pytest.raises(FileNotFoundError, match=re.escape(f"자산 files_in, 파티션 {key}.")):
        dg.materialize([files_in, copied], selection=[copied], **arguments)
    result = dg.materialize([files_in, copied], **arguments)
    assert result.output_for_node("copied").key.tolist() == [key]
    assert len(files(tmp_path / "files_in")) == 1
