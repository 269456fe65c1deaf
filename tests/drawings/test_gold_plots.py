"""골드 표의 막대그림: 길이는 값에 비례하고, 이름과 값은 글자로 있다."""

import re
from decimal import Decimal

import pandas as pd
import pytest

from course_lib.classroom.gold_plots import EMPTY, LABEL_LENGTH, NO_VALUE, TEXT_WIDTH, draw_bars, show_bars

REVENUE = pd.DataFrame({
    "day": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-02"]),
    "category": ["커피", "그릇", "unknown"],
    "revenue": [Decimal(24000), Decimal(12000), Decimal(1)],
})


def drawn(table=REVENUE, by=("day", "category"), value="revenue"):
    return draw_bars(table, by, value, title="매출", unit="원")


def widths(html: str) -> list[int]:
    return [int(width) for width in re.findall(r";width:(\d+)px", html)]


def test_the_length_is_the_value():
    assert widths(drawn().html) == [300, 150, 0]
    blocks = [line.count("█") for line in drawn().text.splitlines()[1:]]
    # 아주 작은 값도 한 칸은 보인다.
    assert blocks == [TEXT_WIDTH, TEXT_WIDTH // 2, 1]


@pytest.mark.parametrize("kind", ["html", "text"])
def test_names_and_exact_values_are_words(kind):
    shown = getattr(drawn(), kind)
    for word in ("매출", "2024-01-01", "2024-01-02", "커피", "그릇", "unknown", "24,000원", "12,000원", "1원"):
        assert word in shown
    assert "00:00:00" not in shown


def test_the_bars_of_the_text_start_in_one_column():
    """한글 이름과 영어 이름이 섞여도. 한글은 두 칸이다."""
    starts = {sum(2 if "가" <= char <= "힣" else 1 for char in line.split("█")[0]) for line in drawn().text.splitlines()[1:]}
    assert len(starts) == 1


def test_rows_keep_their_order():
    lines = drawn(REVENUE.iloc[::-1]).text.splitlines()[1:]
    assert ["unknown" in lines[0], "그릇" in lines[1], "커피" in lines[2]] == [True] * 3


def test_one_column_of_names_will_do():
    assert drawn(by="category").text.splitlines()[1].startswith("커피 ")


@pytest.mark.parametrize("kind", ["html", "text"])
def test_a_long_name_is_cut_and_says_so(kind):
    names = ["가" * LABEL_LENGTH, "나" * (LABEL_LENGTH + 1)]
    shown = getattr(draw_bars(pd.DataFrame({"a": names, "n": [1, 2]}), "a", "n", title="수"), kind)
    assert names[0] in shown
    assert names[1] not in shown
    assert "나" * (LABEL_LENGTH - 1) + "…" in shown


def test_a_missing_value_is_said_and_zero_is_zero():
    table = pd.DataFrame({"name": ["가", None, "나"], "n": pd.array([2, None, 0], dtype="Int64")})
    plot = draw_bars(table, "name", "n", title="수")
    assert widths(plot.html) == [300, 0, 0]
    assert [line.count("█") for line in plot.text.splitlines()[1:]] == [TEXT_WIDTH, 0, 0]
    assert plot.text.count(NO_VALUE) == 2


def test_all_zero_and_nothing_at_all():
    assert widths(draw_bars(pd.DataFrame({"a": ["x"], "n": [0]}), "a", "n", title="수").html) == [0]
    for shown in (drawn(REVENUE.iloc[:0]).html, drawn(REVENUE.iloc[:0]).text):
        assert EMPTY in shown


def test_what_cannot_be_drawn_is_told_in_korean():
    with pytest.raises(ValueError, match="표에 없는 열입니다: sales"):
        drawn(value="sales")
    with pytest.raises(ValueError, match="음수가 있습니다"):
        drawn(REVENUE.assign(revenue=[1, -1, 2]))


def test_names_cannot_break_out():
    table = pd.DataFrame({"a": ['<script>alert("x")</script>'], "n": [1]})
    assert "<script>" not in draw_bars(table, "a", "n", title="<b>수</b>").html
    assert "<b>" not in draw_bars(table, "a", "n", title="<b>수</b>").html


def test_both_kinds_of_output_are_displayed(capsys):
    show_bars(REVENUE, "category", "revenue", title="매출")
    assert capsys.readouterr().out.startswith("매출\n커피")
    assert set(drawn()._repr_mimebundle_()) == {"text/html", "text/plain"}
