"""오픈소스 Dagster의 구성을 한 컴퓨터에 진짜로 띄우고, 죽이고, 끝낸다. 도커도 관리자 권한도 필요 없다.

    PostgreSQL ← dagster instance migrate
        ↑ 기록
    코드 서버(gRPC) ← 웹서버, 데몬

프로세스마다 따로 지키는 작은 프로세스가 있어서(`course_lib.services`), 이 파이썬이 어떻게 죽더라도 서버가 남지 않는다.
"""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import psutil

from course_lib.services import PostgresInfo, ServiceError
from course_lib.services.launch import LOOPBACK, Running, attached, free_port, log_tail, scratch_folder
from course_lib.services.postgres_server import start_postgres
from course_lib.ui import responds

PROJECT = Path(__file__).with_name("project")
WAIT_SECONDS = 180
# 볼 때마다 PostgreSQL에 새로 접속한다. 더 잦으면 기다리는 쪽이 일하는 쪽을 늦춘다.
_POLL_SECONDS = 0.25
_SETTINGS = ("dagster.yaml", "workspace.yaml")

# 서버를 띄우는 명령. 이름은 Compose의 서비스와 같고, 명령도 자리표({...})를 채우면 Compose의 것과 같다.
COMMANDS = {
    "code-server": "dagster code-server start --host {host} --port {port} --module-name orders --working-directory {code}",
    "webserver": "dagster-webserver --host {host} --port {port} --workspace {home}/workspace.yaml",
    "daemon": "dagster-daemon run --workspace {home}/workspace.yaml",
}
MIGRATE = "dagster instance migrate"
# orders.py의 자산이 쓰는 풀.
POOL = "orders_db"
# 띄우는 차례. 멈추는 차례는 거꾸로다.
ORDER = ("postgres", *COMMANDS)


@dataclass(frozen=True)
class Server:
    """떠 있는 서버 하나. `family`는 그 서버와 자식 프로세스들(멈춘 뒤에 남은 것이 없는지 볼 때 쓴다)."""

    name: str
    port: int | None
    running: Running
    stack: contextlib.ExitStack

    @property
    def pid(self) -> int:
        return self.running.pid

    @property
    def alive(self) -> bool:
        return self.running.process() is not None

    def family(self) -> list[psutil.Process]:
        process = self.running.process()
        if process is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return [process, *process.children(recursive=True)]
        return []


class Deployment:
    """구성 하나. `with Deployment() as site:`의 블록을 나가거나, 이 프로세스가 어떻게든 끝나면 모두 멈춘다.

    `home`은 DAGSTER_HOME, `inbox`는 주문 파일이 도착하는 폴더, `environment`는 모든 프로세스가 받는 환경 변수다.
    서버를 띄우지 못하면 메서드가 `ServiceError`를 낸다. 메시지는 그대로 보여 줄 수 있는 한국어다.
    """

    def __init__(self, port: int | None = None):
        self.home = Path(tempfile.mkdtemp(prefix="course-deploy-"))
        self.inbox = self.home / "inbox"
        self.inbox.mkdir()
        scratch = self.home / "tmp"
        scratch.mkdir()
        for name in _SETTINGS:
            shutil.copyfile(PROJECT / name, self.home / name)
        self.web_port = port or free_port()
        self.code_port = free_port()
        self.environment = {
            "DAGSTER_HOME": str(self.home),
            "DAGSTER_CODE_HOST": LOOPBACK,
            "DAGSTER_CODE_PORT": str(self.code_port),
            "ORDERS_INBOX": str(self.inbox),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            # 도는 런을 끊으면 그 임시 폴더가 남는다. `home`과 함께 지워지게 그 안에 둔다(TEMP는 Windows의 이름이다).
            "TMPDIR": str(scratch),
            "TEMP": str(scratch),
        }
        self.servers: dict[str, Server] = {}
        self._instance: dg.DagsterInstance | None = None

    def __enter__(self) -> "Deployment":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.web_port}"

    # ---------------------------------------------------------------- 띄우기

    def start_postgres(self) -> PostgresInfo:
        """빈 PostgreSQL을 띄우고, 그 주소를 `environment`에 더한다."""
        stack = contextlib.ExitStack()
        with _closed_on_error(stack):
            folder, launch = stack.enter_context(scratch_folder("postgres")), stack.enter_context(attached())
            info, running = start_postgres(folder, launch)
        self.servers["postgres"] = Server("postgres", info.port, running, stack)
        self.environment |= {
            "DAGSTER_PG_HOST": info.host, "DAGSTER_PG_PORT": str(info.port), "DAGSTER_PG_PASSWORD": info.password,
        }  # fmt: skip
        self._name_the_database(info)
        return info

    def _name_the_database(self, info: PostgresInfo) -> None:
        """dagster.yaml이 부르는 이름(dagster)으로 계정과 데이터베이스를 만든다. Compose에서는 이미지가 한다."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(
            host=info.host, port=info.port, dbname=info.dbname, user=info.user, password=info.password, autocommit=True
        ) as connection:
            connection.execute(sql.SQL("CREATE ROLE dagster LOGIN PASSWORD {}").format(info.password))
            connection.execute("CREATE DATABASE dagster OWNER dagster")

    def migrate(self) -> None:
        """기록을 둘 표를 만들거나 지금 판에 맞게 고친다."""
        done = subprocess.run(
            self._resolved(MIGRATE), cwd=self.home, env={**os.environ, **self.environment},
            capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=WAIT_SECONDS,
        )  # fmt: skip
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or [""]
            raise ServiceError(f"`{MIGRATE}`가 실패했습니다.\n{last[0][:500]}")
        # 데몬은 처음 보는 풀의 한도를 그다음 번부터 지킨다. 첫 두 런이 한꺼번에 대기열에 들어오면 둘 다 시작한다.
        # `dagster instance concurrency set`처럼 먼저 알려 두면 처음부터 지킨다(Dagster 1.13.27).
        self.instance.event_log_storage.initialize_concurrency_limit_to_default(POOL)

    def start(self, name: str) -> Server:
        """`code-server`, `webserver`, `daemon` 가운데 하나를 띄우고 일할 준비가 될 때까지 기다린다."""
        folder = self._folder(name)
        folder.mkdir(exist_ok=True)
        stack = contextlib.ExitStack()
        began = time.time()
        with _closed_on_error(stack):
            launch = stack.enter_context(attached())
            running = launch(self._resolved(self.command(name)), folder, environment=self.environment)
            server = Server(name, {"code-server": self.code_port, "webserver": self.web_port}.get(name), running, stack)
            self.servers[name] = server
            ready = {"code-server": self._code_is_served, "webserver": self._page_is_served}.get(name)
            self.wait_until(ready or (lambda: self._daemons_beat_since(began)), f"{name}이(가) 준비되기")
        return server

    def command(self, name: str) -> str:
        """터미널에 그대로 칠 수 있는 명령 한 줄."""
        port = self.code_port if name == "code-server" else self.web_port
        places = {"host": LOOPBACK, "port": port, "home": shlex.quote(self.home.as_posix()), "code": shlex.quote(PROJECT.as_posix())}
        return COMMANDS[name].format(**places)

    def _resolved(self, command: str) -> list[str]:
        """명령의 실행 파일은 PATH가 아니라 이 파이썬의 환경에 있는 것이다."""
        program, *arguments = shlex.split(command)
        found = shutil.which(program, path=str(Path(sys.executable).parent))
        if found is None:
            raise ServiceError(f"{program} 명령이 없습니다. `uv sync`로 설치해 주세요.")
        return [found, *arguments]

    def _folder(self, name: str) -> Path:
        """서버의 기록(server.log)이 있는 폴더. 이 프로세스가 갑자기 죽으면 코드 서버를 지키는 프로세스가 `home`을 통째로 지운다."""
        return self.home if name == "code-server" else self.home / name

    # ---------------------------------------------------------------- 기다리기

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
        """`ready()`가 참이 될 때까지 기다린다. 서버 하나가 죽거나 너무 오래 걸리면 그 기록의 끝을 보이며 `ServiceError`."""
        deadline = time.monotonic() + seconds
        while not ready():
            for server in self.servers.values():
                if not server.alive:
                    raise ServiceError(f"{what}를 기다리는데 {server.name}이(가) 멈췄습니다.\n{self.log(server.name)}")
            if time.monotonic() > deadline:
                raise ServiceError(f"{what}를 {seconds:g}초 기다렸지만 되지 않았습니다.\n{self.runs()}\n{self.logs()}")
            time.sleep(_POLL_SECONDS)

    def log(self, name: str) -> str:
        """서버가 남긴 기록의 끝."""
        return log_tail(self._folder(name)) if name in COMMANDS else ""

    def logs(self) -> str:
        return "\n".join(f"[{name}]\n{text}" for name in self.servers if (text := self.log(name)))

    def runs(self) -> str:
        """런마다 한 줄: 이름, 상태, 잡. 기록을 읽을 수 없으면 빈 글."""
        if "postgres" not in self.servers or not self.servers["postgres"].alive:
            return ""
        return "\n".join(f"{run.run_id[:8]}  {run.status.value:<11} {run.job_name}" for run in reversed(self.instance.get_runs(limit=20)))

    def _code_is_served(self) -> bool:
        # `dagster api grpc-health-check`가 하는 일이다.
        from dagster._grpc.client import DagsterGrpcClient

        with contextlib.redirect_stdout(None):
            return DagsterGrpcClient(host=LOOPBACK, port=self.code_port).health_check_query() == "SERVING"

    def _page_is_served(self) -> bool:
        return responds(f"{self.url}/server_info")

    def _daemons_beat_since(self, moment: float) -> bool:
        """필요한 데몬이 모두 `moment` 뒤에 살아 있다고 알렸는가. 죽은 데몬의 옛 신호는 세지 않는다."""
        beats = self.instance.get_daemon_heartbeats()
        return all(name in beats and beats[name].timestamp >= moment for name in self.instance.get_required_daemon_types())

    @property
    def instance(self) -> dg.DagsterInstance:
        """모든 프로세스가 함께 쓰는 기록을 이 프로세스에서도 읽는다. `start_postgres` 뒤에 쓸 수 있다."""
        if self._instance is None:
            with _environment(self.environment):
                self._instance = dg.DagsterInstance.from_config(str(self.home))
        return self._instance

    # ---------------------------------------------------------------- 죽이기와 끝내기

    def kill(self, name: str) -> int:
        """서버를 SIGKILL로 죽인다. 뒷정리할 틈이 없다. 죽은 프로세스의 번호를 돌려준다."""
        server = self.servers.pop(name)
        if (process := server.running.process()) is not None:
            process.kill()
        server.stack.close()
        return server.pid

    def stop(self, name: str) -> list[int]:
        """서버를 멈추고 끝날 때까지 기다린다. 그래도 남은 프로세스의 번호를 돌려준다(없어야 한다)."""
        server = self.servers.pop(name)
        family = server.family()
        server.stack.close()
        _, left = psutil.wait_procs(family, timeout=10)
        return [process.pid for process in left]

    def close(self) -> None:
        """떠 있는 것을 모두 멈추고 폴더를 지운다. 몇 번 불러도 된다."""
        if self._instance is not None:
            self._instance.dispose()
            self._instance = None
        for name in [name for name in reversed(ORDER) if name in self.servers]:
            self.stop(name)
        shutil.rmtree(self.home, ignore_errors=True)


@contextlib.contextmanager
def _closed_on_error(stack: contextlib.ExitStack) -> Iterator[None]:
    """블록이 예외로 끝나면(Ctrl-C도) `stack`을 닫는다: 반쯤 뜬 서버를 남기지 않는다."""
    try:
        yield
    except BaseException:
        stack.close()
        raise


@contextlib.contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """블록 안에서만 환경 변수를 더한다. 인스턴스는 만들어질 때 `env:`의 값을 읽고, 그 뒤에는 찾지 않는다."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
