"""예시 데이터의 약속: 언제나 같은 값, 문서에 적힌 열, 수업에 필요한 까다로운 행."""

import os
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from course_lib import datasets

TABLES = {
    "page_views": datasets.page_views,
    "orders": datasets.orders,
    "products": datasets.products,
    "customers": datasets.customers,
    "events": datasets.events,
    "users": datasets.users,
    "user_agents": datasets.user_agents,
}


@pytest.mark.parametrize("name", TABLES)
def test_every_call_makes_an_equal_and_separate_table(name):
    first, second = TABLES[name](), TABLES[name]()
    pd.testing.assert_frame_equal(first, second)
    first.iloc[0, 0] = first.iloc[1, 0]
    pd.testing.assert_frame_equal(second, TABLES[name]())


@pytest.mark.parametrize("name", TABLES)
def test_docstring_names_every_column(name):
    documented = (datasets.__doc__ or "") + (TABLES[name].__doc__ or "")
    assert [column for column in TABLES[name]().columns if f"{column} " not in documented] == []


def test_page_views_are_the_same_in_another_process():
    script = "from course_lib import datasets; print(datasets.page_views().to_csv(index=False), end='')"
    env = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONIOENCODING": "utf-8"}
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=env)
    assert other.stdout.decode("utf-8") == datasets.page_views().to_csv(index=False)


def test_page_views_leave_the_global_random_state_alone():
    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()
    datasets.page_views()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_a_week_is_made_of_its_days():
    days = [datasets.page_views(1, start=f"2024-01-0{day}") for day in range(1, 8)]
    pd.testing.assert_frame_equal(pd.concat(days, ignore_index=True), datasets.page_views(7))


def test_another_seed_gives_other_views():
    assert not datasets.page_views(1).equals(datasets.page_views(1, seed=21))


def test_no_days_keep_columns_and_types():
    nothing = datasets.page_views(0)
    assert len(nothing) == 0
    pd.testing.assert_series_equal(nothing.dtypes, datasets.page_views(1).dtypes)


def test_page_views_hold_what_the_first_exercise_needs():
    views = datasets.page_views()
    spellings = set(views["user_agent"].str.extract("(?i)(bot)")[0].dropna())
    assert len(views) >= 50
    assert len(spellings) >= 2
    assert views.duplicated(["session_id", "page_url"]).any()
    assert views["user_agent"].isna().any()
    assert views["user_id"].isna().any()
    assert not views["timestamp"].is_monotonic_increasing


def test_user_agents_show_both_limits_of_the_bot_rule():
    agents = datasets.user_agents()
    has_bot = agents["user_agent"].str.contains("bot", case=False)
    assert set(agents.loc[~has_bot & ~agents["is_person"], "name"]) == {"Yeti", "Daum"}
    assert set(agents.loc[has_bot & agents["is_person"], "name"]) == {"CUBOT 전화기"}
    assert (agents["source"].str.len() > 0).all()
    assert datasets.user_agent("Yeti") in set(agents["user_agent"])


def test_money_is_whole_won_and_adds_up():
    sold = datasets.orders().merge(datasets.products(), on="product_id")
    assert sold["amount"].tolist() == (sold["quantity"] * sold["price"]).tolist()
    assert pd.api.types.is_integer_dtype(datasets.orders()["amount"])


def test_tables_refer_to_each_other_as_documented():
    orders = datasets.orders()
    assert set(orders["customer_id"]) <= set(datasets.customers()["customer_id"])
    assert set(orders["product_id"]) - set(datasets.products()["product_id"]) == {9}
    assert set(datasets.users()["user_id"]) - set(datasets.events()["user_id"]) == {"u004"}
    assert datasets.users()["user_id"].duplicated().sum() == 1
