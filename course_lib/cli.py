"""`course` 명령. 얇다: 인자를 읽고, 일은 다른 모듈에 맡기고, 결과를 한국어로 보인다.

`course --help`가 바로 나오도록 dagster, pandas, pytest를 부르는 모듈은 그 명령 안에서 불러온다.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course_lib.airflow_cli import airflow_command
from course_lib.cli_help import KoreanGroup, korean_message
from course_lib.deploy_cli import deploy_demo_command
from course_lib.manifest import Checkpoint, Exercise, ManifestError, UnknownId, repository_root
from course_lib.services_cli import services_command
from course_lib.workspace import ENVIRONMENT_VARIABLE, Changes, Workspace, WorkspaceError

EXIT_NOT_DONE = 1
EXIT_WRONG_USE = 2
EXIT_INTERRUPTED = 130

DONE, STARTED, OPEN = "✔", "…", "○"

console = Console(highlight=False, soft_wrap=True)

workspace_option = click.option(
    "--workspace", "workspace_path", type=click.Path(path_type=Path, file_okay=False), metavar="폴더",
    help="작업 공간으로 쓸 폴더. 기본은 저장소의 workspace/ 입니다.",
)  # fmt: skip


def main() -> int:
    """콘솔 스크립트의 입구. 종료 코드를 돌려준다: 0 됐다, 1 아직이다, 2 잘못 썼다, 130 Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        # 옛 터미널의 인코딩에 없는 기호가 있어도 멈추지 않고 ?로 보인다.
        stream.reconfigure(errors="replace")
    try:
        return course.main(prog_name="course", standalone_mode=False) or 0
    except click.UsageError as error:
        return _complain(korean_message(error), EXIT_WRONG_USE)
    except UnknownId as error:
        return _complain(str(error), EXIT_WRONG_USE)
    except (WorkspaceError, ManifestError) as error:
        return _complain(str(error), EXIT_NOT_DONE)
    except (KeyboardInterrupt, click.Abort):
        return EXIT_INTERRUPTED


@click.group(cls=KoreanGroup)
def course() -> None:
    """한국어로 배우는 Dagster: 노트북을 열고, 연습을 확인하고, 한 반을 채점합니다.

    처음이라면 `uv run course lab`을 실행하세요.
    """


@course.command()
@workspace_option
@click.option("--port", type=int, metavar="번호", help="JupyterLab이 쓸 포트. 기본은 8888부터 비어 있는 것입니다.")
@click.option("--browser/--no-browser", default=True, help="브라우저를 열지 정합니다.")
@click.option("--token", metavar="글", help="접속에 쓸 토큰. 기본은 새로 만듭니다.")
def lab(workspace_path: Path | None, port: int | None, browser: bool, token: str | None) -> int:
    """작업 공간을 갖추고 JupyterLab을 엽니다."""
    from course_lib import lab as jupyterlab
    from course_lib.ui import free_port

    workspace = _prepared(workspace_path)

    def announce(url: str) -> None:
        console.print(f"JupyterLab이 열렸습니다: {url}")
        console.print("끝내려면 이 창에서 Ctrl-C를 누르세요.")

    try:
        return jupyterlab.serve(
            workspace, port or free_port(jupyterlab.DEFAULT_PORT), open_browser=browser, token=token, on_ready=announce
        )
    except jupyterlab.LabError as error:
        return _complain(str(error), EXIT_NOT_DONE)


@course.command("list")
@workspace_option
def list_command(workspace_path: Path | None) -> None:
    """수업과 연습의 목록과 진행을 봅니다."""
    from course_lib.classroom.progress import last_score, read_events

    workspace = _opened(workspace_path)
    events = read_events()
    solved = {event.target for event in events if event.kind == "correct"}
    touched = {event.target for event in events}
    manifest = workspace.manifest

    lessons = Table("", "수업", "분", "확인 문제", "제목", box=None)
    for lesson in manifest.lessons:
        passed = sum(checkpoint.id in solved for checkpoint in lesson.checkpoints)
        total = len(lesson.checkpoints)
        mark = DONE if total and passed == total else STARTED if passed else OPEN
        lessons.add_row(mark, lesson.id, str(lesson.minutes), f"{passed}/{total}" if total else "", lesson.title)
    _print_table(lessons)
    console.print()

    exercises = Table("", "연습", "분", "진행", "먼저 볼 수업", "제목", box=None)
    for exercise in manifest.exercises:
        names = {exercise.id, exercise.alias}
        mark = DONE if names & solved else STARTED if names & touched else OPEN
        exercises.add_row(
            mark, exercise.alias, str(exercise.minutes), last_score(names, events), exercise.after, exercise.title
        )
    _print_table(exercises)
    console.print()
    console.print(f"{DONE} 마침  {STARTED} 하는 중  {OPEN} 아직    작업 공간: {workspace.path}")


@course.command()
@click.argument("exercise", metavar="연습")
@click.option("--watch", is_flag=True, help="파일을 저장할 때마다 다시 확인합니다. Ctrl-C로 끝냅니다.")
@workspace_option
def check(exercise: str, watch: bool, workspace_path: Path | None) -> int:
    """연습을 채점하고 먼저 고칠 것을 알려 줍니다. 예: course check ex1"""
    workspace = _prepared(workspace_path)
    folder = workspace.exercise_dir(exercise)
    from course_lib.classroom.exercises import check_exercise
    from course_lib.watch import changes_below

    if not watch:
        result = check_exercise(exercise, workspace=workspace)
        return 0 if result is not None and result.perfect else EXIT_NOT_DONE
    for _ in changes_below(folder):
        console.clear()
        check_exercise(exercise, workspace=workspace)
        console.print(f"\n{folder} 의 변화를 기다립니다. 끝내려면 Ctrl-C를 누르세요.", style="dim")
    return 0


@course.command()
@click.argument("name", metavar="이름")
@click.argument("criterion", metavar="[기준]", required=False)
@workspace_option
def hint(name: str, criterion: str | None, workspace_path: Path | None) -> None:
    """다음 힌트를 하나 봅니다. 예: course hint ex1 removes_bots, course hint 1-1"""
    item = _exercise_or_checkpoint(_prepared(workspace_path), name)
    if isinstance(item, Exercise):
        from course_lib.classroom.exercises import hint_exercise

        hint_exercise(item.id, criterion)
        return
    from course_lib.classroom.commands import hint_feedback
    from course_lib.classroom.progress import hints_shown, record

    record("hint", item.id)
    _print(hint_feedback(item, max(1, hints_shown(item.id))).text())


@course.command()
@click.argument("name", metavar="이름")
@click.option("--show", is_flag=True, help="그래도 보기: 아직 다 맞히지 않았어도 봅니다.")
@workspace_option
def solution(name: str, show: bool, workspace_path: Path | None) -> None:
    """내 코드를 모범 답안과 견주어 봅니다. 예: course solution ex1"""
    item = _exercise_or_checkpoint(_prepared(workspace_path), name)
    if isinstance(item, Exercise):
        from course_lib.classroom.exercises import solution_exercise

        solution_exercise(item.id, show=show)
        return
    from course_lib.classroom.commands import solution_feedback

    _print(solution_feedback(item, show).text())


@course.command()
@click.argument("exercise", metavar="연습")
@workspace_option
def reset(exercise: str, workspace_path: Path | None) -> None:
    """연습을 처음으로 되돌립니다. 지금 것은 날짜를 붙여 남깁니다."""
    workspace = Workspace.open(workspace_path)
    backup = workspace.reset(exercise)
    console.print(f"{workspace.exercise_dir(exercise)} 을(를) 처음 상태로 되돌렸습니다.")
    if backup:
        console.print(f"되돌리기 전의 파일은 여기 있습니다: {backup}")


@course.command()
@workspace_option
def update(workspace_path: Path | None) -> int:
    """과정의 새 판을 작업 공간에 들입니다. 고친 파일은 그대로 둡니다."""
    workspace = Workspace.open(workspace_path)
    changes = workspace.update()
    _show_changes(workspace, changes)
    return EXIT_NOT_DONE if changes.failed else 0


@course.command()
@click.argument("exercise", metavar="연습")
@click.option("--port", type=int, metavar="번호", help="UI가 쓸 포트. 기본은 3000부터 비어 있는 것입니다.")
@workspace_option
def ui(exercise: str, port: int | None, workspace_path: Path | None) -> int:
    """연습 하나를 담은 Dagster UI를 엽니다. 예: course ui ex1"""
    from course_lib import ui as dagster_ui

    workspace = _prepared(workspace_path)
    item = workspace.manifest.exercise(exercise)
    console.print(f"{item.alias} {item.title}의 Dagster UI를 준비합니다. 10초쯤 걸립니다.")

    def announce(url: str) -> None:
        console.print(f"Dagster UI가 열렸습니다: {url}")
        console.print("끝내려면 Ctrl-C를 누르세요.")

    try:
        return dagster_ui.serve(workspace, item, port or dagster_ui.free_port(dagster_ui.DEFAULT_PORT), on_ready=announce)
    except dagster_ui.UiError as error:
        return _complain(str(error), EXIT_NOT_DONE)


course.add_command(services_command)
course.add_command(airflow_command)
course.add_command(deploy_demo_command)


@course.command()
@workspace_option
def doctor(workspace_path: Path | None) -> int:
    """무엇이 준비되었고 무엇이 빠졌는지 봅니다."""
    from course_lib.doctor import State, examine

    missing = 0
    for part in examine(Workspace.open(workspace_path)):
        missing += part.state is State.MISSING
        console.print(f"{part.state.value:<8} {part.name}: {escape(part.note)}" + (f"  →  {escape(part.fix)}" if part.fix else ""))
    if missing:
        return _complain(f"꼭 필요한 것 {missing}가지가 빠졌습니다. 화살표(→) 뒤의 명령을 실행해 주세요.", EXIT_NOT_DONE)
    console.print("수업을 시작할 수 있습니다: uv run course lab")
    return 0


@course.command()
@click.argument("exercise", metavar="[연습]", required=False)
@click.option("--kit", is_flag=True, help="학급 꾸러미를 확인합니다: 답과 숨은 기준이 없고, 뼈대가 0점인지.")
def verify(exercise: str | None, kit: bool) -> int:
    """과정을 고치는 사람에게: 목록, 뼈대, 답, 오개념, 힌트가 법을 지키는지 확인합니다."""
    from course_lib.verify import verify as find_problems
    from course_lib.verify import verify_kit

    if kit:
        find_problems = verify_kit
    with console.status("확인하는 중") as status:
        problems = find_problems(exercise=exercise, on_step=lambda step: status.update(f"확인하는 중: {step}"))
    for problem in problems:
        console.print(f"✘ {escape(str(problem))}")
    if problems:
        return _complain(f"어긴 법이 {len(problems)}가지 있습니다.", EXIT_NOT_DONE)
    console.print("✔ 과정이 모든 법을 지킵니다.")
    return 0


@course.command()
@click.argument("target", metavar="폴더", type=click.Path(path_type=Path))
def release(target: Path) -> int:
    """학습자에게 나눠 줄 꾸러미를 만듭니다. 예: course release kit/

    답과 숨은 기준은 넣지 않습니다. 오개념마다 결과를 한 번씩 내 보므로 몇 분 걸립니다.
    """
    from course_lib import release as kit

    try:
        with console.status("꾸러미를 만드는 중") as status:
            count = kit.release(target, on_step=lambda step: status.update(f"꾸러미를 만드는 중: {step}"))
    except kit.ReleaseError as error:
        return _complain(str(error), EXIT_NOT_DONE)
    console.print(f"파일 {count}개를 {escape(str(target))}에 담았습니다. 답, 숨은 기준, 학습자의 테스트를 채점하는 기준은 빠졌습니다: course grade로 채점합니다.")
    return 0


@course.command()
@click.argument("submitted", metavar="제출물폴더", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="폴더", type=click.Path(path_type=Path), help="성적표와 피드백을 쓸 폴더.")
@click.option("--exercise", metavar="연습", help="이 연습만 채점합니다. 기본은 폴더에 있는 모든 연습입니다.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="개수", help="한꺼번에 채점할 개수. 기본은 CPU의 수입니다.")
@click.option("--deadlines", metavar="파일", type=click.Path(path_type=Path, dir_okay=False), help="마감 파일(CSV나 TOML). 늦은 날을 셉니다.")
@click.option("--roster", metavar="파일", type=click.Path(path_type=Path, dir_okay=False),
              help="LMS에서 내려받은 CSV. 점수 칸을 채운 사본을 만듭니다.")
@click.option("--no-isolation", is_flag=True, help="격리 없이 채점합니다. 제출물을 믿을 때만 쓰세요.")
def grade(submitted: Path, out: Path, exercise: str | None, jobs: int | None, deadlines: Path | None, roster: Path | None,
          no_isolation: bool) -> int:
    """한 반의 제출물을 채점합니다. 예: course grade submitted/ --out graded/

    폴더(학생/연습)와 압축 파일, Moodle과 Canvas에서 내려받은 zip을 읽습니다. 멈췄다가 다시 실행하면 남은 것과 바뀐 것만 채점합니다.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from course_lib.grading import cohort
    from course_lib.grading.worker import IsolationRefused

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("남은 시간"), TimeRemainingColumn(), TextColumn("{task.description}"))
    try:
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("채점기를 준비합니다", total=None)

            def show(now: cohort.Progress) -> None:
                counts = [f"지난 결과 {now.reused}"] if now.reused else []
                counts += [f"읽을 수 없음 {now.unreadable}"] if now.unreadable else []
                counts += [f"과정의 오류 {now.course_errors}"] if now.course_errors else []
                bar.update(task, completed=now.done, total=now.total, description=escape(", ".join([*counts, now.last])))

            summary = cohort.grade_class(
                submitted, out, exercise=exercise, jobs=jobs or os.cpu_count() or 1, isolation="off" if no_isolation else "required",
                deadlines=deadlines, roster=roster, on_progress=show,
            )  # fmt: skip
    except (cohort.CohortError, cohort.OutIsBusy, IsolationRefused) as error:
        return _complain(str(error), EXIT_NOT_DONE)
    except OSError as error:
        return _complain(f"결과 폴더에 쓸 수 없습니다: {error.filename or out} ({error.strerror or error}). 끝난 것은 남아 있습니다. "
                         "고친 뒤에 같은 명령을 다시 실행하면 이어서 채점합니다.", EXIT_NOT_DONE)
    except cohort.Stopped as stopped:
        return _complain(
            f"멈췄습니다. 제출물 {stopped.total}개 가운데 {stopped.done}개의 결과를 남겼습니다. 같은 명령을 다시 실행하면 이어서 채점합니다.",
            EXIT_INTERRUPTED,
        )
    for name in summary.ignored:
        console.print(f"건너뜀: {escape(name)}")
    for name in summary.unmatched:
        console.print(f"adjustments.csv의 {escape(name)}: 이런 제출물이 없습니다. 학생과 연습의 이름을 성적표와 같게 적으세요.")
    for name in summary.unmatched_extensions:
        console.print(f"마감의 연장 {escape(name)}: 이런 제출물이 없습니다. 이미 낸 학생이라면 이름을 성적표의 student와 같게 적으세요.")
    reused = f"(그대로라서 다시 하지 않은 것 {summary.reused}개)" if summary.reused else ""
    console.print(
        f"제출물 {summary.graded}개를 채점했습니다{reused}. "
        f"만점 {summary.perfect}개, 평균 {summary.mean:.1f}점(100점 기준). 성적표: {escape(str(out / cohort.GRADEBOOK))}"
    )
    for name, reason in summary.unreadable:
        console.print(f"읽을 수 없음: {escape(name)}: {escape(reason)}")
    for name in summary.unplaced:
        console.print(f"어느 연습의 것인지 알 수 없음: {escape(name)}. 이름에 ex1 같은 연습의 이름을 넣거나 --exercise를 쓰세요.")
    if summary.course_errors:
        return _complain(
            f"과정의 오류로 판정하지 못한 제출물이 {summary.course_errors}개 있습니다. 학생의 잘못이 아닙니다. "
            "성적표의 course_error 줄을 보세요. 다시 실행하면 그것만 다시 채점합니다.", EXIT_NOT_DONE
        )  # fmt: skip
    return 0 if summary.all_judged else EXIT_NOT_DONE


@course.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[pytest의 인자]…")
def test(arguments: tuple[str, ...]) -> int:
    """과정의 시험을 모두 돌립니다(pytest). 뒤의 인자는 pytest에 그대로 넘깁니다."""
    environment = {name: value for name, value in os.environ.items() if name != ENVIRONMENT_VARIABLE}
    # 브라우저의 시험은 화면을 기다리므로, 두 코어를 다 쓰는 다른 시험과 함께 돌리지 않는다.
    rounds = [arguments] if arguments else [("-n", "2", "--dist", "loadfile", "--ignore=tests/browser"), ("tests/browser",)]
    # 지금 폴더가 어디든 저장소의 시험을 돌린다.
    codes = [
        subprocess.run([sys.executable, "-m", "pytest", *chosen], cwd=repository_root(), env=environment, check=False).returncode
        for chosen in rounds
    ]
    return next((abs(code) for code in codes if code), 0)


def _print_table(table: Table) -> None:
    """표를 접지 않고 보인다. 긴 제목은 마지막 열이라, 좁은 창에서도 앞의 열이 흐트러지지 않는다."""
    Console(highlight=False, width=max(console.width, 120)).print(table)


def _opened(path: Path | None) -> Workspace:
    workspace = Workspace.open(path)
    # 노트북과 함께 쓰는 모듈(진행 기록, 채점)은 작업 공간을 환경 변수로 안다.
    os.environ[ENVIRONMENT_VARIABLE] = str(workspace.path)
    return workspace


def _prepared(path: Path | None) -> Workspace:
    """작업 공간을 열고, 없는 파일을 갖춘다. 새로 온 것이 있으면 한 줄로 알린다."""
    workspace = _opened(path)
    first_time = not workspace.is_prepared
    changes = workspace.prepare()
    if first_time:
        console.print(f"작업 공간을 만들었습니다: {workspace.path}")
    elif changes.new:
        console.print(f"과정에 새로 생긴 파일 {len(changes.new)}개를 작업 공간에 넣었습니다.")
    _show_failures(changes)
    return workspace


def _exercise_or_checkpoint(workspace: Workspace, name: str) -> Exercise | Checkpoint:
    """이름이 연습이면 연습, 확인 문제면 확인 문제. 둘 다 아니면 비슷한 이름을 담은 `UnknownId`."""
    manifest = workspace.manifest
    if name[:1].isdigit():
        # 확인 문제의 이름은 숫자로 시작한다. 비슷한 이름을 그쪽에서 찾아 준다.
        return manifest.checkpoint(name)
    return manifest.exercise(name)


def _print(text: str) -> None:
    console.print(escape(text))


def _show_changes(workspace: Workspace, changes: Changes) -> None:
    groups: tuple[tuple[str, Iterable[Path]], ...] = (
        ("새로 옴", changes.new),
        ("새 판으로 바꿈", changes.updated),
        ("내가 고침, 그대로 둠", changes.kept),
        ("내가 고침, 그대로 두고 새 판은 updates/에 둠", changes.beside),
        ("과정에서 빠짐, 그대로 둠", changes.retired),
    )
    for title, paths in groups:
        for path in paths:
            console.print(f"{title}: {escape(path.as_posix())}")
    if not any(paths for _, paths in groups) and not changes.failed:
        console.print("이미 가장 새 판입니다.")
    if changes.beside:
        console.print(f"새 판과 견주어 보고 필요한 것을 옮기세요: {workspace.path / 'updates'}")
    if changes.backup:
        console.print(f"바꾸기 전의 파일(실행 결과가 든 노트북)은 여기 있습니다: {changes.backup}")
    _show_failures(changes)


def _show_failures(changes: Changes) -> None:
    for failure in changes.failed:
        console.print(f"✘ 쓰지 못함: {escape(failure.path.as_posix())} ({escape(failure.reason)})")


def _complain(sentence: str, code: int) -> int:
    Console(stderr=True, highlight=False, soft_wrap=True).print(escape(sentence))
    return code
