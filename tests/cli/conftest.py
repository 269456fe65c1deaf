"""작은 과정 하나: 수업 하나, 확인 문제 하나, 연습 하나. 시험마다 새 폴더에 만든다."""

import json
from pathlib import Path

import pytest

from course_lib.workspace import Workspace

COURSE_TOML = """\
[course]
title = "작은 과정"
version = "2026.11"

[[lessons]]
id = "00_start"
title = "시작"
minutes = 10
prerequisites = []
prepares = "ex1_tiny"

[[exercises]]
id = "ex1_tiny"
alias = "ex1"
title = "작은 연습"
minutes = 20
points = 100
after = "00_start"
modules = ["assets.py", "definitions.py"]
test_module = "test_assets.py"
swapped = ["assets.py"]

[exercises.hints]
doubles = ["두 배를 생각해 보세요.", "`*`를 찾아보세요."]
"""


def notebook(*sources: str, outputs: tuple[str, ...] = ()) -> str:
    """코드 셀만 있는 노트북 파일의 글. `outputs`는 차례대로 셀이 찍은 글이다."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell{number}",
            "metadata": {},
            "execution_count": None,
            "source": source,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": text} for text in outputs[number : number + 1]],
        }
        for number, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.fixture
def small_course(tmp_path: Path) -> Path:
    """작은 과정의 저장소 폴더. 경로에 한글과 빈칸이 있다."""
    root = tmp_path / "저장소 사본"
    write(root / "course.toml", COURSE_TOML)
    write(root / "notebooks" / "00_start.ipynb", notebook("print('안녕')", "____"))
    for name, text in {
        "__init__.py": "",
        "assets.py": "# 여기에 쓰세요\n",
        "definitions.py": "import dagster as dg\n\n\n@dg.asset\ndef tiny() -> int:\n    return 1\n\n\ndefs = dg.Definitions(assets=[tiny])\n",
        "test_assets.py": "# 시험을 쓰세요\n",
        "guide.ipynb": notebook("check('ex1')"),
    }.items():
        write(root / "exercises" / "ex1_tiny" / name, text)
    # 이 파일이 있어야 작업 공간의 exercises가 저장소의 것보다 먼저 불린다.
    write(root / "exercises" / "__init__.py", "")
    return root


@pytest.fixture
def workspace(small_course: Path, tmp_path: Path) -> Workspace:
    """아직 갖추지 않은 작업 공간."""
    return Workspace.open(tmp_path / "내 작업 공간", root=small_course)
