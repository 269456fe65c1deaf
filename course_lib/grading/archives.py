"""압축 파일로 낸 제출물을 읽는다. 압축은 디스크에 풀지 않는다: 이름과 내용을 메모리로만 꺼낸다.

제출된 압축은 믿을 수 없다. 절대 경로, `..`, 링크, 장치, 암호, 압축 안의 압축, 겹치는 이름, 풀면 터무니없이 커지는 것(압축 폭탄)은
`UnreadableArchive`로 거절한다. 예외의 메시지는 강사와 학생에게 그대로 보이는 한국어 문장이다.
"""

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from course_lib.grading.files import IGNORED_DIRS, is_ignored

ARCHIVE_SUFFIXES = (".tar.gz", ".tar.bz2", ".tar.xz", ".zip", ".tar", ".tgz", ".tbz2", ".tbz", ".txz")
# 받지 않는 압축. 받아서 조용히 0점을 주느니 왜 못 읽는지 말한다.
FOREIGN_SUFFIXES = (".7z", ".rar", ".egg", ".alz", ".gz", ".bz2", ".xz", ".zst", ".lzh", ".cab", ".iso", ".jar", ".whl")

MAX_ARCHIVE_BYTES = 32 << 20
MAX_TOTAL_BYTES = 64 << 20
MAX_MEMBERS = 2_000
MAX_NAME_CHARACTERS = 400
# 파이썬 코드는 열 배쯤 준다. 이보다 더 주는 것은 폭탄이다. 작은 압축은 비율을 보지 않는다.
MAX_RATIO = 200
RATIO_FREE_BYTES = 1 << 20
_XZ_MEMORY = 64 << 20
_CHUNK = 1 << 16
_JUNK_NAMES = {".DS_Store", "Thumbs.db", "desktop.ini"}
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
_END_OF_ZIP = b"PK\x05\x06"
_BROKEN = "압축 파일이 깨졌습니다. 다시 압축해 내야 합니다."


class UnreadableArchive(Exception):
    """압축을 읽을 수 없거나 읽지 않기로 했다. 메시지는 까닭을 말하는 한국어 문장이다."""


@dataclass(frozen=True)
class Member:
    """학급 전체를 담은 압축 속의 파일 하나. `name`은 `/`로 나눈 이름, `raw`는 압축 속의 본디 이름이다."""

    name: str
    raw: str
    modified: datetime | None


def is_archive(name: str) -> bool:
    """압축 파일의 이름인가. 받지 않는 압축(7z, egg …)도 그렇다고 한다: 까닭을 말해 주어야 하므로."""
    return name.lower().endswith(ARCHIVE_SUFFIXES + FOREIGN_SUFFIXES)


def archive_stem(name: str) -> str:
    """압축 파일의 이름에서 꼬리를 뗀 것. `ex1.tar.gz`는 `ex1`이다."""
    lowered = name.lower()
    suffix = next((s for s in ARCHIVE_SUFFIXES + FOREIGN_SUFFIXES if lowered.endswith(s)), "")
    return name[: len(name) - len(suffix)] if suffix else name


def readable_name(name: str) -> str:
    """파일 시스템이 준 이름을 사람이 읽을 글로. 맥의 풀어 쓴 한글(NFD)은 모아 쓰고, CP949로 적힌 이름도 읽는다."""
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp949", "backslashreplace")
    return unicodedata.normalize("NFC", text)


def read_archive(path: Path) -> dict[str, bytes]:
    """압축 파일의 채점할 파일들(이름은 `/`로 나눈 상대 경로). 캐시, 노트북, 맥이 넣는 찌꺼기는 뺀다.

    읽을 수 없거나 위험하면 UnreadableArchive.
    """
    try:
        if path.is_symlink() or not path.is_file():
            raise UnreadableArchive("압축 파일이 아니라 링크나 장치입니다. 파일 자체를 내야 합니다.")
        size = path.stat().st_size
        if size > MAX_ARCHIVE_BYTES:
            raise UnreadableArchive(f"압축 파일이 너무 큽니다({size >> 20}MB). {MAX_ARCHIVE_BYTES >> 20}MB까지 받습니다.")
        return read_archive_bytes(path.read_bytes(), path.name)
    except OSError as error:
        raise UnreadableArchive(f"파일을 읽을 수 없습니다({error.strerror or error}).") from None


def read_archive_bytes(data: bytes, name: str) -> dict[str, bytes]:
    """메모리에 있는 압축을 읽는다. `name`의 꼬리가 압축의 종류를 정한다. 나머지는 `read_archive`와 같다."""
    lowered = name.lower()
    if len(data) > MAX_ARCHIVE_BYTES:
        raise UnreadableArchive(f"압축 파일이 너무 큽니다({len(data) >> 20}MB). {MAX_ARCHIVE_BYTES >> 20}MB까지 받습니다.")
    if not data:
        raise UnreadableArchive("빈 파일입니다. 다시 압축해 내야 합니다.")
    if not lowered.endswith(ARCHIVE_SUFFIXES):
        kind = PurePosixPath(lowered).suffix or lowered
        raise UnreadableArchive(f"{kind} 파일은 받지 않습니다. zip으로 압축해 내야 합니다.")
    members = _zip_members(data) if lowered.endswith(".zip") else _tar_members(data, lowered)
    return _collected(members)


def safe_path(name: str) -> PurePosixPath:
    """압축 속 이름을 안전한 상대 경로로. 밖을 가리키는 이름이면 UnreadableArchive."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/")
    if len(text) > MAX_NAME_CHARACTERS or any(unicodedata.category(char) == "Cc" for char in text):
        raise UnreadableArchive("압축 속 파일 이름이 너무 길거나 읽을 수 없는 글자가 있습니다.")
    if text.startswith("/") or (len(text) > 1 and text[1] == ":" and text[0].isalpha()):
        raise UnreadableArchive(f"압축 속에 절대 경로가 있습니다: {text[:80]}")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise UnreadableArchive(f"압축 속에 폴더 밖을 가리키는 이름(..)이 있습니다: {text[:80]}")
    if not parts:
        raise UnreadableArchive("압축 속에 이름이 없는 파일이 있습니다.")
    return PurePosixPath(*parts)


def zip_name(info: zipfile.ZipInfo) -> str:
    """zip 속 이름을 바르게 읽는다. UTF-8 표시가 없으면 UTF-8(맥), CP949(한국어 윈도우)의 차례로 맞춰 본다."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


class ClassArchive:
    """LMS에서 한꺼번에 내려받은 zip. 학생 한 명의 파일만 그때그때 꺼낸다: 전체를 풀지도 기억하지도 않는다."""

    MAX_MEMBERS = 200_000

    def __init__(self, path: Path):
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError, struct.error) as error:
            raise UnreadableArchive(f"{path.name}을(를) 열 수 없습니다. 다시 내려받아 주세요.") from error
        self._by_name = {info.orig_filename: info for info in self._zip.infolist()}

    def members(self) -> Iterator[Member]:
        """파일들. 밖을 가리키는 이름은 건너뛰지 않고 그대로 예외가 된다: LMS가 만든 압축에는 없어야 한다."""
        infos = self._zip.infolist()
        if len(infos) > self.MAX_MEMBERS:
            raise UnreadableArchive(f"{self.path.name}에 파일이 너무 많습니다({len(infos)}개).")
        for info in infos:
            if not info.is_dir():
                yield Member(safe_path(zip_name(info)).as_posix(), info.orig_filename, _zip_time(info))

    def read_files(self, raws: Sequence[str], names: Sequence[str]) -> dict[str, bytes]:
        """고른 파일들을 `names`의 이름으로. 한 학생의 몫에 `read_archive`와 같은 한도를 둔다."""
        chosen = [self._by_name[raw] for raw in raws]
        return _collected(_read_zip(self._zip, chosen, sum(info.compress_size for info in chosen), names), nested_allowed=True)

    def close(self) -> None:
        self._zip.close()


# ---- zip


def _zip_members(data: bytes) -> Iterator[tuple[str, bytes | None]]:
    _check_directory_size(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            yield from _read_zip(archive, infos, len(data))
    except (zipfile.BadZipFile, EOFError, struct.error, ValueError, NotImplementedError, OverflowError, IndexError, OSError):
        raise UnreadableArchive(_BROKEN) from None


def _check_directory_size(data: bytes) -> None:
    """차례표가 터무니없이 크면 zipfile이 그것을 다 읽기 전에 거절한다."""
    end = data.rfind(_END_OF_ZIP)
    if end >= 0 and len(data) >= end + 16:
        entries, size = struct.unpack_from("<HL", data, end + 10)
        if entries > MAX_MEMBERS or size > MAX_MEMBERS * 1024:
            raise UnreadableArchive(f"압축 속에 파일이 너무 많습니다. {MAX_MEMBERS}개까지 받습니다.")


def _read_zip(archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo], compressed: int,
              names: Sequence[str] | None = None) -> Iterator[tuple[str, bytes | None]]:
    """(이름, 내용)들. 폴더는 내용이 None이다. 적힌 크기는 믿지 않고, 나오는 만큼 센다."""
    if len(infos) > MAX_MEMBERS:
        raise UnreadableArchive(f"압축 속에 파일이 너무 많습니다. {MAX_MEMBERS}개까지 받습니다.")
    budget = _Budget(compressed)
    for info, name in zip(infos, names or [zip_name(info) for info in infos], strict=True):
        safe_path(name)  # 까닭에도 이름이 적히므로 먼저 본다: 제어 문자가 터미널로 가지 않는다
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UnreadableArchive(f"압축 속에 링크나 장치가 있습니다: {name[:80]}")
        if info.is_dir() or kind == stat.S_IFDIR:
            yield name, None
            continue
        if info.flag_bits & 0x1:
            raise UnreadableArchive("암호가 걸린 압축입니다. 암호 없이 압축해 내야 합니다.")
        if info.compress_type not in _COMPRESSIONS:
            raise UnreadableArchive("압축 방식을 알 수 없습니다. 보통의 zip으로 다시 압축해 내야 합니다.")
        if _is_junk(name):
            yield name, None
            continue
        try:
            with archive.open(info) as stream:
                yield name, budget.read(stream)
        except (zipfile.BadZipFile, EOFError, zlib.error, OSError, RuntimeError, NotImplementedError, ValueError, struct.error):
            raise UnreadableArchive(_BROKEN) from None


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)
    except ValueError:
        return None


# ---- tar


def _tar_members(data: bytes, name: str) -> Iterator[tuple[str, bytes | None]]:
    """먼저 한도 안에서 압축을 풀고 나서 tar로 읽는다: tar의 머리글이 거짓말을 해도 메모리는 한도를 넘지 않는다."""
    plain = _unpacked(data, name)
    try:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
            count = 0
            for info in archive:
                count += 1
                if count > MAX_MEMBERS:
                    raise UnreadableArchive(f"압축 속에 파일이 너무 많습니다. {MAX_MEMBERS}개까지 받습니다.")
                shown = _tar_name(info.name)
                safe_path(shown)
                if info.isdir():
                    yield shown, None
                elif not info.isreg() or info.issparse():
                    raise UnreadableArchive(f"압축 속에 링크나 장치가 있습니다: {shown[:80]}")
                elif _is_junk(shown):
                    yield shown, None
                else:
                    content = archive.extractfile(info).read()
                    if len(content) != info.size:
                        raise UnreadableArchive(_BROKEN)
                    yield shown, content
    except (tarfile.TarError, EOFError, ValueError, OverflowError, struct.error, OSError, IndexError, RecursionError):
        raise UnreadableArchive(_BROKEN) from None


def _tar_name(name: str) -> str:
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError:
        return name.encode("utf-8", "surrogateescape").decode("cp949", "backslashreplace")


def _unpacked(data: bytes, name: str) -> bytes:
    if name.endswith(".tar"):
        return data
    budget = _Budget(len(data))
    try:
        if name.endswith((".gz", ".tgz")):
            return budget.read(gzip.GzipFile(fileobj=io.BytesIO(data)))
        if name.endswith((".bz2", ".tbz", ".tbz2")):
            return budget.read(bz2.BZ2File(io.BytesIO(data)))
        return budget.read(_Xz(data))
    except (EOFError, zlib.error, lzma.LZMAError, OSError, ValueError, struct.error):
        raise UnreadableArchive(_BROKEN) from None


class _Xz:
    """사전 크기를 제한한 xz: 머리글에 적힌 사전만으로 메모리를 다 쓰게 할 수 있다."""

    def __init__(self, data: bytes):
        self._decoder = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        self._data = data

    def read(self, size: int) -> bytes:
        if self._decoder.eof:
            return b""
        data, self._data = self._data, b""
        out = self._decoder.decompress(data, size)
        if not out and not self._decoder.eof and self._decoder.needs_input:
            raise EOFError
        return out


# ---- 함께 쓰는 것


class _Budget:
    """풀어낸 바이트를 세다가, 한도나 비율을 넘으면 멈춘다."""

    def __init__(self, compressed: int):
        self._compressed = max(1, compressed)
        self._total = 0

    def read(self, stream) -> bytes:
        chunks = bytearray()
        while chunk := stream.read(_CHUNK):
            self._total += len(chunk)
            if self._total > MAX_TOTAL_BYTES:
                raise UnreadableArchive(f"풀면 {MAX_TOTAL_BYTES >> 20}MB가 넘는 압축입니다(압축 폭탄). 연습의 파일만 담아야 합니다.")
            if self._total > RATIO_FREE_BYTES and self._total > MAX_RATIO * self._compressed:
                raise UnreadableArchive(f"풀면 {MAX_RATIO}배가 넘게 커지는 압축입니다(압축 폭탄). 연습의 파일만 담아야 합니다.")
            chunks += chunk
        return bytes(chunks)


def _collected(members: Iterator[tuple[str, bytes | None]], *, nested_allowed: bool = False) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    seen: set[str] = set()
    for name, content in members:
        path = safe_path(name)
        if content is None or _is_junk(name):
            continue
        key = path.as_posix()
        if key in seen:
            raise UnreadableArchive(f"압축 속에 같은 이름의 파일이 둘 있습니다: {key[:80]}")
        seen.add(key)
        if is_archive(key) and not nested_allowed:
            raise UnreadableArchive(f"압축 속에 또 압축이 있습니다: {key[:80]}. 한 번만 압축해 내야 합니다.")
        if not is_ignored(path):
            files[key] = content
    return files


def _is_junk(name: str) -> bool:
    """맥과 윈도우가 끼워 넣는 것과 캐시. 내용을 읽지도 않는다."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part == "__MACOSX" or part in IGNORED_DIRS or part.startswith("._") or part in _JUNK_NAMES for part in parts)
