"""연습을 확인하는 명령: `check("ex1")`, `hint("ex1", 기준)`, `solution("ex1")`. `course` 명령도 같은 것을 쓴다."""

import atexit
import difflib
from pathlib import Path

from course_lib.classroom.feedback import Code, Feedback
from course_lib.classroom.own_instance import own_feedback
from course_lib.classroom.progress import hints_shown, last_outcome, read_events, record, solved
from course_lib.classroom.quiet import in_notebook
from course_lib.classroom.real_services import services_feedback
from course_lib.grading import render
from course_lib.grading.misconceptions import Catalogue, load_catalogue
from course_lib.grading.results import SubmissionResult
from course_lib.grading.worker import JudgeWorker, WorkerError
from course_lib.manifest import Exercise, UnknownId, load_manifest, repository_root
from course_lib.workspace import Workspace

_worker = JudgeWorker()
atexit.register(_worker.close)
_last_results: dict[str, SubmissionResult] = {}


class ExerciseReport:
    """채점 결과를 노트북(HTML)과 터미널(글)에 그린다."""

    def __init__(self, result: SubmissionResult, catalogue: Catalogue, hint_line: str):
        self.result = result
        self._catalogue = catalogue
        self._hint_line = hint_line

    def text(self) -> str:
        return render.as_text(self.result, self._catalogue, hint_line=self._hint_line)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(),
                "text/html": render.as_html(self.result, self._catalogue, hint_line=self._hint_line)}


def prewarm() -> None:
    """연습 폴더에서 연 커널이라면 채점기를 미리 띄운다. 첫 확인을 기다리지 않게 된다."""
    if Path.cwd().parent.name == "exercises":
        _worker.start()


def check_exercise(name: str, *, workspace: Workspace | None = None) -> SubmissionResult | None:
    """연습을 채점해 결과를 보인다. 이름이 틀렸거나 채점기가 고장 났으면 그렇다고 보이고 None."""
    if (exercise := _find(name)) is None:
        return None
    workspace = workspace or Workspace.open()
    if not workspace.exercise_dir(exercise).exists():
        workspace.prepare()
    try:
        result = _worker.grade(exercise.id, workspace.exercise_dir(exercise))
    except WorkerError as error:
        _show(Feedback("⚠ 과정의 오류입니다. 당신의 잘못이 아니에요",
                       ("채점기가 답하지 못했습니다. 아래 글을 과정 담당자에게 알려 주세요.", Code(str(error)[-2000:]))))
        return None
    _last_results[exercise.id] = result
    outcome = "correct" if result.perfect else f"score={render.points_text(result.score)}"
    if result.score and last_outcome(exercise.id) != outcome:
        record(outcome, exercise.id)
    _show(ExerciseReport(result, load_catalogue(exercise.id), _hint_line(exercise, result)))
    for extra in (services_feedback(exercise, workspace), own_feedback(exercise, workspace)):
        if extra is not None:
            _show(extra)
    return result


def hint_exercise(name: str, criterion: str | None = None) -> None:
    """기준의 다음 힌트를 보인다. 기준을 주지 않으면 마지막 확인에서 먼저 고칠 기준이다."""
    if (exercise := _find(name)) is None:
        return
    if criterion is None:
        last = _last_results.get(exercise.id)
        criterion = last.first_to_fix.id if last and last.first_to_fix else None
    if criterion not in exercise.hints:
        asked = f"‘{criterion}’이라는 기준이 없습니다." if criterion else "어느 기준의 힌트인지 알려 주세요."
        close = difflib.get_close_matches(criterion or "", exercise.hints, n=3)
        names = "\n".join(close or exercise.hints)
        _show(Feedback(f"힌트 · {exercise.title}", (f"{asked} 쓸 수 있는 이름:", Code(names))))
        return
    steps = exercise.hints[criterion]
    target = f"{exercise.id}.{criterion}"
    record("hint", target)
    shown = min(max(1, hints_shown(target)), len(steps))
    _show(Feedback(f"힌트 {shown}/{len(steps)} · {criterion}", tuple(steps[:shown])))


def solution_exercise(name: str, *, show: bool = False) -> None:
    """모범 답안을 내 코드와 견주어 보인다. 다 맞히기 전에는 `show=True`(그래도 보기)를 붙여야 한다."""
    if (exercise := _find(name)) is None:
        return
    reference = repository_root() / "solutions" / exercise.id
    if not reference.is_dir():
        _show(Feedback(f"모범 답안 · {exercise.title}", ("이 묶음에는 답이 들어 있지 않습니다. 수업을 맡은 분에게 물어보세요.",)))
        return
    if not show and exercise.id not in solved(read_events()):
        _show(Feedback(f"모범 답안 · {exercise.title}", (
            "아직 모든 기준을 맞히지 않았습니다. 먼저 힌트를 써 보세요.",
            "그래도 보기: " + (f'`solution("{exercise.alias}", show=True)`' if in_notebook() else f"`course solution {exercise.alias} --show`"))))
        return
    mine = Workspace.open().exercise_dir(exercise)
    blocks = [Code(_comparison(mine / module, reference / module), label=module)
              for module in (*exercise.modules, exercise.test_module)]
    _show(Feedback(f"모범 답안 · {exercise.title}", (
        "여러 답 가운데 하나입니다. `-`로 시작하는 줄은 내 코드에만, `+`로 시작하는 줄은 모범 답안에만 있습니다.", *blocks)))


def _find(name: str) -> Exercise | None:
    """이름이나 짧은 이름이 맞는 연습. 없으면 비슷한 이름을 알려 주고 None."""
    try:
        return load_manifest().exercise(name)
    except UnknownId as unknown:
        _show(Feedback("이름을 확인해 주세요", (str(unknown),)))
        return None


def _comparison(mine: Path, reference: Path) -> str:
    """내 파일과 모범 답안을 한 흐름으로 견준 글. 같은 줄은 두 칸 들여 쓴다."""
    left = mine.read_text(encoding="utf-8", errors="replace").splitlines() if mine.exists() else []
    right = reference.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in difflib.ndiff(left, right) if not line.startswith("?"))


def _hint_line(exercise: Exercise, result: SubmissionResult) -> str:
    if result.perfect:
        return ""
    first = result.first_to_fix
    if first is None or first.id not in exercise.hints:
        return ""
    total = len(exercise.hints[first.id])
    seen = min(hints_shown(f"{exercise.id}.{first.id}"), total)
    ask = f'hint("{exercise.alias}", "{first.id}")' if in_notebook() else f"course hint {exercise.alias} {first.id}"
    return f"막히면 {ask} (힌트 {total}개 가운데 {seen}개 봄)"


def _show(shown: Feedback | ExerciseReport) -> None:
    if in_notebook():
        from IPython.display import display

        display(shown)
    else:
        print(shown.text())
