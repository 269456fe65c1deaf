"""기준들이 나누어 보는 이야기: 제출물마다 한 번만 연기하고, 본 것을 기억하는 장면들.

런 하나에 50~80ms, dbt 명령 하나에 몇 초가 든다. 기준마다 처음부터 다시 하면 채점이 열 배 느려진다.
"""

import functools
from collections.abc import Callable
from typing import Self, TypeVar
from weakref import WeakKeyDictionary, proxy

from course_lib.grading.submission import Submission

T = TypeVar("T")


class Story:
    """제출물 하나의 이야기. 연습마다 이것을 이어받아 `@scene` 메서드를 적고, 기준에서 `of(제출물)`로 부른다.

    장면은 앞 장면이 남긴 것(파일, 기록, 창고)에서 이어지므로, 앞 장면을 먼저 부르는 것은 장면이 스스로 한다.
    """

    _told: WeakKeyDictionary[Submission, Self]

    def __init__(self, submission: Submission):
        # 이야기는 제출물보다 오래 남지 않는다.
        self._submission = proxy(submission)
        self._seen: dict[str, object] = {}

    def __init_subclass__(cls) -> None:
        cls._told = WeakKeyDictionary()

    @classmethod
    def of(cls, submission: Submission) -> Self:
        """이 제출물의 이야기. 처음 부를 때 시작하고, 그 뒤로는 같은 것을 준다."""
        if submission not in cls._told:
            cls._told[submission] = cls(submission)
        return cls._told[submission]


def scene(play: Callable[[Story], T]) -> Callable[[Story], T]:
    """한 번만 연기하는 장면. 관찰하지 못했으면(시간 초과 등) 그 잘못을 기억했다가 다시 볼 때도, 뒤 장면에서도 낸다."""

    @functools.wraps(play)
    def seen(self: Story) -> T:
        name = play.__name__
        if name not in self._seen:
            try:
                self._seen[name] = play(self)
            except Exception as error:
                self._seen[name] = error
        if isinstance(self._seen[name], Exception):
            raise self._seen[name]
        return self._seen[name]

    return seen
