"""파티션 격자: 목록은 정의에서, 상태는 인스턴스에서, 뜻은 기호와 말로."""

import re

import dagster as dg
import pytest

from course_lib.classroom import partition_grid
from course_lib.classroom.partition_grid import LEGEND, draw_partitions, read_partitions, show_partitions

DAILY = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-11")
WEEKLY = dg.WeeklyPartitionsDefinition("2024-01-01", end_date="2024-01-15", day_offset=1)
CAMPAIGNS = dg.DynamicPartitionsDefinition(name="campaigns")
BROKEN: set[str] = set()


@dg.asset(partitions_def=DAILY)
def daily_orders(context: dg.AssetExecutionContext) -> int:
    if context.partition_key in BROKEN:
        raise dg.Failure("기록이 깨졌습니다", allow_retries=False)
    return 1


@dg.asset(partitions_def=WEEKLY)
def weekly_orders(daily_orders: dict[str, int]) -> int:
    return sum(daily_orders.values())


@dg.asset(partitions_def=CAMPAIGNS)
def campaign_orders(context: dg.AssetExecutionContext) -> str:
    return context.partition_key


@dg.asset(partitions_def=dg.MultiPartitionsDefinition({
    "region": dg.StaticPartitionsDefinition(["seoul", "busan"]),
    "date": dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-03"),
}))
def regional_orders() -> int:
    return 1


@dg.asset
def whole() -> int:
    return 1


@pytest.fixture
def instance():
    BROKEN.clear()
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def make(instance, asset, *keys) -> None:
    for key in keys:
        dg.materialize([asset], partition_key=key, instance=instance, raise_on_error=False)


def test_the_states_come_from_the_instance(instance):
    BROKEN.add("2024-01-03")
    make(instance, daily_orders, "2024-01-01", "2024-01-03")
    (seen,) = read_partitions(daily_orders, instance)
    assert list(seen.states) == DAILY.get_partition_keys()
    assert (seen.keys("있음"), seen.keys("실패")) == (["2024-01-01"], ["2024-01-03"])
    assert len(seen.keys("없음")) == 8


def test_a_second_try_that_succeeds_is_no_failure_any_more(instance):
    BROKEN.add("2024-01-03")
    make(instance, daily_orders, "2024-01-03")
    BROKEN.clear()
    make(instance, daily_orders, "2024-01-03")
    assert read_partitions(daily_orders, instance)[0].keys("있음") == ["2024-01-03"]


def test_a_try_that_fails_after_a_success_is_a_failure(instance):
    make(instance, daily_orders, "2024-01-03")
    BROKEN.add("2024-01-03")
    make(instance, daily_orders, "2024-01-03")
    assert read_partitions(daily_orders, instance)[0].keys("실패") == ["2024-01-03"]


def test_days_lie_on_a_calendar_that_starts_on_monday(instance):
    BROKEN.add("2024-01-02")
    make(instance, daily_orders, "2024-01-01", "2024-01-02", "2024-01-08")
    assert draw_partitions(daily_orders, instance).text.splitlines() == [
        "daily_orders · 일별(UTC) · 있음 2, 실패 1, 없음 7",
        "               월  화  수  목  금  토  일",
        "2024-01-01 주  ✔   ✘   ·   ·   ·   ·   ·",
        "2024-01-08 주  ✔   ·   ·",
        "실패한 파티션: 2024-01-02",
        "",
        LEGEND,
    ]


def test_weeks_say_on_which_day_they_start(instance):
    text = draw_partitions([daily_orders, weekly_orders], instance).text
    assert text.split("\n\n")[1].splitlines() == ["weekly_orders · 주별(월요일부터, UTC) · 없음 2", "· 2024-01-01  · 2024-01-08"]

    @dg.asset(partitions_def=dg.WeeklyPartitionsDefinition("2024-01-01", end_date="2024-01-15", timezone="Asia/Seoul"))
    def sundays() -> int:
        return 1

    assert "주별(일요일부터, Asia/Seoul)" in draw_partitions(sundays, instance).text


def test_two_dimensions_make_a_table(instance):
    make(instance, regional_orders, "2024-01-02|busan")
    assert draw_partitions(regional_orders, instance).text.splitlines()[:4] == [
        "regional_orders · date 일별(UTC) × region 고정 · 있음 1, 없음 3",
        "            seoul  busan",
        "2024-01-01  ·      ·",
        "2024-01-02  ·      ✔",
    ]


def test_dynamic_keys_are_the_instances_own(instance):
    assert "파티션이 아직 없음" in draw_partitions(campaign_orders, instance).text
    instance.add_dynamic_partitions("campaigns", ["spring", "summer"])
    make(instance, campaign_orders, "summer")
    assert draw_partitions(campaign_orders, instance).text.splitlines()[:2] == [
        "campaign_orders · 동적 · 있음 1, 없음 1", "· spring  ✔ summer",
    ]


def test_assets_come_upstream_first_and_those_without_partitions_are_left_out(instance):
    seen = read_partitions(dg.Definitions(assets=[whole, weekly_orders, daily_orders]), instance)
    assert [item.asset for item in seen] == ["daily_orders", "weekly_orders"]
    assert draw_partitions(whole, instance).text == LEGEND


def test_only_the_asked_keys_are_drawn(instance):
    (seen,) = read_partitions(daily_orders, instance, keys=["2024-01-04", "2024-01-05"])
    assert list(seen.states) == ["2024-01-04", "2024-01-05"]


def test_too_many_cells_are_cut_and_the_cut_is_told(instance, monkeypatch):
    monkeypatch.setattr(partition_grid, "MAX_CELLS", 3)
    text = draw_partitions(daily_orders, instance).text
    assert "(앞의 7개는 그리지 않았습니다)" in text and "2024-01-01" not in text


def test_each_cell_says_its_key_and_state_without_colour(instance):
    make(instance, daily_orders, "2024-01-01")
    html = draw_partitions(daily_orders, instance).html
    cells = re.findall(r'aria-label="([^"]*)">([^<]*)</td>', html)
    assert len(cells) == 10 and cells[:2] == [("2024-01-01 있음", "✔"), ("2024-01-02 없음", "·")]
    assert "실패(마지막 시도)" in html


def test_a_key_cannot_break_out_of_its_cell(instance):
    instance.add_dynamic_partitions("campaigns", ['<b onclick="x">', "a|b"])
    html = draw_partitions(campaign_orders, instance).html
    assert "<b onclick" not in html and "&lt;b onclick=" in html and "· a|b" in html


def test_days_with_their_own_names_are_only_listed(instance):
    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("01/01/2024", end_date="01/03/2024", fmt="%m/%d/%Y"))
    def named_days() -> int:
        return 1

    assert draw_partitions(named_days, instance).text.splitlines()[1] == "· 01/01/2024  · 01/02/2024"


def test_both_kinds_of_output_are_displayed(instance, capsys):
    # 커널 밖에서 display는 글을 찍는다.
    show_partitions([daily_orders, weekly_orders], instance)
    assert "daily_orders · 일별(UTC)" in capsys.readouterr().out
    assert set(draw_partitions(daily_orders, instance)._repr_mimebundle_()) == {"text/html", "text/plain"}
