"""제출된 것들을 찾고 읽는다: 폴더, 압축 파일, Moodle과 Canvas에서 한꺼번에 내려받은 것.

받는 모양(연습의 이름은 `ex1_page_views`나 `ex1`):

    제출/<학생>/<연습>/…                  nbgrader의 모양. 폴더 안에 압축 하나만 있어도 된다
    제출/<학생>/<연습>.zip                .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz도
    제출/<학생>.zip                       여러 연습의 폴더가 든 압축
    제출/<학생>_<연습>.zip                한 폴더에 모은 압축들
    제출/홍길동_1234_assignsubmission_file/…     Moodle이 준 것을 푼 폴더
    제출/hong_1234_56789_ex1.zip          Canvas가 준 것을 푼 폴더
    내려받은것.zip                        Moodle이나 Canvas가 준 zip 그대로(제출 폴더 안에 있어도 된다)

여기서는 아무것도 채점하지 않는다. 읽을 수 없는 제출물도 자리(`Entry`)는 생기고, `read`가 까닭을 말하는 `Unreadable`을 낸다.
"""

import functools
import glob
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo
from pathlib import Path, PurePosixPath

from course_lib.grading.archives import (
    ARCHIVE_SUFFIXES,
    ClassArchive,
    UnreadableArchive,
    archive_stem,
    is_archive,
    read_archive,
    read_archive_bytes,
    readable_name,
)
from course_lib.grading.files import MAX_FILES, MAX_FILES_BYTES, read_files
from course_lib.grading.seen import SubmissionFault
from course_lib.manifest import Exercise, Manifest, UnknownId

MAX_STUDENT_BYTES = 120
TIMESTAMP = "timestamp.txt"
_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<rest>.*)$", re.DOTALL)
_CANVAS = re.compile(r"^(?P<name>[^_]+)(?:_LATE)?_(?P<id>\d+)_(?P<submission>\d+)_(?P<rest>.+)$", re.DOTALL)
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
# 결과 폴더의 맨 위에 있는 것들. 학생의 폴더가 이 이름이면 성적표를 덮는다.
_RESERVED = {"gradebook.csv", "summary.html", "junit.xml", "moodle.csv", "canvas.csv", "adjustments.csv", "con", "prn", "aux", "nul"}


class Unreadable(Exception):
    """제출물을 읽을 수 없다. 메시지는 강사와 학생에게 그대로 보이는 한국어 문장이다."""


class CohortError(Exception):
    """채점을 시작할 수 없다. 메시지는 강사에게 그대로 보이는 한국어 문장이다."""


@dataclass(frozen=True)
class Entry:
    """제출물 하나의 자리. `student`는 결과 폴더의 이름이 되는 안전한 이름이다.

    `source`는 디스크의 폴더나 압축 파일이다. LMS의 zip 안에 있으면 `inside`가 그 속의 (본디 이름, 읽은 이름)들이다.
    `inner`는 그 안에서 연습의 폴더가 있는 자리(빈 글이면 스스로 찾는다). `lms_id`는 Moodle의 참가자 번호나 Canvas의 사용자 번호다.
    """

    student: str
    exercise: Exercise
    source: Path
    inner: str = ""
    inside: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    full_name: str = ""
    lms_id: str = ""
    modified: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        return (self.student, self.exercise.id)


@dataclass(frozen=True)
class Found:
    """찾은 것. `ignored`는 제출물이 아니라서, `unplaced`는 어느 연습의 것인지 몰라서 채점하지 않는 것의 이름이다."""

    entries: tuple[Entry, ...]
    ignored: tuple[str, ...]
    unplaced: tuple[str, ...] = ()


def find_submissions(submitted: Path, manifest: Manifest, exercise: str | None = None) -> Found:
    """제출물의 자리들을 학생과 연습의 차례로. `exercise`를 주면 그 연습만이고, 연습의 이름이 없는 제출물은 그 연습의 것으로 본다.

    폴더가 없거나 제출물이 하나도 없으면 CohortError, `exercise`가 목록에 없으면 UnknownId.
    """
    wanted = manifest.exercise(exercise) if exercise else None
    if not submitted.exists():
        raise CohortError(f"제출 폴더가 없습니다: {submitted}")
    finder = _Finder(manifest, wanted)
    if submitted.is_file():
        finder.class_archive(submitted, readable_name(submitted.name))
    else:
        for path in _visible(submitted):
            finder.top(path)
    found = finder.found()
    if not found.entries:
        named = f" 어느 연습의 것인지 알 수 없는 것: {', '.join(found.unplaced[:5])}" if found.unplaced else ""
        raise CohortError(f"{submitted}에 채점할 제출물이 없습니다. 폴더의 모양은 <학생>/<연습>/… 이어야 합니다"
                          f"(예: hong/ex1_page_views/assets.py).{named}")
    return found


def read(entry: Entry) -> dict[str, bytes]:
    """제출물의 파일들(이름은 연습 폴더에서 본 상대 경로). 읽을 수 없거나 위험하면 Unreadable."""
    try:
        files = _contents(entry)
    except UnreadableArchive as error:
        raise Unreadable(str(error)) from None
    except SubmissionFault:
        raise Unreadable(f"파일이 너무 많거나 큽니다. {MAX_FILES}개, {MAX_FILES_BYTES >> 20}MB까지 받습니다. 연습의 파일만 내야 합니다.") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"파일을 읽을 수 없습니다({getattr(error, 'strerror', None) or error}).") from None
    files = _rooted(files, entry)
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_FILES_BYTES:
        raise Unreadable(f"파일이 너무 많거나 큽니다. {MAX_FILES}개, {MAX_FILES_BYTES >> 20}MB까지 받습니다. 연습의 파일만 내야 합니다.")
    return files


def attempted_at(entry: Entry, zone: tzinfo) -> datetime | None:
    """제출한 때. nbgrader의 `timestamp.txt`가 있으면 그것, 없으면 파일들이 마지막으로 바뀐 때다. 모르면 None."""
    if entry.modified is not None:
        return entry.modified.replace(tzinfo=zone)  # zip에 적힌 시각에는 시간대가 없다
    try:
        if entry.source.is_dir():
            written = _written_time(entry.source / TIMESTAMP, zone)
            if written is not None:
                return written
            times = [path.stat().st_mtime for path in entry.source.rglob("*") if path.is_file() and not path.is_symlink()]
        else:
            times = [entry.source.lstat().st_mtime]
    except OSError:
        return None
    return datetime.fromtimestamp(max(times), zone) if times else None


def safe_student(name: str) -> str:
    """결과 폴더의 이름으로 쓸 수 있는 학생 이름. 한글은 그대로 두고, 파일 이름에 못 쓰는 글자만 바꾼다."""
    text = _UNSAFE.sub("_", readable_name(name)).strip().rstrip(".")
    while len(text.encode("utf-8")) > MAX_STUDENT_BYTES:
        text = text[:-1]
    if not text or text.startswith(".") or text.lower() in _RESERVED:
        return f"_{text}"
    return text


# ---- 찾기


class _Finder:
    def __init__(self, manifest: Manifest, wanted: Exercise | None):
        self._manifest = manifest
        self._wanted = wanted
        self._entries: dict[tuple[str, str], Entry] = {}
        self._ignored: list[str] = []
        self._unplaced: list[str] = []
        self._folders: dict[str, str] = {}

    def found(self) -> Found:
        entries = [entry for entry in self._entries.values() if self._wanted is None or entry.exercise == self._wanted]
        return Found(tuple(sorted(entries, key=lambda entry: entry.key)), tuple(self._ignored), tuple(self._unplaced))

    def top(self, path: Path) -> None:
        """제출 폴더 바로 아래의 것 하나."""
        name = readable_name(path.name)
        if path.is_dir():
            if moodle := _MOODLE.match(name):
                if moodle["kind"] == "file":
                    self._moodle_folder(path, moodle)
                elif not any(path.parent.glob(glob.escape(path.name.partition("_assignsubmission_")[0]) + "_assignsubmission_file*")):
                    self._only_text(f"{moodle['name']}_{moodle['id']}")
            else:
                self._student_folder(path, name)
        elif is_archive(name):
            self._flat_archive(path, name)
        elif path.suffix.lower() not in (".csv", ".toml", ".txt", ".md"):
            self._ignored.append(name)

    def _student_folder(self, student: Path, name: str) -> None:
        for path in _visible(student):
            shown = f"{name}/{readable_name(path.name)}"
            exercise = self._named(archive_stem(readable_name(path.name)))
            if path.is_dir() or is_archive(path.name):
                if exercise is not None:
                    # 학생의 폴더가 링크면 그 안의 것은 남의 것이다. 링크를 낸 것으로 치면 읽을 수 없는 제출물이 된다.
                    self._add(name, exercise, student if student.is_symlink() else path)
                elif is_archive(path.name) and student.is_symlink():
                    self._unplaced.append(shown)
                elif is_archive(path.name):
                    self._several(name, path, shown)
                else:
                    self._ignored.append(shown)

    def _flat_archive(self, path: Path, name: str) -> None:
        """제출 폴더에 바로 놓인 압축 하나: LMS가 준 것, `학생_연습.zip`, 학생의 압축."""
        stem = archive_stem(name)
        if path.suffix.lower() == ".zip" and self.class_archive(path, name, only_if_class=True):
            return
        identity = _identity(name)
        student, exercise = (identity.student, self._exercise_in(archive_stem(identity.rest))) if identity else _split_flat(stem, self._named)
        lms = {"full_name": identity.name, "lms_id": identity.id} if identity else {}
        if exercise is not None:
            self._add(student, exercise, path, **lms)
        else:
            self._several(student, path, name, **lms)

    def _moodle_folder(self, folder: Path, moodle: re.Match) -> None:
        """Moodle이 준 학생 한 명의 폴더. 압축 하나이거나, 파일들이 그대로 있거나, 연습의 폴더가 있다."""
        student, lms = f"{moodle['name']}_{moodle['id']}", {"full_name": moodle["name"], "lms_id": moodle["id"]}
        inside = list(_visible(folder))
        placed = False
        for path in inside:
            exercise = self._named(archive_stem(readable_name(path.name)))
            if exercise is not None and (path.is_dir() or is_archive(path.name)):
                self._add(student, exercise, path, **lms)
                placed = True
            elif is_archive(path.name):
                self._several(student, path, f"{readable_name(folder.name)}/{readable_name(path.name)}", **lms)
                placed = True
        if not placed:
            names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
            exercise = self._wanted or guess_exercise(names, self._manifest)
            if exercise is None:
                self._unplaced.append(readable_name(folder.name))
            else:
                self._add(student, exercise, folder, **lms)

    def _several(self, student: str, path: Path, shown: str, **lms: str) -> None:
        """이름에 연습이 없는 학생의 압축: 안의 폴더 이름과 파일 이름으로 연습을 알아본다."""
        try:
            names = list(read_archive(path))
        except UnreadableArchive:
            names = []
        placed = self._placed(names)
        for exercise, inner in placed:
            self._add(student, exercise, path, inner=inner, **lms)
        if not placed:
            self._unplaced.append(shown)

    def _placed(self, names: Sequence[str]) -> list[tuple[Exercise, str]]:
        """파일 이름들에서 알아본 (연습, 그 폴더의 자리)들."""
        folders: dict[Exercise, str] = {}
        for name in names:
            parts = PurePosixPath(name).parts
            for depth, part in enumerate(parts[:-1], start=1):
                exercise = self._named(part)
                if exercise is not None:
                    folders.setdefault(exercise, "/".join(parts[:depth]))
        if folders:
            return list(folders.items())
        exercise = self._wanted or guess_exercise(names, self._manifest)
        return [(exercise, "")] if exercise is not None else []

    def class_archive(self, path: Path, shown: str, *, only_if_class: bool = False) -> bool:
        """LMS에서 한꺼번에 내려받은 zip. 그런 모양이 아니면 False(`only_if_class`) 또는 CohortError."""
        try:
            members = list(_opened(path, path.stat().st_mtime_ns).members())
        except UnreadableArchive as error:
            if only_if_class:
                return False
            raise CohortError(str(error)) from None
        groups: dict[_Identity, list] = {}
        for member in members:
            head, _, rest = member.name.partition("/")
            identity = _identity(head)
            if identity is None:
                continue
            if rest:
                groups.setdefault(_Identity(identity.name, identity.id, "", identity.online), []).append((member, rest))
            else:
                groups.setdefault(_Identity(identity.name, identity.id, "", identity.online), []).append((member, identity.rest))
        if not groups:
            if only_if_class:
                return False
            raise CohortError(f"{shown}은(는) Moodle이나 Canvas에서 한꺼번에 내려받은 zip이 아닙니다. 제출물을 <학생>/<연습>/… 폴더로 모아 주세요.")
        with_files = {identity.id for identity in groups if not identity.online}
        for identity, pairs in groups.items():
            if not identity.online:
                self._class_member(path, identity, pairs)
            elif identity.id not in with_files:
                self._only_text(identity.student)
        return True

    def _only_text(self, student: str) -> None:
        """Moodle의 온라인 글만 낸 학생. 채점할 것이 없다."""
        self._ignored.append(f"{student}: 파일 없이 글만 냈습니다")

    def _class_member(self, path: Path, identity: "_Identity", pairs: list) -> None:
        lms = {"full_name": identity.name, "lms_id": identity.id}
        latest = max((member.modified for member, _ in pairs if member.modified), default=None)
        archives = [(member, name) for member, name in pairs if is_archive(name)]
        plain = [(member, name) for member, name in pairs if not is_archive(name)]
        shown = f"{readable_name(path.name)}: {identity.student}"
        for member, name in archives:
            inside = ((member.raw, name),)
            exercise = self._exercise_in(archive_stem(PurePosixPath(name).name))
            if exercise is not None:
                self._add(identity.student, exercise, path, inside=inside, modified=latest, **lms)
                continue
            try:
                placed = self._placed(list(_archive_inside(path, inside)))
            except UnreadableArchive:
                placed = []
            for exercise, inner in placed:
                self._add(identity.student, exercise, path, inside=inside, inner=inner, modified=latest, **lms)
            if not placed:
                self._unplaced.append(f"{shown}/{name}")
        inside = tuple((member.raw, name) for member, name in plain)
        placed = self._placed([name for _, name in inside]) if inside else []
        for exercise, inner in placed:
            self._add(identity.student, exercise, path, inside=inside, inner=inner, modified=latest, **lms)
        if inside and not placed and not archives:
            self._unplaced.append(shown)

    def _add(self, student: str, exercise: Exercise, source: Path, **rest) -> None:
        entry = Entry(self._folder_of(student), exercise, source, **rest)
        before = self._entries.get(entry.key)
        if before is not None:
            # 같은 학생이 같은 연습을 두 번 냈다. 나중 것을 채점하고, 먼저 것은 건너뛴 것으로 알린다.
            entry, old = sorted((before, entry), key=_recency, reverse=True)
            self._ignored.append(f"{old.student}/{exercise.id}: 두 번 낸 것 가운데 먼저 낸 {readable_name(old.source.name)}")
        self._entries[entry.key] = entry

    def _folder_of(self, student: str) -> str:
        """학생의 결과 폴더 이름. 다른 학생의 것과 (대소문자까지 뺀 뜻에서) 겹치지 않게 한다."""
        folder = safe_student(student)
        number = 1
        while self._folders.setdefault(folder.casefold(), student) != student:
            number += 1
            folder = f"{safe_student(student)}~{number}"
        return folder

    def _named(self, name: str) -> Exercise | None:
        try:
            return self._manifest.exercise(name)
        except UnknownId:
            return None

    def _exercise_in(self, stem: str) -> Exercise | None:
        """파일 이름 어딘가에 연습의 이름이 낱말로 있으면 그 연습. `내_ex1-2`(Canvas는 다시 낸 것에 -2를 붙인다)도 된다."""
        words = re.split(r"[\s.\-()]+", stem)
        found = {exercise for exercise in self._manifest.exercises
                 if exercise.id in stem or any(exercise.alias in (word, *word.split("_")) for word in words)}
        return found.pop() if len(found) == 1 else self._wanted


@dataclass(frozen=True)
class _Identity:
    """LMS가 파일 이름에 적어 준 학생."""

    name: str
    id: str
    rest: str
    online: bool = False

    @property
    def student(self) -> str:
        return f"{self.name}_{self.id}"


def _identity(name: str) -> _Identity | None:
    if moodle := _MOODLE.match(name):
        return _Identity(moodle["name"], moodle["id"], moodle["rest"].lstrip("_"), moodle["kind"] == "onlinetext")
    if canvas := _CANVAS.match(name):
        return _Identity(canvas["name"], canvas["id"], canvas["rest"])
    return None


def guess_exercise(names: Iterable[str], manifest: Manifest) -> Exercise | None:
    """파일 이름만 보고 알아본 연습. 연습마다 테스트 파일의 이름이 다르다. 알 수 없으면 None."""
    bases = {PurePosixPath(name).name for name in names}
    found = [exercise for exercise in manifest.exercises if exercise.test_module in bases]
    if not found:
        found = [exercise for exercise in manifest.exercises if set(exercise.modules) <= bases]
    return found[0] if len(found) == 1 else None


def _split_flat(stem: str, named) -> tuple[str, Exercise | None]:
    """`학생_연습`을 둘로. 연습의 이름이 없으면 (전체, None)."""
    for match in re.finditer(r"[\s_\-.]+", stem):
        exercise = named(stem[match.end():])
        if exercise is not None and match.start():
            return stem[: match.start()], exercise
    return stem, None


def _visible(folder: Path) -> Iterator[Path]:
    """숨은 것과 도구가 만든 것을 뺀, 이름 차례의 내용."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise CohortError(f"{folder}을(를) 열 수 없습니다({error.strerror}).") from None
    yield from (path for path in paths if not path.name.startswith((".", "__")))


def _recency(entry: Entry) -> float:
    moment = attempted_at(entry, timezone.utc)
    return moment.timestamp() if moment else 0.0


# ---- 읽기


def _contents(entry: Entry) -> dict[str, bytes]:
    if entry.inside:
        if len(entry.inside) == 1 and is_archive(entry.inside[0][1]):
            return _archive_inside(entry.source, entry.inside)
        return _from_class(entry.source, entry.inside)
    if entry.source.is_symlink():
        raise Unreadable("제출 폴더가 다른 곳을 가리키는 링크입니다. 파일 자체를 내야 합니다.")
    if entry.source.is_dir():
        only = [path for path in _visible(entry.source) if path.name != TIMESTAMP]
        if len(only) == 1 and only[0].is_file() and is_archive(only[0].name):
            return read_archive(only[0])
        files = read_files(entry.source)
        files.pop(TIMESTAMP, None)
        return files
    return read_archive(entry.source)


def _archive_inside(path: Path, inside: tuple[tuple[str, str], ...]) -> dict[str, bytes]:
    ((raw, name),) = inside
    if not name.lower().endswith(ARCHIVE_SUFFIXES):
        return read_archive_bytes(b"?", name)
    (data,) = _from_class(path, ((raw, "a"),)).values()
    return read_archive_bytes(data, name)


def _from_class(path: Path, inside: tuple[tuple[str, str], ...]) -> dict[str, bytes]:
    opened = _opened(path, path.stat().st_mtime_ns)
    return opened.read_files([raw for raw, _ in inside], [name for _, name in inside])


@functools.lru_cache(maxsize=2)
def _opened(path: Path, _modified: int) -> ClassArchive:
    """LMS의 zip은 차례표가 길다. 제출물마다 다시 읽지 않는다."""
    return ClassArchive(path)


def _rooted(files: Mapping[str, bytes], entry: Entry) -> dict[str, bytes]:
    """연습의 폴더를 맨 위로. 압축을 풀다 폴더가 몇 겹 더 생겼어도 모듈이 있는 가장 얕은 폴더를 찾는다."""
    modules = set(entry.exercise.modules)
    below = {name: data for name, data in files.items() if not entry.inner or name.startswith(entry.inner + "/")}
    folders = {PurePosixPath(name).parent for name in below if PurePosixPath(name).name in modules}
    if not folders:
        return {name.removeprefix(entry.inner + "/" if entry.inner else ""): data for name, data in below.items()}

    def rank(folder: PurePosixPath) -> tuple:
        named = folder.name in (entry.exercise.id, entry.exercise.alias)
        return (not named, len(folder.parts), folder.as_posix())

    at_top = PurePosixPath(entry.inner or ".")
    root = at_top if at_top in folders else min(folders, key=rank)
    prefix = "" if root == PurePosixPath(".") else root.as_posix() + "/"
    return {name[len(prefix):]: data for name, data in below.items() if name.startswith(prefix)}


def _written_time(path: Path, zone: tzinfo) -> datetime | None:
    """nbgrader의 `timestamp.txt`: `2015-02-02 15:58:23 UTC`나 ISO 8601. 읽을 수 없으면 None."""
    try:
        if path.is_symlink() or os.path.getsize(path) > 200:
            return None
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    name = text.rpartition(" ")[2]
    try:
        from zoneinfo import ZoneInfo

        if name and not name[0].isdigit() and name[0] not in "+-":
            return datetime.fromisoformat(text.rpartition(" ")[0]).replace(tzinfo=timezone.utc if name == "UTC" else ZoneInfo(name))
        moment = datetime.fromisoformat(text)
    except (ValueError, KeyError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
