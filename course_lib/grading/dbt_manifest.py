"""dbt 프로젝트가 든 연습: 어느 파일이 프로젝트이고, 그 manifest는 무엇인가.

@dbt_assets는 불러올 때 manifest를 읽는다. manifest를 만드는 일(`dbt parse`)은 비싸므로 프로젝트의 내용마다 한 번만 한다.
프로젝트의 파일만 넣은 새 자식에서 만들므로 그 내용만으로 정해지고, 다른 제출물이 끼어들 수 없다.
"""

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from course_lib.dbt_files import PRODUCTS, PROJECT_FILE
from course_lib.grading.files import digest_of
from course_lib.grading.seen import SubmissionFault
from course_lib.manifest import Exercise

PROJECT = "dbt_project"
MANIFEST = f"{PROJECT}/target/manifest.json"
# 뼈대 코드에 주어진 설정 파일들.
SETTINGS = (f"{PROJECT}/{PROJECT_FILE}", f"{PROJECT}/profiles.yml")
CATALOGUE = "misconceptions.py"
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
    """프로젝트의 내용마다 한 번 만든 manifest와, 모범 답안(`reference`)이 돌린 dbt 명령의 기억.

    `parse`는 프로젝트의 파일들로 manifest를 만든다. 명령의 기억은 `remembered_dbt`가 쓴다.
    """

    def __init__(self, parse: Callable[[dict[str, bytes]], bytes], reference: Mapping[str, bytes]):
        self._parse = parse
        self._reference = dict(reference)
        self._steps: dict[str, dict] = {}
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

    def steps_for(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        """관찰에 줄 기억. 프로젝트가 모범 답안과 다르면 없다: 기억에는 모범 답안의 표가 들어 있다."""
        same = project_files(files) == project_files(self._reference)
        return {"known": dict(self._steps) if same else {}, "recording": self._is_reference(files)}

    def remember(self, files: Mapping[str, bytes], steps: Mapping[str, dict]) -> None:
        """모범 답안이 새로 돌린 명령을 기억한다. 다른 제출물의 말은 믿지 않는다."""
        if self._is_reference(files):
            self._steps |= steps

    def _is_reference(self, files: Mapping[str, bytes]) -> bool:
        # 저장소의 모범 답안 폴더를 그대로 채점하면 오개념 목록도 함께 온다.
        return bool(self._reference) and {name: data for name, data in files.items() if name != CATALOGUE} == self._reference
