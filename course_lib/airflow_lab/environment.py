"""Airflow만의 파이썬 환경: 어디 있고, 준비되었고, 어떻게 만들고 지우는가.

Airflow는 과정의 환경에 설치하지 않는다. 요구하는 패키지가 백 개가 넘고, Airflow를 올리거나 내릴 때마다 Dagster의 것까지
움직이기 때문이다. 환경은 작업 공간이 아니라 캐시 폴더에 있어서, 작업 공간을 새로 만들어도 다시 내려받지 않는다.

    <자리>/
        .course-airflow     과정이 만든 폴더라는 표시. 이것이 없는 폴더는 지우지 않는다
        venv/               파이썬 환경
        home/               빈 Airflow 데이터베이스. 실행할 때마다 베껴 쓴다
        ready.json          맨 나중에 쓴다. 이것이 없으면 설치하다 만 것이다
        install.log         설치한 기록
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import platformdirs
from filelock import FileLock

VARIABLE = "COURSE_AIRFLOW_ENV"
AIRFLOW_VERSION = "3.3.2"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# 설치하기 전에 알린다. tests/airflow/test_environment.py가 진짜와 견준다.
DOWNLOAD_MB = 55
DISK_MB = 290

_OWNED = ".course-airflow"
_OFFLINE_SIGNS = (
    "failed to fetch", "error sending request", "dns error", "network was disabled", "timed out", "tunnel error",
    "connection refused", "newconnectionerror", "temporary failure in name resolution", "max retries exceeded", "no route to host",
)  # fmt: skip


class AirflowError(Exception):
    """Airflow를 쓸 수 없다. 메시지는 학습자에게 그대로 보이는 한국어 문장이다."""


class State(Enum):
    """환경의 상태. 값은 화면에 보이는 말이다."""

    READY = "준비됨"
    UNFINISHED = "설치하다 멈춤"
    ABSENT = "없음"


@dataclass(frozen=True)
class Environment:
    """Airflow 환경 하나. `path`는 그 폴더다."""

    path: Path

    @classmethod
    def default(cls) -> "Environment":
        """환경 변수 `COURSE_AIRFLOW_ENV`가 말하는 자리, 없으면 사용자의 캐시 폴더."""
        if named := os.environ.get(VARIABLE):
            return cls(Path(named).absolute())
        return cls(platformdirs.user_cache_path("dagster-course-ko", appauthor=False) / f"airflow-{AIRFLOW_VERSION}")

    @property
    def python(self) -> Path:
        return self.path / "venv" / "bin" / "python"

    @property
    def home(self) -> Path:
        """빈 데이터베이스가 든 AIRFLOW_HOME. 베껴 쓴다."""
        return self.path / "home"

    @property
    def log(self) -> Path:
        return self.path / "install.log"

    def state(self) -> State:
        """파일 하나만 읽는다. Airflow를 부르지 않는다."""
        if self.python.exists() and self._read_ready() == _fingerprint():
            return State.READY
        return State.UNFINISHED if (self.path / _OWNED).exists() else State.ABSENT

    def ensure(self, say: Callable[[str], None]) -> None:
        """준비되어 있지 않으면 만든다. 하다 만 것은 지우고 처음부터 한다. 만들지 못하면 `AirflowError`.

        무엇을 얼마나 내려받는지 먼저 `say`로 알린다.
        """
        if self.state() is State.READY:
            return
        if os.name != "posix":
            raise AirflowError("Airflow는 Windows에서 돌지 않습니다. WSL2의 리눅스에서 실행하세요. 나머지 수업은 Airflow 없이 됩니다.")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # 두 창에서 함께 시작해도 한 번만 설치한다.
            with FileLock(self.path.with_name(self.path.name + ".lock")):
                if self.state() is not State.READY:
                    self._build(say)
        except OSError as error:
            raise AirflowError(f"{self.path} 에 Airflow 환경을 만들 수 없습니다({error.strerror or error}).") from error

    def remove(self) -> bool:
        """지운다. 지울 것이 없었으면 거짓. 과정이 만들지 않은 폴더면 `AirflowError`."""
        if not self.path.exists():
            return False
        if not (self.path / _OWNED).exists() and any(self.path.iterdir()):
            raise AirflowError(f"{self.path} 은(는) 과정이 만든 폴더가 아니어서 손대지 않습니다. {VARIABLE}에 다른 자리를 적어 주세요.")
        # 표시를 맨 나중에 지운다. 지우다 멈추어도 다음에 이어서 지울 수 있다.
        (self.path / "ready.json").unlink(missing_ok=True)
        for item in self.path.iterdir():
            if item.name != _OWNED:
                shutil.rmtree(item) if item.is_dir() and not item.is_symlink() else item.unlink()
        shutil.rmtree(self.path)
        return True

    def _build(self, say: Callable[[str], None]) -> None:
        if self.state() is State.UNFINISHED:
            say("앞서 끝내지 못한 Airflow 설치를 지우고 다시 합니다.")
        self.remove()
        say(
            f"Airflow {AIRFLOW_VERSION} 환경을 만듭니다. 처음 한 번뿐입니다. 패키지 130여 개를 내려받습니다"
            f"(약 {DOWNLOAD_MB}MB, 디스크는 약 {DISK_MB}MB, 1~3분).\n자리: {self.path}"
        )
        self.path.mkdir(parents=True)
        (self.path / _OWNED).touch()
        for command in _commands(self.path / "venv"):
            self._run(command, "Airflow를 설치하지 못했습니다")
        self._run([str(self.python), "-m", "airflow", "db", "migrate"], "Airflow의 데이터베이스를 만들지 못했습니다", airflow_environment(self.home))
        if not (self.home / "airflow.db").is_file():
            raise AirflowError(f"Airflow의 데이터베이스를 만들지 못했습니다. 기록: {self.log}")
        (self.path / "ready.json").write_text(json.dumps(_fingerprint()), encoding="utf-8")

    def _run(self, command: list[str], failure: str, environment: dict[str, str] | None = None) -> None:
        with self.log.open("ab") as log:
            # 저장소의 pyproject.toml에 있는 uv의 설정이 섞이지 않게 환경의 폴더에서 실행한다.
            code = subprocess.run(
                command, cwd=self.path, env=environment or _clean_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
            ).returncode
        if code == 0:
            return
        text = self.log.read_text(encoding="utf-8", errors="replace")
        if any(sign in text.lower() for sign in _OFFLINE_SIGNS):
            raise AirflowError(
                "인터넷에 닿지 못해 Airflow를 내려받지 못했습니다. 연결된 곳에서 같은 명령을 다시 실행하세요. 나머지 수업은 Airflow 없이 됩니다."
            )
        last = "\n".join(text.strip().splitlines()[-5:])
        raise AirflowError(f"{failure}. 디스크에 {DISK_MB}MB쯤 비어 있는지 보고 같은 명령을 다시 실행해 보세요. 기록: {self.log}\n{last}")

    def _read_ready(self) -> object:
        try:
            return json.loads((self.path / "ready.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None


def airflow_environment(home: Path) -> dict[str, str]:
    """`home`을 쓰는 Airflow의 환경 변수. 사용자가 자기 Airflow에 쓰는 설정은 섞이지 않는다."""
    environment = {name: value for name, value in _clean_environment().items() if not name.startswith("AIRFLOW")}
    return environment | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        # 내 컴퓨터 안의 Dagster를 부르는 데 회사 프록시를 거치지 않는다.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONWARNINGS": "ignore",
        # 지금 폴더에 dagster나 airflow라는 폴더가 있어도 그것을 패키지로 여기지 않는다.
        "PYTHONSAFEPATH": "1",
    }


def _clean_environment() -> dict[str, str]:
    """과정의 가상 환경을 가리키는 변수는 뺀다."""
    ours = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "DAGSTER_HOME", "UV_PROJECT_ENVIRONMENT")
    return {name: value for name, value in os.environ.items() if name not in ours}


def _commands(venv: Path) -> list[list[str]]:
    """환경을 만들고 설치하는 명령. uv가 있으면 uv, 없으면 pip으로."""
    python = str(venv / "bin" / "python")
    if uv := os.environ.get("UV") or shutil.which("uv"):
        return [
            [uv, "venv", "--python", sys.executable, str(venv)],
            # 미리 컴파일해 두지 않으면 실행할 때마다 몇 초씩 더 걸린다.
            [uv, "pip", "install", "--python", python, "--compile-bytecode", "-r", str(REQUIREMENTS)],
        ]
    return [
        [sys.executable, "-m", "venv", str(venv)],
        [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", str(REQUIREMENTS)],
    ]


def _fingerprint() -> dict[str, str]:
    """환경이 지금의 과정이 바라는 것인지 알아보는 값."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    return {"requirements": digest, "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
