"""`course deploy-demo`가 하는 일: 구성을 하나씩 띄우고, 정말 되는지 두 가지로 보이고, 모두 끝낸다."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg
import psutil

from course_lib.deploy.topology import MIGRATE, ORDER, Deployment
from course_lib.services import ServiceError
from course_lib.services.launch import port_is_free

Say = Callable[[str], None]

PURPOSES = {
    "postgres": "PostgreSQL: 런, 이벤트, 틱의 기록을 한곳에 둡니다. 다른 프로세스는 죽어도 되지만 기록은 남아야 합니다.",
    "migrate": "기록을 둘 표를 만듭니다. Dagster의 판을 올릴 때마다 한 번 하는 일입니다.",
    "code-server": "코드 서버: 우리 코드를 불러 두고 gRPC로 답합니다. 런도 여기서 돕니다.",
    "webserver": "웹서버: 화면과 GraphQL. 우리 코드는 모르고, 코드 서버와 기록에 물어봅니다.",
    "daemon": "데몬: 스케줄과 센서의 틱, 대기열, 재시도, 감시를 맡습니다. 꼭 하나만 띄웁니다.",
}
FIRST_FILES = ("monday.csv", "tuesday.csv")
LATE_FILE = "wednesday.csv"
_STEPS = len(PURPOSES) + 3


@dataclass(frozen=True)
class FileRun:
    """주문 파일 하나의 런."""

    file: str
    run_id: str
    status: str


def deliver(site: Deployment, *names: str) -> None:
    """도착 폴더에 주문 파일을 놓는다. 센서가 쓰다 만 파일을 보지 않게 이름을 바꾸어 내놓는다."""
    for name in names:
        part = site.inbox / f"{name}.part"
        part.write_text(f"order_id,amount\n1,{1000 + len(name)}\n", encoding="utf-8", newline="\n")
        part.rename(site.inbox / name)


def start_maintenance(site: Deployment) -> None:
    """주문 데이터베이스의 점검을 시작한다. 끝낼 때까지 도는 런은 기다린다. 그래서 아무 때나 들여다보아도 같은 모습이다."""
    (site.inbox / "maintenance").touch()


def end_maintenance(site: Deployment) -> None:
    (site.inbox / "maintenance").unlink()


def file_runs(instance: dg.DagsterInstance) -> list[FileRun]:
    """주문 파일의 런을 만들어진 차례로."""
    runs = reversed(instance.get_runs(dg.RunsFilter(job_name="receive_orders")))
    return [FileRun(run.tags["file"], run.run_id, run.status.value) for run in runs]


def statuses(instance: dg.DagsterInstance) -> list[str]:
    return [run.status for run in file_runs(instance)]


def wait_for_work_and_queue(site: Deployment) -> None:
    """런 하나는 돌고 있고(STARTED) 하나는 기다릴(QUEUED) 때까지. 점검 중이면 그대로 머문다.

    도는 런이 풀의 자리를 쥐고 있으므로, 이때는 데몬이 대기열에서 아무것도 꺼내고 있지 않다. 그래서 이때 죽이면 결과가 늘 같다.
    """
    site.wait_until(lambda: {"STARTED", "QUEUED"} <= set(statuses(site.instance)), "첫 런이 시작하기")


def run_demo(say: Say, *, port: int | None = None, keep: bool = False) -> None:
    """차례로 하며 `say`로 알린다. 어느 걸음이 실패하면 `ServiceError`를 낸다. 어떻게 끝나든 서버는 남지 않는다."""
    if port is not None and not port_is_free(port):
        raise ServiceError(f"{port}번 포트를 다른 프로그램이 쓰고 있습니다. --port에 다른 번호를 주거나, 빼고 실행하세요.")
    steps = _Steps(say)
    with Deployment(port) as site:
        _start_everything(site, steps)
        _prove_the_queue(site, steps)
        _prove_nothing_is_lost(site, steps)
        if keep:
            _stay(site, say)
        _stop_everything(site, steps)


class _Steps:
    """`[1/8] 무엇` 줄과 그 아래의 들여 쓴 줄."""

    def __init__(self, say: Say):
        self._say, self._number, self._began = say, 0, 0.0

    def begin(self, title: str) -> None:
        self._number += 1
        self._began = time.monotonic()
        self._say(f"\n[{self._number}/{_STEPS}] {title}")

    def tell(self, line: str) -> None:
        self._say(f"      {line}")

    def done(self, line: str) -> None:
        self.tell(f"✔ {line} ({time.monotonic() - self._began:.1f}초)")


def _start_everything(site: Deployment, steps: _Steps) -> None:
    steps.begin(PURPOSES["postgres"])
    info = site.start_postgres()
    steps.done(f"{info.host}:{info.port}에 떠 있습니다. 프로세스 {site.servers['postgres'].pid}")
    steps.begin(PURPOSES["migrate"])
    steps.tell(f"$ {MIGRATE}")
    site.migrate()
    steps.done(f"기록은 {type(site.instance.run_storage).__name__}에 있습니다.")
    for name in ("code-server", "webserver", "daemon"):
        steps.begin(PURPOSES[name])
        steps.tell(f"$ {site.command(name)}")
        server = site.start(name)
        steps.done(f"준비됐습니다. 프로세스 {server.pid}" + (f", {site.url}" if name == "webserver" else ""))


def _prove_the_queue(site: Deployment, steps: _Steps) -> None:
    steps.begin("센서가 런을 띄우는지: 도착 폴더에 주문 파일 둘을 놓습니다. 풀의 자리가 하나라 한 번에 하나만 돕니다.")
    start_maintenance(site)
    steps.tell("주문 데이터베이스를 점검 중으로 해 둡니다. 도는 런은 점검이 끝날 때까지 기다립니다.")
    deliver(site, *FIRST_FILES)
    site.wait_until(lambda: len(file_runs(site.instance)) == len(FIRST_FILES), "센서가 런을 요청하기")
    steps.tell("센서의 틱이 런 둘을 요청했습니다.")
    wait_for_work_and_queue(site)
    _show(file_runs(site.instance), steps)
    steps.done("하나는 돌고, 하나는 대기열에서 기다립니다.")


def _prove_nothing_is_lost(site: Deployment, steps: _Steps) -> None:
    steps.begin("데몬이 죽어도 잃는 것이 없는지: 일이 기다리는 동안 데몬을 강제로 죽입니다(kill -9).")
    pid = site.kill("daemon")
    end_maintenance(site)
    # 이미 시작한 런은 코드 서버에서 돌므로 데몬과 상관없이 끝까지 간다.
    site.wait_until(lambda: not {"STARTING", "STARTED"} & set(statuses(site.instance)), "돌던 런이 끝나기")
    before = file_runs(site.instance)
    steps.tell(f"데몬(프로세스 {pid})이 죽은 동안 점검이 끝났습니다. 그동안의 런:")
    _show(before, steps)
    deliver(site, LATE_FILE)
    steps.tell(f"죽어 있는 동안 {LATE_FILE}도 도착했습니다. 센서를 돌릴 데몬이 없으니 런은 없습니다.")
    server = site.start("daemon")
    steps.tell(f"데몬을 다시 띄웠습니다. 프로세스 {server.pid}")
    expected = len(FIRST_FILES) + 1
    site.wait_until(lambda: statuses(site.instance).count("SUCCESS") == expected, "기다리던 런이 모두 끝나기")
    after = file_runs(site.instance)
    _show(after, steps)
    if [run.run_id for run in after][: len(before)] != [run.run_id for run in before]:
        raise ServiceError("데몬이 돌아온 뒤 앞의 런이 그대로 있지 않습니다. 과정의 오류이니 과정 담당자에게 알려 주세요.")
    steps.done(f"런 {len(before)}개가 같은 이름 그대로 성공했고, 늦게 온 파일도 들어왔습니다. 두 번 돈 것도 없습니다.")


def _show(runs: list[FileRun], steps: _Steps) -> None:
    for run in runs:
        steps.tell(f"  {run.run_id[:8]}  {run.status:<8} {run.file}")


def _stay(site: Deployment, say: Say) -> None:
    """Ctrl-C나 SIGTERM이 올 때까지 떠 있는다."""
    say(f"\n화면을 열어 보세요: {site.url}")
    say(f"주문 파일(.csv)을 여기에 놓으면 센서가 런을 띄웁니다: {site.inbox}")
    say("끝내려면 Ctrl-C를 누르세요.")
    stopping = threading.Event()
    previous = {sign: signal.signal(sign, lambda *_: stopping.set()) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        site.wait_until(stopping.is_set, "Ctrl-C", seconds=float("inf"))
    finally:
        for sign, handler in previous.items():
            signal.signal(sign, handler)


def _stop_everything(site: Deployment, steps: _Steps) -> None:
    steps.begin("모두 끝냅니다. 띄운 차례의 거꾸로, 프로세스 번호로 하나씩.")
    left: list[int] = []
    ports = [server.port for server in site.servers.values() if server.port]
    for name in reversed(ORDER):
        pid = site.servers[name].pid
        left += site.stop(name)
        steps.tell(f"{name} (프로세스 {pid}) 멈춤")
    busy = [port for port in ports if not port_is_free(port)]
    alive = [pid for pid in left if psutil.pid_exists(pid)]
    if alive or busy:
        raise ServiceError(f"남은 프로세스 {alive}, 닫히지 않은 포트 {busy}. 프로세스를 직접 끝내 주세요.")
    steps.done(f"남은 프로세스가 없고, 쓰던 포트 {', '.join(map(str, ports))}도 비었습니다.")
