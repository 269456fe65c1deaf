"""채점 비용을 한 번에 잰다: `uv run python -m tests.benchmarks.bench_grading [--repeat 3]`

같은 제출물(ex1 모범 답안), 같은 기준표, 같은 기계에서 번갈아 재고 비율로 읽는다. 시간을 시험으로 삼지는 않는다.
"""

import resource
import statistics
import subprocess
import sys
import time

import click

from course_lib.grading.judge import Judge
from course_lib.grading.sandbox.client import open_sandbox
from course_lib.grading.submission import read_files
from course_lib.grading.worker import JudgeWorker
from course_lib.manifest import repository_root

SOLUTION = repository_root() / "solutions" / "ex1_page_views"
FEW, MANY = 2, 12


def cpu_of(*command: str) -> float:
    """명령 하나(자식들까지)가 쓴 CPU 초."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", *command], check=True, cwd=repository_root(), capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def per_submission(*command: str) -> float:
    """준비하는 몫을 뺀, 제출물 하나의 CPU 초: 많이 채점한 것과 조금 채점한 것의 차이."""
    return (cpu_of(*command, str(MANY)) - cpu_of(*command, str(FEW))) / (MANY - FEW)


def zygote(count: int) -> None:
    with Judge("ex1_page_views") as judge:
        files = read_files(SOLUTION)
        for _ in range(count):
            assert judge.grade_files(files).perfect


@click.command()
@click.option("--repeat", default=3, show_default=True)
@click.option("--zygote-run", type=int, hidden=True)
def main(repeat: int, zygote_run: int | None) -> None:
    if zygote_run is not None:
        zygote(zygote_run)
        return
    warm, fresh, ours, start, check = [], [], [], [], []
    for _ in range(repeat):
        warm.append(per_submission("tests.benchmarks.plain", str(SOLUTION)))
        ours.append(per_submission("tests.benchmarks.bench_grading", "--zygote-run"))
        fresh.append(cpu_of("tests.benchmarks.plain", str(SOLUTION), "1"))
        begin = time.perf_counter()
        with open_sandbox():
            start.append(time.perf_counter() - begin)
        check.append(warm_check())
    show("격리 없이, 데워 둔 한 프로세스", warm)
    show("제출물마다 새 프로세스의 pytest", fresh)
    show("자이고트(격리한 채)", ours)
    print(f"자이고트 / 데워 둔 프로세스: {statistics.median(o / w for o, w in zip(ours, warm, strict=True)):.2f}")
    print(f"새 pytest / 자이고트: {statistics.median(f / o for f, o in zip(fresh, ours, strict=True)):.1f}배")
    print(f"자이고트 시작: {statistics.median(start):.2f}초 (벽시계)")
    print(f"데워 둔 커널의 check('ex1'): {statistics.median(check):.2f}초 (벽시계)")


def warm_check() -> float:
    with JudgeWorker() as worker:
        worker.grade("ex1_page_views", SOLUTION)
        begin = time.perf_counter()
        worker.grade("ex1_page_views", SOLUTION)
        return time.perf_counter() - begin


def show(name: str, seconds: list[float]) -> None:
    print(f"{name}: 제출물 하나에 CPU {statistics.median(seconds):.3f}초 (최소 {min(seconds):.3f}, 최대 {max(seconds):.3f})")


if __name__ == "__main__":
    main()
