"""dbt 프로젝트가 든 연습: 어느 파일이 프로젝트이고, 그 manifest는 무엇인가.

@dbt_assets는 불러올 때 manifest를 읽는다. manifest를 만드는 일(`dbt parse`)은 비싸므로 프로젝트의 내용마다 한 번만 한다.
프로젝트의 파일만 넣은 새 자식에서 만들므로 그 내용만으로 정해지고, 다른 제출물이 끼어들 수 없다.
"""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from course_lib.dbt_files import PRODUCTS, PROJECT_FILE
from course_lib.grading.files import digest_of
from course_lib.grading.seen import SubmissionFault
from course_lib.manifest import Exercise

PROJECT = "dbt_project"
MANIFEST = f"{PROJECT}/target/manifest.json"
# 뼈대 코드에 주어진 설정 파일들.
SETTINGS = (f"{PROJECT}/{PROJECT_FILE}", f"{PROJECT}/profiles.yml")
# 기억해 두는 manifest의 수. 하나가 1MB쯤이다.
MAX_REMEMBERED = 50


def uses_dbt(exercise: Exercise) -> bool:
    """dbt 프로젝트가 있는 연습인가. 제출물이 아니라 목록이 정한다."""
    return f"{PROJECT}/{PROJECT_FILE}" in exercise.modules


def is_product(name: str) -> bool:
    """dbt가 만든 파일의 이름인가. 압축에 든 옛 manifest를 쓰지 않는다."""
    parts = PurePosixPath(name).parts
    return len(parts) > 2 and parts[0] == PROJECT and parts[1] in PRODUCTS


def project_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """제출물에서 dbt 프로젝트의 파일들."""
    return {name: data for name, data in files.items() if name.startswith(f"{PROJECT}/") and not is_product(name)}


def without_sql(manifest: bytes) -> bytes:
    """SQL을 지운 manifest. 학습자의 테스트를 돌릴 때 모범 답안의 SQL이 자식에게 가지 않게 한다."""
    document = json.loads(manifest)
    for node in document["nodes"].values():
        node |= {name: "" for name in ("raw_code", "compiled_code") if name in node}
    document["disabled"] = {}
    return json.dumps(document).encode("utf-8")


class Manifests:
    """프로젝트의 내용마다 한 번 만든 manifest. `parse`는 프로젝트의 파일들로 manifest를 만든다."""

    def __init__(self, parse: Callable[[dict[str, bytes]], bytes]):
        self._parse = parse
        self._made: dict[bytes, bytes | SubmissionFault] = {}
        self._lock = threading.Lock()

    def of(self, files: Mapping[str, bytes]) -> bytes:
        """이 파일들의 manifest. dbt가 읽지 못하는 프로젝트면 그 잘못을 낸다."""
        project = project_files(files)
        key = digest_of(project)
        with self._lock:
            if key not in self._made:
                if len(self._made) >= MAX_REMEMBERED:
                    self._made.clear()
                try:
                    self._made[key] = self._parse(project)
                except SubmissionFault as fault:
                    if fault.kind != "dbt":
                        raise  # 시간이 넘은 것은 내용의 잘못이 아닐 수 있다
                    self._made[key] = fault
            made = self._made[key]
        if isinstance(made, SubmissionFault):
            raise SubmissionFault(made.kind, **made.details)
        return made
