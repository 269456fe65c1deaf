"""검사 함수가 쓰는 작은 도구: 학습자의 코드를 부르고, 값과 표를 견준다. 다르면 `Wrong`을 낸다."""

import linecache
import traceback
from collections.abc import Callable

import dagster as dg
import pandas as pd

from course_lib.classroom.blank import has_blank
from course_lib.classroom.checkpoints import LearnerError, NotAttempted, Wrong
from course_lib.classroom.feedback import Block, Code, Comparison, Table
from course_lib.grading.tables import diff_tables

_OURS = ("course_lib", "site-packages")


def call(function: Callable[..., object], *args: object, **kwargs: object) -> object:
    """학습자의 함수나 자산을 불러 그 값을 돌려준다. `dg.Output`과 `dg.MaterializeResult`는 속의 값을 꺼낸다.

    예외는 `LearnerError`로, 빈칸을 돌려주면 `NotAttempted`로 바꾼다.
    """
    if not callable(function):
        raise Wrong(f"부를 수 있는 함수나 자산이어야 하는데 `{type(function).__name__}`입니다.")
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        # ____를 그대로 둔 채 자산을 부르면 Dagster의 타입 검사가 먼저 멈춘다. 그것은 학습자의 실수가 아니다.
        if "Blank" in str(error) or "____" in str(error):
            raise NotAttempted from error
        raise LearnerError("코드를 부르는 도중에 예외가 났습니다.", explain(error)) from error
    if isinstance(result, dg.Output | dg.MaterializeResult):
        result = result.value
    if has_blank(result):
        raise NotAttempted
    return result


def explain(error: BaseException) -> Code:
    """예외를 짧게: 학습자의 코드에서 난 마지막 줄과 예외의 글."""
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if not any(part in frame.filename for part in _OURS)]
    where = ""
    if places:
        last = places[-1]
        line = linecache.getline(last.filename, last.lineno or 0).strip()
        where = f"{last.lineno}번째 줄: {line}\n"
    message = "\n".join(str(error).strip().splitlines()[:6])
    return Code(f"{where}{type(error).__name__}: {message}", label="어디서 무엇이")


def expect(condition: bool, message: str, *blocks: Block, misconception: str = "") -> None:
    """`condition`이 거짓이면 `message`로 알린다."""
    if not condition:
        raise Wrong(message, *blocks, misconception=misconception)


def expect_equal(actual: object, expected: object, what: str, misconception: str = "") -> None:
    """두 값이 같아야 한다. 다르면 무엇이 나왔고 무엇을 기다렸는지 둘 다 보인다."""
    try:
        same = type(actual) is type(expected) and bool(actual == expected) or _plain_equal(actual, expected)
    except Exception:  # 학습자의 값이 비교를 거부할 수 있다(표, 배열). 그러면 다른 값이다.
        same = False
    if not same:
        raise Wrong(
            f"{what}: 값이 다릅니다.\n나온 값: `{show(actual)}`\n기대한 값: `{show(expected)}`", misconception=misconception
        )


def expect_frame(actual: object, expected: pd.DataFrame, what: str = "표", ordered: bool = False, misconception: str = "") -> None:
    """같은 표여야 한다. 열의 차례, 인덱스, 정수의 너비는 따지지 않고, `ordered`가 아니면 행의 차례도 따지지 않는다."""
    if not isinstance(actual, pd.DataFrame):
        raise Wrong(f"{what}: DataFrame이어야 하는데 `{type(actual).__name__}`입니다.", Table("기대한 표", expected))
    if not diff_tables(actual, expected, ordered=ordered).same:
        raise Wrong(
            f"{what}: 기대한 것과 다릅니다.", Comparison(actual, expected, ordered), misconception=misconception
        )


def show(value: object, limit: int = 200) -> str:
    """값을 한 줄로."""
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _plain_equal(actual: object, expected: object) -> bool:
    # 1과 1.0, numpy 정수는 같은 수로 보되 참/거짓과 수를 섞지는 않는다.
    if isinstance(actual, bool) != isinstance(expected, bool):
        return False
    return bool(actual == expected)
