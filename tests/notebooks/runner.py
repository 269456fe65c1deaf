"""수업 노트북과 연습의 안내 노트북을 진짜 커널에서 실행한다. 저장소의 파일에는 손대지 않고 새 작업 공간에서 실행한다."""

import os
import shutil
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from course_lib.classroom.answers import read_answers
from course_lib.manifest import load_manifest, repository_root
from course_lib.workspace import Workspace

CELL_TIMEOUT = 300
TAG = "checkpoint:"
# 오래 걸리고, 답을 보지 않으며, 뒤의 확인 문제가 쓰지도 않는 셀. 다 푼 채로 실행할 때는 다시 하지 않는다(test_notebook_structure가 답을 보지 않는지 확인한다).
ONCE = "once"
# 노트북의 코드가 낸 것만 예외로 만든다. 라이브러리 속에서 저희끼리 낸 경고는 학습자에게 보이지 않는다.
WARNINGS_AS_ERRORS = ",".join(
    f"error::{category}:__main__" for category in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning")
)


def names() -> tuple[str, ...]:
    """실행할 노트북의 이름: 수업의 id와, 안내 노트북이 있는 연습의 id."""
    manifest = load_manifest()
    return tuple(item.id for item in (*manifest.lessons, *manifest.exercises))


def place(name: str) -> Path:
    """노트북의 자리. 저장소에서도 작업 공간에서도 같다."""
    if any(exercise.id == name for exercise in load_manifest().exercises):
        return Path("exercises") / name / "guide.ipynb"
    return Path("notebooks") / f"{name}.ipynb"


def read_notebook(name: str) -> NotebookNode:
    """저장소에 있는 노트북을 출력까지 읽는다."""
    return nbformat.read(repository_root() / place(name), as_version=4)


def checkpoint_of(cell: NotebookNode) -> str | None:
    """셀에 붙은 `checkpoint:1-1` 꼬리표의 이름."""
    names = [tag.removeprefix(TAG) for tag in cell.metadata.get("tags", []) if tag.startswith(TAG)]
    return names[0] if names else None


def run(name: str, scratch: Path, *, answered: bool = False) -> NotebookNode:
    """`scratch` 아래의 새 작업 공간에서 노트북을 실행한다. 셀이 예외를 내면 `CellExecutionError`.

    `answered`면 다 푼 학습자의 노트북이다: 수업은 확인 문제의 셀이 답이고 꼬리표 `once`의 셀이 없다. 연습은 폴더에 모범 답안이 들어 있다.
    """
    workspace = Workspace.open(scratch / "workspace")
    workspace.prepare()
    notebook = read_notebook(name)
    if answered and place(name).parts[0] == "exercises":
        _hand_in(name, workspace)
    elif answered:
        _fill_in(notebook, name)
    _execute(notebook, workspace, workspace.path / place(name).parent)
    return notebook


def _fill_in(notebook: NotebookNode, lesson_id: str) -> None:
    answers = read_answers(lesson_id)
    notebook.cells = [cell for cell in notebook.cells if ONCE not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        if (name := checkpoint_of(cell)) is not None:
            cell.source = answers[name]


def _hand_in(exercise_id: str, workspace: Workspace) -> None:
    exercise = workspace.manifest.exercise(exercise_id)
    for module in (*exercise.modules, exercise.test_module):
        shutil.copyfile(repository_root() / "solutions" / exercise_id / module, workspace.exercise_dir(exercise) / module)


def _execute(notebook: NotebookNode, workspace: Workspace, folder: Path) -> None:
    environment = {
        **os.environ,
        "COURSE_WORKSPACE": str(workspace.path),
        # Airflow의 환경이 있는 컴퓨터에서도, 저장된 출력처럼 과정에 실린 기록을 읽는다.
        "COURSE_AIRFLOW_ENV": str(workspace.path / "Airflow 없음"),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "PYTHONWARNINGS": WARNINGS_AS_ERRORS,
    }
    # 이 시험을 돌리는 pytest의 옵션이 08의 셀이 부르는 pytest에 물려지지 않게 한다.
    for name in ("DAGSTER_HOME", "PYTEST_ADDOPTS"):
        environment.pop(name, None)
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
