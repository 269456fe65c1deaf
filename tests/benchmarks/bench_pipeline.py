"""Dagster로 채점하면 얼마나 더 드는지: `uv run --all-extras python -m tests.benchmarks.bench_pipeline [--submissions 6]`

같은 제출물들(ex1 모범 답안)을 같은 기계에서 차례로 채점한다. 벽시계 시간이므로 조용한 컴퓨터에서 재고, 시험으로 삼지는 않는다.
묶음의 비용은 Celery 일꾼 하나에게 같은 제출물들을 한 묶음으로, 그리고 하나씩 맡겼을 때의 차이다.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import dagster as dg

from course_lib.manifest import repository_root
from tests.grading.celery_workers import celery_workers, run_job, settings

SOLUTION = repository_root() / "solutions" / "ex1_page_views"


def hand_in(submitted: Path, count: int) -> list[str]:
    """저마다 주석이 다른 제출물들: 앞의 것의 결과를 기억해 두었다가 쓰지 못한다. 파티션들을 돌려준다."""
    students = [f"s{number:02}" for number in range(count)]
    for student in students:
        target = submitted / student / "ex1"
        shutil.copytree(SOLUTION, target, ignore=shutil.ignore_patterns("misconceptions.py", "__pycache__"))
        for file in target.glob("*.py"):
            file.write_text(f"{file.read_text(encoding='utf-8')}# {student}\n", encoding="utf-8")
    return [f"{student}|ex1_page_views" for student in students]


def execute(environment: dict[str, str], keys: list[str]) -> tuple[float, float]:
    """런 하나의 벽시계 초: 명령 전체, 첫 묶음이 시작해서 마지막 묶음이 끝날 때까지."""
    began = time.perf_counter()
    done = run_job(environment, keys)
    whole = time.perf_counter() - began
    assert done.returncode == 0, done.stderr[-3000:]
    with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as instance:
        steps = [step for step in instance.get_run_step_stats(instance.get_runs()[0].run_id) if "judge_batch" in step.step_key]
    return whole, max(step.end_time for step in steps) - min(step.start_time for step in steps)


@click.command()
@click.option("--submissions", default=6, show_default=True)
def main(submissions: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        submitted = folder / "submitted"
        keys = hand_in(submitted, submissions)

        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "course_lib", "grade", str(submitted), "--out", str(folder / "plain")], check=True, capture_output=True)
        plain = time.perf_counter() - began
        whole, batch = execute(settings(folder / "home", submitted, folder / "in_process"), keys)
        print(f"course grade: {plain:.1f}초, Dagster in_process: {whole:.1f}초 (그 가운데 채점 {batch:.1f}초), {whole / plain:.2f}배")

        spans = {}
        for size in (submissions, 1):
            environment = settings(folder / f"home{size}", submitted, folder / f"celery{size}", COURSE_BATCH_SIZE=str(size))
            with celery_workers(folder, environment, ["only"]) as (environment, _):
                whole, spans[size] = execute(environment, keys)
            print(f"Celery 일꾼 하나, 묶음 {submissions // size}개: {whole:.1f}초 (그 가운데 채점 {spans[size]:.1f}초)")
        print(f"묶음 하나가 더해질 때마다: {(spans[1] - spans[submissions]) / (submissions - 1):.1f}초")


if __name__ == "__main__":
    main()
