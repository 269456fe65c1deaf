"""채점 일꾼: 채점기를 담은 프로세스 하나. 노트북 커널과 `course check`, `course grade`가 같은 것을 쓴다.

부모가 `JudgeWorker`로 띄우고 표준 입출력으로 말한다. 둘 다 우리 코드라서 pickle을 쓴다(제출물과의 통신은 `wire`다).
부모가 사라지면 입력이 끊기고, 일꾼과 샌드박스도 따라 끝난다. 제출물을 채점하던 중이어도 그렇다.
"""

import contextlib
import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path

from course_lib.grading.results import SubmissionResult

_LENGTH = struct.Struct("!Q")
# 일꾼이 죽었을 때 보일, 표준 오류의 끝.
_LAST_WORDS_BYTES = 2000
_LAST_WORDS_SECONDS = 3.0
# 입력이 끊긴 뒤에 하던 일을 마칠 시간(초). 넘으면 버린다: 결과를 받을 부모가 없다.
_FAREWELL_SECONDS = 1.0


class WorkerError(Exception):
    """채점 일꾼이 답하지 못했다. 과정의 오류다. 메시지에 까닭이 있다."""


class IsolationRefused(Exception):
    """이 컴퓨터에서는 바란 만큼 격리할 수 없어 채점을 시작하지 않았다. 메시지는 강사에게 그대로 보인다."""


class JudgeWorker:
    """일꾼 프로세스의 손잡이. 한 번에 제출물 하나를 맡긴다."""

    def __init__(self, *, isolation: str = "auto", own_session: bool = False):
        """`own_session`이면 터미널의 Ctrl-C가 일꾼에게 가지 않는다. 부모가 사라지면 그래도 끝난다."""
        self._isolation = isolation
        self._own_session = own_session
        self._aborted = False
        self._process: subprocess.Popen | None = None
        self._lock = threading.Lock()
        self._ready = False

    def start(self) -> "JudgeWorker":
        """프로세스를 띄운다. 준비(자이고트 데우기)는 뒤에서 이어지고, 첫 `grade`가 기다린다."""
        if self._process is None or self._process.poll() is not None:
            self._ready = False
            self._process = subprocess.Popen(
                [sys.executable, "-m", "course_lib.grading.worker", self._isolation],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=self._own_session)
            # 끝난 일꾼이 좀비로 남으면 Jupyter 커널이 멈출 때 그것을 기다린다.
            threading.Thread(target=self._process.wait, daemon=True).start()
            # 아무도 읽지 않으면 파이프가 차서 일꾼이 멈춘다(라이브러리의 경고만으로도).
            self._errors = bytearray()
            self._listener = threading.Thread(target=_keep_the_end, args=(self._process.stderr, self._errors), daemon=True)
            self._listener.start()
        return self

    def wait_ready(self) -> None:
        """샌드박스가 준비될 때까지 기다린다. 격리할 수 없으면 IsolationRefused."""
        self.start()
        if not self._ready:
            kind, value = _read(self._process.stdout)
            if kind == "refused":
                raise IsolationRefused(value)
            self._ready = True

    def grade(self, exercise: str, folder: Path, *, include_hidden: bool = True) -> SubmissionResult:
        """제출 폴더를 채점한 결과. 일꾼이 죽었으면 한 번 다시 띄워 본다."""
        return self._ask({"exercise": exercise, "folder": str(folder), "include_hidden": include_hidden})

    def grade_files(self, exercise: str, files: Mapping[str, bytes], *, include_hidden: bool = True) -> SubmissionResult:
        """이미 읽은 파일들(이름은 연습 폴더에서 본 상대 경로)을 채점한 결과."""
        return self._ask({"exercise": exercise, "files": dict(files), "include_hidden": include_hidden})

    def abort(self) -> None:
        """하던 채점을 버리고 곧바로 끝낸다. 다른 스레드에서 기다리던 채점은 WorkerError가 된다."""
        self._aborted = True
        process = self._process
        if process is not None:
            process.kill()

    def _ask(self, request: dict) -> SubmissionResult:
        with self._lock:
            for attempt in (1, 2):
                if self._aborted:
                    raise WorkerError("채점을 멈췄습니다.")
                try:
                    self.wait_ready()
                    _write(self._process.stdin, request)
                    kind, value = _read(self._process.stdout)
                    break
                except (OSError, EOFError) as error:
                    detail = self._last_words()
                    if attempt == 2:
                        raise WorkerError(f"채점기가 멈췄습니다.\n{detail}") from error
        if kind == "error":
            raise WorkerError(value)
        return value

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        self._listener.join(timeout=5)

    def __enter__(self) -> "JudgeWorker":
        return self.start()

    def __exit__(self, *exc_info) -> None:
        self.close()

    def _last_words(self) -> str:
        errors = self._errors
        # 답할 길을 닫고 나서 까닭을 적는다. 그 틈을 준다.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_WORDS_SECONDS)
        self._process.kill()
        self.close()
        return errors.decode("utf-8", "replace")


def _keep_the_end(stream, kept: bytearray) -> None:
    """끝까지 읽되 마지막 조각만 기억한다. 다 읽으면 닫는다."""
    with stream:
        while chunk := stream.read1():
            kept += chunk
            del kept[:-_LAST_WORDS_BYTES]


def _write(stream, value: object) -> None:
    body = pickle.dumps(value)
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def _read(stream) -> object:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    body = stream.read(size)
    if len(body) < size:
        raise EOFError
    return pickle.loads(body)


def main(isolation: str) -> None:
    # 채점 기준표가 무엇을 인쇄하든 답이 섞이지 않도록, 답은 따로 떼어 둔 길로 보낸다.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    from course_lib.grading.judge import Judge
    from course_lib.grading.sandbox.client import open_sandbox
    from course_lib.grading.sandbox.errors import SandboxError

    requests: queue.SimpleQueue[dict | None] = queue.SimpleQueue()
    leaving = threading.Event()
    with contextlib.ExitStack() as stack:
        # 채점하는 동안에도 부모가 사라진 것을 알도록, 부탁은 따로 읽는다.
        threading.Thread(target=_listen, args=(requests, leaving, stack), daemon=True).start()
        try:
            sandbox = stack.enter_context(open_sandbox(isolation=isolation))
        except SandboxError as error:
            _write(answers, ("refused", str(error)))
            return
        _write(answers, ("ready", None))
        judges: dict[str, Judge] = {}
        while (request := requests.get()) is not None:
            try:
                name = request["exercise"]
                if name not in judges:
                    judges[name] = stack.enter_context(Judge(name, sandbox=sandbox))
                judge, include_hidden = judges[name], request["include_hidden"]
                if "files" in request:
                    result = judge.grade_files(request["files"], include_hidden=include_hidden)
                else:
                    result = judge.grade(Path(request["folder"]), include_hidden=include_hidden)
                _write(answers, ("ok", result))
            except SandboxError:  # 샌드박스가 죽었으면 이 일꾼으로는 아무것도 더 채점할 수 없다. 부모가 새로 띄운다
                raise
            except Exception:  # 과정의 오류: 까닭을 그대로 부모에게 알린다
                _write(answers, ("error", traceback.format_exc()))
        leaving.set()


def _listen(requests: "queue.SimpleQueue[dict | None]", leaving: threading.Event, opened: contextlib.ExitStack) -> None:
    """부모의 부탁을 차례로 쌓는다. 입력이 끊기면 끝을 알리고, 그때까지 채점하고 있으면 샌드박스를 닫고 곧바로 끝낸다."""
    # sys.stdin을 기다리는 스레드가 있으면 파이썬은 끝나지 못하고 죽는다(끝날 때 sys.stdin을 닫으려 한다).
    incoming = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    try:
        while True:
            requests.put(_read(incoming))
    except (EOFError, OSError):
        requests.put(None)
    if not leaving.wait(_FAREWELL_SECONDS):
        # 닫지 못해도 알릴 부모가 없다. 자이고트는 이 프로세스가 끝나면 따라 끝난다.
        with contextlib.suppress(Exception):
            opened.close()
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
