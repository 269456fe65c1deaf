"""나쁜 뜻을 품은 제출물은 아무것도 얻지 못하고 아무것도 해치지 못한다."""

import os
import threading
from pathlib import Path

import pytest

from course_lib.grading.files import read_files
from course_lib.grading.judge import Judge
from course_lib.grading.results import Outcome
from course_lib.grading.submission import Limits, Submission

from .conftest import ASSETS, DEFINITIONS, SOLUTION, TESTS, by_id

WRONG = ASSETS.replace('["n"] * 2', '["n"] * 9')

TAMPERING = {
    "pandas의 비교를 바꾼다": "pd.DataFrame.equals = lambda *a: True\nimport pandas.testing\npandas.testing.assert_frame_equal = lambda *a, **k: None",
    "pytest를 바꾼다": "import pytest, _pytest.runner\npytest.fail = lambda *a, **k: None\n_pytest.runner.call_and_report = lambda *a, **k: None",
    "dagster를 바꾼다": "dg.materialize = lambda *a, **k: type('R', (), {'success': True})()",
    "기준표의 말을 바꾼다": "import course_lib.grading.rubric as r\nr.expect_frame = lambda *a, **k: None\nr.Mismatch = ValueError",
    "판정을 바꾼다": "import course_lib.grading.judge as j\nj.Judge._judged = lambda self, c, e, **k: c",
    "직렬화를 바꾼다": "import course_lib.grading.wire as w, json\nw.encode_frame = lambda f: b''",
    "sys.modules를 비운다": "import sys\nfor name in [n for n in sys.modules if n.startswith('course_lib')]: del sys.modules[name]",
    "모든 것이 같다고 하는 표를 낸다": "class F(pd.DataFrame):\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\npd.DataFrame.__eq__ = F.__eq__",
}


@pytest.mark.parametrize("attack", TAMPERING.values(), ids=TAMPERING.keys())
def test_tampering_gains_nothing(grade, attack):
    result = by_id(grade(assets=WRONG.replace("\n\n\n@dg.asset\ndef numbers", f"\n{attack}\n\n\n@dg.asset\ndef numbers")))
    assert result["doubles"].points == 0 and result["doubles_negatives"].points == 0
    assert result["doubles"].outcome is not Outcome.COURSE_ERROR
    assert result["learner_tests"].outcome is Outcome.CORRECT  # 테스트는 모범 답안에 대고 돈다


LIES = {
    "빈 답": "{'ok': {}}",
    "모양이 다른 답": "{'ok': {'value': {'type': 5, 'frame': 'x'}, 'inputs_after': []}}",
    "거짓 실패": "{'fault': {'kind': 'nonsense', 'message': 3}}",
    "우리 잘못인 척": "{'fault': {'kind': 'course_error', 'outcome': 'correct', 'points': 10}}",
    "목록": "[1, 2]",
    "인자 이름을 겹치는 실패": "{'fault': {'self': 1, 'kind': 'exception'}}",
    "이름 없는 갈래": "{'fault': {'kind': []}}",
    "표인 갈래": "{'fault': {'kind': pd.DataFrame()}}",
    "부모의 갈래": "{'fault': {'kind': 'timeout', 'seconds': 'x'}}",
    "끝없는 설명": "{'fault': {'kind': 'missing_asset', 'known': ['a' * 100] * 8000, 'key': 'a' * 500}}",
    "없는 입력": "{'ok': {'value': {'type': 'DataFrame', 'frame': pd.DataFrame({'n': [1]})}, 'inputs_after': {'no': pd.DataFrame()}}}",
    "거대한 수": "{'ok': {'value': {'type': 'DataFrame', 'frame': 10**4000}, 'inputs_after': {}}}",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_forged_answer_is_the_submissions_fault(grade, lie):
    forge = ("import course_lib.grading.wire as wire, sys\n"
             "_send = wire.send\n"
             f"wire.send = lambda sock, content, **k: _send(sock, {lie} if content != {{'ok': {{}}}} else content)")
    result = by_id(grade(assets=ASSETS.replace("import pandas as pd\n", f"import pandas as pd\n{forge}\n")))
    assert result["doubled_is_defined"].points == 0
    assert result["doubled_is_defined"].outcome in (Outcome.SUBMISSION_ERROR, Outcome.INCORRECT)
    assert len(result["doubled_is_defined"].message) < 12_000


RAW = {
    "쓰레기 바이트": "s.sendall(b'\\xff' * 1000)",
    "거대한 길이": "import struct; s.sendall(struct.pack('!I', 2**32 - 1) + b'x' * 10)",
    "깊은 JSON": "import struct; b = b'[' * 300000; s.sendall(struct.pack('!I', len(b)) + b)",
    "소켓을 닫는다": "s.shutdown(2)",
    "한 바이트씩 쉬지 않고 보낸다": "import struct, time\n    s.sendall(struct.pack('!I', 100_000))\n    while True: s.sendall(b' '); time.sleep(0.005)",
    "조금씩 오래 보낸다": "import struct, time\n    s.sendall(struct.pack('!I', 1000))\n    time.sleep(60)",
}


@pytest.fixture(scope="module")
def impatient_judge(mini_course, judge):
    with Judge("mini", root=mini_course, sandbox=judge.sandbox, limits=Limits(cpu_seconds=2, wall_seconds=3)) as opened:
        yield opened


@pytest.mark.parametrize("attack", RAW.values(), ids=RAW.keys())
def test_garbage_on_the_socket_is_the_submissions_fault(impatient_judge, attack):
    body = f"import gc, socket\n    s = next(o for o in gc.get_objects() if isinstance(o, socket.socket))\n    {attack}\n    return numbers"
    files = {**SOLUTION, "assets.py": ASSETS.replace('return numbers.assign(n=numbers["n"] * 2)', body)}
    result = by_id(impatient_judge.grade_files({name: text.encode() for name, text in files.items()}))
    assert result["doubled_is_defined"].outcome is Outcome.SUBMISSION_ERROR
    assert result["doubled_is_defined"].points == 0


def test_the_solution_cannot_be_read(grade, mini_course):
    secret = mini_course / "solutions" / "mini" / "assets.py"
    repository = Path(__file__).resolve().parents[2]
    probe = (f"from pathlib import Path\nfound = []\nfor p in [{str(secret)!r}, {str(repository / 'tests')!r}, {str(repository / 'solutions')!r}]:\n"
             "    try: found += [Path(p).read_text()] if Path(p).is_file() else [str(x) for x in Path(p).iterdir()]\n    except OSError: pass\n")
    leak = 'raise ValueError("본 것: " + repr(found))'
    result = by_id(grade(assets=ASSETS.replace("import pandas as pd\n", f"import pandas as pd\n{probe}")
                         .replace('return numbers.assign(n=numbers["n"] * 2)', leak)))
    assert "본 것: []" in result["doubled_is_defined"].message


def test_the_reference_behind_the_learners_tests_has_no_source(grade):
    spy = ("import inspect, sys\nfrom pathlib import Path\nfrom . import assets\n\n\ndef test_spy():\n"
           "    texts = [str(p) for p in Path(__file__).parent.rglob('*.py')]\n"
           "    try: source = inspect.getsource(assets)\n    except (OSError, TypeError): source = ''\n"
           "    assert source == '' and not any(t.endswith('assets.py') and 'test' not in t.rsplit('/', 1)[1] for t in texts)\n")
    result = by_id(grade(test_assets=TESTS + "\n\n" + spy))
    assert result["learner_tests"].outcome is Outcome.CORRECT


def test_names_made_up_at_run_time_do_not_come_back(judge):
    sneaky = TESTS + "\n\nglobals()['test_' + 'secret'] = lambda: None\n"
    submission = Submission(judge.material, {**judge.material.reference, "test_assets.py": sneaky.encode()}, judge.sandbox)
    assert set(submission.run_tests(judge.material.swapped_modules()).outcomes) <= {"test_doubles", "test_negative"}


def test_forged_test_outcomes_earn_nothing(grade):
    forged = ("import course_lib.grading.observe as observe\n"
              "observe.OBSERVATIONS['run_tests'] = lambda *a, **k: {'outcomes': {'test_doubles': 'passed', 'test_negative': 'passed'}}\n\n\ndef test_doubles():\n    assert 1\n\n\ndef test_negative():\n    assert 1\n")
    assert by_id(grade(test_assets=forged))["learner_tests"].points == 0


@pytest.mark.parametrize("attack", [
    "import os\nfor _ in range(50):\n    os.fork()",
    "import subprocess\nsubprocess.Popen(['/bin/sh', '-c', 'sleep 100'])",
    "import socket\nsocket.create_connection(('127.0.0.1', 1))",
    "print('x' * 100_000_000)",
    "import threading, time\nfor _ in range(5000):\n    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()",
    "import signal, os\nos.kill(os.getppid(), signal.SIGKILL)",
    "import ctypes\nctypes.string_at(0)",
    "import atexit, os\natexit.register(os._exit, 0)",
    "import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
])
def test_harm_stays_inside_and_the_next_submission_is_graded(grade, attack):
    before = threading.active_count(), len(os.listdir("/proc/self/fd"))
    result = grade(assets=f"{attack}\n{ASSETS}")
    assert all(criterion.outcome is not Outcome.COURSE_ERROR for criterion in result.criteria)
    assert grade().score == 10
    assert threading.active_count() <= before[0] and len(os.listdir("/proc/self/fd")) <= before[1] + 2


def test_module_memory_does_not_survive_a_restart(judge):
    source = ASSETS.replace('{"n": [1, 2]}', '{"n": counter()}').replace(
        "\n\n\n@dg.asset\ndef numbers", "\n\nseen = []\n\n\ndef counter():\n    seen.append(1)\n    return [len(seen)]\n\n\n@dg.asset\ndef numbers")
    submission = Submission(judge.material, {**judge.material.reference, "assets.py": source.encode()}, judge.sandbox)
    assert [submission.call("numbers").frame["n"][0] for _ in range(2)] == [1, 2]
    submission.restart()
    assert submission.call("numbers").frame["n"][0] == 1
    submission.close()


def test_links_and_hidden_folders_are_not_part_of_a_submission(tmp_path):
    (tmp_path / "assets.py").write_text("x = 1", encoding="utf-8")
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    (tmp_path / "folder").symlink_to("/etc")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert set(read_files(tmp_path)) == {"assets.py"}


def test_definitions_that_hang_stop_the_rest(grade):
    result = grade(definitions="import time\n" + DEFINITIONS + "\nwhile True: pass\n")
    assert by_id(result)["doubles"].outcome is Outcome.SKIPPED
