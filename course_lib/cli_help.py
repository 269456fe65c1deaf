"""click의 도움말과 오류를 한국어로 말하게 한다.

click은 낱말마다 gettext를 거치지만 한국어 번역을 담고 있지 않다. 그래서 화면에 나오는 자리만 바꾼다.
"""

import difflib
import re

import click


class KoreanCommand(click.Command):
    """도움말의 머리말이 한국어인 명령."""

    def format_usage(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(context.command_path, " ".join(self.collect_usage_pieces(context)), prefix="쓰는 법: ")

    def collect_usage_pieces(self, context: click.Context) -> list[str]:
        arguments = [parameter for parameter in self.get_params(context) if isinstance(parameter, click.Argument)]
        return [*(argument.make_metavar(context) for argument in arguments), "[옵션]"]

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        options = [parameter for parameter in self.get_params(context) if isinstance(parameter, click.Option)]
        with formatter.section("옵션"):
            formatter.write_dl([record for option in options if (record := option.get_help_record(context))])

    def get_help_option(self, context: click.Context) -> click.Option | None:
        option = super().get_help_option(context)
        if option is not None:
            option.help = "이 도움말을 보이고 끝냅니다."
        return option


class KoreanGroup(KoreanCommand, click.Group):
    """명령의 차례를 등록한 차례로 보이고, 모르는 명령에는 비슷한 이름을 알려 준다."""

    command_class = KoreanCommand

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)

    def collect_usage_pieces(self, context: click.Context) -> list[str]:
        return ["명령", "[인자]…"]

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        KoreanCommand.format_options(self, context, formatter)
        rows = [(name, command.get_short_help_str(limit=100)) for name, command in self.commands.items()]
        with formatter.section("명령"):
            formatter.write_dl(rows)

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = arguments[0]
        if name not in self.commands and not name.startswith("-"):
            close = difflib.get_close_matches(name, self.commands, n=2)
            advice = f"혹시 {', '.join(close)} 명령인가요?" if close else "`course --help`로 명령의 목록을 볼 수 있습니다."
            raise click.UsageError(f"‘{name}’ 명령은 없습니다. {advice}", context)
        return super().resolve_command(context, arguments)


def korean_message(error: click.UsageError) -> str:
    """잘못 쓴 명령에 대한 한 문장과 도움말을 보는 법."""
    path = error.ctx.command_path if error.ctx else "course"
    return f"{_sentence(error)} `{path} --help`로 쓰는 법을 볼 수 있습니다."


def _sentence(error: click.UsageError) -> str:
    if isinstance(error, click.MissingParameter):
        name = error.param.make_metavar(error.ctx) if error.param and error.ctx else ""
        return f"{name} 자리가 비어 있습니다."
    if isinstance(error, click.NoSuchOption):
        close = f" 혹시 {', '.join(error.possibilities)}인가요?" if error.possibilities else ""
        return f"{error.option_name} 옵션은 없습니다.{close}"
    if isinstance(error, click.BadParameter):
        name = error.param.get_error_hint(error.ctx).strip("'") if error.param and error.ctx else ""
        wanted = f"({error.param.make_metavar(error.ctx)}을(를) 써야 합니다)" if error.param and error.ctx else ""
        return f"{name}의 값이 맞지 않습니다{wanted}."
    if isinstance(error, click.BadOptionUsage):
        return f"{error.option_name} 옵션 뒤에 값이 필요합니다."
    if extra := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message):
        return f"쓸 데 없는 인자가 있습니다: {extra[1]}."
    return error.message
