"""자산 그래프 그림: 정의에 있는 것만, 있는 그대로, 안전한 글자로."""

import re

import dagster as dg
import pytest

from course_lib.classroom.drawings import draw_graph, read_graph, show_diff, show_graph


@dg.asset(group_name="bronze", description="원시 주문")
def raw_orders():
    return 1


@dg.asset(group_name="silver")
def cleaned_orders(raw_orders):
    """완료된 주문.

    둘째 문단은 그림에 나오지 않는다.
    """
    return raw_orders


@dg.asset(group_name="gold", deps=["crm_users"])
def report(cleaned_orders):
    return cleaned_orders


@dg.asset_check(asset=cleaned_orders)
def no_null():
    return dg.AssetCheckResult(passed=True)


CRM = dg.AssetSpec("crm_users", group_name="bronze")
DEFS = dg.Definitions(assets=[raw_orders, cleaned_orders, report, CRM], asset_checks=[no_null])


def test_the_graph_is_read_from_the_definitions():
    graph = read_graph(DEFS)
    assert set(graph.edges) == {
        ("raw_orders", "cleaned_orders"),
        ("cleaned_orders", "report"),
        ("crm_users", "report"),
    }
    nodes = {node.key: node for node in graph.nodes}
    assert nodes["crm_users"].kind == "external"
    assert nodes["cleaned_orders"].description == "완료된 주문."
    assert nodes["cleaned_orders"].checks == ("no_null",)
    assert graph.keys.index("raw_orders") < graph.keys.index("cleaned_orders")


def test_the_text_reads_as_a_sentence_of_arrows():
    text = draw_graph([raw_orders, cleaned_orders]).text
    assert text.splitlines() == ["raw_orders → cleaned_orders", "bronze(브론즈): raw_orders", "silver(실버): cleaned_orders"]


def test_layers_checks_and_external_assets_are_named_in_words():
    drawing = draw_graph(DEFS)
    for said in ("bronze(브론즈): ", "외부 자산: crm_users", "자산 검사: cleaned_orders의 no_null"):
        assert said in drawing.text
    for said in ('["bronze#40;브론즈#41;"]', "crm_users<br/>(외부 자산)", "검사<br/>no_null", "raw_orders<br/>원시 주문"):
        assert said in drawing.mermaid


def test_a_name_nobody_defined_is_pointed_out():
    @dg.asset(deps=["raw_order"])
    def daily():
        return 1

    drawing = draw_graph([raw_orders, daily])
    assert "정의 없음: raw_order (이름만 적혀 있음)" in drawing.text
    assert "raw_order<br/>(정의 없음)" in drawing.mermaid


def test_each_arrow_is_told_once():
    @dg.asset
    def left(raw_orders):
        return 1

    @dg.asset
    def both(left, raw_orders):
        return 1

    lines = draw_graph([raw_orders, left, both]).text.splitlines()
    chains = [line for line in lines if "→" in line]
    told = [pair for line in chains for pair in zip(line.split(" → "), line.split(" → ")[1:], strict=False)]
    assert sorted(told) == [("left", "both"), ("raw_orders", "both"), ("raw_orders", "left")]


def test_comparison_marks_missing_and_extra_in_words():
    @dg.asset(group_name="gold", name="report")
    def wrong(raw_orders):
        return 1

    drawing = draw_graph([raw_orders, cleaned_orders, wrong], target=[raw_orders, cleaned_orders, report])
    assert "빠진 화살표: cleaned_orders → report" in drawing.text
    assert "남는 화살표: raw_orders → report" in drawing.text
    assert "빠진 자산: crm_users" in drawing.text
    assert '-. "빠짐" .->' in drawing.mermaid and '-. "남음" .->' in drawing.mermaid
    assert drawing.mermaid.index("내 그래프") < drawing.mermaid.index("목표 그래프")


def test_equal_graphs_say_so():
    assert "두 그래프의 자산과 화살표가 같습니다." in draw_graph(DEFS, DEFS).text


@pytest.mark.parametrize("description", ['<script>alert("x")</script>', 'a"] --> b["', "`**x**`", "end", "%%{init: {}}%%", "#quot;", "줄\n바꿈 ; 글"])
def test_labels_cannot_break_out(description):
    @dg.asset(description=description)
    def end():
        return 1

    mermaid = draw_graph(end).mermaid
    assert mermaid.count("\n") == 1
    label = re.fullmatch(r'n0\["(.*)"\]', mermaid.splitlines()[1]).group(1)
    assert re.fullmatch(r"(?:[\w ]|#\d+;|<br/>)*", label)


def test_drawing_needs_no_resources():
    class Store(dg.ConfigurableResource):
        place: str

    @dg.asset(io_manager_key="files")
    def stock(store: Store) -> int:
        return 1

    @dg.asset_check(asset=stock)
    def counted(store: Store):
        return dg.AssetCheckResult(passed=True)

    assert draw_graph([stock, counted]).text.splitlines() == ["stock", "자산 검사: stock의 counted"]


def test_nothing_to_draw():
    assert draw_graph([]).text == "(자산 없음)"


def test_both_kinds_of_output_are_displayed(capsys):
    # 커널 밖에서 display는 글을 찍는다.
    show_graph([raw_orders, cleaned_orders])
    show_diff([1], [2])
    printed = capsys.readouterr().out
    assert "raw_orders → cleaned_orders" in printed and "≠ 1" in printed
    bundle = draw_graph(DEFS)._repr_mimebundle_()
    assert set(bundle) == {"text/vnd.mermaid", "text/plain"}
