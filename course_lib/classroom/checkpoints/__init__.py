"""확인 문제의 검사 함수를 모아 둔 곳.

수업마다 `nb01.py`처럼 모듈 하나가 있고, 검사 함수는 `@checkpoint("1-1")`로 등록한다. 검사 함수는
`check("1-1", ...)`에 넘긴 값을 그대로 받는다. 맞으면 그냥 끝나고(덧붙일 말이 있으면 글을 돌려준다),
틀리면 `Wrong`을 낸다. 그 밖의 예외는 과정의 오류로 보인다.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence

from course_lib.classroom.feedback import Block
from course_lib.manifest import Checkpoint

Checker = Callable[..., str | None]
_CHECKERS: dict[str, Checker] = {}


class Wrong(Exception):
    """답이 틀렸다. `message`는 무엇이 어떻게 다른지 말하는 한국어 글이고, `blocks`는 함께 보일 표나 코드다."""

    def __init__(self, message: str, *blocks: Block, misconception: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.blocks = blocks
        self.misconception = misconception


class NotAttempted(Exception):
    """아직 풀지 않았다(불러 보니 빈칸이 나왔다)."""


class LearnerError(Exception):
    """학습자의 코드가 예외를 냈다. `blocks`에 학습자의 줄부터 시작하는 짧은 설명이 있다."""

    def __init__(self, message: str, *blocks: Block) -> None:
        super().__init__(message)
        self.message = message
        self.blocks = blocks


def checkpoint(checkpoint_id: str) -> Callable[[Checker], Checker]:
    """검사 함수를 `checkpoint_id`로 등록한다."""

    def register(checker: Checker) -> Checker:
        _CHECKERS[checkpoint_id] = checker
        return checker

    return register


def checker_of(item: Checkpoint) -> Checker:
    """확인 문제의 검사 함수. 그 수업의 모듈을 이때 불러온다. 등록되지 않았으면 `LookupError`."""
    importlib.import_module(f"{__name__}.{module_name(item.lesson)}")
    if item.id not in _CHECKERS:
        raise LookupError(f"확인 문제 {item.id}의 검사 함수가 {module_name(item.lesson)}.py에 없습니다.")
    return _CHECKERS[item.id]


def module_name(lesson_id: str) -> str:
    """수업 `01_asset_philosophy`의 검사 모듈은 `nb01`이다."""
    return f"nb{lesson_id.split('_', 1)[0]}"


def registered(lesson_id: str) -> frozenset[str]:
    """`lesson_id`의 모듈이 등록한 확인 문제의 이름."""
    module = importlib.import_module(f"{__name__}.{module_name(lesson_id)}")
    return frozenset(name for name, checker in _CHECKERS.items() if checker.__module__ == module.__name__)


def choose(answer: object, correct: str, reasons: Mapping[str, str], misconceptions: Mapping[str, str] | None = None) -> str:
    """고르는 문제를 채점한다. 고른 것의 까닭을 돌려주거나(정답) `Wrong`으로 알린다(오답).

    `reasons`는 고를 수 있는 글자마다 그 까닭이다. `misconceptions`는 오답 글자에 이름을 붙인다.
    """
    letter = answer.strip().upper() if isinstance(answer, str) else None
    if letter not in reasons:
        letters = ", ".join(reasons)
        raise Wrong(f"{letters} 가운데 하나를 따옴표로 감싸 적어 주세요. 예: `\"{next(iter(reasons))}\"`. 지금 값: `{answer!r:.60}`")
    if letter != correct:
        raise Wrong(f"{letter}를 골랐습니다. {reasons[letter]}", misconception=(misconceptions or {}).get(letter, ""))
    return reasons[letter]


def choose_each(
    answers: object, correct: Mapping[str, str], choices: Sequence[str], reasons: Mapping[str, str], misconception: str = ""
) -> None:
    """여러 상황을 하나씩 고르는 문제를 채점한다. 틀린 상황마다 생각할 거리를 알려 주되 답은 말하지 않는다."""
    if not isinstance(answers, dict):
        raise Wrong("처음에 있던 사전(`{이름: 답}`) 모양으로 적어 주세요.")
    missing = [name for name in correct if name not in answers]
    if missing:
        raise Wrong(f"빠진 상황이 있습니다: {', '.join(missing)}")
    wrong = []
    for name, right in correct.items():
        given = answers[name]
        if not isinstance(given, str) or given.strip().casefold() not in {choice.casefold() for choice in choices}:
            options = ", ".join(f'`"{choice}"`' for choice in choices)
            raise Wrong(f"{name}: {options} 가운데 하나를 적어 주세요. 지금 값: `{repr(given)[:60]}`")
        if given.strip().casefold() != right.casefold():
            wrong.append(f"- {name} (`{given}`): {reasons[name]}")
    if wrong:
        raise Wrong(f"{len(correct) - len(wrong)}개가 맞고 {len(wrong)}개가 다릅니다.\n" + "\n".join(wrong), misconception=misconception)
