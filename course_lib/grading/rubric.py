"""채점 기준표를 쓰는 말: `@criterion`, `expect_frame`, `expect_equal`, `expect`.

기준 하나는 pytest 테스트 함수 하나다. 이름에서 `test_`를 뺀 것이 기준의 id, docstring의 첫 문단이 학습자에게 보일
까닭이다. 모듈 이름은 주제를, 파일의 차례는 기준의 차례를 정한다.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from course_lib.grading.cells import column_of, key_of, kind_of
from course_lib.grading.results import Finding
from course_lib.grading.seen import Seen, SubmissionFault, TestRun
from course_lib.grading.submission import Submission

ATTRIBUTE = "__criterion__"


@dataclass(frozen=True)
class Criterion:
    """기준 하나의 이름표. `after`는 먼저 맞아야 하는 기준들의 id, `apart`는 다른 기준과 함께 돌려도 되는지다."""

    id: str
    title: str
    why: str
    points: int
    after: tuple[str, ...]
    hidden: bool
    apart: bool


class Mismatch(AssertionError):
    """제출물이 낸 것이 기대와 다르다.

    `share`는 그래도 얻는 점수의 몫(0~1), `nameable`은 오개념의 결과와 견주어 이름을 찾아볼 만한지다.
    """

    def __init__(self, finding: Finding, share: float = 0.0, nameable: bool = True):
        super().__init__(finding.message)
        self.finding = finding
        self.share = share
        self.nameable = nameable


def criterion(title: str, *, points: int, after: str | Sequence[str] = (), hidden: bool = False,
              apart: bool = False) -> Callable[[Callable], Callable]:
    """테스트 함수를 채점 기준으로 만든다. `hidden=True`면 학급 꾸러미에는 들어가지 않는다.

    `apart=True`는 늘 새 자식에서만 관찰하는 기준이다(학습자의 테스트). 채점기가 다른 기준들과 함께 돌린다.
    """
    required = (after,) if isinstance(after, str) else tuple(after)

    def mark(function: Callable) -> Callable:
        why = " ".join((function.__doc__ or "").split("\n\n")[0].split())
        setattr(function, ATTRIBUTE, Criterion(
            id=function.__name__.removeprefix("test_"), title=title, why=why, points=points, after=required, hidden=hidden, apart=apart,
        ))
        return function

    return mark


def expect(condition: bool, message: str, shown: Any = None) -> None:
    """조건이 거짓이면 `message`를 말한다. `shown`이 표나 목록이면 함께 보인다."""
    if not condition:
        raise Mismatch(Finding(message=message, actual=None if shown is None else _as_frame(shown)))


def expect_equal(actual: Any, expected: Any, what: str) -> None:
    """값 하나가 같은지. `what`은 무엇을 견주는지(예: "cleaned_page_views의 그룹")."""
    if actual != expected:
        raise Mismatch(Finding(
            message=f"{what}: 기대한 것은 {_word(expected)}인데 {_word(actual)}입니다.",
        ))


def expect_frame(actual: Seen | pd.DataFrame, expected: pd.DataFrame, *, ordered: bool = False,
                 columns_only: bool = False, message: str | None = None) -> None:
    """표가 같은지. 열 순서, 인덱스, 정수 폭, 글자 자료형, 시각 단위는 자유다. 행 순서는 `ordered=True`일 때만 본다."""
    call = actual.call if isinstance(actual, Seen) else None
    frame = actual.frame if isinstance(actual, Seen) else actual
    problem = _difference(frame, expected, ordered=ordered, columns_only=columns_only)
    if problem:
        raise Mismatch(Finding(message=message or problem, call=call, actual=frame, expected=expected, ordered=ordered))


def same_frame(actual: pd.DataFrame, expected: pd.DataFrame, *, ordered: bool = False) -> bool:
    """두 표가 `expect_frame`의 뜻에서 같은가."""
    return _difference(actual, expected, ordered=ordered, columns_only=False) is None


def grade_learner_tests(submission: Submission) -> None:
    """학습자의 테스트를 채점한다: 모범 답안에서는 모두 통과하고, 심어 둔 실수마다 하나는 실패해야 한다.

    심는 실수는 오개념 목록의 `TESTS_MUST_CATCH`이고, 점수는 잡아낸 실수의 비율이다. 무엇을 놓쳤는지 이미 말하므로
    오개념의 이름은 찾지 않는다(테스트를 몇십 번 더 돌려야 한다).
    """
    if not submission.test_names:
        raise SubmissionFault("not_attempted", message=f"{submission.test_module}에 test_로 시작하는 함수가 없습니다")
    good, variants = submission.material.swapped_modules(), submission.material.planted()
    runs = submission.run_tests_against([good, *(modules for _, modules in variants)])
    on_reference, *on_variants = runs
    if isinstance(on_reference, SubmissionFault):
        raise on_reference
    if not on_reference.ran:
        raise SubmissionFault("not_attempted", message="돌아간 테스트가 하나도 없습니다")
    if on_reference.failed_names:
        raise Mismatch(Finding(
            message=f"올바른 코드에서도 통과하지 못한 테스트가 있습니다: {', '.join(on_reference.failed_names)}. "
                    "테스트가 기대하는 값을 다시 확인하세요."),
            nameable=False)
    missed = [misconception for (misconception, _), run in zip(variants, on_variants, strict=True) if not _caught(run)]
    if missed:
        caught = len(variants) - len(missed)
        shown = "; ".join(misconception.title for misconception in missed[:3]) + (" …" if len(missed) > 3 else "")
        raise Mismatch(Finding(
            message=f"심어 둔 실수 {len(variants)}개 가운데 {caught}개를 잡았습니다. 아직 통과시키는 실수: {shown}."),
            share=caught / len(variants), nameable=False)


def _caught(run: TestRun | SubmissionFault) -> bool:
    return isinstance(run, SubmissionFault) or bool(run.failed_names)


def _difference(frame: pd.DataFrame, expected: pd.DataFrame, *, ordered: bool, columns_only: bool) -> str | None:
    missing = [name for name in expected.columns if name not in frame.columns]
    extra = [name for name in frame.columns if name not in expected.columns]
    if missing or extra or len(frame.columns) != len(expected.columns):
        parts = [f"없는 열: {', '.join(missing)}"] if missing else []
        parts += [f"남는 열: {', '.join(map(str, extra))}"] if extra else []
        return f"열이 다릅니다. {' / '.join(parts)}" if parts else "같은 이름의 열이 여러 개 있습니다."
    if columns_only:
        return None
    if len(expected) and len(frame):
        for name in expected.columns:
            mine, wanted = kind_of(frame[name]), kind_of(expected[name])
            if mine != wanted and not expected[name].isna().all():
                return f"열 {name}의 자료형이 다릅니다: {mine}인데, 기대한 것은 {wanted}입니다."
    mine_rows, wanted_rows = _rows(frame, expected.columns), _rows(expected, expected.columns)
    if mine_rows == wanted_rows:
        return None
    if Counter(mine_rows) == Counter(wanted_rows):
        return "행은 맞는데 순서가 다릅니다." if ordered else None
    if len(frame) != len(expected):
        return f"행 수가 다릅니다: {len(frame)}행인데, 기대한 것은 {len(expected)}행입니다."
    return "값이 다른 행이 있습니다."


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple]:
    return list(zip(*([key_of(value) for value in column_of(frame[name]).values] for name in columns), strict=True))


def _as_frame(shown: Any) -> pd.DataFrame:
    if isinstance(shown, pd.DataFrame):
        return shown
    if isinstance(shown, Seen):
        return shown.frame
    return pd.DataFrame({"값": [str(item) for item in (shown if isinstance(shown, list | tuple) else [shown])]})


def _word(value: Any) -> str:
    if value is None or value == "" or value == ():
        return "(없음)"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
