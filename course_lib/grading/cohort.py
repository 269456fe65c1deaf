"""학급 채점: 제출 폴더(nbgrader의 모양)를 읽어 성적표와 피드백을 만든다.

    제출/<학생>/<연습>/…   →   결과/gradebook.csv, 결과/<학생>/<연습>/feedback.html, result.json
"""

import csv
import io
import os
import queue
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2
import markupsafe

from course_lib.grading import render
from course_lib.grading.misconceptions import load_catalogue
from course_lib.grading.results import SubmissionResult
from course_lib.grading.worker import JudgeWorker, WorkerError
from course_lib.manifest import Exercise, Manifest, UnknownId, load_manifest

GRADEBOOK = "gradebook.csv"
COLUMNS = ("student", "exercise", "score", "max_score", "status", "attempted_at", "late_days", "feedback")


class CohortError(Exception):
    """채점을 시작할 수 없다. 메시지는 강사에게 그대로 보이는 한국어 문장이다."""


@dataclass(frozen=True)
class Entry:
    """제출물 하나의 자리."""

    student: str
    exercise: Exercise
    folder: Path


@dataclass(frozen=True)
class Graded:
    """제출물 하나의 결과. 채점기가 고장 났으면 `result`가 없고 `error`에 까닭이 있다."""

    entry: Entry
    result: SubmissionResult | None
    error: str = ""

    @property
    def status(self) -> str:
        return "course_error" if self.result is None or self.result.course_errors else "graded"


@dataclass(frozen=True)
class Summary:
    """학급 전체의 한 줄."""

    graded: int
    perfect: int
    mean: float
    course_errors: int
    ignored: tuple[str, ...]


def find_submissions(submitted: Path, manifest: Manifest, exercise: str | None = None) -> tuple[list[Entry], list[str]]:
    """제출 폴더의 제출물들과, 연습의 이름이 아니라서 건너뛴 폴더들."""
    if not submitted.is_dir():
        raise CohortError(f"제출 폴더가 없습니다: {submitted}")
    wanted = manifest.exercise(exercise) if exercise else None
    entries, ignored = [], []
    for student in sorted(path for path in submitted.iterdir() if path.is_dir() and not path.name.startswith(".")):
        for folder in sorted(path for path in student.iterdir() if path.is_dir() and not path.name.startswith(".")):
            try:
                found = manifest.exercise(folder.name)
            except UnknownId:
                ignored.append(f"{student.name}/{folder.name}")
                continue
            if wanted is None or found == wanted:
                entries.append(Entry(student.name, found, _inner(folder, found)))
    if not entries:
        raise CohortError(f"{submitted}에 채점할 제출물이 없습니다. 폴더의 모양은 <학생>/<연습>/… 이어야 합니다(예: hong/ex1_page_views/assets.py).")
    return entries, ignored


def grade_class(submitted: Path, out: Path, *, exercise: str | None = None, jobs: int = 1, isolation: str = "required",
                on_progress: Callable[[int, int, Graded], None] = lambda done, total, last: None) -> Summary:
    """제출물을 모두 채점해 `out`에 성적표와 피드백을 쓴다. 제출물 하나가 무엇을 하든 나머지는 이어진다.

    `isolation="required"`인데 격리할 수 없는 컴퓨터라면 아무것도 채점하지 않고 IsolationRefused를 낸다.
    """
    entries, ignored = find_submissions(submitted, load_manifest(), exercise)
    out.mkdir(parents=True, exist_ok=True)
    finished: dict[Entry, Graded] = {}
    workers: queue.SimpleQueue[JudgeWorker] = queue.SimpleQueue()
    started = [JudgeWorker(isolation=isolation).start() for _ in range(min(jobs, len(entries)))]
    for worker in started:
        workers.put(worker)

    def one(entry: Entry) -> Graded:
        worker = workers.get()
        try:
            graded = Graded(entry, worker.grade(entry.exercise.id, entry.folder))
        except WorkerError as error:
            graded = Graded(entry, None, str(error))
        finally:
            workers.put(worker)
        _write_feedback(graded, out)
        return graded

    try:
        for worker in started:
            worker.wait_ready()
        with ThreadPoolExecutor(max_workers=len(started)) as pool:
            for future in as_completed([pool.submit(one, entry) for entry in entries]):
                graded = future.result()
                finished[graded.entry] = graded
                on_progress(len(finished), len(entries), graded)
    finally:
        for worker in started:
            worker.close()
    ordered = [finished[entry] for entry in entries]
    write_atomically(out / GRADEBOOK, _gradebook(ordered))
    return _summary(ordered, ignored)


def write_atomically(path: Path, text: str, encoding: str = "utf-8") -> None:
    """다 쓴 뒤에 이름을 바꾼다: 중간에 멈춰도 반쪽 파일이 남지 않는다."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(text, encoding=encoding, newline="")
    os.replace(draft, path)


def _write_feedback(graded: Graded, out: Path) -> None:
    folder = out / graded.entry.student / graded.entry.exercise.id
    catalogue = load_catalogue(graded.entry.exercise.id)
    if graded.result is None:
        write_atomically(folder / "error.txt", graded.error)
        return
    body = render.as_html(graded.result, catalogue, every_detail=True)
    page = _template().render(title=graded.entry.exercise.title, student=graded.entry.student, body=markupsafe.Markup(body))
    write_atomically(folder / "feedback.html", page)
    write_atomically(folder / "result.json", render.as_json(graded.result, catalogue))


def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("course_lib.grading")
    return jinja2.Environment(loader=loader, autoescape=True).get_template("feedback.html")


def _gradebook(rows: list[Graded]) -> str:
    """UTF-8 BOM이 붙은 CSV: 엑셀이 한글을 연다."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for graded in rows:
        entry, result = graded.entry, graded.result
        score = render.points_text(result.score) if result else ""
        maximum = result.max_score if result else entry.exercise.points
        page = f"{entry.student}/{entry.exercise.id}/{'feedback.html' if result else 'error.txt'}"
        writer.writerow([_plain_cell(entry.student), entry.exercise.id, score, maximum, graded.status, _attempted_at(entry.folder), "",
                         _plain_cell(page)])
    return "\ufeff" + text.getvalue()


def _plain_cell(text: str) -> str:
    """엑셀이 수식으로 읽지 않게."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _attempted_at(folder: Path) -> str:
    times = [path.stat().st_mtime for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return datetime.fromtimestamp(max(times)).isoformat(timespec="minutes") if times else ""


def _inner(folder: Path, exercise: Exercise) -> Path:
    """압축을 풀다 폴더가 한 겹 더 생겼으면 그 안을 본다."""
    inside = [path for path in folder.iterdir() if not path.name.startswith((".", "__"))]
    if len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink() and any((inside[0] / m).exists() for m in exercise.modules):
        return inside[0]
    return folder


def _summary(rows: list[Graded], ignored: list[str]) -> Summary:
    results = [row.result for row in rows if row.result is not None and not row.result.course_errors]
    shares = [100 * result.score / result.max_score for result in results]
    return Summary(graded=len(results), perfect=sum(result.perfect for result in results),
                   mean=sum(shares) / len(shares) if shares else 0.0, course_errors=len(rows) - len(results), ignored=tuple(ignored))
