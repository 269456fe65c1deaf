import copy
import operator

import dagster as dg
import pandas as pd
import pytest

from course_lib.classroom import ____
from course_lib.classroom.blank import Blank, blanks_in, has_blank


@pytest.mark.parametrize(
    "use",
    [
        lambda: ____(1, name=2),
        lambda: ____.groupby("a").sum(),
        lambda: ____["열"][0],
        lambda: ____ + 1,
        lambda: 1 - ____,
        lambda: ____ > 3,
        lambda: -____,
        lambda: ____ == ____,
        lambda: ~____ & True,
    ],
)
def test_whatever_is_done_to_a_blank_is_a_blank(use):
    assert isinstance(use(), Blank)


def test_a_blank_is_nothing_where_python_needs_a_value():
    assert not ____
    assert list(____) == [] and len(____) == 0 and 1 not in ____
    assert int(____) == 0 and float(____) == 0.0 and [10, 20][____] == 10
    assert not isinstance(1, ____)
    with ____ as inner:
        assert isinstance(inner, Blank)


def test_a_blank_swallows_assignment_but_not_exceptions():
    ____.name = 1
    ____["a"] = 1
    with pytest.raises(ValueError), ____:
        raise ValueError


def test_a_blank_decorator_leaves_a_blank():
    @____
    def function():
        return 1

    assert isinstance(function, Blank)


def test_a_blank_shows_itself_and_pretends_no_protocols():
    assert repr(____) == "____"
    assert not hasattr(____, "_repr_html_") and not hasattr(____, "__array__")
    assert isinstance(copy.deepcopy(____), Blank)


def test_a_table_or_an_array_that_meets_a_blank_is_a_blank():
    frame = pd.DataFrame({"a": [1, 2]})
    for value in (frame["a"] + ____, ____ * frame, frame["a"] == ____, frame["a"].to_numpy() - ____):
        assert isinstance(value, Blank)


@pytest.mark.parametrize("value", [____, [____], (1, ____), {"a": ____}, {"a": [{____: 1}]}, {____}])
def test_a_hidden_blank_is_found(value):
    assert has_blank(value)


@pytest.mark.parametrize("value", [None, 0, "____", [1], {"a": 1}, pd.DataFrame({"a": [1]}), operator])
def test_what_has_no_blank(value):
    assert not has_blank(value)


def test_a_tuple_that_forbids_looking_inside_is_no_blank():
    # Dagster의 정의에는 튜플을 상속했지만 훑을 수 없는 것이 있다.
    assert not has_blank([dg.WeeklyPartitionsDefinition("2024-01-01"), dg.StaticPartitionsDefinition(["a"])])


def test_only_blanks_in_the_code_are_counted():
    assert blanks_in('a = ____  # ____\nb = "____"\nc = f(____, ____)') == 3
    assert blanks_in("a = 1") == 0
    assert blanks_in("") == 0
    assert blanks_in("def broken(:\n  ____") == 0
