"""오개념 목록: 이름 붙은 틀린 답들. `solutions/<연습>/misconceptions.py`에 있다.

학급 꾸러미에는 코드가 없는 목록(`tests/rubrics/<연습>/misconceptions.json`)이 있다: 이름과 설명, 그 실수가 내는 결과의 지문뿐이다.

한 목록을 네 곳에 쓴다. (1) 저마다 겨눈 기준을 잃는지 시험해 채점 기준표를 검증하고, (2) 학습자의 결과가 변형의 결과와
같으면 그 이름과 설명을 알려 주며, (3) 학습자의 테스트가 변형을 잡는지 보고, (4) 퀴즈의 재료가 된다.
"""

import json
import runpy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.files import read_files
from course_lib.manifest import Exercise, load_manifest, repository_root


@dataclass(frozen=True)
class Edit:
    """모범 답안의 한 파일에서 글 한 곳을 바꾼다. `old`는 그 파일에 꼭 한 번 나와야 한다."""

    file: str
    old: str
    new: str

    def apply(self, source: str) -> str:
        if source.count(self.old) != 1:
            raise CatalogueError(f"{self.file}에 바꿀 글이 {source.count(self.old)}번 나옵니다: {self.old!r}")
        return source.replace(self.old, self.new)


@dataclass(frozen=True)
class Misconception:
    """이름 붙은 실수 하나. `criterion`은 이 실수가 잃는 기준, `also`는 이 실수라면 어쩔 수 없이 함께 잃는 기준이다.

    꾸러미의 목록에서는 `edits`가 비고, 대신 `outcome`에 이 실수가 기준에서 내는 결과의 지문(`explain.fingerprint`)이 있다.
    """

    id: str
    title: str
    criterion: str
    explanation: str
    edits: tuple[Edit, ...]
    also: tuple[str, ...] = ()
    outcome: str | None = None


@dataclass(frozen=True)
class Catalogue:
    """연습 하나의 오개념들. `must_catch`는 학습자의 테스트가 잡아야 하는 것들의 id다."""

    exercise: str
    misconceptions: tuple[Misconception, ...]
    must_catch: tuple[str, ...]

    def get(self, misconception_id: str) -> Misconception:
        return next(m for m in self.misconceptions if m.id == misconception_id)

    def for_criterion(self, criterion_id: str) -> tuple[Misconception, ...]:
        return tuple(m for m in self.misconceptions if m.criterion == criterion_id)


class CatalogueError(Exception):
    """오개념 목록이 모범 답안과 맞지 않는다. 과정의 잘못이다."""


def load_catalogue(exercise: str, root: Path | None = None) -> Catalogue:
    """연습의 오개념 목록을 읽는다. `solutions/`가 없으면 학급 꾸러미의 목록이고, 그것도 없으면 빈 목록이다."""
    root = root or repository_root()
    path = root / "solutions" / exercise / "misconceptions.py"
    if path.exists():
        module = runpy.run_path(str(path))
        return Catalogue(exercise, tuple(module["MISCONCEPTIONS"]), tuple(module["TESTS_MUST_CATCH"]))
    released = root / released_path(exercise)
    if not released.exists():
        return Catalogue(exercise, (), ())
    return Catalogue(exercise, tuple(Misconception(edits=(), **fields) for fields in json.loads(released.read_text(encoding="utf-8"))), ())


def released_path(exercise: str) -> Path:
    """꾸러미의 목록이 있는 자리. 뿌리 폴더에서 본 상대 경로다."""
    return Path("tests") / "rubrics" / exercise / "misconceptions.json"


def released_json(misconceptions: Iterable[tuple[Misconception, str]]) -> str:
    """오개념과 그 결과의 지문들을, 코드 없이 꾸러미의 목록으로."""
    fields = [{"id": each.id, "title": each.title, "criterion": each.criterion, "explanation": each.explanation, "outcome": outcome}
              for each, outcome in misconceptions]
    return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"


def apply_edits(files: Mapping[str, bytes], misconception: Misconception) -> dict[str, bytes]:
    """모범 답안의 파일들에 실수를 심은 사본."""
    changed = dict(files)
    for edit in misconception.edits:
        changed[edit.file] = edit.apply(changed[edit.file].decode("utf-8")).encode("utf-8")
    return changed


@dataclass(frozen=True)
class Material:
    """연습 하나의 채점 재료: 목록의 내용, 모범 답안의 파일들, 오개념들."""

    exercise: Exercise
    reference: Mapping[str, bytes]
    catalogue: Catalogue

    def swapped_modules(self, misconception: Misconception | None = None) -> dict[str, bytes]:
        """학습자의 테스트를 돌릴 때 바꿔 끼울 모듈들. 오개념을 주면 그 실수를 심는다."""
        files = apply_edits(self.reference, misconception) if misconception else self.reference
        return {name: files[name] for name in self.exercise.swapped}

    def planted(self) -> list[tuple[Misconception, dict[str, bytes]]]:
        """학습자의 테스트가 잡아야 하는 실수와, 그 실수를 심은 모듈들."""
        picked = [self.catalogue.get(name) for name in self.catalogue.must_catch]
        return [(misconception, self.swapped_modules(misconception)) for misconception in picked]


def load_material(exercise: str, root: Path | None = None) -> Material:
    """연습의 채점 재료를 읽는다. `exercise`는 id나 짧은 이름."""
    root = root or repository_root()
    entry = load_manifest(root).exercise(exercise)
    files = read_files(root / "solutions" / entry.id)
    files.pop("misconceptions.py", None)
    return Material(entry, files, load_catalogue(entry.id, root))


def build_variant(material: Material, misconception: Misconception, into: Path) -> Path:
    """실수를 심은 제출 폴더를 `into` 아래에 만들고 그 경로를 돌려준다."""
    folder = into / misconception.id
    for name, data in apply_edits(material.reference, misconception).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder
