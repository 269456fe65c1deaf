"""어느 자산을 날로 나누는가, 그리고 그 까닭."""

PARTITIONED = {
    "stg_users": "none",
    "stg_events": "daily",
    "fct_user_activity": "daily",
    "user_features": "daily",
    "trained_model": "none",
    "user_scores": "daily",
}

REASONS = {
    "stg_users": "사용자는 날에 속하지 않는다. 수가 적고, 지금의 요금제만 있으면 되므로 통째로 다시 만든다.",
    "stg_events": "이벤트는 날마다 쌓이고 늦게 오기도 한다. 늦게 온 날만 다시 만들 수 있어야 한다.",
    "fct_user_activity": "하루의 이벤트로 하루의 활동을 만든다. 그날의 이벤트를 다시 만들면 여기서도 그날만 바뀐다.",
    "user_features": "날마다 그날까지의 이레를 본 값이라 날마다 다르고, 지난 날의 값도 남아 있어야 모델을 견줄 수 있다.",
    "trained_model": "가중치는 날마다 나오지 않는다. 새로 가르쳤을 때만 통째로 바뀐다.",
    "user_scores": "그날의 특징으로 매긴 그날의 점수다. 특징을 다시 만든 날의 점수만 다시 매긴다.",
}
