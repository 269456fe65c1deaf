"""`course deploy-demo`: 얇은 명령. 하는 일은 `course_lib.deploy.demo`에 있다."""

import click

from course_lib.cli_help import KoreanCommand
from course_lib.services import ServiceError


@click.command("deploy-demo", cls=KoreanCommand)
@click.option("--keep", is_flag=True, help="다 보인 뒤에도 Ctrl-C를 누를 때까지 띄워 둡니다. 화면을 둘러볼 때 씁니다.")
@click.option("--port", type=click.IntRange(1, 65535), metavar="번호", help="화면이 쓸 포트. 기본은 비어 있는 것입니다.")
@click.pass_context
def deploy_demo_command(context: click.Context, keep: bool, port: int | None) -> None:
    """배포 구성을 이 컴퓨터에 진짜로 띄워 보이고 모두 끝냅니다(1분쯤, 도커 없이)."""
    # dagster를 부르는 데 1초쯤 걸린다. 첫 줄이 먼저 보여야 한다.
    click.echo("오픈소스 Dagster의 배포 구성을 이 컴퓨터에 띄웁니다. 언제든 Ctrl-C로 그만두면 모두 정리됩니다.")
    from course_lib.deploy.demo import run_demo

    try:
        run_demo(click.echo, port=port, keep=keep)
    except ServiceError as error:
        click.echo(f"\n✘ {error}\n띄운 서버는 모두 멈췄습니다.", err=True)
        context.exit(1)
    except KeyboardInterrupt:
        click.echo("\n그만두었습니다. 띄운 서버는 모두 멈췄습니다.", err=True)
        raise
