"""채점 일꾼: 프로세스가 죽어도 한 번은 다시 일어나고, 고장은 까닭과 함께 과정의 오류가 된다."""

import contextlib
import pickle
import struct
import sys
import threading

import psutil
import pytest

from course_lib.grading import worker
from course_lib.grading.worker import IsolationRefused, JudgeWorker, WorkerError
from course_lib.manifest import repository_root

SCAFFOLD = repository_root() / "exercises" / "ex1_page_views"


def test_a_killed_worker_is_started_again():
    with JudgeWorker() as judge:
        assert judge.grade("ex1", SCAFFOLD).score == 0
        judge._process.kill()
        judge._process.wait()
        assert judge.grade("ex1", SCAFFOLD).score == 0


def test_a_killed_sandbox_is_started_again():
    """메모리가 모자란 커널은 일꾼이 아니라 자이고트를 죽이기도 한다. 그 뒤의 제출물이 모두 과정의 오류가 되어서는 안 된다."""
    with JudgeWorker() as judge:
        assert judge.grade("ex1", SCAFFOLD).score == 0
        first = judge._process
        for process in psutil.Process(first.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        assert not judge.grade("ex1", SCAFFOLD).course_errors
        assert first.wait() == 1, "까닭을 말하고 스스로 끝나야 한다"


def test_a_fault_of_the_course_comes_back_with_its_reason_and_the_worker_goes_on():
    with JudgeWorker() as judge:
        with pytest.raises(WorkerError, match="nothing_like_this"):
            judge.grade("nothing_like_this", SCAFFOLD)
        assert judge.grade("ex1", SCAFFOLD).max_score == 100


def test_hidden_criteria_can_be_left_out():
    with JudgeWorker() as judge:
        everything = judge.grade("ex1", SCAFFOLD)
        public = judge.grade("ex1", SCAFFOLD, include_hidden=False)
    assert {c.id for c in everything.criteria if not c.hidden} == {c.id for c in public.criteria}


def _answer(kind: str, text: str) -> str:
    body = pickle.dumps((kind, text))
    data = struct.pack("!Q", len(body)) + body
    return f"import sys; sys.stdout.buffer.write({data!r}); sys.stdout.flush(); sys.stdin.read()"


def _pretend(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """일꾼 대신 다른 프로그램을 띄운다."""
    popen = worker.subprocess.Popen
    monkeypatch.setattr(worker.subprocess, "Popen", lambda command, **options: popen([sys.executable, "-c", program], **options))


def test_a_machine_that_cannot_isolate_refuses_before_the_first_submission(monkeypatch):
    _pretend(monkeypatch, _answer("refused", "격리할 수 없습니다"))
    with JudgeWorker(isolation="required") as judge, pytest.raises(IsolationRefused, match="격리할 수 없습니다"):
        judge.wait_ready()


def test_a_worker_that_keeps_dying_is_a_course_error_with_its_last_words(monkeypatch):
    _pretend(monkeypatch, "import sys; sys.exit('마지막 말')")
    with JudgeWorker() as judge, pytest.raises(WorkerError, match="마지막 말"):
        judge.grade("ex1", SCAFFOLD)


def test_a_worker_that_talks_a_lot_is_not_blocked_by_its_own_words(monkeypatch):
    _pretend(monkeypatch, f"import sys; sys.stderr.write('경고\\n' * 100_000); sys.stderr.flush(); {_answer('refused', '다 말했습니다')}")
    judge = JudgeWorker()
    # 막히면 끝나지 않는 대신 실패하도록, 한참 뒤에는 죽인다.
    watchdog = threading.Timer(60, judge.abort)
    watchdog.start()
    try:
        with judge, pytest.raises(IsolationRefused, match="다 말했습니다"):
            judge.wait_ready()
    finally:
        watchdog.cancel()
