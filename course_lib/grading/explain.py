"""제출물의 잘못을 학습자의 말로: 무슨 일이 있었고 무엇을 하면 되는지 한두 문장."""

import hashlib
import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import pandas as pd

from course_lib.grading.cells import column_of, key_of
from course_lib.grading.results import Finding, Outcome
from course_lib.grading.rubric import Mismatch
from course_lib.grading.seen import SubmissionFault

_NOT_ATTEMPTED = {"not_attempted", "empty"}
_INCORRECT = {"missing_asset", "missing_schedule", "missing_sensor", "missing_name", "missing_table", "other_inputs", "not_a_frame",
              "no_defs", "no_automation"}
# dbt의 출력에서 보여 줄 마지막 줄의 수.
_DBT_LINES = 8


def fault(error: SubmissionFault) -> tuple[Outcome, Finding]:
    """관찰하지 못한 까닭을 판정과 설명으로."""
    details = {name: value for name, value in error.details.items() if isinstance(value, str | int | float | list)}
    say = _SENTENCES.get(error.kind, _exception)
    if error.kind in _NOT_ATTEMPTED:
        outcome = Outcome.NOT_ATTEMPTED
    elif error.kind in _INCORRECT:
        outcome = Outcome.INCORRECT
    else:
        outcome = Outcome.SUBMISSION_ERROR
    trace = details.get("trace") if error.kind not in _NOT_ATTEMPTED else None
    return outcome, Finding(message=say(details), call=_text(details, "call") or None, trace=str(trace) if trace else None)


def fingerprint(error: BaseException | None) -> str | None:
    """같은 실수면 같아지는 지문(sha256): 무엇을 냈는지(표) 또는 어떤 예외였는지. 견줄 것이 없으면 None.

    다른 컴퓨터에서도 같다. 학급 꾸러미는 오개념의 코드 대신 이것을 담는다.
    """
    if isinstance(error, Mismatch) and error.nameable:
        seen = (error.finding.message, _frame_key(error.finding.actual))
    elif isinstance(error, SubmissionFault) and error.kind not in _NOT_ATTEMPTED:
        # 예외는 이름만으로는 서로 다른 실수를 가리지 못한다. 따옴표 안의 이름을 뺀 메시지까지 같아야 같은 실수다.
        message = re.sub(r"([\"']).*?\1", "…", _text(error.details, "message"))
        seen = (error.kind, _text(error.details, "type"), _text(error.details, "key"), message)
    else:
        return None
    return hashlib.sha256(repr(seen).encode("utf-8", "backslashreplace")).hexdigest()


def _frame_key(frame: pd.DataFrame | None) -> object:
    """열 순서와 행 순서를 뺀 표의 내용."""
    if frame is None:
        return None
    names = sorted(map(str, frame.columns))
    columns = [[key_of(value) for value in column_of(frame[name]).values] for name in names if name in frame.columns]
    return (tuple(names), tuple(sorted(map(repr, zip(*columns, strict=True)))))


def _text(details: dict[str, Any], name: str) -> str:
    value = details.get(name, "")
    return value if isinstance(value, str) else str(value)


def _names(details: dict[str, Any], name: str) -> list[str]:
    value = details.get(name, [])
    return [str(item) for item in value] if isinstance(value, list) else []


def _syntax(d: dict) -> str:
    where = f"{_text(d, 'file')} {_text(d, 'line')}번째 줄"
    return f"{where}을 파이썬이 읽지 못합니다: {_text(d, 'message')}\n    {_text(d, 'text').strip()}\n괄호, 따옴표, 콜론, 들여쓰기를 확인하세요."


def _import(d: dict) -> str:
    name = _text(d, "name")
    return (f"불러오지 못한 이름이 있습니다: {_text(d, 'message')}\n"
            f"{'모듈 ' + name + '의 ' if name else ''}철자와, 같은 폴더의 파일을 부를 때 앞에 점을 찍었는지(from .assets import …) 확인하세요.")


def _missing_asset(d: dict) -> str:
    key, known = _text(d, "key"), _names(d, "known")
    close = get_close_matches(key, known, n=1)
    hint = f" {close[0]}이라는 자산은 있습니다. 이름을 확인하세요." if close else (
        f" 지금 있는 자산: {', '.join(known)}." if known else " 지금은 자산이 하나도 없습니다.")
    return f"defs에 자산 {key}이(가) 없습니다.{hint} 함수에 @dg.asset이 있고 Definitions의 assets에 들어 있어야 합니다."


def _missing_from_defs(what: str, where: str) -> Callable[[dict], str]:
    def say(d: dict) -> str:
        known = _names(d, "known")
        now = f" 지금 있는 것: {', '.join(known)}." if known else ""
        return f"defs에 {what} {_text(d, 'key')}이(가) 없습니다.{now} 이름이 맞는지, Definitions의 {where}에 들어 있는지 확인하세요."

    return say


def _other_inputs(d: dict) -> str:
    return (f"{_text(d, 'key')}이(가) {', '.join(_names(d, 'inputs'))}을(를) 입력으로 받습니다. "
            f"입력으로 받을 자산은 {', '.join(_names(d, 'expected')) or '없습니다'}{'입니다' if _names(d, 'expected') else ''}.")


def _not_a_frame(d: dict) -> str:
    if _text(d, "type") == "NoneType":
        return f"{_text(d, 'call')}이(가) 아무 값도 돌려주지 않았습니다. return을 잊지 않았는지 확인하세요."
    return f"{_text(d, 'call')}은(는) 표(DataFrame)를 돌려주어야 하는데 {_text(d, 'type')}을(를) 돌려주었습니다: {_text(d, 'repr')[:200]}"


_DEFINITION_ADVICE = {
    "is not produced by": "함수의 매개변수 이름이 업스트림 자산의 이름과 같은지 확인하세요. 리소스라면 매개변수에 그 클래스를 타입으로 적어야 합니다.",
    "resource with key": "Definitions의 resources에 그 키가 있는지, 매개변수의 이름과 글자까지 같은지 확인하세요.",
}


def _definition(d: dict) -> str:
    message = _text(d, "message")
    advice = next((words for part, words in _DEFINITION_ADVICE.items() if part in message), "Dagster가 알려 준 자리를 고치세요.")
    return f"Dagster가 정의를 받아들이지 않았습니다. {advice}\n    {message.splitlines()[0][:400] if message else ''}"


def _exception(d: dict) -> str:
    return f"코드가 예외를 내고 멈췄습니다: {_text(d, 'type')}: {_text(d, 'message').splitlines()[0][:300] if _text(d, 'message') else ''}"


def _dbt(d: dict) -> str:
    """dbt의 출력에서 시각과 색을 뺀 끝부분."""
    lines = [re.sub(r"^\d\d:\d\d:\d\d(\.\d+)?\s*", "", line).rstrip() for line in _text(d, "message").splitlines()]
    return "dbt가 오류로 멈췄습니다. dbt가 한 말:\n    " + "\n    ".join([line for line in lines if line.strip()][-_DBT_LINES:])


_SENTENCES: dict[str, Callable[[dict], str]] = {
    "empty": lambda d: "제출 폴더에 연습의 파일이 없습니다. `course reset`으로 뼈대 코드를 다시 받을 수 있습니다.",
    "not_attempted": lambda d: "아직 시작하지 않았습니다. 뼈대 코드의 raise NotImplementedError 자리에 코드를 쓰세요."
    if not _text(d, "message").startswith("test_") and "테스트" not in _text(d, "message") else f"아직 시작하지 않았습니다. {_text(d, 'message')}.",
    "syntax": _syntax,
    "import": _import,
    "no_defs": lambda d: "definitions.py에 defs = dg.Definitions(...)가 없습니다.",
    "definition": _definition,
    "missing_asset": _missing_asset,
    "missing_schedule": _missing_from_defs("스케줄", "schedules"),
    "missing_sensor": _missing_from_defs("센서", "sensors"),
    "no_automation": lambda d: f"{_text(d, 'key')}에 자동화 조건이 없습니다. @dg.asset의 automation_condition에 적으세요.",
    "missing_name": lambda d: f"{_text(d, 'file')}에 {_text(d, 'name')}이(가) 없습니다. 이름을 확인하세요.",
    "missing_table": lambda d: f"창고에 {_text(d, 'name')}의 표가 없습니다. dbt가 이 모델을 만들었는지 확인하세요.",
    "dbt": _dbt,
    "other_inputs": _other_inputs,
    "not_a_frame": _not_a_frame,
    "timeout": lambda d: f"{d.get('seconds', 5):g}초 안에 끝나지 않아 멈췄습니다. 끝나지 않는 반복(while)이나 기다림(sleep)이 없는지 확인하세요.",
    "too_slow": lambda d: "앞의 기준들에서 시간이 여러 번 넘어 이 기준은 돌려 보지 않았습니다. 먼저 멈추지 않는 코드를 고치세요.",
    "memory": lambda d: "메모리를 너무 많이 썼습니다(1GB 넘게). 끝없이 커지는 목록이나 표가 없는지 확인하세요.",
    "exit": lambda d: "코드가 파이썬을 끝내려 했습니다(sys.exit, exit). 자산은 값을 돌려주기만 하면 됩니다.",
    "ended": lambda d: "코드가 채점 프로세스를 갑자기 끝냈습니다(os._exit이나 비정상 종료). 자산은 값을 돌려주기만 하면 됩니다.",
    "garbled": lambda d: "코드가 채점 프로세스를 망가뜨려 결과를 읽을 수 없습니다. 라이브러리나 표준 입출력을 바꾸는 코드를 빼세요.",
    "too_large": lambda d: "결과가 너무 커서 받을 수 없습니다(8MB 넘음). 필요한 행만 돌려주세요.",
    "too_many_files": lambda d: "제출 폴더의 파일이 너무 많거나 큽니다. 연습의 파일만 남기세요.",
}
