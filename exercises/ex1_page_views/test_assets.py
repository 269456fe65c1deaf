"""세 자산의 테스트를 여기에 쓴다. 터미널에서 `uv run pytest exercises/ex1_page_views`로 돌린다.

채점할 때는 assets.py와 definitions.py를 모범 답안으로 바꾸고 돌린다: 그때는 모두 통과해야 한다.
이어서 흔한 실수를 하나씩 심고 돌린다: 그때마다 하나는 실패해야 한다.
`run_asset(자산, 업스트림이름=표)`는 자산을 계산해 그 표를 준다. Output이나 MaterializeResult로 돌려주는 자산도 된다.
"""

import pandas as pd
from course_lib.testing import run_asset

from .assets import cleaned_page_views, page_popularity, raw_page_views  # noqa: F401  (앞의 둘은 아래에서 쓴다)

COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]


def views(*rows: tuple) -> pd.DataFrame:
    """행들로 페이지 뷰 표를 만든다. 예: views(("/a", "u1", "2024-01-01 09:00", "s1", "Mozilla/5.0"))"""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"]))


def test_raw_has_five_columns():
    raw = run_asset(raw_page_views)
    assert sorted(raw.columns) == sorted(COLUMNS)


# 여기에 cleaned_page_views와 page_popularity의 테스트를 쓰세요. 규칙마다 작은 표 하나와 손으로 적은 결과 하나가 좋습니다.
# 예: run_asset(cleaned_page_views, raw_page_views=views(...)), run_asset(page_popularity, cleaned_page_views=views(...))
