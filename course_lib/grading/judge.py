"""채점기: 채점 기준표를 한 번 모아 두고, 제출물마다 그 기준들을 돌린다.

기준표는 평범한 pytest 테스트다. pytest가 한 번 모은 것을, 제출물이 올 때마다 차례로 돌린다: 제출물마다 pytest를
새로 시작하지 않으므로 빠르다.
"""

import contextlib
import dataclasses
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from course_lib.grading import explain
from course_lib.grading.dbt_manifest import Manifests
from course_lib.grading.files import read_files
from course_lib.grading.misconceptions import Material, Misconception, apply_edits, load_material
from course_lib.grading.results import CriterionResult, Finding, Outcome, SubmissionResult
from course_lib.grading.rubric import ATTRIBUTE, Criterion, Mismatch
from course_lib.grading.sandbox.client import Sandbox, open_sandbox
from course_lib.grading.sandbox.errors import SandboxError
from course_lib.grading.sandbox.process import ProcessSandbox
from course_lib.grading.seen import SubmissionFault, TestRun
from course_lib.grading.submission import Limits, Submission
from course_lib.manifest import repository_root

# 이보다 큰 입력은 보이지 않는다. 손으로 적은 표는 모두 이 안에 든다.
MAX_GIVEN_ROWS = 15
# 기억할, 학습자의 테스트를 돌린 결과의 수. 학급이 아무리 커도 채점기의 메모리는 그대로여야 한다.
MAX_TEST_RUNS = 1_000
# 시간이 이만큼 넘은 제출물은 남은 기준을 더 돌려 보지 않는다.
TIMEOUTS_ALLOWED = 3
# 기준이 받을 수 있는 것: 채점할 제출물과, 모범 답안을 담은 같은 손잡이.
HANDLES = frozenset({"submission", "reference"})


class JudgeError(Exception):
    """채점 기준표 자체가 잘못되어 채점을 시작할 수 없다."""


@dataclass(frozen=True)
class Verdict:
    """기준 하나를 한 번 돌려 본 결과. 예외가 없으면 맞은 것이다."""

    error: BaseException | None = None


class Judge:
    """연습 하나의 채점기. `with Judge("ex1_page_views") as judge: judge.grade(folder)`."""

    def __init__(self, exercise: str, *, sandbox: Sandbox | ProcessSandbox | None = None, isolation: str = "auto",
                 limits: Limits | None = None, root: Path | None = None):
        self.root = root or repository_root()
        self.material: Material = load_material(exercise, self.root)
        self.limits = limits
        self.sandbox = sandbox
        self._isolation = isolation
        self._outcomes: dict[str, str | None] = {}
        self._test_runs: dict[bytes, TestRun] = {}
        self._manifests: Manifests | None = None

    def __enter__(self) -> "Judge":
        with contextlib.ExitStack() as stack:
            if self.sandbox is None:
                self.sandbox = stack.enter_context(open_sandbox(isolation=self._isolation))
            self._rubric = Rubric(self.root / "tests" / "rubrics" / self.material.exercise.id)
            self.reference = self._submission(self.material.reference)
            self._manifests = self.reference.manifests
            stack.callback(self.reference.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info) -> None:
        self._stack.close()

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return self._rubric.criteria

    def grade(self, folder: Path, *, include_hidden: bool = True, explain_mistakes: bool = True) -> SubmissionResult:
        """제출 폴더 하나를 채점한다. 제출물이 무엇을 하든 예외를 내지 않는다."""
        try:
            files = read_files(folder)
        except SubmissionFault as fault:
            return self._all_failed(fault)
        return self.grade_files(files, include_hidden=include_hidden, explain_mistakes=explain_mistakes)

    def grade_files(self, files: Mapping[str, bytes], *, include_hidden: bool = True,
                    explain_mistakes: bool = True) -> SubmissionResult:
        if not any(name in files for name in self.material.exercise.modules):
            return self._all_failed(SubmissionFault("empty"))
        submission = self._submission(files)
        results: dict[str, CriterionResult] = {}
        timeouts = 0
        criteria = [criterion for criterion in self.criteria if include_hidden or not criterion.hidden]
        with self._running_apart(criteria, submission) as apart:
            for criterion in criteria:
                blockers = [name for name in criterion.after if name in results and results[name].outcome is not Outcome.CORRECT]
                if blockers:
                    result = _result(criterion, Outcome.SKIPPED)
                elif timeouts >= TIMEOUTS_ALLOWED:
                    result = self._judged(criterion, SubmissionFault("too_slow"))
                else:
                    submission.last_call = None
                    verdict = apart[criterion.id].result() if criterion.apart else self._rubric.run(criterion.id, submission, self.reference)
                    if isinstance(verdict.error, SubmissionFault) and verdict.error.kind == "timeout":
                        timeouts += 1
                    result = self._judged(criterion, verdict.error, explain_mistakes=explain_mistakes)
                    if result.finding and not criterion.hidden:
                        result = _with_inputs(result, submission)
                results[criterion.id] = result
        return SubmissionResult(self.material.exercise.id, tuple(results.values()))

    @contextlib.contextmanager
    def _running_apart(self, criteria: Sequence[Criterion], submission: Submission) -> Iterator[dict[str, Future[Verdict]]]:
        """따로 돌려도 되는 기준들을 먼저 시작해 둔다: 코어가 둘이면 기다리는 시간이 반 가까이 준다. 끝나면 제출물도 닫는다."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            try:
                yield {criterion.id: pool.submit(self._rubric.run, criterion.id, submission, self.reference)
                       for criterion in criteria if criterion.apart}
            finally:
                submission.abandon_tests()
                pool.shutdown(wait=True, cancel_futures=True)
                submission.close()

    # ---- 판정

    def _judged(self, criterion: Criterion, error: BaseException | None, *, explain_mistakes: bool = False) -> CriterionResult:
        if error is None:
            return _result(criterion, Outcome.CORRECT, points=criterion.points)
        if isinstance(error, Mismatch):
            named = self._recognize(criterion, error) if explain_mistakes else None
            return _result(criterion, Outcome.INCORRECT, points=round(criterion.points * error.share, 2), finding=error.finding,
                           misconception=named.id if named else None)
        if isinstance(error, SubmissionFault):
            named = self._recognize(criterion, error) if explain_mistakes else None
            outcome, finding = explain.fault(error)
            return _result(criterion, outcome, finding=finding, misconception=named.id if named else None)
        trace = "".join(traceback.format_exception(error))
        return _result(criterion, Outcome.COURSE_ERROR, finding=Finding(
            message=f"과정의 오류입니다. 제출물의 잘못이 아닙니다. ({type(error).__name__})", trace=trace))

    def _recognize(self, criterion: Criterion, error: Mismatch | SubmissionFault) -> Misconception | None:
        """학습자의 틀린 결과가 어느 오개념의 결과와 같은지. 오개념마다 같은 기준을 한 번 돌려 결과를 견준다."""
        wanted = explain.fingerprint(error)
        if wanted is None:
            return None
        for misconception in self.material.catalogue.for_criterion(criterion.id):
            if self.outcome_of(misconception) == wanted:
                return misconception
        return None

    def outcome_of(self, misconception: Misconception) -> str | None:
        """오개념이 제 기준에서 내는 결과의 지문. 처음 물을 때 그 기준을 한 번 돌려 본다. 견줄 것이 없으면 None."""
        if misconception.outcome is not None:
            return misconception.outcome
        if misconception.id not in self._outcomes:
            variant = self._submission(apply_edits(self.material.reference, misconception))
            try:
                verdict = self._rubric.run(misconception.criterion, variant, self.reference)
            finally:
                variant.close()
            self._outcomes[misconception.id] = explain.fingerprint(verdict.error)
        return self._outcomes[misconception.id]

    def _all_failed(self, fault: SubmissionFault) -> SubmissionResult:
        """제출물을 열어 볼 수도 없을 때: 첫 기준에 까닭을 적고 나머지는 건너뛴다."""
        first, *rest = self.criteria
        return SubmissionResult(self.material.exercise.id, (
            self._judged(first, fault), *(_result(criterion, Outcome.SKIPPED) for criterion in rest)))

    def _submission(self, files: Mapping[str, bytes]) -> Submission:
        while len(self._test_runs) > MAX_TEST_RUNS:
            del self._test_runs[next(iter(self._test_runs))]  # 가장 오래된 것
        return Submission(self.material, files, self.sandbox, limits=self.limits, test_runs=self._test_runs,
                          manifests=self._manifests)


def _with_inputs(result: CriterionResult, submission: Submission) -> CriterionResult:
    """틀린 까닭에, 마지막으로 부른 모양과 그때 넣은 작은 표들을 붙인다."""
    if submission.last_call is None or result.outcome not in (Outcome.INCORRECT, Outcome.SUBMISSION_ERROR):
        return result
    shown, inputs = submission.last_call
    given = tuple((name, frame) for name, frame in inputs.items() if 0 < len(frame) <= MAX_GIVEN_ROWS)
    finding = dataclasses.replace(result.finding, call=result.finding.call or shown, given=given)
    return dataclasses.replace(result, finding=finding)


def _result(criterion: Criterion, outcome: Outcome, *, points: float = 0, finding: Finding | None = None,
            misconception: str | None = None) -> CriterionResult:
    return CriterionResult(
        id=criterion.id, title=criterion.title, why=criterion.why, outcome=outcome, points=points, max_points=criterion.points,
        hidden=criterion.hidden, after=criterion.after, finding=finding, misconception=misconception)


class _Collector:
    """기준표의 pytest 플러그인: 모은 테스트와, 읽지 못한 파일의 까닭을 받아 둔다."""

    def __init__(self):
        self.items: list[pytest.Item] = []
        self.unreadable: list[str] = []

    def pytest_collectreport(self, report):
        if report.failed:
            self.unreadable.append(f"{report.nodeid}\n{report.longrepr}")

    def pytest_collection_finish(self, session):
        self.items = list(session.items)


class Rubric:
    """채점 기준표 하나: pytest가 모은 기준들.

    모으는 일(파일을 찾고, `assert`를 고쳐 쓰고, 차례를 정하는 일)만 pytest가 한다. 기준은 함수를 그대로 부른다:
    앞 제출물의 것이 픽스처에 남아 다음 제출물의 점수가 되는 일이 있을 수 없고, 빠르다.
    """

    def __init__(self, folder: Path):
        arguments = [str(folder), "--collect-only", "-s", "--noconftest", "-c", os.devnull, "--rootdir", str(folder.parent),
                     "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler",
                     "-p", "no:logging", "-p", "no:threadexception", "-p", "no:unraisableexception", "--disable-plugin-autoload"]

        # 모듈 이름이 `<연습>.test_…`이 되게 하고, 다른 뿌리에서 불러 둔 같은 이름의 기준표는 잊는다.
        for name in [name for name in sys.modules if name.partition(".")[0] == folder.name]:
            del sys.modules[name]

        found = _Collector()
        # 셸에 적어 둔 PYTEST_ADDOPTS는 이 사람의 pytest를 위한 것이다.
        with mock.patch.dict(os.environ):
            os.environ.pop("PYTEST_ADDOPTS", None)
            code = pytest.main(arguments, plugins=[found])
        if found.unreadable:
            raise JudgeError(f"채점 기준표를 읽을 수 없습니다: {found.unreadable[0]}")
        if not found.items:
            raise JudgeError(f"채점 기준표가 비어 있습니다: {folder.name} (pytest {code})")
        # 기준의 id -> 그 함수와, 함수가 받는 손잡이의 이름들.
        self._functions: dict[str, tuple[Callable[..., None], frozenset[str]]] = {}
        criteria = []
        for item in found.items:
            criterion = getattr(item.function, ATTRIBUTE, None)
            if criterion is None:
                raise JudgeError(f"@criterion이 없는 테스트가 있습니다: {item.nodeid}")
            names = frozenset(inspect.signature(item.function).parameters)
            if not names <= HANDLES:
                raise JudgeError(f"기준의 매개변수는 {', '.join(sorted(HANDLES))}뿐입니다: {item.nodeid}")
            criteria.append(criterion)
            self._functions[criterion.id] = (item.function, names)
        self.criteria: tuple[Criterion, ...] = tuple(_in_order(criteria))

    def run(self, criterion_id: str, submission: Submission, reference: Submission) -> Verdict:
        """기준 하나를 돌린 결과. 샌드박스가 고장 났을 때만 예외(SandboxError)를 낸다."""
        function, names = self._functions[criterion_id]
        handles = {"submission": submission, "reference": reference}
        try:
            function(**{name: handles[name] for name in names})
        except (SandboxError, KeyboardInterrupt):
            raise
        except BaseException as error:  # 기준표의 pytest.fail과 SystemExit도 과정의 오류일 뿐, 채점기를 끝내지 않는다
            return Verdict(error)
        return Verdict()


def _in_order(criteria: Sequence[Criterion]) -> Iterator[Criterion]:
    """파일의 차례를 지키되, 기대는 기준이 먼저 오게."""
    by_id = {criterion.id: criterion for criterion in criteria}
    if len(by_id) != len(criteria):
        raise JudgeError("같은 이름의 기준이 두 개 있습니다")
    done: set[str] = set()

    def visit(criterion: Criterion, above: tuple[str, ...]) -> Iterator[Criterion]:
        if criterion.id in above:
            raise JudgeError(f"기준이 서로 기댑니다: {' → '.join((*above, criterion.id))}")
        for name in criterion.after:
            if name not in by_id:
                raise JudgeError(f"{criterion.id}이(가) 기대는 기준 {name}이(가) 없습니다")
            yield from visit(by_id[name], (*above, criterion.id))
        if criterion.id not in done:
            done.add(criterion.id)
            yield criterion

    for criterion in criteria:
        yield from visit(criterion, ())
