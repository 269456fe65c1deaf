"""제출 폴더의 파일들을 읽는다."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path, PurePath

from course_lib.dbt_files import is_product
from course_lib.grading.seen import SubmissionFault

MAX_FILES = 500
MAX_FILES_BYTES = 4 << 20
IGNORED_DIRS = {"__pycache__", ".ipynb_checkpoints", ".git", ".pytest_cache", ".venv", "node_modules"}


def is_ignored(relative: PurePath) -> bool:
    """채점하지 않는 파일인가: 캐시, 숨은 폴더, 노트북."""
    return any(part in IGNORED_DIRS for part in relative.parts) or relative.suffix in (".pyc", ".ipynb")


def read_files(folder: Path) -> dict[str, bytes]:
    """제출 폴더의 파일들(이름은 `/`로 나눈 상대 경로). 링크와 숨은 폴더, 캐시, dbt가 만든 것은 보지 않는다."""
    files: dict[str, bytes] = {}
    total = 0
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if is_ignored(relative):
            continue
        if any(folder.joinpath(*relative.parts[:i]).is_symlink() for i in range(1, len(relative.parts) + 1)):
            continue
        if any(is_product(folder.joinpath(*relative.parts[:i])) for i in range(1, len(relative.parts))):
            continue
        if not path.is_file():
            continue
        total += path.stat().st_size
        if len(files) >= MAX_FILES or total > MAX_FILES_BYTES:
            raise SubmissionFault("too_many_files")
        files[_text(relative.as_posix())] = path.read_bytes()
    return files


def digest_of(files: Mapping[str, bytes]) -> bytes:
    """파일들의 이름과 내용의 지문."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.digest()


def _text(name: str) -> str:
    """UTF-8이 아닌 이름(한국어 윈도우에서 만든 압축을 푼 것)도 글로 만든다. 그대로는 자식에게 보낼 수 없다."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("cp949", "backslashreplace")
    return name
