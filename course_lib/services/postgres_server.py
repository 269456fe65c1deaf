"""PostgreSQL 서버 하나: 새 데이터 폴더를 만들고, 빈 포트에 띄우고, 데이터베이스 `course`를 만든다."""

import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.services.account import UNPRIVILEGED
from course_lib.services.launch import (
    LOOPBACK,
    Launch,
    Running,
    ServiceError,
    attached,
    free_port,
    give_away,
    scratch_folder,
    wait_until,
)
from course_lib.services.postgres_binaries import find_binaries

_NAME = "course"
# C.UTF-8: 어느 컴퓨터에서나 같은 정렬(코드 포인트 순서)을 준다. 리눅스 밖에는 이 이름이 없어서 정렬이 같은 C를 쓴다.
_LOCALE = "C.UTF-8" if sys.platform == "linux" else "C"
# 곧 지울 데이터이므로 디스크에 확실히 쓰는 일을 건너뛴다. 세션의 시간대는 어느 컴퓨터에서나 UTC다.
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "50",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class PostgresInfo:
    """접속에 필요한 것. 이름이 `PostgresResource`의 필드와 같다. 비밀번호는 화면에 나오지 않는다."""

    host: str
    port: int
    dbname: str
    user: str
    password: str = field(repr=False)


@contextlib.contextmanager
def postgres(bin_dir: Path | None = None) -> Iterator[PostgresInfo]:
    """블록 안에서만 사는 PostgreSQL. 서로 다른 블록은 서로 다른 서버다. 띄우지 못하면 `ServiceError`."""
    with scratch_folder("postgres") as folder, attached() as launch:
        info, _ = start_postgres(folder, launch, bin_dir)
        yield info


def start_postgres(folder: Path, launch: Launch, bin_dir: Path | None = None) -> tuple[PostgresInfo, Running]:
    """빈 폴더 `folder`에 데이터를 만들고 서버를 띄운다. 접속을 받을 때 돌아온다."""
    bin_dir = bin_dir or find_binaries()
    password = secrets.token_urlsafe(16)
    data = folder / "data"
    _initdb(bin_dir, folder, data, password)
    for attempts_left in (2, 1, 0):
        # 비어 있던 포트를 그 사이에 남이 가져갈 수 있으므로 몇 번 해 본다.
        info = PostgresInfo(LOOPBACK, free_port(), _NAME, _NAME, password)
        settings = {**_SETTINGS, "port": str(info.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        running = launch([str(bin_dir / "postgres"), "-D", str(data), *options], folder, UNPRIVILEGED)
        try:
            wait_until(lambda: _create_database(info), running, folder, "PostgreSQL")
        except BaseException as error:
            died_by_itself = not running.stop()
            if not (isinstance(error, ServiceError) and died_by_itself and attempts_left):
                raise
        else:
            return info, running
    raise AssertionError("마지막 시도는 돌려주거나 예외를 낸다")


def _initdb(bin_dir: Path, folder: Path, data: Path, password: str) -> None:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="utf-8")
    give_away(secret)
    command = [
        str(bin_dir / "initdb"),
        f"--pgdata={data}",
        f"--username={_NAME}",
        f"--pwfile={secret}",
        # 진짜 비밀번호 인증: 틀린 비밀번호는 틀렸다고 한다.
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        f"--locale={_LOCALE}",
        "--no-sync",
    ]
    account = UNPRIVILEGED.popen_arguments() if UNPRIVILEGED else {}
    try:
        subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "LC_ALL": _LOCALE},
            capture_output=True,
            check=True,
            text=True,
            errors="replace",
            **account,
        )
    except OSError as error:
        raise ServiceError(f"PostgreSQL의 실행 파일을 실행하지 못했습니다: {error}") from None
    except subprocess.CalledProcessError as error:
        raise ServiceError(f"PostgreSQL의 데이터 폴더를 만들지 못했습니다.\n{error.stderr.strip()[-2000:]}") from None
    finally:
        secret.unlink()


def _create_database(info: PostgresInfo) -> bool:
    """접속이 되면 데이터베이스를 만들고 참. 서버가 아직 접속을 받지 않으면 거짓."""
    import psycopg

    try:
        connection = psycopg.connect(
            host=info.host,
            port=info.port,
            dbname="postgres",
            user=info.user,
            password=info.password,
            autocommit=True,
            connect_timeout=5,
        )
    except psycopg.OperationalError:
        return False
    with connection:
        connection.execute(f"CREATE DATABASE {_NAME}")
    return True
