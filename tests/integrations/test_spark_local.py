"""Spark는 선택이다: 없으면 한 줄과 명령만 보이고, 노트북의 나머지는 그대로 돈다. 있을 때는 10_integrations의 출력이 보인다."""

import os
import shutil
from pathlib import Path

import nbclient
import pytest

from course_lib import doctor
from course_lib.measure import measure
from course_lib.spark_local import spark_ready
from tests.notebooks.runner import checkpoint_of, read_notebook

LESSON = "10_integrations"


@pytest.fixture
def no_java(tmp_path, monkeypatch) -> Path:
    """PATH에 빈 폴더 하나만 있는 컴퓨터."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def told(capsys) -> str:
    """화면에 나온 한 줄."""
    out, err = capsys.readouterr()
    assert err == ""
    (line,) = out.splitlines()
    return line


def fake_java(folder: Path, text: str, status: int = 0) -> None:
    path = folder / "java"
    path.write_text(f"#!/bin/sh\necho '{text}' >&2\nexit {status}\n", encoding="utf-8")
    path.chmod(0o755)


def test_without_java_one_line_names_the_command(no_java, capsys):
    assert spark_ready() is False
    line = told(capsys)
    assert "Java가 없어" in line and line.endswith(doctor.INSTALL_JAVA)


@pytest.mark.skipif(os.name == "nt", reason="흉내 낸 java가 셸 스크립트라 윈도우는 실행하지 못한다")
@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ('openjdk version "11.0.2" 2019-01-15', 0, "Java가 11이라"),
        ('java version "1.8.0_292"', 0, "Java가 8이라"),
        ("libjvm.so: cannot open shared object file", 127, "실행되지 않아"),
    ],
)
def test_a_java_that_cannot_run_spark_is_told(no_java, capsys, text, status, words):
    fake_java(no_java, text, status)
    assert spark_ready() is False
    line = told(capsys)
    assert words in line and line.endswith(doctor.INSTALL_JAVA)


@pytest.mark.skipif(os.name == "nt", reason="흉내 낸 java가 셸 스크립트라 윈도우는 실행하지 못한다")
def test_without_pyspark_one_line_names_the_command(no_java, capsys, monkeypatch):
    fake_java(no_java, 'openjdk version "17.0.1" 2021-10-19')
    monkeypatch.setattr(doctor, "_version", lambda name: None)
    assert spark_ready() is False
    line = told(capsys)
    assert "pyspark가 없어" in line and "--extra spark" in line


def test_the_lesson_reads_on_without_spark(tmp_path, no_java):
    """엔진을 견주는 절(5-7)을 Java가 없는 커널에서 실행한다. 예외도 stderr도 없고, Spark의 열만 빠진다."""
    cells = read_notebook(LESSON).cells
    first = next(number for number, cell in enumerate(cells) if cell.source.startswith("## 5."))
    last = next(number for number, cell in enumerate(cells) if cell.source.startswith("## 8."))
    notebook = read_notebook(LESSON)
    setup = next(cell for cell in notebook.cells if cell.cell_type == "code")
    notebook.cells = [setup, *(cell for cell in notebook.cells[first:last] if cell.cell_type == "code" and not checkpoint_of(cell))]
    environment = {**os.environ, "DAGSTER_DISABLE_TELEMETRY": "1", "COURSE_WORKSPACE": str(tmp_path)}
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", extra_arguments=["--log-level=ERROR"]).execute(env=environment)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert all(output.output_type != "error" and output.get("name") != "stderr" for output in outputs)
    text = "\n".join(output.get("text", "") + output.get("data", {}).get("text/markdown", "") for output in outputs)
    assert text.count("Java가 없어 Spark가 나오는 셀은 건너뜁니다.") == 1
    assert "| 행 | pandas | Polars |" in text
    assert "백만 줄의 결과도 모두 같습니다." in text


@pytest.mark.skipif(shutil.which("java") is None and not os.environ.get("CI"), reason="선택 부분이라 Java 없는 컴퓨터에서도 시험은 돌아야 한다. CI에서는 건너뛰지 않는다")
def test_with_java_and_pyspark_it_is_ready(capsys):
    assert spark_ready() is True
    assert told(capsys).startswith("✔")


def test_measure_runs_each_file_and_counts_its_memory(tmp_path):
    module = tmp_path / "work.py"
    module.write_text("def fill(source, target):\n    open(target, 'wb').write(b'x' * int(source) * 2**20)\n", encoding="utf-8")
    small, big = measure(module, "fill", [(Path("1"), tmp_path / "a"), (Path("200"), tmp_path / "b")])
    assert (tmp_path / "b").stat().st_size == 200 * 2**20
    assert big.megabytes > small.megabytes + 100
    assert small.seconds > 0


def test_measure_tells_what_stopped_the_function(tmp_path):
    module = tmp_path / "work.py"
    module.write_text("def fill(source, target):\n    raise ValueError('열이 없습니다')\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="fill을 재는 도중에 멈췄습니다: ValueError: 열이 없습니다"):
        measure(module, "fill", [(Path("1"), tmp_path / "a")])
