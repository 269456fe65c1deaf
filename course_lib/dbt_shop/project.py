"""수업의 dbt 프로젝트를 작업 폴더에 열어 준다."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.dbt_files import open_dbt_project

if TYPE_CHECKING:
    from dagster_dbt import DbtProject

SOURCE = Path(__file__).parent
DATABASE = "shop.duckdb"


def open_project(folder: Path) -> "DbtProject":
    """`folder`에 프로젝트를 복사하고 manifest까지 만들어 돌려준다. DuckDB 파일은 `folder/shop.duckdb`다.

    설치된 폴더에는 아무것도 쓰지 않는다. dbt가 manifest를 만들지 못하면 dagster_dbt의 오류가 난다.
    이 프로세스의 환경 변수(PATH, DBT_SHOP_DATABASE 등)를 바꾼다. dbt 명령이 그것을 읽기 때문이다.
    """
    os.environ["DBT_SHOP_DATABASE"] = str((folder / DATABASE).resolve())
    copy = folder.resolve() / "dbt_shop"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"), dirs_exist_ok=True)
    return open_dbt_project(copy)
