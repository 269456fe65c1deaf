"""dbt 프로젝트를 작업 폴더에 열어 준다. dagster_dbt를 불러오는 데 몇 초가 걸리므로 쓰는 곳에서만 불러온다."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster_dbt import DbtProject

SOURCE = Path(__file__).parent
DATABASE = "shop.duckdb"


def open_project(folder: Path) -> "DbtProject":
    """`folder`에 프로젝트를 복사하고 manifest까지 만들어 돌려준다. DuckDB 파일은 `folder/shop.duckdb`다.

    설치된 폴더에는 아무것도 쓰지 않는다. 사용 기록은 보내지 않는다. dbt가 manifest를 만들지 못하면 dagster_dbt의 오류가 난다.
    이 프로세스의 환경 변수(PATH, DBT_SHOP_DATABASE 등)를 바꾼다. dbt 명령이 그것을 읽기 때문이다.
    """
    # dbt는 PATH에서 찾는다. 파이썬을 절대 경로로 부르면 그 옆의 dbt가 PATH에 없다.
    scripts = str(Path(sys.executable).parent)
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["DBT_SHOP_DATABASE"] = str((folder / DATABASE).resolve())

    from dagster_dbt import DbtProject

    copy = folder.resolve() / "dbt_shop"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"), dirs_exist_ok=True)
    project = DbtProject(project_dir=copy, profiles_dir=copy)
    project.preparer.prepare(project)
    return project
