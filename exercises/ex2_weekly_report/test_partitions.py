"""자산과 스케줄의 테스트를 여기에 쓴다. 터미널에서 `uv run pytest exercises/ex2_weekly_report`로 돌린다.

채점할 때는 다른 파일을 모두 모범 답안으로 바꾸고 돌린다: 그때는 모두 통과해야 한다.
이어서 흔한 실수를 하나씩 심고 돌린다: 그때마다 하나는 실패해야 한다.

  run_asset(raw_page_views, partition_key=날짜, resources={"page_view_log": 가짜 기록})
  run_asset(cleaned_page_views, partition_key=날짜, raw_page_views=표)
  run_asset(weekly_page_report, partition_key=월요일, cleaned_page_views={날짜: 표, ... 이레})
스케줄은 defs에서 찾는다: defs.resolve_schedule_def("daily_page_views_schedule").
"""

import pandas as pd
from course_lib.testing import run_asset

from .assets import cleaned_page_views, raw_page_views, weekly_page_report  # noqa: F401  (테스트에서 쓴다)
from .definitions import defs  # noqa: F401  (스케줄의 테스트에서 쓴다)

COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]


class FakeLog:
    """어느 날을 물어도 같은 표를 주는 기록."""

    def __init__(self, log: pd.DataFrame):
        self.log = log

    def read(self, day: str) -> pd.DataFrame:
        return self.log


def views(*rows: tuple) -> pd.DataFrame:
    """행들로 페이지 뷰 표를 만든다. 예: views(("/a", "u1", "2024-01-01 09:00", "s1", "Mozilla/5.0"))"""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"], format="ISO8601"))


def test_raw_has_five_columns():
    log = views(("/a", "u1", "2024-01-01 09:00", "s1", "Mozilla/5.0"))
    raw = run_asset(raw_page_views, partition_key="2024-01-01", resources={"page_view_log": FakeLog(log)})
    assert sorted(raw.columns) == sorted(COLUMNS)


# 여기에 규칙마다 작은 표 하나와 손으로 적은 결과 하나로 테스트를 쓰세요.
