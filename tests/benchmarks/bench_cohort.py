"""한 반을 채점하는 비용을 nbgrader, otter-grader와 견준다: `uv run python -m tests.benchmarks.bench_cohort [--count 20] [--others 6]`

- **course**: `course grade`로 제출물 `count`개와, 그 두 배를 채점한다. 준비하는 몫(일꾼과 자이고트를 데우는 것)을 뺀, 제출물 하나의 CPU는 둘의 차이를
  `count`로 나눈 것이다. 메모리는 채점기(부모와 일꾼)의 가장 컸던 상주 메모리의 합이고, 두 번이 비슷해야 한다.
- **nbgrader**: 같은 씨앗의 제출물 `others`개를 노트북으로(모듈마다 `%%writefile` 셀, 기준마다 채점 셀) `nbgrader autograde`로 채점한다.
- **otter**: 같은 노트북을 `otter run`(컨테이너 없이)으로 하나씩 채점한다.

셋이 같은 기준의 함수를 돌린다(`tests/benchmarks/checks.py`). 다른 둘은 학습자의 코드를 격리하지 않고, 앞 기준을 틀려도 뒤 기준을 건너뛰지 않는다.
시간의 한도는 셋 모두 벽시계 20초이고, `course`는 CPU 5초를 먼저 센다. 비율은 한 번 돌린 것끼리만 견준다: 기계의 속도는 날마다 다르다.
맞은 제출물이 세 채점기에서 모두 만점인지 함께 확인한다. 아니면 같은 것을 잰 것이 아니다.

`--kills K`는 같은 반을 아무 때나 K번 죽이고 이어 해서, 성적표와 모든 결과 파일이 끊기지 않은 것과 같은지도 본다.
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
@click.option("--count", default=20, show_default=True, help="course가 채점할 제출물의 수. 그 두 배도 채점한다.")
@click.option("--others", default=6, show_default=True, help="nbgrader와 otter가 채점할 제출물의 수. 0이면 견주지 않는다.")
@click.option("--seed", default=1, show_default=True)
@click.option("--jobs", default=2, show_default=True)
@click.option("--kills", "kill_count", default=0, show_default=True, help="이만큼 죽이고 이어 해도 같은 결과인지도 본다.")
def main(count: int, others: int, seed: int, jobs: int, kill_count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="course-bench-") as folder:
        work = Path(folder)
        made = list(made_class(2 * count, seed))
        once = with_course(made[:count], work / "once", jobs)
        twice = with_course(made, work / "twice", jobs)
        ours = (twice.cost.cpu - once.cost.cpu) / count
        show("course grade", once.cost, count, once.cost.cpu / count)
        show("course grade", twice.cost, 2 * count, twice.cost.cpu / (2 * count))
        print(f"    준비를 뺀 제출물 하나의 CPU {ours:.2f}초. 채점기의 메모리 {once.cost.memory:.0f} MiB → {twice.cost.memory:.0f} MiB", flush=True)
        check_right("course grade", made, twice.scores)
        if others:
            same = made[:others]
            compared = with_course(same, work / "same", jobs)
            start = max(0.0, once.cost.cpu - ours * count)
            mine = (compared.cost.cpu - start) / others
            print(f"같은 제출물 {others}개에서 course grade: 준비를 빼고 하나에 CPU {mine:.2f}초, 넣고 {compared.cost.cpu / others:.2f}초")
            for name, grade in (("nbgrader", with_nbgrader), ("otter", with_otter)):
                theirs = grade(same, work / name)
                show(name, theirs.cost, others, theirs.cost.cpu / others)
                check_right(name, same, theirs.scores)
                with_start, without = theirs.cost.cpu / compared.cost.cpu, theirs.cost.cpu / others / mine
                print(f"    {name} / course: 준비를 빼고 CPU {without:.1f}배, 넣고 {with_start:.1f}배", flush=True)
        if kill_count:
            faults = list(faults_after_kills(work / "twice", 2 * count, kill_count, seed, jobs))
            print(f"{kill_count}번 죽이고 이어 한 결과가 끊기지 않은 것과 {'다름: ' + ', '.join(faults) if faults else '같음'}", flush=True)


def faults_after_kills(whole: Path, total: int, kill_count: int, seed: int, jobs: int) -> Iterator[str]:
    """반은 부모만, 반은 모두를 죽인다. 남은 프로세스, 반쪽 파일, 끊기지 않은 것과 다른 파일마다 한 마디."""
    options = ("--jobs", str(jobs))
    expected = kills.contents(whole / "out")
    for everything, rounds in ((False, kill_count // 2), (True, kill_count - kill_count // 2)):
        if rounds:
            # 차례마다 처음부터 다시 한다: 그래야 죽일 때마다 할 일이 남아 있다.
            out = whole.parent / f"killed-{everything}"
            for family in kills.seeded_kills(whole / "in", out, total, rounds, seed + everything, *options, everything=everything):
                yield from (f"남은 프로세스 {process.pid}" for process in kills.survivors(family))
                yield from kills.broken_files(out)
            kills.start(whole / "in", out, *options).wait()
            found = kills.contents(out)
            yield from sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))


if __name__ == "__main__":
    main()
