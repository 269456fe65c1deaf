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
from course_lib.grading.files import read_files
from course_lib.grading.worker import JudgeWorker
from course_lib.manifest import repository_root

SOLUTION = repository_root() / "solutions" / "ex1_page_views"
FEW, MANY = 1, 4


def cpu_of(*command: str) -> float:
    """명령 하나(자식들까지)가 쓴 CPU 초."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", *command], check=True, cwd=repository_root(), capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def per_submission(*command: str) -> float:
    """준비하는 몫을 뺀, 제출물 하나의 CPU 초: 많이 채점한 것과 조금 채점한 것의 차이."""
    return (cpu_of(*command, str(MANY)) - cpu_of(*command, str(FEW))) / (MANY - FEW)


class CountingSandbox:
    """자식마다 쓴 CPU 시간을 모으는 샌드박스. 자이고트 안에서 끝난 자식의 시간은 getrusage에 잡히지 않는다."""

    def __init__(self, sandbox):
        self._sandbox = sandbox
        self.seconds = 0.0

    def spawn(self, profile="plain"):
        child = self._sandbox.spawn(profile)
        close = child.close

        def counted() -> None:
            self.seconds += child.cpu_seconds()  # 끝난 자식은 마지막으로 잰 값을 준다
            close()

        child.close = counted
        return child


def zygote() -> float:
    """격리한 채점의, 제출물 하나의 CPU 초: 채점기의 것과 자식들의 것."""
    with open_sandbox() as sandbox, Judge("ex1_page_views", sandbox=CountingSandbox(sandbox)) as judge:
        files = read_files(SOLUTION)
        judge.grade_files(files)
        judge.sandbox.seconds, begin = 0.0, time.process_time()
        for _ in range(MANY):
            judge._test_runs.clear()  # 기억해 둔 결과를 쓰지 않고 모두 새로 돌린다
            assert judge.grade_files(files).perfect
        return (time.process_time() - begin + judge.sandbox.seconds) / MANY


@click.command()
@click.option("--repeat", default=3, show_default=True)
def main(repeat: int) -> None:
    warm, fresh, ours, start, check = [], [], [], [], []
    for _ in range(repeat):
        warm.append(per_submission("tests.benchmarks.plain", "warm", str(SOLUTION)))
        ours.append(zygote())
        fresh.append(cpu_of("tests.benchmarks.plain", "fresh", str(SOLUTION), "1"))
        begin = time.perf_counter()
        with open_sandbox():
            start.append(time.perf_counter() - begin)
        check.append(warm_check())
    show("격리 없이, 데워 둔 한 프로세스", warm)
    show("그때그때 새로 띄우는 pytest 프로세스들", fresh)
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
