"""4장이 보이는 `dg` 명령들과 그 기록.

`dg`는 명령마다 Dagster를 새로 불러와 몇 초씩 걸린다. 그래서 노트북은 몇 개만 그 자리에서 실행하고, 나머지는 과정에 실린
기록을 보인다. 기록은 `run_step`이 낸 글 그대로이고, 폴더의 자리만 짧게 줄였다.
"""

import hashlib
import importlib
import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest import mock

import dagster as dg

from course_lib.manifest import repository_root

FILES = Path(__file__).with_name("files")
RECORD = Path(__file__).with_name("record.json")
PROJECT, WORKSPACE = "my_shop", "shops"
# 출력의 표가 노트북의 너비를 넘지 않는다.
COLUMNS = 100
_DEFS, _COMPONENTS = "src/my_shop/defs", "src/my_shop/components"
_COMPONENT = {f"{_COMPONENTS}/__init__.py": "", f"{_COMPONENTS}/csv_table.py": "csv_table.py"}
_LOCATIONS = {"workspace.yaml": "workspace.yaml", "locations.graphql": "locations.graphql", "projects/sales/src/sales/defs/orders.py": "orders.py"}
_ANSWER = "answer.json"
_ASK = f"dagster-graphql -w workspace.yaml --file locations.graphql --output {_ANSWER}"
_ADS = "projects/ads/src/ads/defs"
# 바쁜 컴퓨터에서는 코드 서버가 뜨는 데 기본값(3분)보다 오래 걸릴 수 있다.
_DAGSTER_YAML = "telemetry:\n  enabled: false\ncode_servers:\n  local_startup_timeout: 900\n"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Step:
    """명령 하나와 그것을 실행할 폴더. `files`는 폴더 안의 자리에서 `files/`의 이름(빈 글이면 빈 파일).

    `answer`가 있으면 명령이 그 이름의 파일에 답을 쓴다. 화면의 글(서버가 뜨고 지는 이야기) 대신 그것을 남긴다.
    """

    command: str
    where: str = PROJECT
    files: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""


@dataclass(frozen=True)
class Transcript:
    """명령 하나를 실행해 화면에 나온 글과 종료 코드."""

    command: str
    text: str
    returncode: int


STEPS = {
    "shop": Step("dg check defs", where=""),
    "scaffold": Step("dg scaffold defs dagster.asset orders.py"),
    "broken": Step("PYTHONPATH=src dg check defs", files={f"{_DEFS}/orders.py": "orders.py", f"{_DEFS}/refunds.py": "refunds.py"}),
    "launch": Step("PYTHONPATH=src dg launch --assets orders", files={f"{_DEFS}/orders.py": "orders.py"}),
    "typo": Step("PYTHONPATH=src dg check yaml", files=_COMPONENT | {f"{_DEFS}/stores/defs.yaml": "stores_typo.yaml"}),
    "locations": Step(_ASK, WORKSPACE, _LOCATIONS | {f"{_ADS}/clicks.py": "clicks.py"}, _ANSWER),
    "one_broken": Step(_ASK, WORKSPACE, _LOCATIONS | {f"{_ADS}/clicks.py": "clicks_broken.py"}, _ANSWER),
}


def execute(command: str, folder: Path) -> Transcript:
    """`folder`에서 명령 하나를 실행한다. 앞에 붙은 `이름=값`은 환경 변수다. `DAGSTER_HOME`은 끝나면 지우는 임시 폴더다."""
    words = shlex.split(command)
    variables = {}
    while "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        variables[name] = value
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        Path(home, "dagster.yaml").write_text(_DAGSTER_YAML, encoding="utf-8")
        done = subprocess.run(
            [_program(words[0]), *words[1:]], cwd=folder, env=_environment() | {"DAGSTER_HOME": home} | variables,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
        return Transcript(command, _shortened(done.stdout, {home: "~/dagster_home", str(folder): f"~/{folder.name}"}), done.returncode)


def run_step(name: str, folder: Path) -> Transcript:
    """`STEPS[name]`을 빈 `folder` 아래에서 처음부터 갖추어 실행한다."""
    step = STEPS[name]
    if not step.where:
        return execute(step.command, repository_root())
    place = folder / step.where
    create_workspace(place) if step.where == WORKSPACE else create_project(place)
    put_files(place, step.files)
    done = execute(step.command, place)
    if step.answer and done.returncode == 0:
        return replace(done, text=_shortened((place / step.answer).read_text(encoding="utf-8"), {str(place): f"~/{place.name}"}))
    return done


def create_project(place: Path) -> Transcript:
    """`create-dagster`로 빈 프로젝트를 만든다."""
    return execute(f"create-dagster project {shlex.quote(place.name)} --no-uv-sync", place.parent)


def create_workspace(place: Path) -> Transcript:
    """`create-dagster`로 워크스페이스를 만들고 그 안에 빈 프로젝트 `sales`와 `ads`를 만든다."""
    made = execute(f"create-dagster workspace {shlex.quote(place.name)} --no-uv-sync", place.parent)
    for name in ("sales", "ads"):
        execute(f"create-dagster project projects/{name} --no-uv-sync", place)
    return made


def put_files(place: Path, files: Mapping[str, str]) -> None:
    """`place` 안의 자리마다 `files/`의 파일을 넣는다."""
    for target, source in files.items():
        path = place / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((FILES / source).read_bytes() if source else b"")


def copy_with(project: Path, files: Mapping[str | Path, str], folder: Path) -> Path:
    """`folder` 아래에 프로젝트의 사본을 새로 만들고 파일을 더 넣는다(프로젝트 안의 자리 -> 글). 원래의 프로젝트는 그대로다."""
    copy = folder / project.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for place, text in files.items():
        (copy / place).parent.mkdir(parents=True, exist_ok=True)
        (copy / place).write_text(text, encoding="utf-8")
    return copy


def load_project(place: Path) -> dg.Definitions:
    """`dg`가 하듯 프로젝트의 `defs` 폴더를 읽어 정의를 돌려준다. 고친 파일이 보이도록, 앞서 읽은 것은 잊는다."""
    for name in [name for name in sys.modules if name == place.name or name.startswith(f"{place.name}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    # 파이썬이 1초 안에 고친 파일의 옛 .pyc를 쓰지 않게 한다.
    with mock.patch.object(sys, "path", [str(place / "src"), *sys.path]), mock.patch.object(sys, "dont_write_bytecode", True):
        return dg.load_from_defs_folder(path_within_project=place)


def recorded(name: str) -> tuple[Transcript, str]:
    """과정에 실린 기록과, 언제 무엇으로 실행했는지."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    return Transcript(STEPS[name].command, **record["steps"][name]), record["made_with"]


def sources_digest() -> str:
    """명령과 파일, `dg`의 판의 지문. 하나라도 바뀌면 기록을 다시 만들어야 한다."""
    digest = hashlib.sha256(repr((sorted(STEPS.items()), COLUMNS)).encode())
    digest.update(importlib.metadata.version("dagster-dg-cli").encode())
    for path in sorted(FILES.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _program(name: str) -> str:
    # 설치된 명령은 파이썬 곁에 있다. PATH에 없을 수도 있다.
    return shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])) or name


def _environment() -> dict[str, str]:
    left_out = {"PYTHONPATH", "PYTHONWARNINGS", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"}
    return {name: value for name, value in os.environ.items() if name not in left_out} | {
        "COLUMNS": str(COLUMNS), "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8",
        # 새 판이 나왔는지 인터넷에 묻지 않고, 사용 통계를 보내지 않는다.
        "DAGSTER_DG_UPDATE_CHECK_ENABLED": "0", "DAGSTER_DISABLE_TELEMETRY": "1",
        # 켜져 있는 가상 환경을 모르면 `dg`가 경고한다.
        "VIRTUAL_ENV": sys.prefix,
    }  # fmt: skip


def _shortened(text: str, places: Mapping[str, str]) -> str:
    """이 컴퓨터에만 있는 자리를 짧은 이름으로 바꾸고, 색을 지운다."""
    text = _ANSI.sub("", text)
    for place, short in (places | {sys.prefix: "~/.venv", sys.base_prefix: "~/python"}).items():
        text = text.replace(os.path.realpath(place), short).replace(place, short)
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
