"""`course services up|down|status`: 얇은 명령. 하는 일은 `course_lib.services`에 있다."""

from pathlib import Path

import click

from course_lib.cli_help import KoreanGroup
from course_lib.services import Services, ServiceError, services_down, services_status, services_up
from course_lib.workspace import Workspace


@click.group("services", cls=KoreanGroup)
@click.option("--workspace", type=click.Path(path_type=Path, file_okay=False), metavar="폴더", help="작업 공간 폴더.")
@click.pass_context
def services_command(context: click.Context, workspace: Path | None) -> None:
    """진짜 PostgreSQL과 S3를 내 컴퓨터에 띄우고 내립니다(도커 없이)."""
    context.obj = Workspace.open(workspace).path / "services"


@services_command.command("up")
@click.pass_context
def up_command(context: click.Context) -> None:
    """띄웁니다. 이미 떠 있으면 그대로 둡니다."""
    try:
        services = services_up(context.obj)
    except ServiceError as error:
        click.echo(str(error), err=True)
        context.exit(1)
    _show(services)


@services_command.command("down")
@click.pass_obj
def down_command(state_dir: Path) -> None:
    """내립니다. 안에 있던 데이터도 사라집니다."""
    stopped = services_down(state_dir)
    if stopped == Services():
        click.echo("떠 있는 서버가 없습니다.")
        return
    if stopped.postgres:
        click.echo("PostgreSQL을 내렸습니다.")
    if stopped.s3:
        click.echo("S3를 내렸습니다.")


@services_command.command("status")
@click.pass_obj
def status_command(state_dir: Path) -> None:
    """떠 있는 서버와 접속 정보를 보여 줍니다."""
    services = services_status(state_dir)
    _show(services)
    if not (services.postgres and services.s3):
        click.echo("띄우려면: course services up")


def _show(services: Services) -> None:
    """접속 정보를 환경 변수의 꼴로 보여 준다. 그대로 `.env`에 붙이면 `dg.EnvVar`가 읽는다."""
    if pg := services.postgres:
        click.echo("PostgreSQL: 떠 있습니다.")
        click.echo(f"  PGHOST={pg.host}\n  PGPORT={pg.port}\n  PGDATABASE={pg.dbname}")
        click.echo(f"  PGUSER={pg.user}\n  PGPASSWORD={pg.password}")
    else:
        click.echo("PostgreSQL: 떠 있지 않습니다.")
    if s3 := services.s3:
        click.echo(f"S3: 떠 있습니다. 버킷 {s3.bucket}")
        click.echo(f"  AWS_ENDPOINT_URL={s3.endpoint_url}\n  AWS_DEFAULT_REGION={s3.region}")
        click.echo(f"  AWS_ACCESS_KEY_ID={s3.access_key}\n  AWS_SECRET_ACCESS_KEY={s3.secret_key}")
    else:
        click.echo("S3: 떠 있지 않습니다.")
