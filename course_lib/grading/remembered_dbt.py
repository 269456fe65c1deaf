"""기억한 dbt 명령: 같은 프로젝트와 같은 창고에 같은 명령을 또 주면, 다시 돌리지 않고 그때의 출력과 창고를 내준다.

모범 답안이 한 것만 기억하고, dbt 프로젝트가 모범 답안과 글자까지 같은 제출물에만 준다. 오개념의 절반은 파이썬만 고친
것이라, 검증(`course verify`)과 오개념의 이름 찾기에서 dbt를 돌리는 시간이 사라진다. 창고가 한 바이트라도 다르면 정말로 돌린다.
"""

import hashlib
import io
import json
import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from course_lib.dbt_files import PRODUCTS

# 실행할 때마다 다르지만 결과를 바꾸지 않는 것.
_PLACES = {"DBT_TARGET_PATH", "DBT_LOG_PATH"}

Step = dict[str, Any]


class Memory:
    """자식 하나의 기억. `known`은 아는 걸음들, `new`는 이번에 새로 한 걸음들이다(`recording`일 때만)."""

    def __init__(self, warehouse: Path, known: Mapping[str, Step], recording: bool):
        self._warehouse = warehouse
        self._known = known
        self._recording = recording
        self.new: dict[str, Step] = {}

    @property
    def in_use(self) -> bool:
        return self._recording or bool(self._known)

    def step(self, what: Any, act: Callable[[], tuple[bytes, int]]) -> tuple[bytes, int]:
        """창고를 바꾸는 걸음 하나의 (출력, 상태). `what`이 같고 창고가 같으면 같은 걸음이다."""
        if not self.in_use:
            return act()
        # 마지막에 바꾼 것은 데이터베이스 파일이 아니라 옆의 .wal에 있을 수 있다.
        files = [self._warehouse, self._warehouse.with_name(f"{self._warehouse.name}.wal")]
        key = hashlib.sha256(json.dumps([what, [_digest(path) for path in files]], sort_keys=True).encode("utf-8")).hexdigest()
        if key in self._known:
            step = self._known[key]
            for path, body in zip(files, step["files"], strict=True):
                if body is None:
                    path.unlink(missing_ok=True)
                else:
                    path.write_bytes(zlib.decompress(body))
            return step["output"], step["code"]
        output, code = act()
        if self._recording:
            self.new[key] = {"output": output, "code": code,
                             "files": [zlib.compress(path.read_bytes(), 1) if path.exists() else None for path in files]}
        return output, code


def command(args: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Any:
    """dbt 명령의 결과를 정하는 것들: 인자, dbt의 설정, 프로젝트의 파일들."""
    settings = {name: value for name, value in env.items() if name.startswith("DBT_") and name not in _PLACES}
    files = {path.relative_to(cwd).as_posix(): _digest(path) for path in sorted(cwd.rglob("*"))
             if path.is_file() and path.relative_to(cwd).parts[0] not in PRODUCTS}
    return [list(map(str, args)), settings, files]


class FinishedProcess:
    """벌써 끝난 명령. `subprocess.Popen`에서 dagster_dbt가 쓰는 것들만 있다."""

    def __init__(self, args: Sequence[str], output: bytes, code: int):
        self.args = list(args)
        self.stdout = io.BytesIO(output)
        self.returncode = code
        self.pid = os.getpid()

    def wait(self, timeout: float | None = None) -> int:
        return self.returncode

    def send_signal(self, number: int) -> None:
        pass


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
