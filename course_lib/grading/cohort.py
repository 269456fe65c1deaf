"""학급 채점: 제출된 것을 모두 판정해 결과 폴더에 쓴다. 결과는 하나가 끝날 때마다 디스크에 남는다.

    제출/<학생>/<연습>/…   →   결과/gradebook.csv, summary.html, …, 결과/<학생>/<연습>/feedback.html, result.json

다른 곳(예: Dagster 코드 로케이션)에서 쓰려면 조각들을 쓰면 된다.

    found = find_submissions(submitted, load_manifest())
    with Store(out) as store, JudgeWorker(isolation="required") as worker:
        for entry in found.entries:
            if needs_grading(entry, store):
                grade_one(entry, store, worker)
        write_reports(store, found.entries, Settings())
"""

import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from course_lib.grading import similarity
from course_lib.grading.class_files import SEOUL, Deadlines, read_adjustments, read_deadlines
from course_lib.grading.handed_in import CohortError, Entry, Found, Unreadable, attempted_at, find_submissions, read
from course_lib.grading.misconceptions import load_catalogue
from course_lib.grading.reports import Settings, write_reports
from course_lib.grading.reports.feedback import write_submission
from course_lib.grading.reports.gradebook import COLUMNS, GRADEBOOK
from course_lib.grading.reports.lms import Roster
from course_lib.grading.results import SubmissionResult
from course_lib.grading.store import OutIsBusy, Record, Store, fingerprint_of
from course_lib.grading.worker import JudgeWorker, WorkerError
from course_lib.manifest import load_manifest

__all__ = ["COLUMNS", "GRADEBOOK", "CohortError", "Entry", "Found", "OutIsBusy", "Progress", "Settings", "Stopped", "Store", "Summary",
           "entry_fingerprint", "find_submissions", "grade_class", "grade_one", "needs_grading", "refuse_nested", "summary_of", "write_reports"]


@dataclass(frozen=True)
class Progress:
    """지금까지 한 일. `reused`는 지난번의 결과를 그대로 쓴 수, `last`는 방금 끝난 학생의 이름이다."""

    done: int
    total: int
    reused: int
    unreadable: int
    course_errors: int
    last: str


@dataclass(frozen=True)
class Summary:
    """학급 전체의 한 줄. `unplaced`는 어느 연습의 것인지 몰라 판정하지 못한 것이다.

    `unmatched`와 `unmatched_extensions`는 adjustments.csv와 마감의 연장에 적혔는데 제출물이 없는 것(`학생/연습`)들이다.
    """

    graded: int
    perfect: int
    mean: float
    course_errors: int
    ignored: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...] = ()
    unplaced: tuple[str, ...] = ()
    reused: int = 0
    unmatched: tuple[str, ...] = ()
    unmatched_extensions: tuple[str, ...] = ()

    @property
    def all_judged(self) -> bool:
        return not (self.course_errors or self.unreadable or self.unplaced)


class Stopped(KeyboardInterrupt):
    """Ctrl-C로 멈췄다. 끝난 것은 모두 디스크에 있다."""

    def __init__(self, done: int, total: int):
        super().__init__()
        self.done, self.total = done, total


def grade_class(submitted: Path, out: Path, *, exercise: str | None = None, jobs: int = 1, isolation: str = "required",
                deadlines: Path | None = None, roster: Path | None = None,
                on_progress: Callable[[Progress], None] = lambda progress: None) -> Summary:
    """제출물을 모두 판정하고 보고서를 쓴다. 제출물 하나가 무엇을 하든 나머지는 이어진다.

    지난번에 판정한 것 가운데 제출물도 과정도 그대로인 것은 다시 하지 않는다. `isolation="required"`인데 격리할 수 없는 컴퓨터라면
    아무것도 채점하지 않고 IsolationRefused를, 시작할 수 없는 다른 까닭이 있으면 CohortError나 OutIsBusy를, Ctrl-C면 Stopped를 낸다.
    """
    manifest = load_manifest()
    found = find_submissions(submitted, manifest, exercise)
    refuse_nested(submitted, out)
    out.mkdir(parents=True, exist_ok=True)
    with Store(out) as store:
        settings = Settings(
            deadlines=read_deadlines(deadlines, manifest) if deadlines else Deadlines(),
            adjustments=read_adjustments(out, manifest),
            roster=Roster(roster, [e for e in manifest.exercises if any(entry.exercise == e for entry in found.entries)]) if roster else None,
        )
        zone = settings.deadlines.zone
        tally = _Tally(len(found.entries), on_progress)
        waiting = []
        for entry in found.entries:
            if needs_grading(entry, store, zone):
                waiting.append(entry)
            else:
                tally.add(store.record(*entry.key), reused=True)
        if waiting:
            _grade_all(waiting, store, tally, jobs=min(jobs, len(waiting)), isolation=isolation, zone=zone)
        listed = found.entries if exercise is None else _everything_graded(submitted, store, found)
        unmatched = write_reports(store, listed, settings)
        known = {entry.key for entry in listed}
        extensions = tuple("/".join(key) for key in settings.deadlines.extensions if key not in known)
        return replace(summary_of(store, found, tally.reused, unmatched), unmatched_extensions=extensions)


def needs_grading(entry: Entry, store: Store, zone: ZoneInfo = ZoneInfo(SEOUL)) -> bool:
    """처음 보는 제출물이거나, 제출물이나 과정이 바뀌었거나, 지난번에 과정의 오류였는가. 낸 때만 바뀌었으면 기록만 고친다."""
    if not store.is_current(*entry.key, entry_fingerprint(entry)):
        return True
    store.retime(*entry.key, _iso(entry, zone))
    return False


def entry_fingerprint(entry: Entry) -> str:
    """제출물의 지금 내용과 과정의 지문. 읽을 수 없는 제출물이면 내용 대신 그 까닭이 들어간다."""
    try:
        return fingerprint_of(read(entry), entry.exercise.id)
    except Unreadable as error:
        return fingerprint_of(str(error), entry.exercise.id)


def grade_one(entry: Entry, store: Store, worker: JudgeWorker, zone: ZoneInfo = ZoneInfo(SEOUL),
              still_wanted: Callable[[], bool] = lambda: True) -> Record | None:
    """제출물 하나를 판정해 결과 폴더에 쓰고 그 기록을 돌려준다. 제출물이 무엇을 하든 예외를 내지 않는다.

    읽을 수 없으면 `unreadable`, 채점기가 고장 나면 `course_error`로 적는다. 다 하고 나서 `still_wanted()`가 거짓이면 쓰지 않고 None.
    """
    started = time.monotonic()
    result: SubmissionResult | None = None
    reason, status, print_ = "", "graded", ""
    exercise = entry.exercise
    try:
        files = read(entry)
        print_ = fingerprint_of(files, exercise.id)
        result = worker.grade_files(exercise.id, files)
        if result.course_errors:
            status, reason = "course_error", f"과정의 오류: {result.course_errors[0].title}"
    except Unreadable as error:
        status, reason, print_, files = "unreadable", str(error), fingerprint_of(str(error), exercise.id), {}
    except WorkerError as error:
        status, reason = "course_error", str(error).strip()
    if not still_wanted():
        return None
    score = result.score if result is not None else 0.0 if status == "unreadable" else None
    record = Record(student=entry.student, exercise=exercise.id, status=status, score=score,
                    max_score=result.max_score if result is not None else exercise.points, perfect=result is not None and result.perfect,
                    attempted_at=_iso(entry, zone), seconds=time.monotonic() - started, fingerprint=print_, reason=reason,
                    full_name=entry.full_name, lms_id=entry.lms_id)
    store.write(store.code_print_path(*entry.key), similarity.code_print(files).to_bytes(), durable=False)
    write_submission(store, record, exercise, result, load_catalogue(exercise.id))
    return record


def _grade_all(entries: Sequence[Entry], store: Store, tally: "_Tally", *, jobs: int, isolation: str, zone: ZoneInfo) -> None:
    """일꾼 `jobs`개가 남은 것을 하나씩 가져간다. 결과는 쓰고 나면 잊는다."""
    stop = threading.Event()
    turn, queue = threading.Lock(), iter(entries)
    # 일꾼을 터미널의 Ctrl-C에서 떼어 놓는다: 멈추는 것은 우리가 차례대로 한다.
    workers = [JudgeWorker(isolation=isolation, own_session=True).start() for _ in range(jobs)]

    def drain(worker: JudgeWorker) -> None:
        while not stop.is_set():
            with turn:
                entry = next(queue, None)
            if entry is None:
                return
            record = grade_one(entry, store, worker, zone, still_wanted=lambda: not stop.is_set())
            if record is not None:
                tally.add(record)

    with contextlib.ExitStack() as stack:
        for worker in workers:
            stack.callback(worker.close)
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=jobs))
        try:
            for worker in workers:
                worker.wait_ready()
            running = [pool.submit(drain, worker) for worker in workers]
            for future in running:
                future.result()
        except BaseException as error:
            # 하던 것을 버려야 다른 일꾼의 스레드도 끝난다.
            stop.set()
            for worker in workers:
                worker.abort()
            if isinstance(error, KeyboardInterrupt):
                raise Stopped(tally.done, tally.total) from None
            raise


def _everything_graded(submitted: Path, store: Store, found: Found) -> Sequence[Entry]:
    """`--exercise`로 하나만 채점해도, 성적표에는 지난번에 채점한 다른 연습이 남는다."""
    with contextlib.suppress(CohortError):
        known = {entry.key for entry in found.entries}
        others = [entry for entry in find_submissions(submitted, load_manifest()).entries
                  if entry.key not in known and store.record(*entry.key) is not None]
        return sorted([*found.entries, *others], key=lambda entry: entry.key)
    return found.entries


class _Tally:
    """진행을 센다. 여러 일꾼이 함께 부른다."""

    def __init__(self, total: int, on_progress: Callable[[Progress], None]):
        self.total, self.done, self.reused = total, 0, 0
        self._statuses: Counter[str] = Counter()
        self._on_progress = on_progress
        self._lock = threading.Lock()

    def add(self, record: Record, *, reused: bool = False) -> None:
        with self._lock:
            self.done += 1
            self.reused += reused
            self._statuses[record.status] += 1
            self._on_progress(Progress(self.done, self.total, self.reused, self._statuses["unreadable"],
                                       self._statuses["course_error"], record.full_name or record.student))


def summary_of(store: Store, found: Found, reused: int = 0, unmatched: tuple[str, ...] = ()) -> Summary:
    """`found` 가운데 결과가 디스크에 있는 것들의 합계."""
    graded = perfect = errors = 0
    shares = 0.0
    unreadable = []
    for record in _records(store, found.entries):
        if record.status == "graded":
            graded += 1
            perfect += record.perfect
            shares += 100 * record.score / record.max_score
        elif record.status == "unreadable":
            unreadable.append((f"{record.student}/{record.exercise}", record.reason))
        else:
            errors += 1
    return Summary(graded=graded, perfect=perfect, mean=shares / graded if graded else 0.0, course_errors=errors, ignored=found.ignored,
                   unreadable=tuple(unreadable), unplaced=found.unplaced, reused=reused, unmatched=unmatched)


def _records(store: Store, entries: Sequence[Entry]) -> Iterator[Record]:
    for entry in entries:
        record = store.record(*entry.key)
        if record is not None:
            yield record


def _iso(entry: Entry, zone: ZoneInfo) -> str:
    moment = attempted_at(entry, zone)
    return moment.isoformat(timespec="seconds") if moment else ""


def refuse_nested(submitted: Path, out: Path) -> None:
    """결과 폴더가 제출 폴더 자신이거나 그 안이면, 다음 번에 결과를 제출물로 읽는다."""
    inside, outside = os.path.realpath(out), os.path.realpath(submitted)
    if submitted.is_dir() and os.path.commonpath([inside, outside]) == outside:
        raise CohortError(f"결과 폴더({out})가 제출 폴더 안에 있습니다. 제출 폴더 밖의 폴더를 --out으로 정해 주세요.")
