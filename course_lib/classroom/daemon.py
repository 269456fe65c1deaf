"""노트북 뒤에서 도는 진짜 Dagster 데몬.

`dagster-daemon run -f 파일`을 다른 프로세스로 띄운다. 기록은 임시 DAGSTER_HOME에 쌓이고, 노트북은 `daemon.instance`로
같은 기록을 읽는다. 데몬은 `stop()`을 부르거나, 커널이 끝나거나, `LIFETIME_SECONDS`가 지나면 멈춘다.
"""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import dagster as dg
from dagster._core.loader import LoadingContextForTest
from dagster._core.scheduler.instigation import InstigatorTick
from dagster._daemon.freshness import FreshnessDaemon

from course_lib.classroom.threads import in_thread
from course_lib.services.launch import attached, log_tail

# 노트북을 켜 둔 채 자리를 비워도 데몬이 밤새 런을 띄우지 않게 한다.
LIFETIME_SECONDS = 600
WAIT_SECONDS = 180
_POLL_SECONDS = 0.5
# 대기열은 5초마다가 아니라 1초마다 본다. 기다리는 시간을 줄일 뿐 하는 일은 같다.
_DAGSTER_YAML = """\
telemetry:
  enabled: false
run_coordinator:
  module: dagster._core.run_coordinator
  class: QueuedRunCoordinator
  config:
    dequeue_interval_seconds: 1
"""


class Daemon:
    """데몬 하나. `home`은 그 DAGSTER_HOME, `instance`는 그 기록이다."""

    def __init__(self, code: Path):
        self.home = Path(tempfile.mkdtemp(prefix="course-daemon-"))
        (self.home / "dagster.yaml").write_text(_DAGSTER_YAML, encoding="utf-8")
        self.instance = dg.DagsterInstance.from_config(str(self.home))
        self._stack = contextlib.ExitStack()
        self._stopping = threading.Lock()
        command = [sys.executable, "-m", "dagster._daemon", "run", "-f", str(code.resolve())]
        environment = {"DAGSTER_HOME": str(self.home), "DAGSTER_DISABLE_TELEMETRY": "1"}
        with mock.patch.dict(os.environ, environment):
            # 커널이 갑자기 죽어도 데몬이 남지 않는다.
            self._process = self._stack.enter_context(attached())(command, self.home)
        self._timer = threading.Timer(LIFETIME_SECONDS, self.stop)
        self._timer.daemon = True
        self._timer.start()

    @property
    def running(self) -> bool:
        return self._process.process() is not None

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """`ready()`가 참이 될 때까지 기다린다. 데몬이 죽었거나 너무 오래 걸리면 기록의 끝을 보이며 `RuntimeError`."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not ready():
            if not self.running:
                raise RuntimeError(f"데몬이 멈춰 있습니다. start_daemon 셀부터 다시 실행하세요.\n{log_tail(self.home)}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{WAIT_SECONDS}초를 기다렸지만 일이 끝나지 않았습니다.\n{log_tail(self.home)}")
            time.sleep(_POLL_SECONDS)

    def ticks(self, name: str) -> list[InstigatorTick]:
        """스케줄이나 센서 `name`의 틱을 온 차례로. 아직 없으면 빈 목록."""
        states = [state for state in self.instance.all_instigator_state() if state.instigator_name == name]
        return [tick for state in states for tick in reversed(self.instance.get_ticks(state.instigator_origin_id, state.selector_id))]

    def stop(self) -> None:
        """데몬을 멈추고 끝날 때까지 기다린다. 기록은 남으므로 `instance`는 계속 읽을 수 있다."""
        with self._stopping:
            self._timer.cancel()
            self._stack.close()

    def forget(self) -> None:
        """멈추고 기록까지 지운다."""
        self.stop()
        self.instance.dispose()
        shutil.rmtree(self.home, ignore_errors=True)


_latest: list[Daemon] = []


def start_daemon(code: str | Path) -> Daemon:
    """파이썬 파일 `code`의 `defs`를 돌보는 데몬을 띄운다. 앞서 띄운 것이 있으면 지우고 새로 시작한다."""
    while _latest:
        _latest.pop().forget()
    daemon = Daemon(Path(code))
    _latest.append(daemon)
    return daemon


def freshness_tick(defs: dg.Definitions, instance: dg.DagsterInstance) -> None:
    """신선도 데몬이 30초마다 하는 일을 한 번 한다: 정책을 평가해, 상태가 바뀐 자산을 `instance`에 기록한다."""

    async def evaluate() -> None:
        for node in defs.resolve_asset_graph().asset_nodes:
            await FreshnessDaemon()._evaluate_asset(LoadingContextForTest(instance), node)

    in_thread(asyncio.run, evaluate())
