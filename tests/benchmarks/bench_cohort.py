"""한 반을 채점하는 비용을 nbgrader, otter-grader와 견준다: `uv run python -m tests.benchmarks.bench_cohort [--count 60] [--others 6]`

- **course**: `course grade`로 앞의 스물과, `count`개 모두를 채점한다. 준비하는 몫(일꾼과 자이고트를 데우는 것, 오개념을 처음 알아보는 것)을 뺀, 제출물
  하나의 CPU는 둘의 차이를 나눈 것이다. 메모리는 채점기(부모와 일꾼)의 가장 컸던 상주 메모리의 합이고, 두 번이 비슷해야 한다.
- **nbgrader**: 같은 씨앗의 제출물 `others`개를 노트북으로(모듈마다 `%%writefile` 셀, 기준마다 채점 셀) `nbgrader autograde`로 채점한다.
- **otter**: 같은 노트북을 `otter run`(컨테이너 없이)으로 하나씩 채점한다.

셋이 같은 기준의 함수를 돌린다(`tests/benchmarks/checks.py`). 다른 둘은 학습자의 코드를 격리하지 않고, 앞 기준을 틀려도 뒤 기준을 건너뛰지 않는다.
시간의 한도는 셋 모두 벽시계 20초이고, `course`는 CPU 5초를 먼저 센다. 비율은 한 번 돌린 것끼리만 견준다: 기계의 속도는 날마다 다르다.
맞은 제출물이 세 채점기에서 모두 만점인지 함께 확인한다. 아니면 같은 것을 잰 것이 아니다.

`--kills K`는 모두를 아무 때나 K번 죽이고(번갈아 부모만, 모두) 이어 해서, 성적표와 모든 결과 파일이 끊기지 않은 것과 같은지도 본다.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import nbformat

from course_lib.grading.submission import Limits
from course_lib.manifest import repository_root
from tests.benchmarks.checks import criteria
from tests.benchmarks.cost import Cost, run
from tests.benchmarks.made_class import Made, made_class
from tests.grading import kills

ROOT = repository_root()
NBGRADER, OTTER = "nbgrader==0.9.6", "otter-grader==7.0.0"
LIMIT_SECONDS = int(Limits().wall_seconds)
FEW = 20
SETUP = 'from tests.benchmarks.checks import Checks\ncheck = Checks(".")'


@dataclass(frozen=True)
class Measured:
    """채점기 하나의 결과: 쓴 것들의 합과, 학생마다의 점수(판정하지 못했으면 None)."""

    cost: Cost
    scores: dict[str, float | None]


def environment(folder: Path, package: str) -> Path:
    """그 채점기와 이 과정이 함께 설치된 가상 환경의 python."""
    subprocess.run(["uv", "venv", "-q", "--python", sys.executable, str(folder)], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run(["uv", "pip", "install", "-q", "--python", str(python), "-e", str(ROOT), package], check=True)
    return python


def variables(python: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]),
            "DAGSTER_DISABLE_TELEMETRY": "yes", "JUPYTER_PLATFORM_DIRS": "1"}


# ---- course grade


def hand_in(made: Iterable[Made], submitted: Path) -> Path:
    for each in made:
        for name, data in each.files.items():
            path = submitted / each.student / "ex1" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return submitted


def with_course(made: Sequence[Made], work: Path, jobs: int) -> Measured:
    out = work / "out"
    command = [sys.executable, "-m", "course_lib", "grade", str(hand_in(made, work / "in")), "--out", str(out), "--jobs", str(jobs)]
    cost = run(command, cwd=ROOT, env=dict(os.environ), grader="course_lib.grading.worker")
    scores = {path.parent.parent.name: json.loads(path.read_text(encoding="utf-8"))["score"] for path in out.glob("*/*/result.json")}
    return Measured(cost, scores)


# ---- 노트북으로 채점하는 둘


def notebook(files: dict[str, bytes], graded: bool) -> nbformat.NotebookNode:
    """제출물의 노트북: 학습자가 쓴 모듈의 셀들. `graded`면 nbgrader의 채점 셀들이 뒤에 있다."""

    def cell(source: str, grade_id: str, *, points: int | None = None, solution: bool = False) -> nbformat.NotebookNode:
        made = nbformat.v4.new_code_cell(source)
        made.metadata["nbgrader"] = {"grade": points is not None, "locked": not solution, "solution": solution, "task": False,
                                     "grade_id": grade_id, "schema_version": 3, **({"points": points} if points is not None else {})}
        return made

    cells = [cell(f"%%writefile {name}\n{data.decode('utf-8')}", name.partition(".")[0], solution=True) for name, data in files.items()]
    if graded:
        cells.append(cell(SETUP, "setup"))
        cells += [cell(f'check("{name}")', name, points=criterion.points) for name, criterion in criteria().items()]
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


def with_nbgrader(made: Sequence[Made], work: Path) -> Measured:
    python = environment(work / "environment", NBGRADER)
    course = work / "course"
    places = {each.student: course / "submitted" / each.student / "ex1" for each in made}
    for folder, files in [(course / "source" / "ex1", made[0].files), *((places[each.student], each.files) for each in made)]:
        folder.mkdir(parents=True)
        nbformat.write(notebook(files, graded=True), folder / "ex1.ipynb")
    (course / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.course_id = 'bench'\nc.ExecutePreprocessor.timeout = {LIMIT_SECONDS}\n", encoding="utf-8")
    command, variables_ = [str(python), "-m", "nbgrader"], variables(python)
    subprocess.run([*command, "generate_assignment", "ex1"], cwd=course, env=variables_, check=True, capture_output=True)
    cost = run([*command, "autograde", "ex1"], cwd=course, env=variables_)
    read = ("import json\nfrom nbgrader.api import Gradebook\nwith Gradebook('sqlite:///gradebook.db') as g:\n"
            "    print(json.dumps({s.student.id: s.score for s in g.assignment_submissions('ex1') if not s.needs_manual_grade}))")
    told = subprocess.run([str(python), "-c", read], cwd=course, env=variables_, check=True, capture_output=True, text=True).stdout
    # 채점하다 멈춘 제출물은 표에 0점으로 있어도, 채점된 노트북이 없다.
    finished = {each.student for each in made if (course / "autograded" / each.student / "ex1" / "ex1.ipynb").exists()}
    return Measured(cost, {student: score if student in finished else None for student, score in json.loads(told).items()})


def with_otter(made: Sequence[Made], work: Path) -> Measured:
    python = environment(work / "environment", OTTER)
    tests = work / "tests"
    tests.mkdir()
    for name, criterion in criteria().items():
        (tests / f"{name}.py").write_text(
            "from otter.test_files import test_case\nOK_FORMAT = False\n"
            f"name = {name!r}\npoints = {criterion.points}\n\n\n@test_case()\ndef test_it(check):\n    check({name!r})\n", encoding="utf-8")
    variables_, archive = variables(python), work / "autograder.zip"
    otter = str(python.parent / "otter")
    subprocess.run([otter, "generate", "-t", str(tests), "-o", str(archive), "--no-environment", "--no-requirements"],
                   cwd=work, env=variables_, check=True, capture_output=True)
    costs, scores = [], {}
    for each in made:
        folder = work / "submissions" / each.student
        folder.mkdir(parents=True)
        ready = notebook(each.files, graded=False)
        ready.cells.append(nbformat.v4.new_code_cell(SETUP))
        nbformat.write(ready, folder / "ex1.ipynb")
        # otter run에는 시간의 한도가 없다. 다른 둘이 포기할 만한 때에 밖에서 멈춘다.
        costs.append(run([otter, "run", "-a", str(archive), "-o", str(folder), "--no-logo", "ex1.ipynb"], cwd=folder, env=variables_,
                         timeout=3 * LIMIT_SECONDS))
        results = folder / "results.json"
        scores[each.student] = _otter_score(results) if costs[-1].code == 0 and results.exists() else None
    return Measured(Cost(cpu=sum(cost.cpu for cost in costs), wall=sum(cost.wall for cost in costs), memory=0, code=0, how=costs[0].how), scores)


def _otter_score(results: Path) -> float:
    return sum(test.get("score", 0) for test in json.loads(results.read_text(encoding="utf-8"))["tests"])


# ---- 견주기


def show(name: str, cost: Cost, count: int, cpu: float) -> None:
    print(f"{name}: 제출물 {count}개, 하나에 CPU {cpu:.2f}초, 벽시계 {cost.wall / count:.2f}초 (CPU를 잰 법: {cost.how})", flush=True)


def check_right(name: str, made: Sequence[Made], scores: dict[str, float | None]) -> None:
    wrong = [each.student for each in made if each.kind == "right" and scores.get(each.student) != 100]
    given_up = sum(scores.get(each.student) is None for each in made)
    print(f"    맞은 제출물이 모두 만점: {'예' if not wrong else '아니요 ' + ', '.join(wrong)}. 판정하지 못한 제출물 {given_up}개", flush=True)


@click.command()
@click.option("--count", default=60, show_default=True, help="course가 채점할 제출물의 수. 스물보다 많아야 한다.")
@click.option("--others", default=6, show_default=True, help="nbgrader와 otter가 채점할 제출물의 수. 0이면 견주지 않는다.")
@click.option("--seed", default=1, show_default=True)
@click.option("--jobs", default=2, show_default=True)
@click.option("--kills", "kill_count", default=0, show_default=True, help="이만큼 죽이고 이어 해도 같은 결과인지도 본다.")
def main(count: int, others: int, seed: int, jobs: int, kill_count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="course-bench-") as folder:
        work = Path(folder)
        made = list(made_class(count, seed))
        few = with_course(made[:FEW], work / "few", jobs)
        show("course grade", few.cost, FEW, few.cost.cpu / FEW)
        if others:
            same = made[:others]
            mine = with_course(same, work / "same", 1)
            show("course grade (일꾼 하나)", mine.cost, others, mine.cost.cpu / others)
            measured = []
            for name, grade in (("nbgrader", with_nbgrader), ("otter", with_otter)):
                measured.append((name, grade(same, work / name)))
                show(name, measured[-1][1].cost, others, measured[-1][1].cost.cpu / others)
                check_right(name, same, measured[-1][1].scores)
        whole = with_course(made, work / "whole", jobs)
        show("course grade", whole.cost, count, whole.cost.cpu / count)
        ours = (whole.cost.cpu - few.cost.cpu) / (count - FEW)
        print(f"    준비를 뺀 제출물 하나의 CPU {ours:.2f}초. 채점기의 메모리 {few.cost.memory:.0f} MiB → {whole.cost.memory:.0f} MiB", flush=True)
        check_right("course grade", made, whole.scores)
        if others:
            for name, theirs in measured:
                print(f"    {name} / course: CPU {theirs.cost.cpu / others / ours:.1f}배", flush=True)
        if kill_count:
            faults = list(faults_after_kills(work / "whole", count, kill_count, seed, jobs))
            print(f"{kill_count}번 죽이고 이어 한 결과가 끊기지 않은 것과 {'다름: ' + ', '.join(faults) if faults else '같음'}", flush=True)


def faults_after_kills(whole: Path, total: int, kill_count: int, seed: int, jobs: int) -> Iterator[str]:
    """번갈아 부모만, 모두를 죽인다. 남은 프로세스, 반쪽 파일, 끊기지 않은 것과 다른 파일마다 한 마디."""
    options, out = ("--jobs", str(jobs)), whole.parent / "killed"
    for family in kills.seeded_kills(whole / "in", out, total, kill_count, seed, *options, everything=[False, True]):
        yield from (f"남은 프로세스 {process.pid}" for process in kills.survivors(family))
        yield from kills.broken_files(out)
    kills.start(whole / "in", out, *options).wait()
    expected, found = kills.contents(whole / "out"), kills.contents(out)
    yield from sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))


if __name__ == "__main__":
    main()
