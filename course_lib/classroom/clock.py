"""Dagster의 시계를 바라는 때에 세워 둔다. 하루 뒤에 일어날 일을 하루 기다리지 않고 본다."""

import contextlib
from collections.abc import Iterator
from datetime import datetime

# Dagster가 제 시험에서 시계를 세우는 함수다. 공개된 방법은 아직 없다.
from dagster._core.test_utils import freeze_time


@contextlib.contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """블록 안에서 Dagster가 아는 ‘지금’은 `moment`다. 시간대가 없는 시각이면 `ValueError`.

    구체화의 시각, 스케줄, 자동화 조건, 신선도가 모두 이 시계를 본다. 파이썬의 `datetime.now()`는 그대로다.
    """
    if moment.tzinfo is None:
        raise ValueError("시간대가 있는 시각을 주세요. 예: datetime(2024, 3, 1, 6, tzinfo=ZoneInfo('Asia/Seoul'))")
    with freeze_time(moment):
        yield
