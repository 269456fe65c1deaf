"""시간표 그림: 기록된 틱과 런만, 시간의 자리에, 기호와 말로."""

import re
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from course_lib.classroom.clock import clock_at
from course_lib.classroom.timeline import (
    FAILED,
    LEGEND,
    MAX_COLUMNS,
    MAX_RUNS,
    RUN,
    RUNNING,
    SCHEDULE,
    SENSOR,
    SKIPPED,
    SYMBOLS,
    WAITING,
    WORKED,
    Row,
    Span,
    Timeline,
    TimelineDrawing,
    draw_timeline,
    read_timeline,
    show_timeline,
)

START = datetime(2024, 3, 1, 6, tzinfo=UTC).timestamp()


def tick(second: float, state: str) -> Span:
    return Span(START + second, START + second, state)


def run(created: float, started: float, ended: float, state: str) -> tuple[Span, ...]:
    return (
        Span(START + created, START + started, WAITING),
        Span(START + started, START + ended, RUNNING),
        tick(ended, state),
    )


MINUTE = Timeline(
    (
        Row(SCHEDULE, "every_minute", (tick(0, WORKED), tick(60, FAILED))),
        Row(SENSOR, "landing", (tick(5, SKIPPED), tick(10, WORKED), tick(11, SKIPPED))),
        Row(RUN, "orders 2024-02-29", run(10, 20, 40, FAILED)),
    )
)


def marks(drawing: TimelineDrawing, name: str) -> str:
    """글에서 `name`의 줄에 놓인 기호들."""
    (line,) = [line for line in drawing.text.splitlines() if f" {name}  " in line]
    return line.split(f" {name}  ", 1)[1].strip(" ")


def test_symbols_stand_where_the_time_is():
    drawing = TimelineDrawing(MINUTE)
    assert "칸 하나는 2초" in drawing.text
    line = next(line for line in drawing.text.splitlines() if "every_minute" in line)
    assert line.index("✘") - line.index("✔") == 30
    # 기다린 10초(5칸), 하던 20초(10칸), 끝.
    assert marks(drawing, "orders 2024-02-29") == "…" * 5 + "━" * 10 + "✘"


def test_what_matters_wins_a_shared_cell():
    # 10초의 ✔와 11초의 ·는 같은 칸이다.
    assert marks(TimelineDrawing(MINUTE), "landing") == "·  ✔"


def test_every_symbol_is_explained_in_words():
    drawing = TimelineDrawing(MINUTE)
    for symbol in SYMBOLS.values():
        assert symbol in LEGEND
    assert LEGEND in drawing.text and LEGEND in drawing.html


def test_the_table_says_the_time_and_the_word_of_each_cell():
    html = TimelineDrawing(MINUTE).html
    titles = re.findall(r'title="([^"]+)" aria-label="([^"]+)"', html)
    assert titles and all(one == other for one, other in titles)
    assert any(f" {WORKED}, " in title and SKIPPED in title for title, _ in titles)
    assert html.count("<tr>") == len(MINUTE.rows)
    assert len({len(re.findall("<td", row)) for row in html.split("<tr>")[1:]}) == 1


def test_names_cannot_break_out():
    row = Row(RUN, '<script>alert("x")</script>', (tick(0, WORKED),))
    assert "<script>" not in TimelineDrawing(Timeline((row,))).html


@pytest.mark.parametrize(
    ("seconds", "unit"), [(0, "1초"), (39, "1초"), (40, "2초"), (3600, "2분"), (86400, "1시간"), (10 * 86400, "12시간"), (3000 * 86400, "128일")]
)
def test_any_length_of_time_fits(seconds, unit):
    drawing = TimelineDrawing(Timeline((Row(SENSOR, "s", (tick(0, WORKED), tick(seconds, FAILED))),)))
    assert f"칸 하나는 {unit}" in drawing.text
    assert len(marks(drawing, "s")) <= MAX_COLUMNS


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01"))
def orders() -> None: ...


@dg.asset
def broken() -> None:
    raise ValueError("고장")


def test_runs_are_read_from_the_instance_in_order(instance):
    dg.materialize([orders], partition_key="2024-01-03", instance=instance)
    dg.materialize([broken], instance=instance, raise_on_error=False)
    rows = read_timeline(instance).rows
    assert [(row.kind, row.name, row.spans[-1].state) for row in rows] == [
        (RUN, "orders 2024-01-03", WORKED),
        (RUN, "broken", FAILED),
    ]
    for row in rows:
        assert all(one.end >= one.start for one in row.spans)
        assert all(one.end <= other.start for one, other in zip(row.spans, row.spans[1:], strict=False))


def test_old_runs_are_left_out_and_that_is_said(instance):
    for _ in range(MAX_RUNS + 2):
        dg.materialize([broken], instance=instance, raise_on_error=False)
    assert len(read_timeline(instance).rows) == MAX_RUNS
    assert "앞의 런 2개는 그리지 않았습니다" in draw_timeline(instance).text


def test_a_run_that_is_still_going_has_no_end(instance):
    job = dg.Definitions(assets=[broken]).resolve_implicit_global_asset_job_def()
    instance.create_run_for_job(job)
    (row,) = read_timeline(instance).rows
    assert {span.state for span in row.spans} == {WAITING}


def test_nothing_recorded(instance):
    assert draw_timeline(instance).text == "(틱도 런도 없음)"
    assert "(틱도 런도 없음)" in draw_timeline(instance).html


def test_both_kinds_of_output_are_displayed(instance, capsys):
    dg.materialize([broken], instance=instance, raise_on_error=False)
    # 커널 밖에서 display는 글을 찍는다.
    show_timeline(instance)
    assert capsys.readouterr().out.startswith("┌ 시간표: ")
    assert set(draw_timeline(instance)._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_runs_made_under_another_clock_are_drawn_too(instance):
    for days in (0, 1):
        with clock_at(datetime(2024, 3, 1, 6, tzinfo=UTC) + timedelta(days=days)):
            dg.materialize([orders], partition_key="2024-01-03", instance=instance)
    assert "orders 2024-01-03" in draw_timeline(instance).text
