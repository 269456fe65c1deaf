"""학습자의 작업 공간: 노트북과 연습의 사본, 진행 기록, Dagster 인스턴스가 있는 폴더.

학습자는 저장소의 파일을 고치지 않고 여기서 일한다. 그래서 저장소를 새 판으로 바꿔도 충돌이 없다.
지키는 법은 하나다. **학습자가 쓴 것은 백업 없이 덮어쓰거나 지우지 않는다.** 무엇이 학습자의 것인지 모르면 학습자의 것으로 본다.

    workspace/
        notebooks/  exercises/       사본. 학습자가 고친다
        progress.txt                 진행 기록
        pytest.ini                   연습의 테스트를 돌릴 때의 설정
        dagster_home/<연습>/         연습마다 하나씩인 Dagster 인스턴스(런과 구체화 기록)
        backups/                     되돌리거나 새 판을 들일 때 남긴 학습자의 파일
        updates/                     학습자가 고친 파일의 새 판. 견주어 보고 옮기는 것은 학습자가 한다
        .course/                     작업 공간이라는 표시와, 무엇을 복사했는지의 기록
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from course_lib.dbt_files import is_product
from course_lib.manifest import Exercise, Manifest, load_manifest, repository_root

SHIPPED_FOLDERS = ("notebooks", "exercises")
ENVIRONMENT_VARIABLE = "COURSE_WORKSPACE"

_MARKER = Path(".course") / "README.txt"
_MARKER_TEXT = """\
이 폴더는 Dagster 과정의 작업 공간입니다. `course` 명령이 이 파일을 보고 작업 공간을 찾습니다.
files.json은 과정이 복사해 준 파일의 지문입니다. 지워도 됩니다. 고친 파일을 알아보는 데만 씁니다.
"""
_RECORD = Path(".course") / "files.json"
_IGNORED_NAMES = frozenset({"__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".DS_Store"})
_DAGSTER_YAML = """\
# 이 과정의 Dagster 인스턴스 설정입니다. 기록은 이 폴더의 SQLite 파일에 남습니다.
telemetry:
  enabled: false
# 처음 열 때 나오는 가입 안내 창을 끕니다.
nux:
  enabled: false
"""
_PYTEST_INI = """\
# 연습의 테스트를 돌릴 때의 설정입니다. 저장소의 설정이 아니라 이것을 씁니다.
[pytest]
# 저장소의 exercises가 아니라 여러분이 고친 exercises를 부릅니다.
pythonpath = .
addopts = --import-mode=importlib
filterwarnings =
    ignore:Field .* type could not be converted:UserWarning
    ignore:sqlglotrs is deprecated:DeprecationWarning
"""
_FOUNDATIONS = (
    (_MARKER, _MARKER_TEXT),
    (Path("pytest.ini"), _PYTEST_INI),
)


class WorkspaceError(Exception):
    """작업 공간을 쓸 수 없다. 메시지는 학습자에게 그대로 보이는 한국어 문장이다."""


@dataclass(frozen=True)
class Failure:
    """가져오지 못한 파일 하나와 그 까닭."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Changes:
    """`prepare`나 `update`가 한 일. 경로는 모두 작업 공간에서 본 상대 경로다.

    - `new`: 없던 파일이 새로 옴
    - `updated`: 손대지 않은 파일이 새 판으로 바뀜
    - `kept`: 학습자가 고쳤으므로 그대로 둠. 새 판도 없음
    - `beside`: 학습자가 고쳤으므로 그대로 두고, 새 판을 `updates/`의 같은 자리에 둠
    - `retired`: 과정에서 빠졌지만 그대로 둔 파일
    - `failed`: 쓰지 못한 파일
    - `backup`: 바꾸기 전의 파일을 남긴 폴더. 남길 것이 없었으면 None
    """

    new: tuple[Path, ...] = ()
    updated: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()
    beside: tuple[Path, ...] = ()
    retired: tuple[Path, ...] = ()
    failed: tuple[Failure, ...] = ()
    backup: Path | None = None


@dataclass(frozen=True)
class Workspace:
    """작업 공간 하나. `path`는 그 폴더, `root`는 원본이 있는 저장소다. `Workspace.open`으로 연다."""

    path: Path
    root: Path

    @classmethod
    def open(cls, path: Path | str | None = None, root: Path | None = None) -> "Workspace":
        """작업 공간을 찾는다. 파일은 만들지 않는다(`prepare`가 만든다).

        차례로 본다: 인자 `path`, 환경 변수 `COURSE_WORKSPACE`, 지금 폴더나 그 위에서 처음 만나는 작업 공간, 저장소의 `workspace/`.
        """
        root = repository_root() if root is None else Path(root).resolve()
        chosen = path or os.environ.get(ENVIRONMENT_VARIABLE) or _enclosing_workspace() or root / "workspace"
        return cls(path=Path(chosen).expanduser().absolute(), root=root)

    @property
    def manifest(self) -> Manifest:
        return load_manifest(self.root)

    @property
    def is_prepared(self) -> bool:
        return (self.path / _MARKER).is_file()

    @property
    def progress_path(self) -> Path:
        return self.path / "progress.txt"

    def dagster_home(self, exercise: Exercise | str) -> Path:
        """연습의 DAGSTER_HOME. 이름이나 짧은 이름도 받는다. 목록에 없으면 `UnknownId`.

        여러 연습이 같은 자산 이름을 쓰고(`raw_page_views` 등), 인스턴스 하나에는 데몬이 하나여야 하므로 연습마다 따로 둔다.
        예전의 작업 공간은 모든 연습이 `dagster_home/` 하나를 함께 썼다. 그 기록은 어느 연습의 것인지 알 수 없으므로 옮기지 않는다.
        파일은 그대로 남고(`DAGSTER_HOME=작업 공간/dagster_home`으로 띄우면 다시 보인다), 연습의 새 인스턴스는 빈 기록에서 시작한다.
        """
        return self.path / "dagster_home" / self._known(exercise).id

    @property
    def backups(self) -> Path:
        return self.path / "backups"

    def notebook(self, lesson_id: str) -> Path:
        """수업 노트북의 자리."""
        return self.path / "notebooks" / f"{lesson_id}.ipynb"

    def exercise_dir(self, exercise: Exercise | str) -> Path:
        """연습 폴더의 자리. 이름이나 짧은 이름도 받는다. 목록에 없으면 `UnknownId`."""
        return self.path / "exercises" / self._known(exercise).id

    def prepare(self) -> Changes:
        """없는 것만 갖춘다: 처음이면 모두, 다음부터는 과정에 새로 생긴 파일만 복사한다. 있는 파일은 건드리지 않는다.

        학습자가 지운 파일은 되살리지 않는다(`update`나 `reset`이 한다). 폴더를 쓸 수 없으면 `WorkspaceError`.
        """
        self._lay_foundations()
        session = _Session(self)
        for relative in self._shipped():
            if relative.as_posix() not in session.record:
                session.bring(relative)
        return session.finish()

    def update(self) -> Changes:
        """새 판을 들인다. 손대지 않은 파일은 바꾸고, 고친 파일은 그대로 두고 새 판을 `updates/`에 둔다. 지운 파일은 되살린다.

        노트북에서 실행 결과만 바뀐 것은 손댄 것으로 보지 않는다. 대신 바꾸기 전의 노트북을 `backups/`에 남긴다.
        """
        self._lay_foundations()
        session = _Session(self)
        shipped = self._shipped()
        for relative in shipped:
            session.bring(relative)
        session.retire(set(shipped))
        return session.finish()

    def reset(self, exercise: Exercise | str) -> Path | None:
        """연습을 처음의 뼈대로 되돌린다. 지금 폴더는 `backups/<연습>-<날짜-시각>/`에 남긴다.

        남긴 폴더의 경로를 돌려준다. 남길 것이 없었으면 None. 백업이 끝까지 되지 않으면 아무것도 바꾸지 않고 `WorkspaceError`.
        """
        self._lay_foundations()
        folder = self.exercise_dir(exercise)
        relative_folder = folder.relative_to(self.path)
        backup = self._back_up_folder(folder)
        session = _Session(self)
        shipped = {relative for relative in self._shipped() if relative.is_relative_to(relative_folder)}
        if not shipped:
            raise WorkspaceError(f"저장소에 {relative_folder.as_posix()} 폴더가 없습니다. 저장소를 다시 내려받아 주세요.")
        if backup is not None:
            _clear_backed_up(folder, backup)
        for relative in sorted(shipped):
            # 사본 확인을 마친 파일만 지웠으므로, 아직 남은 파일은 그 사이에 저장된 새 글이다. bring이 지켜 준다.
            session.bring(relative)
        session.finish()
        return backup

    def _known(self, exercise: Exercise | str) -> Exercise:
        return self.manifest.exercise(exercise) if isinstance(exercise, str) else exercise

    def _lay_foundations(self) -> None:
        """표시와 도구의 설정을 갖춘다. 있으면 그대로 둔다."""
        foundations = {self.path / relative: text for relative, text in _FOUNDATIONS}
        foundations |= {self.dagster_home(exercise) / "dagster.yaml": _DAGSTER_YAML for exercise in self.manifest.exercises}
        try:
            for target, text in foundations.items():
                if not os.path.lexists(target):
                    _write_atomically(target, text.encode("utf-8"))
        except OSError as error:
            raise WorkspaceError(
                f"작업 공간 {self.path} 에 쓸 수 없습니다({_reason(error)}). "
                "쓸 수 있는 다른 폴더를 --workspace 로 정해 주세요."
            ) from None

    def _shipped(self) -> list[Path]:
        """저장소가 나누어 주는 파일들. 작업 공간에서의 상대 경로와 같다."""
        return [
            path.relative_to(self.root)
            for folder in SHIPPED_FOLDERS
            for path in files_below(self.root / folder)
        ]

    def _back_up_folder(self, folder: Path) -> Path | None:
        if not folder.is_dir() or not any(files_below(folder)):
            return None
        backup = None
        try:
            backup = _fresh_folder(self.backups, folder.name)
            shutil.copytree(folder, backup, symlinks=True, dirs_exist_ok=True, ignore=_ignored)
        except (OSError, shutil.Error) as error:
            if backup is not None:
                # 반쪽 백업이 온전한 백업처럼 보이면 안 된다.
                shutil.rmtree(backup, ignore_errors=True)
            raise WorkspaceError(
                f"백업을 만들지 못해 아무것도 바꾸지 않았습니다({_reason(error)}). 디스크 공간과 폴더 권한을 확인해 주세요."
            ) from None
        return backup


class _Session:
    """한 번의 `prepare`, `update`, `reset`: 파일을 하나씩 들이고, 한 일을 모으고, 끝에 기록을 쓴다.

    기록은 파일마다 과정이 복사해 준 내용의 지문 둘이다. `bytes`는 파일 그대로, `text`는 줄바꿈과 노트북의 실행 결과를 뺀 내용.
    기록이 없거나 깨졌으면 빈 것으로 본다. 그러면 과정의 파일과 똑같은 것만 손대지 않은 것이 된다.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.record = _read_record(workspace.path / _RECORD)
        self._done: dict[str, list[Path]] = {name: [] for name in ("new", "updated", "kept", "beside", "retired")}
        self._failed: list[Failure] = []
        self._backup: Path | None = None

    def bring(self, relative: Path) -> None:
        """저장소의 파일 하나를 작업 공간에 들인다."""
        try:
            self._bring(relative)
        except OSError as error:
            self._failed.append(Failure(relative, _reason(error)))

    def _bring(self, relative: Path) -> None:
        key = relative.as_posix()
        content = (self._workspace.root / relative).read_bytes()
        shipped = _fingerprint(relative, content)
        target = self._workspace.path / relative
        if not os.path.lexists(target):
            self._write(relative, content, shipped)
            self._done["new"].append(relative)
            return
        mine = _fingerprint_of_file(target)
        if mine is not None and mine["text"] == shipped["text"]:
            # 이미 새 판과 같다. 실행 결과만 다른 노트북도 여기로 오고, 결과를 그대로 간직한다.
            self.record[key] = shipped
            return
        copied = self.record.get(key)
        if mine is not None and copied is not None and mine["text"] == copied["text"]:
            if mine["bytes"] != copied["bytes"]:
                self._back_up(relative)
            self._write(relative, content, shipped)
            self._done["updated"].append(relative)
        elif copied is not None and copied["text"] == shipped["text"]:
            self._done["kept"].append(relative)
        else:
            self._lay_beside(relative, content, shipped)

    def _lay_beside(self, relative: Path, content: bytes, shipped: dict[str, str]) -> None:
        """고친 파일의 새 판을 `updates/`에 둔다. 거기에 학습자가 쓴 것이 있으면 그것도 백업한다."""
        beside = Path("updates") / relative
        target = self._workspace.path / beside
        if os.path.lexists(target):
            mine = _fingerprint_of_file(target)
            if mine is not None and mine["bytes"] == shipped["bytes"]:
                self._done["kept"].append(relative)
                return
            if mine != self.record.get(beside.as_posix()):
                self._back_up(beside)
        self._write(beside, content, shipped)
        self._done["beside"].append(relative)

    def _write(self, relative: Path, content: bytes, fingerprint: dict[str, str]) -> None:
        _write_atomically(self._workspace.path / relative, content)
        self.record[relative.as_posix()] = fingerprint

    def _back_up(self, relative: Path) -> None:
        if self._backup is None:
            self._backup = _fresh_folder(self._workspace.backups, "update")
        kept = self._backup / relative
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(self._workspace.path / relative, kept, follow_symlinks=False)

    def retire(self, shipped: set[Path]) -> None:
        """과정에서 빠진 파일을 기록에서 지운다. 파일은 그대로 둔다."""
        for key in list(self.record):
            relative = Path(key)
            if relative.parts[0] in SHIPPED_FOLDERS and relative not in shipped:
                del self.record[key]
                if (self._workspace.path / relative).exists():
                    self._done["retired"].append(relative)

    def finish(self) -> Changes:
        # 기록을 쓰지 못해도 잃는 것은 없다. 다음에는 모르는 파일을 학습자의 것으로 본다.
        with contextlib.suppress(OSError):
            content = json.dumps(self.record, ensure_ascii=False, indent=1, sort_keys=True)
            _write_atomically(self._workspace.path / _RECORD, content.encode("utf-8"))
        return Changes(
            **{name: tuple(paths) for name, paths in self._done.items()},
            failed=tuple(self._failed),
            backup=self._backup,
        )


def _enclosing_workspace() -> Path | None:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / _MARKER).is_file()), None)


def files_below(folder: Path) -> Iterator[Path]:
    """폴더 아래의 파일을 이름 차례로 준다. 도구가 만드는 것(캐시, 노트북 자동 저장본, dbt가 만든 것)은 뺀다."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if _is_made_by_tools(path):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from files_below(path)
        else:
            yield path


def _ignored(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if _is_made_by_tools(Path(folder, name))}


def _is_made_by_tools(path: Path) -> bool:
    return path.name in _IGNORED_NAMES or path.suffix == ".pyc" or is_product(path)


def _clear_backed_up(folder: Path, backup: Path) -> None:
    """사본이 백업에 똑같이 있는 파일만 지운다. 폴더 자체는 커널과 터미널이 열어 두었을 수 있으므로 남긴다."""
    for path in list(files_below(folder)):
        kept = backup / path.relative_to(folder)
        if path.is_symlink():
            same = kept.is_symlink() and os.readlink(kept) == os.readlink(path)
        else:
            same = kept.is_file() and kept.read_bytes() == path.read_bytes()
        if same:
            with contextlib.suppress(OSError):
                path.unlink()


def _fresh_folder(parent: Path, name: str) -> Path:
    """`parent/name-20261123-120000` 폴더를 새로 만든다. 같은 초에 두 번이면 번호를 붙인다."""
    parent.mkdir(parents=True, exist_ok=True)
    stamp = f"{name}-{datetime.now():%Y%m%d-%H%M%S}"
    number = 1
    while True:
        folder = parent / (stamp if number == 1 else f"{stamp}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _fingerprint_of_file(path: Path) -> dict[str, str] | None:
    """보통 파일의 지문. 링크나 폴더처럼 과정이 만들지 않는 것이면 None이고, 학습자의 것으로 본다."""
    if path.is_symlink() or not path.is_file():
        return None
    return _fingerprint(path, path.read_bytes())


def _fingerprint(path: Path, content: bytes) -> dict[str, str]:
    return {"bytes": _digest(content), "text": _digest(_essence(path, content))}


def _essence(path: Path, content: bytes) -> bytes:
    """학습자가 손으로 쓰는 부분만 남긴다: 노트북은 셀의 종류와 글, 다른 파일은 줄바꿈을 \\n으로 맞춘 내용."""
    if path.suffix == ".ipynb":
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            cells = json.loads(content)["cells"]
            written = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
            return json.dumps(written).encode("utf-8")
    return content.replace(b"\r\n", b"\n")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read_record(path: Path) -> dict[str, dict[str, str]]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(record, dict):
        return {}
    return {key: value for key, value in record.items() if key and _is_fingerprint(value)}


def _is_fingerprint(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in ("bytes", "text"))


def _write_atomically(target: Path, content: bytes) -> None:
    """다 쓴 뒤에 이름을 바꾼다. 도중에 꺼져도 반쪽 파일이 남지 않는다."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
