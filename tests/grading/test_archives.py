"""압축으로 낸 제출물: 온전한 것은 그대로 읽고, 위험한 것은 한국어 까닭과 함께 거절한다."""

import bz2
import gzip
import io
import lzma
import re
import struct
import tarfile
import unicodedata
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.grading import archives
from course_lib.grading.archives import UnreadableArchive, read_archive, read_archive_bytes, safe_path

NAMES = st.lists(st.text("abcdeXYZ가나다_-09", min_size=1, max_size=8), min_size=1, max_size=3).map(lambda parts: "/".join(parts) + ".py")
FILES = st.dictionaries(NAMES, st.binary(max_size=300), max_size=6).filter(
    lambda files: not any(a != b and (b + "/").startswith(a + "/") for a in files for b in files))


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(*members: tuple[tarfile.TarInfo | str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info, data in members:
            if isinstance(info, str):
                info = tarfile.TarInfo(info)
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def special(kind: bytes, name: str = "assets.py") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def zip_link() -> bytes:
    info = zipfile.ZipInfo("assets.py")
    info.external_attr = 0o120777 << 16
    return zipped((info, b"/etc/passwd"))


def encrypted() -> bytes:
    data = bytearray(zipped(("assets.py", b"x = 1")))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def duplicated() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped(("assets.py", b"1"), ("assets.py", b"2"))


@given(files=FILES, kind=st.sampled_from(["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]))
@settings(deadline=None, max_examples=60)
def test_what_was_packed_comes_back(files, kind):
    if kind == "zip":
        data = zipped(*files.items())
    else:
        pack = {"tar": bytes, "tar.gz": gzip.compress, "tar.bz2": bz2.compress, "tar.xz": lzma.compress}[kind]
        data = pack(tarred(*files.items()))
    assert read_archive_bytes(data, f"ex1.{kind}") == {unicodedata.normalize("NFC", name): content for name, content in files.items()}


@given(data=st.binary(max_size=2000), kind=st.sampled_from(["zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "7z", "egg"]))
@settings(deadline=None, max_examples=200)
def test_no_bytes_raise_anything_else(data, kind):
    """무엇이 와도 파일들이거나 한국어 까닭이다."""
    try:
        read_archive_bytes(data, f"과제.{kind}")
    except UnreadableArchive as error:
        assert re.search("[가-힣]", str(error))


@given(files=FILES.filter(bool), where=st.integers(0, 10_000), value=st.integers(0, 255), kind=st.sampled_from(["zip", "tar", "tar.gz"]))
@settings(deadline=None, max_examples=200)
def test_a_damaged_archive_never_raises_anything_else(files, where, value, kind):
    data = bytearray(zipped(*files.items()) if kind == "zip" else tarred(*files.items()))
    if kind == "tar.gz":
        data = bytearray(gzip.compress(bytes(data)))
    data[where % len(data)] = value
    try:
        found = read_archive_bytes(bytes(data), f"과제.{kind}")
    except UnreadableArchive:
        return
    assert all(safe_path(name).as_posix() == name for name in found)


@given(name=st.text(min_size=1, max_size=60))
@settings(deadline=None, max_examples=300)
def test_a_name_stays_inside(name):
    try:
        path = safe_path(name)
    except UnreadableArchive:
        return
    assert not path.is_absolute() and ".." not in path.parts and path.parts and "\\" not in str(path)


@pytest.mark.parametrize(("name", "make", "reason"), [
    ("a.zip", lambda: zipped(("../assets.py", b"")), r"\.\."),
    ("a.zip", lambda: zipped(("x/..\\..\\assets.py", b"")), r"\.\."),
    ("a.zip", lambda: zipped(("/etc/assets.py", b"")), "절대 경로"),
    ("a.zip", lambda: zipped(("C:\\assets.py", b"")), "절대 경로"),
    ("a.zip", zip_link, "링크"),
    ("a.zip", encrypted, "암호"),
    ("a.zip", duplicated, "같은 이름"),
    ("a.zip", lambda: zipped((unicodedata.normalize("NFD", "가.py"), b""), (unicodedata.normalize("NFC", "가.py"), b"")), "같은 이름"),
    ("a.zip", lambda: zipped(("inner.zip", zipped(("assets.py", b"")))), "압축 속에 또 압축"),
    ("a.zip", lambda: zipped(("assets.py", b"\0" * (8 << 20))), "압축 폭탄"),
    ("a.zip", lambda: zipped(*((f"f{n}.py", b"") for n in range(archives.MAX_MEMBERS + 1))), "너무 많습니다"),
    ("a.zip", lambda: zipped(("assets.py", b"x = 1" * 99))[:-30], "깨졌습니다"),
    ("a.zip", lambda: b"", "빈 파일"),
    ("a.7z", lambda: b"7z\xbc\xaf", "zip으로"),
    ("a.egg", lambda: b"EGGA", "zip으로"),
    ("a.tar", lambda: tarred((special(tarfile.SYMTYPE), b"")), "링크"),
    ("a.tar", lambda: tarred((special(tarfile.LNKTYPE), b"")), "링크"),
    ("a.tar", lambda: tarred((special(tarfile.CHRTYPE), b"")), "장치"),
    ("a.tar", lambda: tarred((special(tarfile.FIFOTYPE), b"")), "장치"),
    ("a.tar", lambda: tarred(("../assets.py", b"")), r"\.\."),
    ("a.tar.gz", lambda: gzip.compress(b"\0" * (8 << 20)), "압축 폭탄"),
    ("a.tar.xz", lambda: lzma.compress(b"\0" * (80 << 20), preset=0), "압축 폭탄"),
])  # fmt: skip
def test_unsafe_archives_are_refused_with_a_reason(name, make, reason):
    with pytest.raises(UnreadableArchive, match=reason):
        read_archive_bytes(make(), name)


def test_a_zip_that_lies_about_sizes_is_still_counted(monkeypatch):
    """적힌 크기를 줄여 놓아도, 나오는 바이트를 센다."""
    data = bytearray(zipped(("assets.py", b"\0" * (4 << 20))))
    struct.pack_into("<L", data, 22, 10)
    struct.pack_into("<L", data, data.rindex(b"PK\x01\x02") + 24, 10)
    with pytest.raises(UnreadableArchive):
        read_archive_bytes(bytes(data), "a.zip")


def test_korean_names_of_old_windows_and_of_macs_are_read():
    def without_flag(raw: bytes) -> bytes:
        return zipped(("X" * len(raw) + ".py", b"1")).replace(b"X" * len(raw), raw)

    assert list(read_archive_bytes(without_flag("한글".encode("cp949")), "a.zip")) == ["한글.py"]
    assert list(read_archive_bytes(without_flag(unicodedata.normalize("NFD", "한글").encode()), "a.zip")) == ["한글.py"]


def test_what_systems_add_is_left_out():
    data = zipped(("ex1/assets.py", b"1"), ("__MACOSX/ex1/._assets.py", b"2"), ("ex1/.DS_Store", b"3"), ("ex1/guide.ipynb", b"{}"),
                  ("ex1/__pycache__/assets.cpython-312.pyc", b"4"))
    assert read_archive_bytes(data, "a.zip") == {"ex1/assets.py": b"1"}


def test_a_link_to_an_archive_is_not_followed(tmp_path):
    (tmp_path / "real.zip").write_bytes(zipped(("assets.py", b"1")))
    (tmp_path / "ex1.zip").symlink_to(tmp_path / "real.zip")
    with pytest.raises(UnreadableArchive, match="링크"):
        read_archive(tmp_path / "ex1.zip")
