"""과정의 목록 `course.toml`을 읽는다: 수업, 확인 문제, 연습.

목록은 하나뿐이다. 명령, 노트북, 채점기가 모두 여기서 이름과 점수와 힌트를 가져간다.
목록의 모양이 틀리면 여기서 `ManifestError`로 멈추고, 목록이 실제 파일과 같은지는 `course verify`가 본다.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

FILE_NAME = "course.toml"
Item = TypeVar("Item")


class ManifestError(Exception):
    """`course.toml`이 잘못 쓰였다. 메시지는 파일의 어디가 왜 틀렸는지 말하는 한국어 문장이다."""


class UnknownId(LookupError):
    """목록에 없는 이름을 찾았다. 메시지는 비슷한 이름을 함께 알려 주는 한국어 문장이다."""

    def __init__(self, kind: str, wanted: str, known: Iterable[str]) -> None:
        known = tuple(known)
        close = _close_matches(wanted, known)
        if close:
            advice = f"{_either(close)} 찾으셨나요?"
        elif known:
            advice = f"쓸 수 있는 이름: {', '.join(known)}"
        else:
            advice = f"아직 등록된 {kind}{_particle(kind, '이', '가')} 없습니다."
        super().__init__(f"‘{wanted}’{_particle(wanted, '이라는', '라는')} {kind}{_particle(kind, '이', '가')} 없습니다. {advice}")
        self.wanted = wanted
        self.close = close


@dataclass(frozen=True)
class Checkpoint:
    """노트북 안의 확인 문제 하나. `hints`는 앞에서부터 하나씩 보여 준다."""

    id: str
    title: str
    hints: tuple[str, ...]
    lesson: str


@dataclass(frozen=True)
class Lesson:
    """노트북 하나. `minutes`는 분, `prerequisites`는 먼저 볼 수업, `prepares`는 이어서 풀 연습(없으면 빈 글)."""

    id: str
    title: str
    minutes: int
    prerequisites: tuple[str, ...]
    prepares: str
    checkpoints: tuple[Checkpoint, ...]


@dataclass(frozen=True)
class Exercise:
    """채점되는 연습 하나.

    `modules`는 학습자가 쓰는 모듈(테스트 제외), `test_module`은 학습자의 테스트 파일,
    `swapped`는 학습자의 테스트를 채점할 때 모범 답안의 것으로 바꾸는 모듈이다. `hints`는 기준 이름마다 힌트의 차례다.
    """

    id: str
    alias: str
    title: str
    minutes: int
    points: int
    after: str
    modules: tuple[str, ...]
    test_module: str
    swapped: tuple[str, ...]
    hints: Mapping[str, tuple[str, ...]] = field(hash=False)


@dataclass(frozen=True)
class Course:
    """과정의 이름과 판."""

    title: str
    version: str


@dataclass(frozen=True)
class Manifest:
    """`course.toml` 전체. 차례는 파일에 쓰인 차례다."""

    course: Course
    lessons: tuple[Lesson, ...]
    exercises: tuple[Exercise, ...]

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """모든 수업의 확인 문제."""
        return tuple(checkpoint for lesson in self.lessons for checkpoint in lesson.checkpoints)

    def lesson(self, lesson_id: str) -> Lesson:
        """이름이 `lesson_id`인 수업. 없으면 `UnknownId`."""
        return _find("수업", lesson_id, {lesson.id: lesson for lesson in self.lessons})

    def checkpoint(self, checkpoint_id: str) -> Checkpoint:
        """이름이 `checkpoint_id`인 확인 문제. 없으면 `UnknownId`."""
        return _find("확인 문제", checkpoint_id, {item.id: item for item in self.checkpoints})

    def exercise(self, id_or_alias: str) -> Exercise:
        """이름(`ex1_page_views`)이나 짧은 이름(`ex1`)이 맞는 연습. 없으면 `UnknownId`."""
        for exercise in self.exercises:
            if id_or_alias == exercise.id:
                return exercise
        return _find("연습", id_or_alias, {exercise.alias: exercise for exercise in self.exercises})


def repository_root() -> Path:
    """저장소의 맨 위 폴더. `course.toml`, `notebooks/`, `exercises/`가 있는 곳이다."""
    return Path(__file__).resolve().parents[1]


def load_manifest(root: Path | None = None) -> Manifest:
    """`root`(기본은 이 저장소)의 `course.toml`을 읽는다. 같은 폴더는 한 번만 읽는다. 틀리면 `ManifestError`."""
    return _load(repository_root() if root is None else Path(root).resolve())


@cache
def _load(root: Path) -> Manifest:
    path = root / FILE_NAME
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ManifestError(f"{path} 파일이 없습니다. 저장소를 통째로 내려받았는지 확인하세요.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{FILE_NAME}을 읽을 수 없습니다: {error}") from None
    return _manifest(document)


def _manifest(document: dict) -> Manifest:
    top = _Table(document, FILE_NAME)
    course = top.table("course")
    manifest = Manifest(
        course=Course(title=course.text("title"), version=course.text("version")),
        lessons=tuple(_lesson(table) for table in top.tables("lessons")),
        exercises=tuple(_exercise(table) for table in top.tables("exercises")),
    )
    course.finish()
    top.finish()
    _check_names(manifest)
    return manifest


def _lesson(table: "_Table") -> Lesson:
    lesson_id = table.text("id")
    lesson = Lesson(
        id=lesson_id,
        title=table.text("title"),
        minutes=table.number("minutes"),
        prerequisites=table.texts("prerequisites"),
        prepares=table.text("prepares", empty=True),
        checkpoints=tuple(_checkpoint(item, lesson_id) for item in table.tables("checkpoints")),
    )
    table.finish()
    return lesson


def _checkpoint(table: "_Table", lesson_id: str) -> Checkpoint:
    checkpoint = Checkpoint(
        id=table.text("id"), title=table.text("title"), hints=table.texts("hints"), lesson=lesson_id
    )
    table.finish()
    return checkpoint


def _exercise(table: "_Table") -> Exercise:
    hints = table.table("hints")
    exercise = Exercise(
        id=table.text("id"),
        alias=table.text("alias"),
        title=table.text("title"),
        minutes=table.number("minutes"),
        points=table.number("points"),
        after=table.text("after"),
        modules=table.texts("modules"),
        test_module=table.text("test_module"),
        swapped=table.texts("swapped"),
        hints={criterion: hints.texts(criterion) for criterion in hints.keys()},
    )
    hints.finish()
    table.finish()
    return exercise


def _check_names(manifest: Manifest) -> None:
    lesson_ids = [lesson.id for lesson in manifest.lessons]
    exercise_ids = [exercise.id for exercise in manifest.exercises]
    _unique("수업", lesson_ids)
    _unique("확인 문제", [checkpoint.id for checkpoint in manifest.checkpoints])
    # 짧은 이름이 다른 연습의 이름과 같으면 어느 연습인지 알 수 없으므로 함께 본다. 제 이름과는 같아도 된다.
    _unique("연습", exercise_ids + [exercise.alias for exercise in manifest.exercises if exercise.alias != exercise.id])
    for lesson in manifest.lessons:
        for needed in lesson.prerequisites:
            if needed not in lesson_ids:
                raise ManifestError(f"{FILE_NAME}: 수업 {lesson.id}의 prerequisites에 없는 수업 {needed}이 있습니다.")
        if lesson.prepares and lesson.prepares not in exercise_ids:
            raise ManifestError(f"{FILE_NAME}: 수업 {lesson.id}의 prepares에 없는 연습 {lesson.prepares}이 있습니다.")
    for exercise in manifest.exercises:
        if exercise.after not in lesson_ids:
            raise ManifestError(f"{FILE_NAME}: 연습 {exercise.id}의 after에 없는 수업 {exercise.after}이 있습니다.")
        for module in exercise.swapped:
            if module not in exercise.modules:
                raise ManifestError(f"{FILE_NAME}: 연습 {exercise.id}의 swapped에 modules에 없는 {module}이 있습니다.")


def _unique(kind: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ManifestError(f"{FILE_NAME}: {kind} 이름 {name}이 두 번 나옵니다.")
        seen.add(name)


class _Table:
    """TOML 표 하나를 읽으면서 빠진 값, 종류가 다른 값, 모르는 이름을 그 자리의 이름과 함께 알린다."""

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, dict):
            raise ManifestError(f"{where}: 표([이름])여야 합니다.")
        self._values = values
        self._where = where
        self._read: set[str] = set()

    def keys(self) -> tuple[str, ...]:
        return tuple(self._values)

    def text(self, name: str, empty: bool = False) -> str:
        value = self._get(name)
        if not isinstance(value, str) or not (value.strip() or empty):
            raise ManifestError(f"{self._where}: {name}은(는) 비어 있지 않은 글이어야 합니다. 지금 값: {value!r}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ManifestError(f"{self._where}: {name}은(는) 글의 목록이어야 합니다. 지금 값: {value!r}")
        return tuple(value)

    def number(self, name: str) -> int:
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise ManifestError(f"{self._where}: {name}은(는) 0보다 큰 정수여야 합니다. 지금 값: {value!r}")
        return value

    def table(self, name: str) -> "_Table":
        return _Table(self._get(name), f"{self._where} {name}")

    def tables(self, name: str) -> list["_Table"]:
        """`[[이름]]`으로 쓴 표들. 하나도 없으면 빈 목록이다."""
        self._read.add(name)
        values = self._values.get(name, [])
        if not isinstance(values, list):
            raise ManifestError(f"{self._where}: {name}은(는) [[{name}]]처럼 써야 합니다.")
        return [
            _Table(value, f"{self._where} {name} {value.get('id', number) if isinstance(value, dict) else number}")
            for number, value in enumerate(values, start=1)
        ]

    def finish(self) -> None:
        """읽지 않은 이름이 남았으면 잘못 쓴 이름으로 본다."""
        unknown = [name for name in self._values if name not in self._read]
        if unknown:
            raise ManifestError(f"{self._where}: 모르는 이름 {', '.join(unknown)}이 있습니다. 철자를 확인하세요.")

    def _get(self, name: str) -> object:
        self._read.add(name)
        if name not in self._values:
            raise ManifestError(f"{self._where}: {name}이 빠졌습니다.")
        return self._values[name]


def _find(kind: str, wanted: str, items: dict[str, Item]) -> Item:
    if wanted in items:
        return items[wanted]
    raise UnknownId(kind, wanted, items)


def _close_matches(wanted: str, known: tuple[str, ...]) -> tuple[str, ...]:
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(wanted.casefold(), folded, n=3, cutoff=0.6)
    return tuple(folded[name] for name in close)


def _either(names: tuple[str, ...]) -> str:
    joined = ", ".join(names[:-1]) + (" 또는 " if names[1:] else "") + names[-1]
    return joined + _particle(names[-1], "을", "를")


def _particle(word: str, after_consonant: str, after_vowel: str) -> str:
    """`word` 뒤에 올 조사. 숫자와 로마자는 한국어로 읽는 소리로 고르고, 모르면 둘 다 쓴다."""
    last = word[-1:]
    if "가" <= last <= "힣":
        return after_consonant if (ord(last) - ord("가")) % 28 else after_vowel
    if last in "013678lmnr":
        return after_consonant
    if last.isascii() and last.isalnum():
        return after_vowel
    return f"{after_consonant}({after_vowel})"
