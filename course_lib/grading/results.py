"""채점 결과의 자료형. 글, HTML, JSON, CSV는 여기서 만들지 않는다(`render`, `cohort`)."""

from dataclasses import dataclass
from enum import Enum

import pandas as pd


class Outcome(Enum):
    """한 기준의 판정. 꼭 이 여섯 가지다."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    NOT_ATTEMPTED = "not_attempted"
    SKIPPED = "skipped"  # 이 기준이 기대는 다른 기준이 아직 맞지 않았다
    SUBMISSION_ERROR = "submission_error"  # 제출 코드가 예외를 냈거나, 시간·메모리를 넘겼거나, 죽었다
    COURSE_ERROR = "course_error"  # 과정의 잘못: 학습자의 점수로 셈하지 않고 크게 알린다


@dataclass(frozen=True)
class Finding:
    """기준이 맞지 않은 까닭을 보여 줄 재료.

    `message`는 한두 문장, `call`은 무엇을 불렀는지, `given`은 그때 넣은 표들, `actual`과 `expected`는 나란히 보일 표다.
    `trace`는 학습자의 첫 줄부터 시작하는 짧은 역추적 글이다.
    """

    message: str
    call: str | None = None
    actual: pd.DataFrame | None = None
    expected: pd.DataFrame | None = None
    ordered: bool = False
    trace: str | None = None
    given: tuple[tuple[str, pd.DataFrame], ...] = ()


@dataclass(frozen=True)
class CriterionResult:
    """기준 하나의 결과."""

    id: str
    title: str
    why: str
    outcome: Outcome
    points: float
    max_points: int
    hidden: bool
    after: tuple[str, ...] = ()
    finding: Finding | None = None
    misconception: str | None = None

    @property
    def message(self) -> str:
        return self.finding.message if self.finding else ""


@dataclass(frozen=True)
class SubmissionResult:
    """제출물 하나의 결과. 기준은 채점 기준표의 순서다."""

    exercise: str
    criteria: tuple[CriterionResult, ...]

    @property
    def score(self) -> float:
        return sum(criterion.points for criterion in self.criteria)

    @property
    def max_score(self) -> int:
        return sum(criterion.max_points for criterion in self.criteria)

    @property
    def perfect(self) -> bool:
        return all(criterion.outcome is Outcome.CORRECT for criterion in self.criteria)

    @property
    def course_errors(self) -> tuple[CriterionResult, ...]:
        return tuple(c for c in self.criteria if c.outcome is Outcome.COURSE_ERROR)

    @property
    def first_to_fix(self) -> CriterionResult | None:
        """먼저 고칠 것: 다른 기준에 막히지 않은 첫 기준. 다 맞았으면 None."""
        open_outcomes = (Outcome.SUBMISSION_ERROR, Outcome.INCORRECT, Outcome.NOT_ATTEMPTED)
        return next((c for c in self.criteria if c.outcome in open_outcomes), None)
