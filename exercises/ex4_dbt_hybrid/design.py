"""연습 4의 설계: 어느 자산을 날로 나누는가, 그리고 그 까닭.

PARTITIONED  자산마다 "daily"(날로 나눈다)나 "none"(나누지 않는다)
REASONS      자산마다 그렇게 정한 까닭. 한국어로 열 글자 이상

자산은 여섯이다: stg_users, stg_events, fct_user_activity, user_features, trained_model, user_scores.
코드를 쓰기 전에 여기부터 정해도 좋다. 여기 적은 것과 코드가 같아야 한다.
"""

PARTITIONED: dict[str, str] = {}

REASONS: dict[str, str] = {}
