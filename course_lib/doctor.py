"""`course doctor`: 이 컴퓨터에서 무엇이 되고 무엇이 빠졌는지, 빠진 것은 어떻게 갖추는지 한 줄씩 말한다."""

import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from course_lib.workspace import Workspace

DISTRIBUTION = "dagster-course-ko"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
INSTALL_JAVA = "apt-get install -y openjdk-17-jre-headless"
_HANGUL_SAMPLE = "가나다 ✔ ✘"


class State(Enum):
    """부분 하나의 상태. 값은 화면에 보이는 기호와 낱말이다."""

    READY = "✔ 준비됨"
    OPTIONAL = "○ 없어도 됨"
    MISSING = "✘ 필요함"


@dataclass(frozen=True)
class Part:
    """부분 하나. `note`는 무엇이 있는지나 무엇이 안 되는지, `fix`는 갖추는 명령이나 할 일(준비됐으면 빈 글)이다."""

    name: str
    state: State
    note: str
    fix: str = ""


def examine(workspace: Workspace) -> Iterator[Part]:
    """부분을 하나씩 살펴 차례로 준다. 어느 하나가 고장 나도 나머지는 계속 본다."""
    examinations: tuple[tuple[str, Callable[[], Part]], ...] = (
        ("파이썬", _python),
        ("패키지", _packages),
        ("작업 공간", lambda: _workspace(workspace)),
        ("터미널의 한글", _terminal),
        ("채점 격리", _sandbox),
        ("PostgreSQL", _postgres),
        ("S3", _s3),
        ("dbt", _dbt),
        ("배포 시연", _deploy_demo),
        ("배포 파일의 검사", _deploy_files),
        ("Java(Spark)", _java),
        ("pyspark(Spark)", _pyspark),
        ("Airflow", _airflow),
        ("Chromium(과정의 시험)", _chromium),
    )
    for name, examination in examinations:
        try:
            part = examination()
        except Exception as error:  # 살펴보는 코드가 고장 나도 다른 줄은 보여야 한다.
            part = Part(name, State.OPTIONAL, f"살펴보지 못했습니다({type(error).__name__}: {error})")
        yield part


def _python() -> Part:
    version = ".".join(map(str, sys.version_info[:3]))
    wanted = importlib.metadata.metadata(DISTRIBUTION)["Requires-Python"]
    lowest = re.search(r">=\s*([\d.]+)", wanted)
    too_old = lowest is not None and sys.version_info[:3] < tuple(int(part) for part in lowest[1].split("."))
    if too_old:
        return Part("파이썬", State.MISSING, f"{version}은 너무 낮습니다({wanted}).", "uv python install 3.13 && uv sync")
    return Part("파이썬", State.READY, f"{version} ({Path(sys.prefix).name})")


def _packages() -> Part:
    """과정이 요구한 패키지가 요구한 버전으로 있는지."""
    from packaging.requirements import Requirement

    wrong = []
    for text in importlib.metadata.requires(DISTRIBUTION) or []:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} 없음")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} {version}")
    if wrong:
        return Part("패키지", State.MISSING, ", ".join(wrong), "uv sync")
    return Part("패키지", State.READY, f"dagster {importlib.metadata.version('dagster')}, JupyterLab {importlib.metadata.version('jupyterlab')}")


def _workspace(workspace: Workspace) -> Part:
    nearest = next(folder for folder in (workspace.path, *workspace.path.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        return Part(
            "작업 공간", State.MISSING, f"{workspace.path} 에 쓸 수 없습니다({error.strerror}).", "course lab --workspace 쓸/수/있는/폴더"
        )
    if not workspace.is_prepared:
        return Part("작업 공간", State.READY, f"{workspace.path} (`uv run course lab`을 처음 실행할 때 만듭니다)")
    return Part("작업 공간", State.READY, str(workspace.path))


def _terminal() -> Part:
    encoding = sys.stdout.encoding or "ascii"
    try:
        _HANGUL_SAMPLE.encode(encoding)
    except UnicodeEncodeError:
        fix = "PowerShell: $env:PYTHONUTF8 = 1" if os.name == "nt" else "export PYTHONUTF8=1"
        return Part("터미널의 한글", State.OPTIONAL, f"{encoding} 터미널은 기호 몇 개를 ?로 보입니다.", fix)
    return Part("터미널의 한글", State.READY, f"{_HANGUL_SAMPLE} ({encoding})")


def _sandbox() -> Part:
    from course_lib.grading.sandbox.client import open_sandbox

    with open_sandbox() as sandbox:
        report = sandbox.report
    *layers, conclusion = report.lines()
    in_force = ", ".join(" ".join(line.split()[1:]) for line in layers if line.startswith("있음"))
    if report.isolated:
        return Part("채점 격리", State.READY, in_force)
    return Part("채점 격리", State.OPTIONAL, f"{conclusion} ({in_force})", "리눅스에서: apt-get install -y bubblewrap")


def _postgres() -> Part:
    from course_lib.services.launch import ServiceError
    from course_lib.services.postgres_binaries import find_binaries

    try:
        return Part("PostgreSQL", State.READY, str(find_binaries()))
    except ServiceError as error:
        return Part("PostgreSQL", State.MISSING, str(error), "uv sync")


def _s3() -> Part:
    return Part("S3", State.READY, f"moto {importlib.metadata.version('moto')} (내 컴퓨터에서만 도는 S3)")


def spark() -> tuple[Part, Part]:
    """Spark에 필요한 두 부분: Java와 pyspark. 준비됐으면 Java의 `note`는 실행 파일의 자리다."""
    return _java(), _pyspark()


def _dbt() -> Part:
    """dbt와 DuckDB 어댑터. 불러오는 데 몇 초가 걸리므로 설치된 버전만 본다."""
    versions = {name: _version(name) for name in ("dbt-core", "dbt-duckdb")}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        return Part("dbt", State.MISSING, f"{', '.join(missing)} 없음", "uv sync")
    return Part("dbt", State.READY, ", ".join(f"{name} {version}" for name, version in versions.items()))


def _pyspark() -> Part:
    """Spark의 파이썬 패키지. 수백 MB라서 추가 설치다. 불러오지 않고 버전만 본다."""
    version = _version("pyspark")
    if version is None:
        return Part("pyspark(Spark)", State.OPTIONAL, "10장의 Spark 부분에만 씁니다.", "uv sync --inexact --extra spark")
    return Part("pyspark(Spark)", State.READY, version)


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _deploy_demo() -> Part:
    """9장이 띄우는 명령들. 있는지만 보고 실행하지 않는다. PostgreSQL은 위의 줄이 본다."""
    commands = ("dagster", "dagster-webserver", "dagster-daemon")
    missing = [name for name in commands if shutil.which(name, path=str(Path(sys.executable).parent)) is None]
    if missing:
        return Part("배포 시연", State.MISSING, f"없는 명령: {', '.join(missing)}", "uv sync")
    return Part("배포 시연", State.READY, "course deploy-demo (도커 없이 1분쯤)")


def _deploy_files() -> Part:
    """Compose와 Kubernetes 파일을 검사하는 도구는 9장의 선택 부분이다."""
    from course_lib.deploy.validate import INSTALL, TOOLS, find_tool

    missing = [f"{name}({what})" for name, what in TOOLS.items() if find_tool(name) is None]
    if missing:
        return Part("배포 파일의 검사", State.OPTIONAL, f"9장에서 건너뛸 것: {', '.join(missing)}", INSTALL)
    return Part("배포 파일의 검사", State.READY, ", ".join(TOOLS))


def _java() -> Part:
    """Spark는 10장의 선택 부분이다. 설치된 자리만 보고 띄우지는 않는다."""
    java = shutil.which("java", path=_java_path())
    if java is None:
        return Part("Java(Spark)", State.OPTIONAL, "10장의 Spark 부분에만 씁니다.", INSTALL_JAVA)
    return Part("Java(Spark)", State.READY, java)


def _java_path() -> str:
    home = os.environ.get("JAVA_HOME")
    return os.pathsep.join(filter(None, [str(Path(home) / "bin") if home else "", os.environ.get("PATH", "")]))


def _airflow() -> Part:
    """Airflow는 이 환경에 설치하지 않는다. 따로 만든 환경의 표시만 읽는다."""
    from course_lib.airflow_lab.environment import AIRFLOW_VERSION, Environment
    from course_lib.airflow_lab.environment import State as Installed

    environment = Environment.default()
    state = environment.state()
    if state is Installed.READY:
        return Part("Airflow", State.READY, f"{AIRFLOW_VERSION} ({environment.path})")
    unfinished = " 앞선 설치가 끝나지 않았습니다." if state is Installed.UNFINISHED else ""
    return Part("Airflow", State.OPTIONAL, f"3장의 비교 부분에만 씁니다.{unfinished}", "uv run course airflow run")


def _chromium() -> Part:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        return Part("Chromium(과정의 시험)", State.OPTIONAL, "과정을 고치는 사람의 시험에만 씁니다.", "apt-get install -y chromium fonts-nanum")
    return Part("Chromium(과정의 시험)", State.READY, found)
