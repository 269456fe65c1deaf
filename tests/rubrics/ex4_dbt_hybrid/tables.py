"""채점 기준들이 함께 쓰는 표와 말. 손으로 만든 창고에는 날과 사용자마다 한 행인 fct_user_activity가 있다."""

import datetime

import pandas as pd

from course_lib.grading import stand_ins
from course_lib.grading.rubric import expect
from course_lib.grading.seen import Seen

MODELS = ("stg_users", "stg_events", "fct_user_activity")
PYTHON_ASSETS = ("user_features", "trained_model", "user_scores")
ASSETS = (*MODELS, *PYTHON_ASSETS)
DAILY = ("stg_events", "fct_user_activity", "user_features", "user_scores")
UNDATED = ("stg_users", "trained_model")

# 윤날의 앞뒤.
DAY = "2024-02-29"
FEATURES = ["active_days_7", "views_7", "purchases_7"]
FEATURE_COLUMNS = ["day", "user_id", *FEATURES]
SCORE_COLUMNS = ["user_id", "score", "rank"]


def days_from(day: str, shift: int) -> str:
    """`day`에서 `shift`일 뒤(음수면 앞)의 날."""
    return f"{pd.Timestamp(day) + pd.Timedelta(days=shift):%Y-%m-%d}"


def activity(*rows: tuple[str, int, int, int]) -> pd.DataFrame:
    """(day, user_id, views, purchases) 행들로 fct_user_activity를 만든다."""
    frame = pd.DataFrame(rows, columns=["day", "user_id", "views", "purchases"])
    frame.insert(2, "plan", "free")
    return frame.assign(day=[datetime.date.fromisoformat(day) for day in frame["day"]])


def features_of(submission, day: str, rows: pd.DataFrame) -> Seen:
    """창고의 fct_user_activity가 `rows`일 때 그 날의 user_features."""
    return submission.call("user_features", partition_key=day, resources={"warehouse": stand_ins.warehouse({"fct_user_activity": rows})})


def features(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    """(user_id, active_days_7, views_7, purchases_7) 행들로 DAY의 user_features를 만든다."""
    frame = pd.DataFrame(rows, columns=["user_id", *FEATURES]).astype("int64")
    frame.insert(0, "day", pd.Series([pd.Timestamp(DAY)] * len(frame), dtype="datetime64[us]"))
    return frame


def weights(**values: float) -> pd.DataFrame:
    """특징마다의 가중치. 행의 차례는 적은 차례다."""
    return pd.DataFrame({"feature": list(values), "weight": list(values.values())})


# 이진수로 정확히 적히는 수들: 점수가 같은 사용자는 정말로 같다.
WEIGHTS = weights(active_days_7=2.0, views_7=0.5, purchases_7=8.0)


def scores_of(submission, rows: pd.DataFrame, model: pd.DataFrame = WEIGHTS) -> Seen:
    """user_features가 `rows`이고 trained_model이 `model`일 때의 user_scores."""
    return submission.call("user_scores", {"user_features": rows, "trained_model": model}, partition_key=DAY)


def only(seen: Seen, columns: list[str]) -> pd.DataFrame:
    """결과에서 이 열들만. 하나라도 없으면 기준이 틀린 것이다. 1.0처럼 실수로 적은 정수는 정수로 본다."""
    missing = [name for name in columns if name not in seen.frame.columns]
    expect(not missing, f"{seen.call}의 결과에 열이 없습니다: {', '.join(missing)}", shown=seen.frame)
    return whole_numbers(seen.frame[columns])


def whole_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """값이 모두 정수인 실수 열을 정수로. 자료형은 다른 기준이 본다."""
    whole = {}
    for name in frame.columns:
        numbers = frame[name]
        if pd.api.types.is_float_dtype(numbers) and numbers.notna().all() and (numbers % 1 == 0).all():
            whole[name] = "int64"
    return frame.astype(whole).reset_index(drop=True)


def as_days(values: pd.Series) -> list[str]:
    """날짜, 시각, 글 어느 쪽으로 적었든 `2024-02-29` 모양으로. 자정이 아닌 시각은 시각까지 남는다."""
    return [str(value).removesuffix(" 00:00:00") for value in values]
