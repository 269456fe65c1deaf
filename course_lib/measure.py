"""표를 정리하는 함수 하나를 새 파이썬 프로세스에서 재어 본다.

같은 프로세스에서 잇달아 재면 먼저 잰 것이 쓰고 돌려주지 않은 메모리가 다음 것에 섞인다. 그래서 함수마다 새로 띄운다.
"""

import importlib.util
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Measured:
    """한 번 잰 것. `seconds`는 읽고 정리해 쓰기까지 걸린 시간, `megabytes`는 그동안 프로세스가 가장 많이 쓴 메모리(RSS)다."""

    seconds: float
    megabytes: float


def measure(module: Path, function: str, work: Sequence[tuple[Path, Path]]) -> list[Measured]:
    """파일 `module`의 `function(읽을 자리, 쓸 자리)`를 `work`의 차례대로 부르고, 하나마다 잰 것을 돌려준다.

    작은 것부터 주어야 메모리의 뜻이 분명하다. 함수가 예외를 내면 그 글을 담은 `RuntimeError`.
    """
    jobs = json.dumps([[str(source), str(target)] for source, target in work])
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(module), function, jobs], capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        raise RuntimeError(f"{function}을 재는 도중에 멈췄습니다: {done.stderr.strip().splitlines()[-1]}")
    return [Measured(**line) for line in map(json.loads, done.stdout.splitlines())]


def show_measured(table: dict[str, dict[int, Measured]]) -> None:
    """`{엔진: {행 수: 잰 것}}`을 행 수마다 한 줄인 표로 보인다."""
    # 재는 아이 프로세스의 메모리에 IPython이 섞이지 않게 한다.
    from IPython.display import Markdown, display

    sizes = sorted({size for measured in table.values() for size in measured})
    lines = ["| 행 |" + "".join(f" {name} |" for name in table), "|---:|" + "---:|" * len(table)]
    for size in sizes:
        cells = (_text(measured.get(size)) for measured in table.values())
        lines.append(f"| {size:,} |" + "".join(f" {cell} |" for cell in cells))
    display(Markdown("\n".join(lines)))


def timed(function: Callable[[], object], memory_mb: Callable[[], float]) -> Measured:
    """`function()`을 부르는 동안 걸린 시간과, 0.01초마다 잰 `memory_mb()` 가운데 가장 큰 값."""
    peak, over = memory_mb(), threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.01):
            peak = max(peak, memory_mb())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    started = time.perf_counter()
    try:
        function()
    finally:
        seconds = time.perf_counter() - started
        over.set()
        watcher.join()
    return Measured(seconds, max(peak, memory_mb()))


def _text(measured: Measured | None) -> str:
    return "–" if measured is None else f"{measured.seconds:.2f}초 · {measured.megabytes:.0f}MB"


def _own_memory() -> float:
    return psutil.Process().memory_info().rss / 2**20


def _main(module: str, function: str, jobs: str) -> None:
    specification = importlib.util.spec_from_file_location("measured", module)
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    for source, target in json.loads(jobs):
        result = timed(lambda: getattr(loaded, function)(source, target), _own_memory)
        print(json.dumps(asdict(result)), flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
