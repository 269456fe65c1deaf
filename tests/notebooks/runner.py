"""노트북을 진짜 커널에서 실행한다. 저장소의 파일에는 손대지 않고 새 작업 공간의 사본에서 실행한다."""

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from course_lib.classroom.answers import read_answers
from course_lib.manifest import repository_root
from course_lib.workspace import Workspace

CELL_TIMEOUT = 300
TAG = "checkpoint:"
# 노트북의 코드가 낸 것만 예외로 만든다. 라이브러리 속에서 저희끼리 낸 경고는 학습자에게 보이지 않는다.
WARNINGS_AS_ERRORS = ",".join(
    f"error::{category}:__main__" for category in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning")
)


def notebook_path(lesson_id: str) -> Path:
    """저장소에 있는 노트북."""
    return repository_root() / "notebooks" / f"{lesson_id}.ipynb"


def read_notebook(lesson_id: str) -> NotebookNode:
    """저장소에 있는 노트북을 출력까지 읽는다."""
    return nbformat.read(notebook_path(lesson_id), as_version=4)


def checkpoint_of(cell: NotebookNode) -> str | None:
    """셀에 붙은 `checkpoint:1-1` 꼬리표의 이름."""
    names = [tag.removeprefix(TAG) for tag in cell.metadata.get("tags", []) if tag.startswith(TAG)]
    return names[0] if names else None


def with_answers(notebook: NotebookNode, lesson_id: str) -> NotebookNode:
    """확인 문제의 셀을 답으로 바꾼 노트북."""
    answers = read_answers(lesson_id)
    for cell in notebook.cells:
        if (name := checkpoint_of(cell)) is not None:
            cell.source = answers[name]
    return notebook


def execute(notebook: NotebookNode, scratch: Path) -> NotebookNode:
    """`scratch` 아래에 새 작업 공간을 만들고 그 `notebooks/`에서 실행한다. 셀이 예외를 내면 `CellExecutionError`."""
    workspace = Workspace.open(scratch / "workspace")
    workspace.prepare()
    environment = {
        **os.environ,
        "COURSE_WORKSPACE": str(workspace.path),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PYTHONWARNINGS": WARNINGS_AS_ERRORS,
    }
    environment.pop("DAGSTER_HOME", None)
    folder = workspace.path / "notebooks"
    folder.mkdir(exist_ok=True)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        # 커널을 시작할 때의 알림은 노트북의 출력이 아니다.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=environment)
    return notebook
