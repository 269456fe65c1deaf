"""제출 폴더의 파일들을 읽는다."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from course_lib.grading.seen import SubmissionFault

MAX_FILES = 500
MAX_FILES_BYTES = 4 << 20
IGNORED_DIRS = {"__pycache__", ".ipynb_checkpoints", ".git", ".pytest_cache", ".venv", "node_modules"}


def read_files(folder: Path) -> dict[str, bytes]:
    """제출 폴더의 파일들(이름은 `/`로 나눈 상대 경로). 링크와 숨은 폴더, 캐시는 보지 않는다."""
    files: dict[str, bytes] = {}
    total = 0
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part in IGNORED_DIRS for part in relative.parts) or path.suffix in (".pyc", ".ipynb"):
            continue
        if any(folder.joinpath(*relative.parts[:i]).is_symlink() for i in range(1, len(relative.parts) + 1)):
            continue
        if not path.is_file():
            continue
        total += path.stat().st_size
        if len(files) >= MAX_FILES or total > MAX_FILES_BYTES:
            raise SubmissionFault("too_many_files")
        files[relative.as_posix()] = path.read_bytes()
    return files


def digest_of(files: Mapping[str, bytes]) -> bytes:
    """파일들의 이름과 내용의 지문."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.digest()
