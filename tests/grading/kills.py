"""`course grade`를 진짜 프로세스로 띄워 아무 때나 kill -9로 죽이고, 남은 것을 보고, 같은 결과인지 견준다. 시험과 벤치마크가 함께 쓴다."""

import csv
import io
import itertools
import json
import random
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from course_lib.grading.similarity import CodePrint
from course_lib.manifest import repository_root

# 죽은 부모의 일꾼과 샌드박스가 모두 사라질 때까지 기다려 볼 시간(초). 일꾼은 스스로 곧바로 끝나야 한다.
GONE_SECONDS = 10
# 제출물마다 있어야 하는 결과.
EACH = ("result.json", "results.json", "feedback.html")
_TIMES = re.compile(r'("seconds": |"execution_time": |time=")[0-9.]+')


def start(submitted: Path, out: Path, *options: str) -> subprocess.Popen:
    """`course grade`. 출력은 버린다."""
    command = [sys.executable, "-m", "course_lib", "grade", str(submitted), "--out", str(out), *options]
    return subprocess.Popen(command, cwd=repository_root(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def kill(process: subprocess.Popen, *, everything: bool) -> list[psutil.Process]:
    """부모를 SIGKILL로 죽이고, 죽기 직전에 있던 자손들을 돌려준다. `everything`이면 자손도 모두 한꺼번에(전기가 나간 것처럼)."""
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
        for each in [process, *(family if everything else ())]:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        process.wait()
        return family
    process.wait()
    return []


def results_in(out: Path) -> int:
    return sum(1 for _ in out.glob("*/*/result.json"))


def kill_at(process: subprocess.Popen, out: Path, results: int, seconds: float, *, everything: bool) -> list[psutil.Process]:
    """결과가 `results`개가 되고 나서 `seconds`초 뒤에 죽인다. 먼저 끝났으면 죽일 것이 없다."""
    while process.poll() is None and (left := results - results_in(out)) > 0:
        # 세는 일이 채점을 늦추지 않게, 멀었으면 드물게 센다.
        time.sleep(0.003 if left < 3 else 0.1)
    time.sleep(seconds)
    return kill(process, everything=everything)


def survivors(family: Sequence[psutil.Process], seconds: float = GONE_SECONDS) -> list[psutil.Process]:
    """`seconds`초를 기다려도 남은 프로세스들."""
    _, alive = psutil.wait_procs(family, timeout=seconds)
    return [each for each in alive if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def broken_files(out: Path) -> Iterator[str]:
    """반쪽이거나 있으면 안 되는 파일들. 쓰는 중인 파일(`.course/drafts`)은 결과가 아니다."""
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        name = path.relative_to(out)
        if name.parts[0] == ".course" and name.parts[1] in ("drafts", "lock"):
            continue
        try:
            _read(path)
        except (ValueError, ET.ParseError, zipfile.BadZipFile, AssertionError) as error:
            yield f"{name}: {type(error).__name__}: {error}"
        if path.name == "result.json" and not all((path.parent / other).is_file() for other in EACH):
            yield f"{name}: 끝났다고 적혔는데 다른 파일이 없다"


def contents(out: Path) -> dict[str, str]:
    """결과 폴더의 모든 파일. 걸린 시간을 뺀다(`summary.html`의 오래 걸린 제출물도)."""
    found = {}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        name = path.relative_to(out).as_posix()
        if name != ".course/lock":
            text = path.read_bytes().hex() if path.suffix in (".bin", ".zip") else path.read_text(encoding="utf-8")
            found[name] = re.sub(r'(?s)<section aria-labelledby="slowest">.*?</section>', "", _TIMES.sub(r"\1", text))
    return found


def seeded_kills(submitted: Path, out: Path, total: int, kills: int, seed: int, *options: str,
                 everything: Sequence[bool]) -> Iterator[list[psutil.Process]]:
    """씨앗으로 고른 때마다 한 번씩 죽인다: 끝난 결과의 수와, 그 뒤의 몇십 밀리초. 죽일 때마다 그 자손들을 낸다.

    마지막 때는 결과가 모두 나온 뒤, 보고서를 쓰는 동안이다. `everything`(`kill`의 것)은 차례로 되풀이한다.
    """
    chance, how = random.Random(seed), itertools.cycle(everything)
    for results in [*sorted(chance.sample(range(total), kills - 1)), total]:
        yield kill_at(start(submitted, out, *options), out, results, chance.uniform(0, 0.15), everything=next(how))


def _read(path: Path) -> None:
    """끝까지 쓰인 파일인지 본다. 아니면 예외."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
        return
    if path.suffix == ".bin":
        data = path.read_bytes()
        assert CodePrint.from_bytes(data).to_bytes() == data
        return
    text = path.read_text(encoding="utf-8-sig")
    match path.suffix:
        case ".json":
            json.loads(text)
        case ".xml":
            ET.fromstring(text)
        case ".html":
            assert text.rstrip().endswith("</html>"), text[-50:]
        case ".csv":
            assert text.endswith("\n"), text[-50:]
            assert len({len(row) for row in csv.reader(io.StringIO(text))}) == 1
        case _:
            raise AssertionError("모르는 파일")
