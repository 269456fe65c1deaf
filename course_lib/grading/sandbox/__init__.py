"""믿을 수 없는 제출물을 실행하는 샌드박스: open_sandbox, SandboxError, SandboxReport.

자이고트도 이 패키지 안에 있다. 채점기 쪽 모듈이 자이고트의 메모리에 올라가지 않도록 이름은 처음 쓸 때 불러온다.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course_lib.grading.sandbox.client import AnySandbox, Child, Sandbox, open_sandbox
    from course_lib.grading.sandbox.errors import SandboxError
    from course_lib.grading.sandbox.process import ProcessSandbox
    from course_lib.grading.sandbox.report import SandboxReport

__all__ = ["AnySandbox", "Child", "ProcessSandbox", "Sandbox", "SandboxError", "SandboxReport", "open_sandbox"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from course_lib.grading.sandbox import client

    return getattr(client, name)
