"""user_profiles의 테스트를 여기에 쓴다. 터미널에서 `uv run pytest exercises/ex3_resources`로 돌린다.

채점할 때는 assets.py만 모범 답안으로 바꾸고 돌린다(가짜는 여러분의 resources.py의 것이다): 그때는 모두 통과해야 한다.
이어서 흔한 실수를 하나씩 심고 돌린다: 그때마다 하나는 실패해야 한다.

자산을 계산하는 방법은 둘이다. 둘 다 가짜를 리소스의 자리에 넣는다.
    run_asset(user_profiles, resources={"postgres": 가짜, "s3": 가짜})            그 표를 준다
    dg.materialize([user_profiles], resources={..., "io_manager": dg.mem_io_manager})
        .output_for_node("user_profiles")가 그 표다
"""

import pandas as pd


def users(*rows: tuple) -> pd.DataFrame:
    """users의 표를 만든다. 예: users(("u1", "김서연", "2024-01-01", "2024-01-01 10:00"))"""
    frame = pd.DataFrame(rows, columns=["user_id", "name", "signup_date", "updated_at"])
    return frame.astype({"signup_date": "datetime64[us]", "updated_at": "datetime64[us]"})


def events(*rows: tuple) -> pd.DataFrame:
    """events의 표를 만든다. 예: events(("u1", "2024-01-03 08:00"))"""
    return pd.DataFrame(rows, columns=["user_id", "occurred_at"]).astype({"occurred_at": "datetime64[us]"})


# 여기에 테스트를 쓰세요. 적어도 하나는 가짜로 계산한 값을, 하나는 dg.materialize로 나온 값과 s3.objects에 남은 값을 견줍니다.
# 데이터베이스가 두 번째 물음에서 실패할 때 아무것도 쓰지 않는지도 테스트하세요.
