"""세 신호가 정말 따로 켜지는지. 노트북 01이 말하는 것의 근거다."""

from datetime import timedelta

import dagster as dg
import pytest
from dagster._core.definitions.data_version import StaleStatus
from dagster._core.definitions.freshness import FreshnessState

from course_lib.classroom.signals import read_signals

BROKEN = {"middle": False}


@dg.asset
def first() -> int:
    return 1


@dg.asset
def middle(first: int) -> int:
    if BROKEN["middle"]:
        raise ValueError("고장")
    return first


@dg.asset(freshness_policy=dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=12), fail_window=timedelta(hours=24)))
def last(middle: int) -> int:
    return middle


ASSETS = [first, middle, last]
DEFS = dg.Definitions(assets=ASSETS)


@pytest.fixture
def instance():
    BROKEN["middle"] = False
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def _signals(instance, **options):
    return {item.asset: item for item in read_signals(DEFS, instance, **options)}


def test_nothing_made_yet(instance):
    signals = _signals(instance)
    assert list(signals) == ["first", "middle", "last"]
    assert {item.last_run for item in signals.values()} == {"없음"}
    assert {item.status for item in signals.values()} == {StaleStatus.MISSING}
    assert signals["first"].freshness is None and signals["last"].freshness is FreshnessState.UNKNOWN


def test_failed_is_not_stale(instance):
    dg.materialize(ASSETS, instance=instance)
    BROKEN["middle"] = True
    dg.materialize(ASSETS, selection=[middle, last], instance=instance, raise_on_error=False)
    signals = _signals(instance)
    assert [signals[name].last_run for name in signals] == ["성공", "실패", "건너뜀"]
    assert {item.status for item in signals.values()} == {StaleStatus.FRESH}


def test_stale_is_one_step_and_not_failed(instance):
    dg.materialize(ASSETS, instance=instance)
    dg.materialize([first], instance=instance)
    signals = _signals(instance)
    assert {name: item.causes for name, item in signals.items()} == {"first": (), "middle": ("first",), "last": ()}
    assert {item.last_run for item in signals.values()} == {"성공"}


@pytest.mark.parametrize(
    ("hours", "state"), [(0, FreshnessState.PASS), (13, FreshnessState.WARN), (25, FreshnessState.FAIL)]
)
def test_not_fresh_is_only_time(instance, hours, state):
    dg.materialize(ASSETS, instance=instance)
    signals = _signals(instance, hours_later=hours)
    assert signals["last"].freshness is state
    assert signals["last"].status is StaleStatus.FRESH and signals["last"].last_run == "성공"
