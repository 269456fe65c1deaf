"""노트북에서 부르는 명령: `check`, `hint`, `solution`.

모두 화면에 답을 그리고 아무것도 돌려주지 않는다. 무엇을 넣어 불러도 예외를 내지 않는다. 이름을 잘못 쓰면
무엇을 쓸 수 있는지 알려 주고, 검사 함수가 고장 나면 과정의 오류라고 밝힌다.
"""

import inspect
import traceback
from types import ModuleType

from course_lib.classroom.answers import answers_file, read_answers
from course_lib.classroom.blank import blanks_in, has_blank
from course_lib.classroom.checkpoints import LearnerError, NotAttempted, Wrong, checker_of
from course_lib.classroom.feedback import Code, Feedback
from course_lib.classroom.progress import hints_shown, last_outcome, read_events, record, solved
from course_lib.grading.results import Outcome
from course_lib.manifest import Checkpoint, ManifestError, UnknownId, load_manifest

_RECORDED = (Outcome.CORRECT, Outcome.INCORRECT, Outcome.SUBMISSION_ERROR)


def check(name: str, *answers: object, **options: object) -> None:
    """확인 문제(`check("1-1", 값)`)나 연습(`check("ex1")`)을 확인한다."""
    if _is_exercise(name):
        _exercises().check_exercise(name, *answers, **options)
        return
    item = _find(name)
    if isinstance(item, Feedback):
        _display(item)
        return
    feedback = judge(item, answers, options, _cell_source())
    if feedback.outcome in _RECORDED and last_outcome(item.id) != feedback.outcome.value:
        record(feedback.outcome.value, item.id)
    _display(feedback)


def hint(name: str, *criterion: str) -> None:
    """다음 힌트를 하나 보인다. 연습은 기준의 이름까지 쓴다: `hint("ex1", "removes_bots")`."""
    if _is_exercise(name):
        _exercises().hint_exercise(name, *criterion)
        return
    item = _find(name)
    if isinstance(item, Feedback):
        _display(item)
        return
    record("hint", item.id)
    # 기록을 쓸 수 없는 폴더에서도 첫 힌트는 보여야 한다.
    _display(hint_feedback(item, max(1, hints_shown(item.id))))


def solution(name: str, *criterion: str, show: bool = False) -> None:
    """답을 보인다. 아직 맞히지 않았다면 `show=True`를 붙여야 보인다."""
    if _is_exercise(name):
        _exercises().solution_exercise(name, *criterion, show=show)
        return
    item = _find(name)
    _display(item if isinstance(item, Feedback) else solution_feedback(item, show))


def judge(item: Checkpoint, answers: tuple[object, ...], options: dict[str, object], source: str = "") -> Feedback:
    """확인 문제 하나의 답을 만든다. 화면에도 기록에도 손대지 않는다. `source`는 부른 셀의 코드다."""
    title = f"확인 문제 {item.id} · {item.title}"
    blanks = blanks_in(source)
    if blanks or has_blank(answers) or has_blank(options):
        return Feedback.of(Outcome.NOT_ATTEMPTED, title, _todo(item, blanks))
    try:
        checker = checker_of(item)
        try:
            inspect.signature(checker).bind(*answers, **options)
        except TypeError:
            return Feedback.of(
                Outcome.INCORRECT, title, f'`check("{item.id}", …)` 줄이 처음과 달라졌습니다. 괄호 안을 원래대로 되돌려 주세요.'
            )
        praise = checker(*answers, **options)
    except NotAttempted:
        return Feedback.of(Outcome.NOT_ATTEMPTED, title, _todo(item, 0))
    except Wrong as wrong:
        return Feedback.of(Outcome.INCORRECT, title, wrong.message, *wrong.blocks, _stuck(item))
    except LearnerError as error:
        return Feedback.of(Outcome.SUBMISSION_ERROR, title, error.message, *error.blocks, _stuck(item))
    except Exception as error:  # 검사 함수의 고장은 학습자의 잘못으로 보여서는 안 된다.
        return course_error(title, error)
    return Feedback.of(Outcome.CORRECT, title, praise or "")


def course_error(title: str, error: Exception) -> Feedback:
    """과정이 고장 났다는 답. 고칠 사람이 찾을 수 있게 자리 한 줄만 보인다."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = "".join(f"{frame.filename.replace(chr(92), '/').rsplit('/', 1)[-1]}의 {frame.lineno}번째 줄, " for frame in last)
    return Feedback.of(
        Outcome.COURSE_ERROR,
        title,
        "답을 확인하는 코드가 고장 났습니다. 이 확인 문제는 건너뛰고 계속해도 됩니다. 아래 한 줄을 과정 담당자에게 알려 주세요.",
        Code(f"{place}{type(error).__name__}: {str(error)[:300]}"),
    )


def hint_feedback(item: Checkpoint, shown: int) -> Feedback:
    """`shown`번째 힌트. 힌트를 다 보았으면 모두 모아 보인다."""
    total = len(item.hints)
    title = f"확인 문제 {item.id}"
    if shown > total:
        every = "\n".join(f"{number}. {text}" for number, text in enumerate(item.hints, start=1))
        return Feedback(f"힌트 {total}/{total} · {title}", (every, f'힌트는 이것이 전부입니다. 답을 보려면: `solution("{item.id}")`'))
    return Feedback(f"힌트 {shown}/{total} · {title}", (item.hints[shown - 1],))


def solution_feedback(item: Checkpoint, show: bool) -> Feedback:
    """답 또는 답을 미루는 말. 답 파일이 없으면 그렇다고 한 문장으로 말한다."""
    title = f"확인 문제 {item.id} · {item.title}"
    if not answers_file(item.lesson).is_file():
        return Feedback(f"답 · {title}", ("이 묶음에는 답이 들어 있지 않습니다. 수업을 맡은 분에게 물어보세요.",))
    answers = read_answers(item.lesson)
    if item.id not in answers:
        return course_error(title, LookupError(f"{answers_file(item.lesson).name}에 [{item.id}]가 없습니다."))
    events = read_events()
    if item.id in solved(events) or show:
        return Feedback(f"답 · {title}", (Code(answers[item.id]), "여러 답 가운데 하나입니다. 여러분의 코드와 무엇이 다른지 견주어 보세요."))
    left = max(0, len(item.hints) - hints_shown(item.id, events))
    first = f'아직 맞히지 않았습니다. 보지 않은 힌트가 {left}개 있습니다: `hint("{item.id}")`' if left else "아직 맞히지 않았습니다."
    return Feedback(f"답 · {title}", (first, f'그래도 보기: `solution("{item.id}", show=True)`'))


def _find(name: object) -> Checkpoint | Feedback:
    try:
        return load_manifest().checkpoint(str(name))
    except UnknownId as unknown:
        return Feedback("이름을 확인해 주세요", (str(unknown),))
    except ManifestError as error:
        return course_error(f"확인 문제 {name}", error)


def _is_exercise(name: object) -> bool:
    # 확인 문제의 이름은 숫자로 시작한다.
    return isinstance(name, str) and name[:1].isascii() and name[:1].isalpha()


def _exercises() -> ModuleType:
    # 연습의 채점기는 무거우므로 연습을 부를 때만 불러온다.
    from course_lib.classroom import exercises

    return exercises


def _todo(item: Checkpoint, blanks: int) -> str:
    where = f"`____`이 {blanks}곳 남아 있습니다." if blanks else "빈칸 `____`을 채우고 다시 실행하세요."
    return f"{where} {_stuck(item)}"


def _stuck(item: Checkpoint) -> str:
    return f'막히면 힌트를 보세요: `hint("{item.id}")`'


def _cell_source() -> str:
    """지금 실행 중인 노트북 셀의 코드. 노트북이 아니면 빈 글이다."""
    try:
        from IPython import get_ipython
    except ImportError:
        return ""
    shell = get_ipython()
    cells = shell.user_ns.get("In", []) if shell is not None else []
    return cells[-1] if cells else ""


def _display(feedback: Feedback) -> None:
    from IPython.display import display

    display(feedback)
