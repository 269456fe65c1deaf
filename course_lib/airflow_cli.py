"""`course airflow run|migrate|status|remove`: 얇은 명령. 하는 일은 `course_lib.airflow_lab`에 있다."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from course_lib.cli_help import KoreanGroup
from course_lib.workspace import Workspace

if TYPE_CHECKING:
    from course_lib.airflow_lab.runs import AirflowRun

FIRST_DAY = date(2024, 1, 1)


class Day(click.ParamType):
    """`2024-01-05` 꼴의 날짜. 파이프라인이 시작하는 날부터 어제까지."""

    name = "날짜"

    def convert(self, value: str, param: click.Parameter | None, context: click.Context | None) -> str:
        try:
            day = datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            raise click.UsageError(f"‘{value}’은(는) 2024-01-05 꼴의 날짜가 아닙니다.", context) from None
        if not FIRST_DAY <= day < datetime.now(UTC).date():
            raise click.UsageError(f"{FIRST_DAY}부터 어제(UTC)까지의 날짜여야 합니다. 지금 값: {value}", context)
        return f"{day}"


day_option = click.option("--date", "day", type=Day(), default="2024-01-05", metavar="날짜", help="실행할 날. 기본은 2024-01-05 입니다.")


@click.group("airflow", cls=KoreanGroup)
@click.option("--workspace", type=click.Path(path_type=Path, file_okay=False), metavar="폴더", help="작업 공간 폴더.")
@click.pass_context
def airflow_command(context: click.Context, workspace: Path | None) -> None:
    """3장의 주문 파이프라인을 진짜 Airflow로 실행합니다(따로 만든 환경, 선택)."""
    context.obj = Workspace.open(workspace)


@airflow_command.command("run")
@day_option
@click.pass_context
def run_command(context: click.Context, day: str) -> None:
    """Airflow로 실행하고 Dagster의 결과와 견줍니다. 처음이면 환경을 만듭니다."""
    result = _execute(context, "run", day)
    _compare(context, "run", result)


@airflow_command.command("migrate")
@day_option
@click.pass_context
def migrate_command(context: click.Context, day: str) -> None:
    """태스크 하나를 Dagster에 맡기고 실행해, 결과가 같은지 봅니다."""
    click.echo("clean_orders 태스크를 Dagster에 맡깁니다(proxied: True). Dagster를 잠시 띄웠다가 내립니다.")
    result = _execute(context, "migrate", day)
    for asset, partition, task in result.dagster_runs:
        click.echo(f"Dagster가 구체화한 것: {asset}, 파티션 {partition} (Airflow의 {task} 태스크가 시킴)")
    _compare(context, "migrate", result)


@airflow_command.command("status")
@click.pass_obj
def status_command(workspace: Workspace) -> None:
    """환경과 마지막 실행이 어디에 있는지 봅니다."""
    from course_lib.airflow_lab.environment import Environment, State
    from course_lib.airflow_lab.results import KINDS, folder_of

    environment = Environment.default()
    state = environment.state()
    click.echo(f"Airflow 환경: {state.value} ({environment.path})")
    for kind in KINDS:
        folder = folder_of(workspace, kind)
        click.echo(f"course airflow {kind}: {folder if (folder / 'result.json').is_file() else '아직 실행하지 않았습니다.'}")
    if state is not State.READY:
        click.echo("만들려면: uv run course airflow run")


@airflow_command.command("remove")
@click.pass_context
def remove_command(context: click.Context) -> None:
    """Airflow 환경을 지웁니다. 실행한 결과는 그대로 둡니다."""
    from course_lib.airflow_lab.environment import AirflowError, Environment

    environment = Environment.default()
    try:
        removed = environment.remove()
    except (AirflowError, OSError) as error:
        click.echo(str(error), err=True)
        context.exit(1)
    click.echo(f"지웠습니다: {environment.path}" if removed else "지울 Airflow 환경이 없습니다.")


def _execute(context: click.Context, kind: str, day: str) -> "AirflowRun":
    from course_lib.airflow_lab.environment import AirflowError, Environment
    from course_lib.airflow_lab.results import execute, folder_of

    environment = Environment.default()
    try:
        environment.ensure(click.echo)
        click.echo(f"Airflow로 {day}의 주문 파이프라인을 실행합니다. 10초에서 1분쯤 걸립니다.")
        result = execute(kind, day, context.obj, environment)
    except AirflowError as error:
        click.echo(str(error), err=True)
        context.exit(1)
    for task in result.tasks:
        click.echo(f"  {task.state:<8} {task.id:<17} {task.operator}")
    click.echo(f"남은 것: {folder_of(context.obj, kind)}")
    return result


def _compare(context: click.Context, kind: str, result: "AirflowRun") -> None:
    """같은 날을 Dagster로 구체화해 파일을 한 바이트까지 견준다. 다르면 종료 코드 1."""
    from course_lib.airflow_lab.results import folder_of
    from course_lib.airflow_lab.runs import in_dagster

    dagster: Mapping[str, str] = in_dagster(result.day, folder_of(context.obj, kind))
    click.echo("Dagster로 구체화한 파일과 견줍니다.")
    for name, text in result.files.items():
        same = text == dagster[name]
        click.echo(f"  {'✔ 같음' if same else '✘ 다름'}  {name}.json ({len(result.table(name))}행)")
    if dagster != dict(result.files):
        context.exit(1)
