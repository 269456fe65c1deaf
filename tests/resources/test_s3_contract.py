"""`S3Resource`와 `FakeS3`가 함께 지키는 약속."""

from decimal import Decimal

import dagster as dg
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

FRAME = pd.DataFrame(
    {
        "이름": ["김서연", "O'Brien 하나", None],
        "n": pd.array([1, None, 3], dtype="Int64"),
        "amount": [Decimal("0.10"), Decimal("12000.00"), None],
        "at": pd.to_datetime(["2024-02-29 23:59:59.999999", None, "2024-03-01 00:00:00.000000"]),
        "seoul": pd.to_datetime(["2024-01-01 08:30"] * 3).tz_localize("Asia/Seoul"),
    }
)
KEY = "profiles/user_profiles.parquet"


def test_a_table_comes_back_as_it_went(storage):
    storage.put_parquet(KEY, FRAME)
    assert_frame_equal(storage.get_parquet(KEY), FRAME)


def test_an_empty_table_keeps_columns_and_dtypes(storage):
    storage.put_parquet(KEY, FRAME.head(0))
    assert_frame_equal(storage.get_parquet(KEY), FRAME.head(0))


def test_putting_again_replaces(storage):
    storage.put_parquet(KEY, FRAME)
    storage.put_parquet(KEY, FRAME.tail(1))
    assert_frame_equal(storage.get_parquet(KEY), FRAME.tail(1))


@pytest.mark.parametrize("key", ["a", "한글/키 하나.parquet", "a/b+c&d=e?f#g%20h.parquet", "'quoted'/\"x\""])
def test_any_key(storage, key):
    storage.put_parquet(key, FRAME)
    storage.put_parquet(f"{key}2", FRAME.head(1))
    assert_frame_equal(storage.get_parquet(key), FRAME)


def test_a_missing_key_is_a_key_error_that_names_it(storage):
    storage.put_parquet(KEY, FRAME)
    with pytest.raises(KeyError) as caught:
        storage.get_parquet("profiles/없음.parquet")
    assert caught.value.args == ("profiles/없음.parquet",)


def test_what_is_stored_is_a_copy(storage):
    given = FRAME.copy()
    storage.put_parquet(KEY, given)
    given["n"] = 0
    received = storage.get_parquet(KEY)
    received["n"] = 0
    assert_frame_equal(storage.get_parquet(KEY), FRAME)


def test_a_table_that_parquet_cannot_hold_is_refused_and_nothing_is_stored(storage):
    with pytest.raises(ValueError, match="[Dd]uplicate"):
        storage.put_parquet(KEY, pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(KeyError):
        storage.get_parquet(KEY)


def test_a_run_uses_it_under_its_resource_key(storage):
    @dg.asset
    def profiles(s3: dg.ResourceParam[object]) -> None:
        s3.put_parquet(KEY, FRAME)

    assert dg.materialize([profiles], resources={"s3": storage}).success
    assert_frame_equal(storage.get_parquet(KEY), FRAME)
