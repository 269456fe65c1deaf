"""노트북 안에서 부를 수 없는 함수를 다른 스레드에서 부른다."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def in_thread(function: Callable[..., Result], *args: object, **kwargs: object) -> Result:
    """`function(*args, **kwargs)`를 다른 스레드에서 부르고 그 답을 기다린다.

    노트북의 커널은 이미 asyncio 이벤트 루프 안에서 돈다. 그래서 속에서 `asyncio.run`을 쓰는 함수
    (`dg.evaluate_automation_conditions` 등)를 셀에서 바로 부르면 `RuntimeError`가 난다. 스크립트나 pytest에서는 필요 없다.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(function, *args, **kwargs).result()
