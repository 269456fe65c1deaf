"""노트북이 쓰는 도구. `from course_lib.classroom import *`로 부른다.

검사하고 그릴 뿐이다. 자산을 만들고 실행하는 코드는 노트북에 그대로 보이는 진짜 `dg.*`다.
"""

import importlib

from course_lib.classroom.blank import ____
from course_lib.classroom.commands import check, hint, solution
from course_lib.classroom.views import course_map, my_exercises, recap

__all__ = [
    "____", "check", "course_map", "hint", "my_exercises", "quiz", "recap", "show_diff", "show_graph", "show_partitions", "solution",
]

# 그림과 퀴즈는 노트북이 처음 부를 때 불러온다. `import *`가 이 이름들을 찾으므로 여기 적어 둔다.
_LAZY = {"quiz": "quizzes", "show_diff": "drawings", "show_graph": "drawings", "show_partitions": "partition_grid"}


def _lazy(name: str):
    def command(*args: object, **kwargs: object) -> object:
        module = importlib.import_module(f"course_lib.classroom.{_LAZY[name]}")
        return getattr(module, name)(*args, **kwargs)

    command.__name__ = command.__qualname__ = name
    return command


quiz, show_diff, show_graph, show_partitions = map(_lazy, _LAZY)


def _set_up() -> None:
    from course_lib.classroom import quiet

    if not quiet.in_notebook():
        return
    quiet.hush()
    # 연습 폴더에서 연 노트북이면 채점기를 뒤에서 미리 띄운다.
    from course_lib.classroom.exercises import prewarm

    prewarm()


_set_up()
