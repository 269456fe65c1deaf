"""표 비교: 어디가 다른지 글자만 보고도 알 수 있어야 하고, 남의 글자가 HTML로 살아나면 안 된다."""

import re
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading.cells import describe_pair, kind_of, same, show
from course_lib.grading.tables import MAX_ROWS, diff_html, diff_tables, diff_text

POPULAR = pd.DataFrame({"page_url": ["/a", "/b", "/c"], "visitors": [3, 2, 1]})


def marked(side):
    return [[cell.text for cell in row.cells if cell.differs] for row in side.rows]


def test_equal_tables_say_so():
    diff = diff_tables(POPULAR, POPULAR.copy())
    assert diff.same and diff.notes == ()
    assert diff_text(POPULAR, POPULAR.copy()).endswith("두 표가 같습니다.")
    assert "두 표가 같습니다." in diff_html(POPULAR, POPULAR.copy())
    assert "≠" not in diff_html(POPULAR, POPULAR.copy())


def test_a_wrong_cell_is_marked_on_both_sides():
    wrong = POPULAR.assign(visitors=[3, 5, 1])
    diff = diff_tables(wrong, POPULAR)
    assert not diff.same
    assert marked(diff.actual) == [[], ["5"], []]
    assert marked(diff.expected) == [[], ["2"], []]
    assert "<b>≠ 5</b>" in diff_html(wrong, POPULAR)
    line = next(line for line in diff_text(wrong, POPULAR).splitlines() if "≠" in line)
    assert line.split() == ["다름", "/b", "≠", "5", "다름", "/b", "≠", "2"]


def test_a_missing_and_an_extra_row_are_labelled_and_the_rest_stays_aligned():
    shorter = diff_tables(POPULAR.iloc[[0, 2]], POPULAR)
    assert [row.label for row in shorter.expected.rows] == ["", "- 빠진 행", ""]
    assert [row.label for row in shorter.actual.rows] == ["", "(이 행이 없음)", ""]
    assert shorter.actual.rows[1].cells == ()
    longer = diff_tables(POPULAR, POPULAR.iloc[[0, 2]])
    assert [row.label for row in longer.actual.rows] == ["", "", "+ 남는 행"]
    assert "행 수가 다릅니다: 내 결과 3행, 기대한 결과 2행." in longer.notes


def test_rows_changed_in_every_cell_are_paired_when_nothing_is_missing():
    strings = pd.DataFrame({"zip": ["01234", "48058"], "moved": ["5일", "10일"]})
    numbers = pd.DataFrame({"zip": [1234, 48058], "moved": [5, 10]})
    assert marked(diff_tables(numbers, strings).actual) == [["1234", "5"], ["48058 (int)", "10"]]


def test_a_duplicated_row_is_one_extra_row():
    twice = pd.concat([POPULAR, POPULAR.iloc[[1]]])
    assert [row.label for row in diff_tables(twice, POPULAR).actual.rows] == ["", "", "", "+ 남는 행"]


def test_row_order_counts_only_when_asked():
    backwards = POPULAR.iloc[::-1]
    assert diff_tables(backwards, POPULAR).same
    ordered = diff_tables(backwards, POPULAR, ordered=True)
    assert not ordered.same
    assert ordered.notes == ("들어 있는 행은 같고 순서가 다릅니다.",)
    assert [row.cells[0].text for row in ordered.actual.rows] == ["/c", "/b", "/a"]


def test_an_inserted_row_does_not_shift_the_others_when_order_counts():
    longer = pd.DataFrame({"page_url": ["/new", "/a", "/b", "/c"], "visitors": [9, 3, 2, 1]})
    labels = [row.label for row in diff_tables(longer, POPULAR, ordered=True).actual.rows]
    assert labels == ["+ 남는 행", "", "", ""]


def test_columns_missing_or_extra_are_named_and_order_and_index_are_free():
    other = POPULAR.rename(columns={"visitors": "views"})
    diff = diff_tables(other, POPULAR)
    assert diff.notes == ("빠진 열: visitors", "남는 열: views")
    assert diff.actual.columns == ("page_url", "views (남는 열)")
    assert diff.expected.columns == ("page_url", "visitors (빠진 열)")
    assert diff_tables(POPULAR[["visitors", "page_url"]].set_index([pd.Index([7, 8, 9])]), POPULAR).same


def test_two_columns_of_one_name_are_both_shown():
    double = pd.concat([POPULAR, POPULAR["visitors"]], axis=1)
    assert diff_tables(double, POPULAR).actual.columns == ("page_url", "visitors", "visitors(또) (남는 열)")


@pytest.mark.parametrize(
    ("mine", "wanted", "words"),
    [
        ([1.0, 2.0], [1, 2], ("실수(float)", "정수(int)")),
        ([True, False], [1, 0], ("참/거짓(bool)", "정수(int)")),
        ([date(2024, 1, 1)], [pd.Timestamp("2024-01-01")], ("날짜(date)", "시각(datetime)")),
    ],
)
def test_equal_looking_values_of_another_type_are_explained(mine, wanted, words):
    diff = diff_tables(pd.DataFrame({"x": mine}), pd.DataFrame({"x": wanted}))
    assert not diff.same
    assert f"열 x의 자료형이 다릅니다: 내 결과 {words[0]}, 기대한 결과 {words[1]}." in diff.notes


@pytest.mark.parametrize(
    ("mine", "wanted"),
    [
        (pd.Series([1], dtype="int32"), pd.Series([1], dtype="int64")),
        (pd.Series(["a"], dtype=object), pd.Series(["a"], dtype="str")),
        (pd.Series(pd.to_datetime(["2024-01-01"]).as_unit("s")), pd.Series(pd.to_datetime(["2024-01-01"]).as_unit("ns"))),
        (pd.Series([None], dtype=object), pd.Series([np.nan], dtype=object)),
        (pd.Series([0.1 + 0.2]), pd.Series([0.3])),
    ],
)
def test_differences_the_grader_ignores_are_not_shown(mine, wanted):
    assert diff_tables(mine.to_frame("x"), wanted.to_frame("x")).same


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, "1"),
        ("a ", "a"),
        ("a\u200b", "a"),
        ("\uac00", "\u1100\u1161"),  # 한 글자로 적은 가, 자모로 나눈 가
        ("2024-01-01 00:00:00", pd.Timestamp("2024-01-01")),
        (None, "(없음)"),
        (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-01", tz="UTC")),
        (Decimal("1"), "1"),
        (10**18, 10**18 + 1),
        ("x" * 100 + "1", "x" * 100 + "2"),
        ([1, 2], [2, 1]),
    ],
)
def test_what_differs_looks_different(left, right):
    assert not same(left, right)
    a, b = describe_pair(left, right)
    assert " ".join(a.split()) != " ".join(b.split())
    assert "\u200b" not in a
    assert len(a) <= 50 and len(b) <= 50


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(없음)"),
        (float("nan"), "(없음)"),
        (pd.NaT, "(없음)"),
        (pd.NA, "(없음)"),
        (2.0, "2.0"),
        (0.1 + 0.2, "0.3"),
        (float("inf"), "inf"),
        (1 / 3, "0.3333333333"),
        (True, "True"),
        (pd.Timestamp("2024-01-02 03:04:05"), "2024-01-02 03:04:05"),
        (pd.Timestamp("2024-01-02", tz="Asia/Seoul"), "2024-01-02 00:00:00+09:00"),
        ("두 줄\n글", "두 줄\\n글"),
    ],
)
def test_cells_are_written_for_people(value, text):
    assert show(value) == text


def test_an_empty_column_of_objects_counts_as_text():
    assert kind_of(pd.Series([], dtype=object)) == kind_of(pd.Series([], dtype="str")) == "글자(str)"


def test_everything_untrusted_is_escaped():
    nasty = pd.DataFrame({"<img src=x>": ["<script>alert(1)</script>", '"><b>'], "ok": [1, 2]})
    page = diff_html(nasty, nasty.assign(ok=[1, 3]), titles=("<i>a</i>", "b"))
    tags = set(re.findall(r"<\s*/?([a-z]+)", page))
    assert tags <= {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "b", "ul", "li"}
    assert "&lt;script&gt;" in page and "&lt;img src=x&gt;" in page and "<b></" not in page


def test_big_tables_show_the_differing_rows_and_count_the_rest():
    big = pd.DataFrame({"x": range(500), "y": range(500)})
    wrong = big.copy()
    wrong.loc[450, "y"] = -1
    diff = diff_tables(wrong, big)
    assert len(diff.actual.rows) == MAX_ROWS
    assert ["-1"] in marked(diff.actual)
    assert "… 외 488행" in diff.notes


def test_many_columns_show_the_differing_ones():
    wide = pd.DataFrame([range(40)], columns=[f"c{n}" for n in range(40)])
    diff = diff_tables(wide.assign(c33=-1), wide)
    assert "c33" in diff.actual.columns
    assert "… 외 28열" in diff.notes


def test_names_of_columns_are_kept_short():
    wild = pd.DataFrame([range(60)], columns=[f"{n}" + "x" * 10_000 for n in range(60)])
    for made in (diff_html(wild, POPULAR), diff_text(wild, POPULAR)):
        assert len(made) < 8_000


def test_a_huge_table_is_compared_in_part_and_says_so():
    huge = pd.DataFrame(np.random.default_rng(0).integers(0, 10**6, (50_000, 3)), columns=list("abc"))
    assert "표가 커서 앞의 2000행만 비교했습니다." in diff_tables(huge, huge + 1).notes


@pytest.mark.parametrize("ordered", [True, False])
def test_a_huge_table_is_still_judged_whole(ordered):
    huge = pd.DataFrame({"a": range(5000)})
    assert diff_tables(huge, huge.copy(), ordered=ordered).same
    wrong = huge.copy()
    wrong.loc[4999, "a"] = -1
    assert not diff_tables(wrong, huge, ordered=ordered).same


def test_rounding_never_makes_a_difference_nobody_can_see():
    # 열 자리로 반올림하면 갈라지지만 상대 오차는 1e-9보다 작은 두 수.
    left, right = 1.00000000049999, 1.00000000050001
    assert diff_tables([left], [right]).same


@pytest.mark.parametrize("value", [5, "글", None, [1, 2], [{"a": 1}], pd.Series([1, 2]), {"a": 1}, []])
def test_anything_can_be_compared(value):
    assert diff_tables(value, value).same
    assert not diff_tables(value, POPULAR).same
    assert diff_html(value, POPULAR).startswith('<div class="table-diff">')


def test_text_columns_line_up_with_wide_letters():
    frame = pd.DataFrame({"이름": ["가나다", "a"], "n": [1, 2]})
    lines = diff_text(frame, frame).splitlines()[1:4]
    widths = {sum(2 if ord(char) > 0x1100 else 1 for char in line[: line.index(mark)]) for line, mark in zip(lines, "n12", strict=True)}
    assert len(widths) == 1


def test_wide_comparisons_are_stacked():
    frame = pd.DataFrame({f"a_long_column_name_{n}": [n] for n in range(4)})
    lines = diff_text(frame, frame).splitlines()
    assert lines[0] == "내 결과 (1행)" and "기대한 결과 (1행)" in lines


rows = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 3)), max_size=8)


@given(rows, rows)
def test_a_difference_is_always_visible(mine, wanted):
    left, right = (pd.DataFrame({"k": [k for k, _ in data], "n": [n for _, n in data]}) for data in (mine, wanted))
    diff = diff_tables(left, right)
    visible = bool(diff.notes) or any(row.label for row in (*diff.actual.rows, *diff.expected.rows))
    assert diff.same != visible
    if sorted(map(repr, mine)) == sorted(map(repr, wanted)):
        assert diff.same
