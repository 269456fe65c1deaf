"""돌연변이 시험: 코드에 버그를 하나씩 심고, 시험이 그것을 잡는지 본다.

시험은 인자가 없는 보통 함수이고, 시험할 코드를 모듈의 이름(`sales.customer_totals`)으로 부른다. 심은 코드로 시험을 돌릴 때는
시험이 보는 그 이름을 심은 모듈로 잠시 바꾼다. 연습의 채점기가 학습자의 테스트 파일에 하는 일을 노트북 안에서 하는 것이다.
"""

import inspect
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pandas as pd

from course_lib.grading.misconceptions import Edit

Test = Callable[[], object]


@dataclass(frozen=True)
class Bug:
    """심을 버그 하나. 코드에 한 번 나오는 글 `old`를 `new`로 바꾼다."""

    name: str
    old: str
    new: str


def load_code(path: str | Path) -> types.ModuleType:
    """파일을 읽어 모듈로 만든다. `import`와 같되, 파일을 고치고 다시 부르면 고친 것이 온다. 파일의 예외는 그대로 올라온다."""
    return _module(Path(path), Path(path).read_text(encoding="utf-8"))


def plant(module: types.ModuleType, bug: Bug) -> types.ModuleType:
    """`module`의 파일에 버그를 심은 새 모듈. 파일은 고치지 않는다. `old`가 꼭 한 번 나오지 않으면 `CatalogueError`."""
    path = Path(module.__file__ or "")
    return _module(path, Edit(path.name, bug.old, bug.new).apply(path.read_text(encoding="utf-8")))


def failures(tests: Sequence[Test], module: types.ModuleType) -> dict[str, str]:
    """시험들을 `module`에 대고 돌려, 실패한 시험의 이름마다 까닭 한 줄. 모두 통과하면 빈 사전이다."""
    import pytest

    found = {}
    for test in tests:
        with mock.patch.dict(test.__globals__, {module.__name__: module}):
            try:
                test()
            # pytest.raises와 pytest.fail이 내는 것은 Exception이 아니다.
            except (Exception, pytest.fail.Exception) as error:
                found[test.__name__] = _reason(error)
    return found


def survivors(tests: Sequence[Test], module: types.ModuleType, bugs: Sequence[Bug]) -> list[Bug]:
    """어느 시험도 잡지 못한 버그."""
    return [bug for bug in bugs if not failures(tests, plant(module, bug))]


def report(tests: Sequence[Test], module: types.ModuleType, bugs: Sequence[Bug]) -> pd.DataFrame:
    """버그마다 한 행: 무엇을 심었고 어느 시험이 잡았나. 첫 행은 아무것도 심지 않은 코드다."""
    rows = [("(심지 않은 코드)", failures(tests, module))]
    rows += [(bug.name, failures(tests, plant(module, bug))) for bug in bugs]
    return pd.DataFrame(
        [(name, _verdict(found, planted=number > 0), ", ".join(found)) for number, (name, found) in enumerate(rows)],
        columns=["심은 버그", "결과", "실패한 시험"],
    )


def _verdict(found: dict[str, str], *, planted: bool) -> str:
    if planted:
        return "✔ 잡음" if found else "✘ 살아남음"
    return "✘ 맞는 코드인데 실패" if found else "✔ 모두 통과"


def _module(path: Path, source: str) -> types.ModuleType:
    module = types.ModuleType(path.stem)  # 시험이 부르는 이름은 파일의 이름이다
    module.__file__ = str(path)
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def _reason(error: Exception) -> str:
    first = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def is_test(value: object) -> bool:
    """인자 없이 부를 수 있고 이름이 test_로 시작하는 보통 함수인가."""
    return isinstance(value, types.FunctionType) and value.__name__.startswith("test_") and not inspect.signature(value).parameters
