"""dbt 프로젝트의 폴더: dbt가 만든 것을 가리고, manifest까지 만들어 연다.

dbt가 만든 것(target/, logs/ 등)은 학습자의 것도 과정의 것도 아니어서 채점하지 않고 나누어 주지 않는다.
dagster_dbt를 불러오는 데 몇 초가 걸리므로 프로젝트를 여는 곳에서만 불러온다.
"""

import functools
import importlib.metadata
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster_dbt import DbtProject

PROJECT_FILE = "dbt_project.yml"
# 언제든 다시 만들 수 있는 폴더들.
PRODUCTS = frozenset({"target", "logs", "dbt_packages"})


def is_product(folder: Path) -> bool:
    """dbt가 제 프로젝트 안에 만든 폴더인가. 이름만 같은 다른 폴더는 아니다."""
    return folder.name in PRODUCTS and (folder.parent / PROJECT_FILE).is_file()


def open_dbt_project(folder: Path) -> "DbtProject":
    """`folder`의 dbt 프로젝트. manifest가 없거나 프로젝트의 파일보다 오래되었으면 `dbt parse`로 만든다(몇 초).

    사용 기록은 보내지 않고, dagster_dbt가 런마다 하는 `dbt --version`에는 여기서 답한다. 프로젝트를 읽지 못하면 dbt의 메시지가 든 dagster_dbt의 오류가 난다.
    이 프로세스의 환경 변수 PATH와 DO_NOT_TRACK을 바꾼다. dbt 명령이 그것을 읽기 때문이다.
    """
    # dbt는 PATH에서 찾는다. 파이썬을 절대 경로로 부르면 그 옆의 dbt가 PATH에 없다.
    scripts = str(Path(sys.executable).parent)
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    os.environ["DO_NOT_TRACK"] = "1"
    answer_version()

    from dagster_dbt import DbtProject

    folder = folder.resolve()
    project = DbtProject(project_dir=folder, profiles_dir=folder)
    manifest = project.manifest_path
    # 폴더의 시각도 본다. 모델을 지우면 남은 파일이 아니라 폴더가 바뀐다.
    if not manifest.is_file() or any(path.stat().st_mtime > manifest.stat().st_mtime for path in _written(folder)):
        project.preparer.prepare(project)
    return project


@functools.cache
def answer_version() -> None:
    """dagster_dbt가 dbt를 부를 때마다 먼저 하는 `dbt --version`에 이 프로세스가 답하게 한다.

    그 명령은 몇 초가 걸리고, 새 판이 있는지 PyPI에 물어보기까지 한다. 다른 곳에 설치된 dbt에는 그대로 물어본다.
    """
    import dagster_dbt.core.resource as resource

    real = resource.check_output

    def check_output(command: Sequence[str]) -> bytes:
        if list(command[1:]) == ["--version"] and is_own_dbt(command[0]):
            return f"installed: {importlib.metadata.version('dbt-core')}".encode()
        return real(command)

    resource.check_output = check_output


def is_own_dbt(executable: str) -> bool:
    """이 파이썬과 같은 환경에 설치된 dbt인가."""
    found = shutil.which(executable)
    return found is not None and Path(found).parent == Path(sys.executable).parent and Path(found).stem == "dbt"


def _written(folder: Path) -> Iterator[Path]:
    """사람이 쓴 파일과 폴더들."""
    for path in folder.iterdir():
        if is_product(path):
            continue
        yield path
        if path.is_dir():
            yield from _written(path)
