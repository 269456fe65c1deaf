"""노트북을 실린 그대로(아무것도 풀지 않고) 다시 실행해 출력을 저장한다.

    python -m tests.notebooks.regenerate 01_asset_philosophy

이름을 주지 않으면 목록의 모든 노트북을 실행한다.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.manifest import load_manifest
from tests.notebooks.runner import execute, notebook_path, read_notebook

# 실행한 컴퓨터의 흔적(파이썬의 판 등)이 남지 않게 늘 같은 값을 쓴다.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def regenerate(lesson_id: str) -> None:
    """저장소의 노트북 하나를 새 출력으로 바꾼다."""
    notebook = read_notebook(lesson_id)
    with tempfile.TemporaryDirectory() as scratch:
        execute(notebook, Path(scratch))
    nbformat.write(_clean(notebook), notebook_path(lesson_id))


def _clean(notebook: NotebookNode) -> NotebookNode:
    notebook.metadata = NotebookNode(METADATA)
    for cell in notebook.cells:
        cell.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key == "tags" and value})
    return notebook


if __name__ == "__main__":
    for name in sys.argv[1:] or [lesson.id for lesson in load_manifest().lessons]:
        print(name, flush=True)
        regenerate(name)
