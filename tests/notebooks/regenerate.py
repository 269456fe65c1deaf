"""노트북을 실린 그대로(아무것도 풀지 않고) 다시 실행해 출력을 저장한다.

    python -m tests.notebooks.regenerate 01_asset_philosophy
    python -m tests.notebooks.regenerate ex1_page_views

연습의 이름을 주면 그 안내 노트북(guide.ipynb)이다. 이름을 주지 않으면 목록의 모든 노트북을 실행한다.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from pytest_notebook.post_processors import coalesce_streams

from course_lib.manifest import repository_root
from tests.notebooks.runner import names, place, run

# 실행한 컴퓨터의 흔적(파이썬의 판 등)이 남지 않게 늘 같은 값을 쓴다.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def regenerate(name: str) -> None:
    """저장소의 노트북 하나를 새 출력으로 바꾼다."""
    with tempfile.TemporaryDirectory() as scratch:
        notebook = run(name, Path(scratch))
    nbformat.write(_clean(notebook), repository_root() / place(name))


def _clean(notebook: NotebookNode) -> NotebookNode:
    # 커널이 글을 몇 번에 나누어 보냈는지는 실행할 때마다 다르다. 이어 두면 바뀐 것만 바뀐다.
    notebook, _ = coalesce_streams(notebook, {})
    notebook.metadata = NotebookNode(METADATA)
    for cell in notebook.cells:
        cell.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key == "tags" and value})
    return notebook


if __name__ == "__main__":
    for name in sys.argv[1:] or names():
        print(name, flush=True)
        regenerate(name)
