"""dbt 프로젝트의 폴더에서 무엇이 dbt가 만든 것인지 가린다. 학습자의 것도 과정의 것도 아니어서 채점하지 않고 나누어 주지 않는다."""

from pathlib import Path

PROJECT_FILE = "dbt_project.yml"
# 언제든 다시 만들 수 있는 폴더들.
PRODUCTS = frozenset({"target", "logs", "dbt_packages"})


def is_product(folder: Path) -> bool:
    """dbt가 제 프로젝트 안에 만든 폴더인가. 이름만 같은 다른 폴더는 아니다."""
    return folder.name in PRODUCTS and (folder.parent / PROJECT_FILE).is_file()
