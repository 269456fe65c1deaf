"""다른 채점기의 노트북 안에서 같은 기준을 하나씩 돌린다: `check = Checks("."); check("removes_bots")`.

기준의 함수, 입력, 견주는 법은 `course grade`가 쓰는 것과 같다. 다만 그 채점기들처럼 제출물과 같은 프로세스에서, 격리 없이 돈다.
"""

import importlib
import logging
import warnings
from pathlib import Path

from course_lib.grading.files import read_files
from course_lib.grading.misconceptions import load_material
from course_lib.grading.rubric import ATTRIBUTE, Criterion
from course_lib.manifest import repository_root
from tests.benchmarks.made_class import EXERCISE
from tests.benchmarks.plain import NoSandbox, PlainSubmission


def criteria() -> dict[str, Criterion]:
    """기준의 id -> 이름표. 파일과 함수의 차례 그대로다."""
    return {name: getattr(function, ATTRIBUTE) for name, function in _functions().items()}


class Checks:
    """`folder`에 있는 제출물. 만들 때 제출물을 불러온다: 끝나지 않거나 끝나 버리는 코드는 여기서 그렇게 된다."""

    def __init__(self, folder: str):
        # nbgrader는 표준 오류에 무엇이든 쓰이면 0점으로 본다. Dagster의 로그도, 커널의 이벤트 루프와 겹쳐 나는 경고도.
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")
        material = load_material(EXERCISE)
        wanted = {*material.exercise.modules, material.exercise.test_module, "__init__.py"}
        files = {name: data for name, data in read_files(Path(folder)).items() if name in wanted}
        self._functions = _functions()
        self._handles = {"submission": PlainSubmission(material, files, NoSandbox()),
                         "reference": PlainSubmission(material, material.reference, NoSandbox())}
        self._handles["submission"].facts()

    def __call__(self, criterion_id: str) -> None:
        """기준 하나. 틀렸으면 예외를 낸다."""
        function = self._functions[criterion_id]
        function(**{name: self._handles[name] for name in function.__code__.co_varnames[: function.__code__.co_argcount]})


def _functions() -> dict:
    found = {}
    for path in sorted((repository_root() / "tests" / "rubrics" / EXERCISE).glob("test_*.py")):
        module = importlib.import_module(f"tests.rubrics.{EXERCISE}.{path.stem}")
        found |= {getattr(value, ATTRIBUTE).id: value for value in vars(module).values() if hasattr(value, ATTRIBUTE)}
    return found
