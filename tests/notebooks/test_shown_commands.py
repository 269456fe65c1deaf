"""글에 적힌 명령은 모두 시험이 실행해 본 것이고, 적힌 그대로 칠 수 있다. 과정 안의 링크는 모두 이어진다.

코드 셀에서 실행하는 명령은 노트북을 실행하는 시험이 이미 돌린다. 여기서는 README와 안내문, 마크다운 셀에 적힌 것을 본다.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from course_lib.cli import course
from course_lib.manifest import load_manifest, repository_root
from tests.notebooks.runner import place, read_notebook

ROOT = repository_root()
MANIFEST = load_manifest()

# 명령(앞의 두 낱말) -> 그것을 정말 실행하는 시험. 옵션과 인자는 명령 자신의 해석기로 따로 본다.
RUN_BY = {
    # `course airflow run`이 속에서 부르는 명령이다.
    "airflow dags": "tests/airflow/test_real_runs.py::test_airflow_and_dagster_write_the_same_files",
    "course airflow": "tests/airflow/test_real_runs.py::test_airflow_and_dagster_write_the_same_files",
    "course check": "tests/cli/test_cli.py::test_check_grades_the_workspace_and_exits_zero_only_for_full_marks",
    "course deploy-demo": "tests/deploy/test_demo.py::test_every_step_is_announced_with_its_command",
    "course doctor": "tests/cli/test_cli.py::test_doctor_ends_with_what_to_do_next",
    "course grade": "tests/cli/test_cli.py::test_grade_writes_a_gradebook_and_says_where",
    "course hint": "tests/cli/test_cli.py::test_hints_come_one_by_one",
    "course lab": "tests/browser/test_lab.py::test_lab_opens_korean_at_the_first_notebook",
    "course list": "tests/cli/test_cli.py::test_list_shows_progress",
    "course release": "tests/cli/test_release.py::test_the_command_makes_of_a_kit_the_same_kit",
    "course reset": "tests/cli/test_cli.py::test_reset_tells_where_the_backup_is",
    "course services": "tests/services/test_background.py::test_the_command",
    "course solution": "tests/cli/test_cli.py::test_solution_waits_until_asked_twice",
    "course test": "tests/cli/test_cli.py::test_test_passes_its_arguments_to_pytest",
    "course ui": "tests/cli/test_ui.py::test_the_command_says_where_and_ends_with_ctrl_c",
    "course update": "tests/cli/test_cli.py::test_update_reports_each_file",
    # 명령은 이 시험이, 명령이 부르는 법은 연습마다 tests/cli/test_verify.py가 돌린다.
    "course verify": "tests/cli/test_cli.py::test_verify_lists_what_is_broken",
    "create-dagster project": "tests/project_lab/test_tour.py::test_the_record_is_what_the_command_says_now",
    "create-dagster workspace": "tests/project_lab/test_tour.py::test_the_record_is_what_the_command_says_now",
    "dagster instance": "tests/deploy/test_demo.py::test_every_step_is_announced_with_its_command",
    # `course ui`가 속에서 부르는 명령이다.
    "dagster dev": "tests/cli/test_ui.py::test_serves_the_learners_assets_and_leaves_nothing_behind",
    "dbt build": "tests/integrations/test_activity.py::test_one_day_is_built_from_the_raw_tables_to_the_scores",
    # 고정물 built가 프로젝트를 열 때 manifest를 만드느라 부른다.
    "dbt parse": "tests/integrations/test_dbt_shop.py::test_seven_days_are_one_run",
    "dg check": "tests/shop/test_definitions.py::test_dg_finds_the_shop",
    "dg dev": "tests/shop/test_definitions.py::test_dg_dev_serves_the_shop_and_ends_with_ctrl_c",
    # 4장의 코드 셀이 정말 실행한다.
    "dg list": "tests/notebooks/test_notebook_runs.py::test_nothing_solved_gives_the_committed_outputs",
    "dg scaffold": "tests/project_lab/test_tour.py::test_the_record_is_what_the_command_says_now",
    "dg launch": "tests/shop/test_definitions.py::test_a_day_from_the_command_line",
    # CI가 새 컴퓨터에서 하는 일이다.
    "pip install": ".ci/run",
}
PROGRAMS = ("uv", "pip", "course", "create-dagster", "dg", "dagster", "dbt", "airflow", "docker", "kubectl", "jupyter")
INLINE = re.compile(rf"`((?:{'|'.join(PROGRAMS)}) [^`\n]+)`")
FENCE = re.compile(r"^```(?:console|bash|shell|sh)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")


def texts() -> Iterator[tuple[str, str]]:
    """(있는 곳, 마크다운 글). README와 안내문, 노트북의 글 셀."""
    for path in sorted(ROOT.glob("*.ko.md")):
        yield path.name, path.read_text(encoding="utf-8")
    for item in (*MANIFEST.lessons, *MANIFEST.exercises):
        for cell in read_notebook(item.id).cells:
            if cell.cell_type == "markdown":
                yield place(item.id).as_posix(), cell.source


def commands() -> list[tuple[str, str]]:
    """(있는 곳, 명령). `uv run`과 그 옵션, 뒤에 붙은 설명은 뗀다."""
    found = set()
    for where, text in texts():
        lines = [line for fence in FENCE.findall(text) for line in fence.splitlines()]
        shown = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        for command in (*INLINE.findall(text), *shown):
            for part in re.split(r"\s*&&\s*", re.sub(r"\s+#.*", "", command)):
                found.add((where, re.sub(r"^uv run (--\S+ )*", "", part.strip())))
    return sorted(found)


def test_the_reader_finds_the_commands():
    assert {"course check ex1", "course lab", "course test", "pip install uv"} <= {command for _, command in commands()}


@pytest.mark.parametrize("where, command", commands())
def test_a_shown_command_is_run_by_a_test(where, command):
    family = " ".join(command.split()[:2])
    assert family in RUN_BY, f"{where}: `{command}`를 실행해 보는 시험을 RUN_BY에 적으세요."


@pytest.mark.parametrize("family, node", RUN_BY.items())
def test_the_test_named_for_a_command_is_there(family, node):
    path, _, name = node.partition("::")
    assert (ROOT / path).is_file()
    assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("where, command", [(where, command) for where, command in commands() if command.startswith("course ")])
def test_a_shown_course_command_can_be_typed_as_it_stands(where, command):
    parse(course, shlex.split(command)[1:])


def parse(group: click.Group, words: list[str]) -> None:
    """명령을 실행하지 않고 이름과 인자, 옵션만 해석한다. 연습과 확인 문제의 이름도 목록에 있어야 한다."""
    name, *rest = words
    command = group.get_command(click.Context(group), name)
    assert command is not None, f"{name}이라는 명령이 없습니다."
    if isinstance(command, click.Group):
        if rest:
            parse(command, rest)
        return
    required = [parameter.name for parameter in command.params if isinstance(parameter, click.Argument) and parameter.required]
    if not rest and required:
        return  # 명령의 이름만 부른 글이다: “`course ui`로 엽니다”
    context = command.make_context(name, rest)
    if exercise := context.params.get("exercise"):
        MANIFEST.exercise(exercise)
    if (target := context.params.get("name")) and name in ("hint", "solution"):
        item = MANIFEST.checkpoint(target) if target[0].isdigit() else MANIFEST.exercise(target)
        if criterion := context.params.get("criterion"):
            assert criterion in item.hints


def links() -> list[tuple[str, str]]:
    return sorted({(where, target) for where, text in texts() for target in LINK.findall(text) if "://" not in target})


@pytest.mark.parametrize("where, target", links())
def test_no_link_inside_the_course_is_dead(where, target):
    assert (ROOT / Path(where).parent / target).exists(), f"{where}의 링크가 끊겼습니다: {target}"
