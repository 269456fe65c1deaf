"""제출 폴더에서 무엇을 읽는가: 학습자가 쓴 것은 모두, dbt가 만든 것은 하나도."""

from pathlib import Path

from course_lib.grading.files import read_files
from course_lib.workspace import files_below

WRITTEN = {"assets.py", "dbt/dbt_project.yml", "dbt/models/one.sql", "logs/kept.py", "target/also_kept.sql"}
MADE_BY_DBT = {"dbt/target/manifest.json", "dbt/target/run/deep/one.sql", "dbt/logs/dbt.log", "dbt/dbt_packages/utils/macro.sql"}


def lay_out(folder: Path) -> None:
    for name in WRITTEN | MADE_BY_DBT:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")


def test_products_of_dbt_are_no_part_of_a_submission(tmp_path):
    lay_out(tmp_path)
    assert set(read_files(tmp_path)) == WRITTEN


def test_products_of_dbt_do_not_count_against_the_limit(tmp_path):
    lay_out(tmp_path)
    (tmp_path / "dbt/target/warehouse.duckdb").write_bytes(bytes(5 << 20))
    assert set(read_files(tmp_path)) == WRITTEN


def test_products_of_dbt_are_not_handed_out(tmp_path):
    lay_out(tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path)} == WRITTEN
