"""학급 채점의 결과를 디스크에 둔다. 결과는 하나가 끝날 때마다 쓰고, 성적표는 디스크의 것만 보고 만든다.

    결과/<학생>/<연습>/result.json      결과. 이 파일이 있으면 그 제출물은 끝난 것이다(맨 나중에 쓴다)
    결과/<학생>/<연습>/feedback.html    학생에게 줄 쪽
    결과/<학생>/<연습>/results.json     Gradescope와 GitHub Classroom의 모양
    결과/.course/                       쓰는 중인 파일, 코드의 지문, 잠금. 지워도 다시 만든다

전기가 나가도 반쪽 파일이 남지 않는다: 다른 이름으로 쓰고, 디스크까지 내려보내고(fsync), 이름을 바꾼다.
"""

import contextlib
import dataclasses
import functools
import hashlib
import importlib.metadata
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import filelock

from course_lib.grading.files import digest_of
from course_lib.manifest import load_manifest, repository_root
from course_lib.workspace import files_below

RESULT, FEEDBACK, AUTOGRADER = "result.json", "feedback.html", "results.json"
HIDDEN = ".course"
# 채점기의 폴더에 있지만 점수를 정하지 않는 것들: 보고서의 모양이나 제출물을 찾는 법이 바뀌었다고 반 전체를 다시 채점하지 않는다.
# 무엇을 읽어 냈는지는 제출물의 지문에 들어 있다.
_NOT_JUDGING = {"archives.py", "class_files.py", "cohort.py", "executors.py", "handed_in.py", "lost_runs.py", "pipeline.py", "reports", "templates"}


class OutIsBusy(Exception):
    """다른 채점이 같은 결과 폴더에 쓰고 있다. 메시지는 강사에게 그대로 보인다."""


@dataclass(frozen=True)
class Record:
    """제출물 하나의 결과에서 성적표에 필요한 만큼. 크기가 늘 작다.

    `status`는 `graded`, `unreadable`, `course_error`. `score`는 기준들의 점수의 합(더하고 뺀 것 없이), 판정하지 못했으면 None.
    `attempted_at`은 ISO 8601(모르면 빈 글), `seconds`는 채점에 걸린 벽시계 시간, `reason`은 판정하지 못한 까닭이다.
    """

    student: str
    exercise: str
    status: str
    score: float | None
    max_score: int
    perfect: bool
    attempted_at: str
    seconds: float
    fingerprint: str
    reason: str = ""
    full_name: str = ""
    lms_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.student, self.exercise)


class Store:
    """결과 폴더 하나. `with Store(out) as store:`가 열려 있는 동안 다른 채점은 같은 폴더에 쓰지 못한다.

    `shared`끼리는 함께 열 수 있다: 한 채점을 나누어 맡은 프로세스들이 저마다 다른 제출물의 결과를 쓴다. `shared`가 하나라도 열려 있으면
    혼자 쓰려는 것은 기다린다. `wait`초 안에 차례가 오지 않으면 OutIsBusy. 프로세스가 어떻게 죽든 그 자리는 풀린다.
    """

    def __init__(self, out: Path, *, shared: bool = False, wait: float = 0):
        self.out = out
        self._shared, self._wait = shared, wait
        self._drafts = out / HIDDEN / "drafts"

    def __enter__(self) -> "Store":
        self._drafts.mkdir(parents=True, exist_ok=True)
        # is_singleton=False: 한 프로세스 안에서도 둘이 서로를 막는다.
        self._lock = filelock.ReadWriteLock(self.out / HIDDEN / "lock", is_singleton=False)
        try:
            (self._lock.acquire_read if self._shared else self._lock.acquire_write)(timeout=self._wait)
        except filelock.Timeout:
            self._lock.close()
            raise OutIsBusy(f"다른 채점이 {self.out}에 쓰고 있습니다. 끝난 뒤에 다시 실행하거나 다른 --out을 쓰세요.") from None
        if not self._shared:
            # 지난번에 갑자기 끊겼다면 쓰다 만 파일이 있다.
            for draft in self._drafts.iterdir():
                draft.unlink(missing_ok=True)
        return self

    def __exit__(self, *exc_info) -> None:
        self._lock.release()
        self._lock.close()

    def folder(self, student: str, exercise: str) -> Path:
        """제출물 하나의 결과 폴더."""
        return self.out / student / exercise

    def write(self, path: Path, content: str | bytes, *, durable: bool = True) -> None:
        """파일 하나를 통째로 쓴다. 어느 순간에 꺼져도 옛것이거나 새것이다."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        path.parent.mkdir(parents=True, exist_ok=True)
        self._drafts.mkdir(parents=True, exist_ok=True)
        draft = self._drafts / secrets.token_hex(8)
        with draft.open("xb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(draft, path)
        if durable:
            _sync_folder(path.parent)

    def write_lines(self, path: Path, lines: Iterable[str]) -> None:
        """여러 조각을 차례로 써서 파일 하나로. 한꺼번에 기억하지 않는다. 나머지는 `write`와 같다."""
        with self.opened(path) as file:
            file.writelines(line.encode("utf-8", "backslashreplace") for line in lines)

    @contextlib.contextmanager
    def opened(self, path: Path) -> Iterator[BinaryIO]:
        """조금씩 쓸 파일 하나. 블록이 예외 없이 끝나야 `path`가 된다."""
        draft = self._drafts / secrets.token_hex(8)
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        _sync_folder(path.parent)

    def read_json(self, student: str, exercise: str) -> Mapping | None:
        """`result.json`의 내용. 없거나 망가졌으면 None(다시 채점하게 된다)."""
        try:
            document = json.loads((self.folder(student, exercise) / RESULT).read_bytes())
            _record_of(document)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return document

    def record(self, student: str, exercise: str) -> Record | None:
        """끝난 제출물의 기록. 끝나지 않았으면 None."""
        document = self.read_json(student, exercise)
        return _record_of(document) if document is not None else None

    def is_current(self, student: str, exercise: str, fingerprint: str) -> bool:
        """같은 제출물을 같은 기준표와 같은 과정으로 이미 판정했는가. 과정의 오류는 판정한 것이 아니다."""
        record = self.record(student, exercise)
        return (record is not None and record.fingerprint == fingerprint and record.status != "course_error"
                and (self.folder(student, exercise) / FEEDBACK).is_file())

    def retime(self, student: str, exercise: str, attempted_at: str) -> None:
        """제출물은 그대로인데 낸 때만 달라졌으면 기록의 때를 고친다."""
        document = self.read_json(student, exercise)
        if document is not None and document["grading"]["attempted_at"] != attempted_at:
            changed = {**document, "grading": {**document["grading"], "attempted_at": attempted_at}}
            self.write(self.folder(student, exercise) / RESULT, json.dumps(changed, ensure_ascii=False, indent=2))

    def forget(self, student: str, exercise: str) -> None:
        """결과 하나를 지운다. 강사의 파일(adjustments.csv)은 결과 폴더의 맨 위에 있어 닿지 않는다."""
        shutil.rmtree(self.folder(student, exercise), ignore_errors=True)

    def records(self) -> Iterator[Record]:
        """디스크에 있는 모든 기록. 학생과 연습의 차례로 하나씩."""
        for student in sorted(path for path in self.out.iterdir() if path.is_dir() and path.name != HIDDEN):
            for folder in sorted(path for path in student.iterdir() if path.is_dir()):
                record = self.record(student.name, folder.name)
                if record is not None:
                    yield record

    # ---- 코드의 지문(비슷한 제출물 찾기)

    def code_print_path(self, student: str, exercise: str) -> Path:
        return self.out / HIDDEN / "code" / exercise / f"{student}.bin"


def document_of(record: Record, exercism: Mapping) -> dict:
    """`result.json`의 내용: exercism의 모양에, 학생과 채점의 기록(`grading`)을 더한 것."""
    return {**exercism, "student": record.student, "exercise": record.exercise, "score": record.score, "max_score": record.max_score,
            "grading": {"status": record.status, "reason": record.reason, "attempted_at": record.attempted_at,
                        "seconds": round(record.seconds, 3), "fingerprint": record.fingerprint, "perfect": record.perfect,
                        "full_name": record.full_name, "lms_id": record.lms_id}}


def _record_of(document: Mapping) -> Record:
    grading = document["grading"]
    return Record(student=document["student"], exercise=document["exercise"], status=grading["status"], score=document["score"],
                  max_score=document["max_score"], perfect=grading["perfect"], attempted_at=grading["attempted_at"],
                  seconds=grading["seconds"], fingerprint=grading["fingerprint"], reason=grading["reason"],
                  full_name=grading["full_name"], lms_id=grading["lms_id"])


def fingerprint_of(files: Mapping[str, bytes] | str, exercise: str, root: Path | None = None) -> str:
    """제출물의 내용, 채점 기준표, 과정의 판을 함께 담은 지문. 이것이 같으면 다시 채점하지 않는다.

    읽을 수 없는 제출물은 파일들 대신 까닭을 넣는다. 언제 냈는지는 들어가지 않는다.
    """
    digest = hashlib.sha256(course_print(exercise, root or repository_root()))
    digest.update(files.encode() if isinstance(files, str) else digest_of(files))
    return digest.hexdigest()


@functools.cache
def course_print(exercise: str, root: Path) -> bytes:
    """연습 하나를 채점하는 과정의 지문: 과정의 판, 채점기, 기준표, 모범 답안, 결과를 좌우하는 라이브러리의 판."""
    manifest = load_manifest(root)
    # 힌트는 채점을 바꾸지 않는다.
    digest = hashlib.sha256(repr((manifest.course.version, dataclasses.replace(manifest.exercise(exercise), hints={}))).encode())
    for folder in ("course_lib/grading", "course_lib/resources", f"tests/rubrics/{exercise}", f"solutions/{exercise}"):
        for path in files_below(root / folder):
            if path.relative_to(root / folder).parts[0] in _NOT_JUDGING and folder == "course_lib/grading":
                continue
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    for name in ("datasets.py", "testing.py", "io_managers.py"):
        with contextlib.suppress(FileNotFoundError):
            digest.update(name.encode() + hashlib.sha256((root / "course_lib" / name).read_bytes()).digest())
    for name in ("dagster", "pandas", "pyarrow", "duckdb", "polars"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            digest.update(f"{name}=={importlib.metadata.version(name)}\n".encode())
    return digest.digest()


def _sync_folder(folder: Path) -> None:
    """이름이 바뀐 것도 디스크까지. 윈도우에서는 폴더를 열 수 없고, 그 일을 파일 시스템이 한다."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
