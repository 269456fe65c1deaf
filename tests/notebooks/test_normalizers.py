"""달라져도 되는 것만 지우고, 달라지면 안 되는 것은 그대로 두는지."""

import nbformat
import pytest
from pytest_notebook.diffing import diff_notebooks, filter_diff

from tests.notebooks.normalizers import IGNORED, NORMALIZERS, normalized


def _notebook(*texts: str, count: int = 1):
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in texts]
    cell = nbformat.v4.new_code_cell("print()", id="cell", outputs=outputs, execution_count=count)
    return nbformat.v4.new_notebook(cells=[cell])


def _differ(left, right) -> bool:
    return bool(filter_diff(diff_notebooks(normalized(left), normalized(right)), list(IGNORED)))


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("런 이름", "런 0f9a2b3c-1111-2222-3333-444455556666 끝", "런 aaaaaaaa-1111-2222-3333-444455557777 끝"),
        ("메모리 주소", "<object at 0x7f341d97a550>", "<object at 0x7f0000000001>"),
        ("임시 폴더", "저장: /tmp/tmpab12/storage/a", "저장: /tmp/tmpzz99/storage/a"),
        ("시간표", "┌ 시간표: 06:00부터\n│ 센서  a  ✔·\n└ ✔ 일함", "┌ 시간표: 07:00부터\n│ 센서  a  ·✔\n│ 런    b  …✔\n└ ✔ 일함"),
        ("걸린 시간", "0.12초 걸림", "3초 걸림"),
    ],
)
def test_what_differs_every_time_is_normalized(name, left, right):
    assert name in NORMALIZERS
    assert not _differ(_notebook(left), _notebook(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [("3행", "4행"), ("24시간 뒤", "25시간 뒤"), ("30초마다 평가", "60초마다 평가"), ("2024-01-01", "2024-01-02"), ("12.5", "12.50")],
)
def test_what_the_reader_is_told_is_not(left, right):
    assert _differ(_notebook(left), _notebook(right))


def test_how_the_kernel_cut_the_stream_does_not_matter():
    assert not _differ(_notebook("가\n나\n"), _notebook("가\n", "나\n", count=7))


def test_a_lost_output_is_a_difference():
    assert _differ(_notebook("가\n"), _notebook())
