"""나쁜 압축: 학급 폴더에 섞여 와도 바깥에 아무것도 쓰지 않고, 그 제출물만 까닭과 함께 거절되고, 나머지는 그대로 읽힌다."""

import csv
import gzip
import io
import os
import re
import struct
import tarfile
import zipfile
from pathlib import Path

import psutil
import pytest

from course_lib.grading import cohort
from course_lib.grading.archives import MAX_TOTAL_BYTES
from course_lib.grading.handed_in import Unreadable, find_submissions, read
from course_lib.grading.sandbox.client import zygote_supported
from course_lib.manifest import load_manifest

CODE = b"x = 1\n"


def zipped(*members: tuple, method: int = zipfile.ZIP_DEFLATED, change: dict | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            for key, value in (change or {}).items():
                setattr(info, key, value)
            archive.writestr(info, data)
    return out.getvalue()


def tarred(*members: tuple[str, bytes, dict], format: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for name, data, changes in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in changes.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def patched(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    at = data.rindex(mark) + offset
    return data[:at] + value + data[at + len(value):]


def overlapping() -> bytes:
    """차례표의 여러 줄이 같은 자료를 가리키는 폭탄(zip bomb, Fifield 2019)."""
    inner = zipped(("a.py", b"\0" * 900_000))
    end = inner.rindex(b"PK\x05\x06")
    first = inner.index(b"PK\x01\x02")
    lines = b"".join(inner[first:end][:46] + f"{n:04d}".encode() for n in range(1500))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1500, 1500, len(lines), first, 0)
    return inner[:first] + lines + tail


def quine() -> bytes:
    data = zipped(("assets.py", CODE))
    for _ in range(5):
        data = zipped(("again.zip", data))
    return data


def tar_sparse() -> bytes:
    return tarred(("assets.py", b"", {"pax_headers": {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "assets.py",
                                                      "GNU.sparse.realsize": str(1 << 50)}}))


def tar_size_lie() -> bytes:
    return tarred(("assets.py", CODE, {"pax_headers": {"size": str(1 << 60)}}))


REFUSED = {
    "끝까지 올라가는 이름.zip": lambda: zipped(("a/../../../../../../../tmp/OUTSIDE", CODE)),
    "절대 경로.zip": lambda: zipped(("/tmp/OUTSIDE", CODE)),
    "역슬래시.zip": lambda: zipped(("..\\..\\OUTSIDE", CODE)),
    "네트워크 경로.zip": lambda: zipped(("\\\\server\\share\\OUTSIDE", CODE)),
    "빈 이름.zip": lambda: zipped(("./", b""), (".", CODE)),
    "제어 문자.zip": lambda: zipped(("assets\x1b[2J.py", CODE)),
    "아주 긴 이름.zip": lambda: zipped(("가" * 20_000 + ".py", CODE)),
    "장치.zip": lambda: zipped(("assets.py", b""), change={"external_attr": 0o060644 << 16, "create_system": 3}),
    "링크.zip": lambda: zipped(("assets.py", b"/etc/passwd"), change={"external_attr": 0o120777 << 16, "create_system": 3}),
    "제어 문자를 단 링크.zip": lambda: zipped(("\x1b[2J", b"/etc/passwd"), change={"external_attr": 0o120777 << 16, "create_system": 3}),
    "제어 문자를 단 장치.tar": lambda: tarred(("\x1b]0;x\x07", b"", {"type": tarfile.CHRTYPE})),
    "모르는 압축 방식.zip": lambda: patched(zipped(("assets.py", CODE)), b"PK\x01\x02", 10, b"\x63\x00"),
    "틀린 검사합.zip": lambda: patched(zipped(("assets.py", CODE)), b"PK\x01\x02", 16, b"\0\0\0\0"),
    "차례표만 남은.zip": lambda: zipped(("assets.py", CODE))[-60:],
    "zip64의 거짓말.zip": lambda: patched(zipped(("assets.py", CODE)), b"PK\x05\x06", 8, struct.pack("<HHLL", 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)),
    "먼 자리.zip": lambda: patched(zipped(("assets.py", CODE)), b"PK\x01\x02", 42, b"\xfe\xff\xff\x7f"),
    "겹치는 폭탄.zip": overlapping,
    "겹겹의 압축.zip": quine,
    "lzma 폭탄.zip": lambda: zipped(("assets.py", b"\0" * (8 << 20)), method=zipfile.ZIP_LZMA),
    "bzip2 폭탄.zip": lambda: zipped(("assets.py", b"\0" * (80 << 20)), method=zipfile.ZIP_BZIP2),
    "올라가는 이름.tar": lambda: tarred(("../../OUTSIDE", CODE, {})),
    "pax로 바꾼 이름.tar": lambda: tarred(("assets.py", CODE, {"pax_headers": {"path": "/tmp/OUTSIDE"}})),
    "pax로 바꾼 링크.tar": lambda: tarred(("assets.py", b"", {"type": tarfile.SYMTYPE, "pax_headers": {"linkpath": "/etc/passwd"}})),
    "딱딱한 링크.tar": lambda: tarred(("assets.py", CODE, {}), ("b.py", b"", {"type": tarfile.LNKTYPE, "linkname": "../../../etc/passwd"})),
    "블록 장치.tar": lambda: tarred(("assets.py", b"", {"type": tarfile.BLKTYPE, "devmajor": 8})),
    "구멍 뚫린 파일.tar": tar_sparse,
    "옛 구멍.tar": lambda: tarred(("assets.py", b"", {"type": tarfile.GNUTYPE_SPARSE}), format=tarfile.GNU_FORMAT),
    "크기의 거짓말.tar": tar_size_lie,
    "잘린.tar": lambda: tarred(("assets.py", b"x = 1\n" * 500, {}))[:900],
    "폭탄.tar.gz": lambda: gzip.compress(tarred(("assets.py", b"\0" * (80 << 20), {}))),
    "뒤에 쓰레기.tar.gz": lambda: gzip.compress(tarred(("assets.py", CODE, {})))[:-8] + b"\xff" * 8,
    "이름만.tar.xz": lambda: b"\xfd7zXZ\0" + bytes(100),
}


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """나쁜 압축을 낸 학생들과 정직한 학생 하나의 학급 폴더."""
    folder = tmp_path_factory.mktemp("class") / "submitted"
    for number, (name, make) in enumerate(REFUSED.items()):
        place = folder / f"s{number:02d}"
        place.mkdir(parents=True)
        (place / ("ex1" + "".join(Path(name).suffixes))).write_bytes(make())
    (folder / "honest").mkdir()
    (folder / "honest" / "ex1.zip").write_bytes(zipped(("assets.py", CODE)))
    return folder


def everything_below(folder: Path) -> list[tuple]:
    return sorted((str(path), path.lstat().st_size, path.lstat().st_mode) for path in folder.rglob("*"))


def test_every_bad_archive_is_refused_and_nothing_is_written(submitted: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    before = everything_below(submitted.parent)
    entries = {entry.student: entry for entry in find_submissions(submitted, load_manifest()).entries}
    assert len(entries) == len(REFUSED) + 1

    wrongly_read = {}
    for number, name in enumerate(REFUSED):
        try:
            wrongly_read[name] = read(entries[f"s{number:02d}"])
        except Unreadable as reason:
            assert re.search("[가-힣]", str(reason)), name
            assert not re.search(r"[\x00-\x1f]", str(reason)), name
            assert len(str(reason)) < 400, name
    assert wrongly_read == {}

    assert read(entries["honest"]) == {"assets.py": CODE}
    assert everything_below(submitted.parent) == before
    assert os.listdir(tmp_path) == [] and not Path("/tmp/OUTSIDE").exists()


@pytest.mark.skipif(not zygote_supported(), reason="격리하는 샌드박스는 리눅스에만 있다")
def test_a_class_of_bad_archives_is_graded_to_the_end(submitted: Path, tmp_path: Path):
    """강사가 하듯이: 나쁜 압축마다 성적표의 한 줄과 까닭이 적힌 쪽이 있고, 정직한 학생은 판정된다."""
    summary = cohort.grade_class(submitted, tmp_path / "out")
    assert (summary.graded, len(summary.unreadable), summary.course_errors, summary.all_judged) == (1, len(REFUSED), 0, False)
    rows = list(csv.DictReader((tmp_path / "out" / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert {row["student"]: row["status"] for row in rows} == {"honest": "graded"} | {f"s{number:02d}": "unreadable" for number in range(len(REFUSED))}
    for row in rows:
        page = (tmp_path / "out" / row["feedback"]).read_text(encoding="utf-8")
        assert ("읽을 수 없는 제출물" in page) == (row["status"] == "unreadable") and not re.search(r"[\x00-\x08\x0b-\x1f]", page)
    assert not Path("/tmp/OUTSIDE").exists() and not list((tmp_path / "out").rglob("OUTSIDE"))


def test_no_archive_costs_more_memory_than_one_may_hold(submitted: Path):
    process = psutil.Process()
    before = process.memory_info().rss
    for entry in find_submissions(submitted, load_manifest()).entries:
        try:
            read(entry)
        except Unreadable:
            pass
        assert process.memory_info().rss - before < 4 * MAX_TOTAL_BYTES, entry.student


READ = {
    "대소문자만 다른 이름": (lambda: zipped(("assets.py", CODE), ("Assets.py", b"y = 2\n")), {"assets.py": CODE, "Assets.py": b"y = 2\n"}),
    "뒤집힌 글자의 이름": (lambda: zipped(("assets.py", CODE), ("a\u202eyp.b", b"")), {"assets.py": CODE, "a\u202eyp.b": b""}),
    "앞에 붙은 실행 파일": (lambda: b"MZ" + bytes(5000) + zipped(("assets.py", CODE)), {"assets.py": CODE}),
}


@pytest.mark.parametrize("make, expected", READ.values(), ids=READ.keys())
def test_odd_but_harmless_archives_give_exactly_what_is_inside(make, expected, tmp_path: Path):
    (tmp_path / "kim").mkdir()
    (tmp_path / "kim" / "ex1.zip").write_bytes(make())
    (entry,) = find_submissions(tmp_path, load_manifest()).entries
    assert read(entry) == expected
