"""아무 때나 kill -9로 죽인 `course grade`: 반쪽 파일도, 남는 프로세스도 없고, 이어서 하면 끊기지 않은 것과 같은 결과다."""

import random
import time
from pathlib import Path

import psutil
import pytest

from course_lib.grading.misconceptions import apply_edits, load_material
from course_lib.manifest import repository_root
from tests.grading import kills

ROOT = repository_root()
SCAFFOLD = ROOT / "exercises" / "ex1_page_views"
SEED = 20261127


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ex1 스물여섯 명. 대개 곧바로 판정되는 것들이고(읽을 수 없음, 문법 오류), 사이사이에 맞은 것과 틀린 것이 있다. 차례는 씨앗으로 섞는다."""
    folder = tmp_path_factory.mktemp("class") / "in"
    material = load_material("ex1")
    right = dict(material.reference)
    wrong = [apply_edits(right, material.catalogue.get(name)) for name in ("timestamp_as_text", "raw_returns_records")]
    made = [right, *wrong, {name: (SCAFFOLD / name).read_bytes() for name in material.exercise.modules}]
    made += [{name: data for name, data in files.items() if not name.startswith("test_")} for files in (right, *wrong)]
    made += [{"assets.py": b"def f%d(:\n" % number, "definitions.py": right["definitions.py"]} for number in range(12)]
    made += [b"PK\x03\x04" + bytes(number) for number in range(7)]
    random.Random(SEED).shuffle(made)
    for number, files in enumerate(made):
        if isinstance(files, bytes):
            (folder / f"학생{number:02d}").mkdir(parents=True)
            (folder / f"학생{number:02d}" / "ex1.zip").write_bytes(files)
            continue
        for name, data in files.items():
            path = folder / f"학생{number:02d}" / "ex1" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def whole(submitted: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """끊기지 않고 채점한 결과 폴더."""
    out = tmp_path_factory.mktemp("whole") / "out"
    kills.start(submitted, out, "--jobs", "2").wait()
    assert kills.results_in(out) == len(list(submitted.iterdir()))
    return kills.contents(out)


@pytest.mark.parametrize(("everything", "jobs"), [(False, "2"), (True, "1")], ids=["parent", "everything"])
def test_a_run_killed_again_and_again_ends_as_the_uninterrupted_one(submitted, whole, tmp_path, everything, jobs):
    out, total, done = tmp_path / "out", len(list(submitted.iterdir())), {}
    for family in kills.seeded_kills(submitted, out, total, 4, SEED + everything, "--jobs", jobs, everything=[everything]):
        assert kills.survivors(family) == []
        assert list(kills.broken_files(out)) == []
        now = {path: path.stat().st_mtime_ns for path in out.glob("*/*/result.json")}
        assert now.items() >= done.items(), "끝난 것은 다시 하지 않는다"
        done = now
    kills.start(submitted, out, "--jobs", jobs).wait()
    assert kills.contents(out) == whole
    assert not list((out / ".course" / "drafts").iterdir())


def test_no_process_outlives_a_parent_killed_while_a_submission_hangs(tmp_path):
    """제출물이 기다리기만 하는 동안 부모가 죽어도, 일꾼과 샌드박스는 그 제출물의 시간이 다 가기 전에 끝난다."""
    folder = tmp_path / "in" / "잠" / "ex1"
    folder.mkdir(parents=True)
    for name in ("assets.py", "definitions.py"):
        (folder / name).write_text("import time\ntime.sleep(1_000_000)\n", encoding="utf-8")
    process = kills.start(tmp_path / "in", tmp_path / "out", "--jobs", "1")
    wait_until_idle(psutil.Process(process.pid))
    family = kills.kill(process, everything=False)
    assert family and kills.survivors(family) == []


def wait_until_idle(parent: psutil.Process) -> None:
    """자손들이 3초 내리 CPU를 거의 쓰지 않을 때까지. 데우는 동안은 쓴다: 한가해지면 제출물이 자고, 나머지가 그것을 기다리는 것이다."""

    def used() -> float:
        return sum(sum(each.cpu_times()[:2]) for each in parent.children(recursive=True))

    idle, before, deadline = 0, 0.0, time.monotonic() + 120
    while idle < 3:
        assert time.monotonic() < deadline and parent.is_running()
        time.sleep(1)
        now = used()
        idle = idle + 1 if 0 < now < before + 0.2 else 0
        before = now
