"""user_features: 그 날까지 이레의 활동. 창고는 손으로 만들고 dbt는 돌리지 않는다."""

import pandas as pd

from course_lib.grading import stand_ins
from course_lib.grading.cells import kind_of
from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame

from .tables import DAY, FEATURE_COLUMNS, FEATURES, activity, as_days, days_from, features_of, only

ANA, BO, CHOI = 11, 12, 13
# 마트를 지나쳐 읽으면 보이는 사람.
PASSER_BY = 77


def _warehouse(day: str, rows: pd.DataFrame) -> dict:
    """마트 말고 원본과 stg의 표도 있는 창고. 거기에는 그 날 마트에 없는 사람의 이벤트가 있다."""
    events = pd.DataFrame({"event_id": [1, 2], "user_id": [PASSER_BY, PASSER_BY], "kind": ["view", "purchase"],
                           "occurred_at": pd.to_datetime([f"{day} 09:00", f"{day} 10:00"]).astype("datetime64[us]")})
    users = pd.DataFrame({"user_id": [PASSER_BY, ANA], "plan": ["free", "pro"], "signed_up_on": pd.to_datetime(["2024-01-01"] * 2)})
    return {"warehouse": stand_ins.warehouse({
        "fct_user_activity": rows, "raw.events": events, "raw.users": users.assign(updated_at=users["signed_up_on"]),
        "stg_events": events.assign(day=activity((day, 1, 0, 0), (day, 1, 0, 0))["day"]), "stg_users": users})}


@criterion("user_features가 파티션의 날을 계산한다", points=2, after="loads")
def test_computes_features(submission):
    """어느 날을 계산할지는 오늘이 아니라 파티션 키가 정합니다. 그래야 지난 날도 다시 만들 수 있습니다."""
    for day in (DAY, "2024-05-10"):
        seen = submission.call("user_features", partition_key=day, resources=_warehouse(day, activity((day, ANA, 2, 1))))
        days = as_days(only(seen, ["day"])["day"])
        expect(days, f"{day}에 활동한 사람이 있는데 그 날의 user_features가 비었습니다.")
        expect_equal(sorted(set(days)), [day], f"파티션 {day}의 user_features의 day")


@criterion("user_features는 fct_user_activity만 읽는다", points=2, after="computes_features")
def test_features_read_mart(submission):
    """deps에 적은 것과 실제로 읽는 것이 다르면 계보는 거짓말이 됩니다. 중복과 heartbeat를 거르는 일도 다시 해야 합니다."""
    seen = submission.call("user_features", partition_key=DAY, resources=_warehouse(DAY, activity((DAY, ANA, 2, 1), (DAY, BO, 1, 0))))
    expect_equal(sorted(only(seen, ["user_id"])["user_id"]), [ANA, BO],
                 f"창고의 마트에 {ANA}, {BO}만 있고 {PASSER_BY}은(는) stg_events와 raw.events에만 있을 때, 사용자")


@criterion("user_features의 열과 자료형이 맞다", points=1, after="features_read_mart")
def test_features_have_schema(submission):
    """표를 쓰는 쪽은 약속한 다섯 열만 기대합니다. 수는 정수이고 day는 날짜입니다."""
    frame = features_of(submission, DAY, activity((DAY, ANA, 2, 1), (DAY, BO, 1, 0))).frame
    expect_equal(sorted(map(str, frame.columns)), sorted(FEATURE_COLUMNS), "user_features의 열")
    for name in ["user_id", *FEATURES]:
        expect(kind_of(frame[name]) == "정수(int)", f"열 {name}의 자료형이 {kind_of(frame[name])}입니다. 정수여야 합니다.", shown=frame)
    kind = kind_of(frame["day"])
    expect(kind.startswith(("날짜", "시각")), f"열 day의 자료형이 {kind}입니다. 날짜여야 합니다.", shown=frame)


@criterion("그 날까지 꼭 이레를 본다", points=3, after="features_read_mart")
def test_features_window_is_seven(submission):
    """이레는 D-6부터 D까지입니다. 하루만 어긋나도 요일이 하나 빠지거나 두 번 들어갑니다."""
    rows = activity((days_from(DAY, -7), ANA, 9, 0), (days_from(DAY, -6), BO, 2, 0), (DAY, CHOI, 4, 0))
    expect_equal(sorted(only(features_of(submission, DAY, rows), ["user_id"])["user_id"]), [BO, CHOI],
                 f"{ANA}은(는) {days_from(DAY, -7)}(D-7), {BO}은(는) {days_from(DAY, -6)}(D-6), {CHOI}은(는) {DAY}(D)에만 왔을 때, 사용자")


@criterion("그 날 뒤의 활동은 쓰지 않는다", points=3, after="features_read_mart")
def test_features_ignore_later_days(submission):
    """지난 날을 다시 만들 때 창고에는 나중의 날이 이미 있습니다. 그것을 쓰면 그 날에는 알 수 없던 것으로 배우게 됩니다(누수)."""
    rows = activity((DAY, ANA, 2, 1), (days_from(DAY, 1), BO, 3, 3), (days_from(DAY, 5), CHOI, 5, 5))
    expect_equal(sorted(only(features_of(submission, DAY, rows), ["user_id"])["user_id"]), [ANA],
                 f"{BO}은(는) {days_from(DAY, 1)}, {CHOI}은(는) {days_from(DAY, 5)}에 처음 왔을 때, {DAY}의 사용자")


@criterion("active_days_7은 활동한 날의 수다", points=3, after="features_window_is_seven")
def test_features_count_days(submission):
    """하루에 열 번 온 사람과 열흘에 한 번씩 온 사람은 다릅니다. 사기만 한 날도 활동한 날입니다."""
    rows = activity((DAY, ANA, 5, 2), (days_from(DAY, -2), ANA, 0, 1), (days_from(DAY, -3), ANA, 3, 0), (DAY, BO, 9, 0))
    expect_frame(only(features_of(submission, DAY, rows), ["user_id", "active_days_7"]),
                 pd.DataFrame({"user_id": [ANA, BO], "active_days_7": [3, 1]}))


@criterion("조회와 구매를 따로 더한다", points=1, after="features_window_is_seven")
def test_features_sum_activity(submission):
    """views_7은 views의 합, purchases_7은 purchases의 합입니다. 만들지 않은 날은 활동이 없는 날입니다."""
    rows = activity((DAY, ANA, 5, 2), (days_from(DAY, -2), ANA, 0, 1), (days_from(DAY, -3), ANA, 3, 0), (DAY, BO, 9, 0))
    expect_frame(only(features_of(submission, DAY, rows), ["user_id", "views_7", "purchases_7"]),
                 pd.DataFrame({"user_id": [ANA, BO], "views_7": [8, 9], "purchases_7": [3, 0]}))


@criterion("이레 동안 활동이 없으면 빈 표다", points=1, after="features_have_schema")
def test_features_handle_empty(submission):
    """휴일에는 아무도 오지 않을 수 있습니다. 열은 그대로인 빈 표를 냅니다."""
    seen = features_of(submission, DAY, activity((days_from(DAY, -20), ANA, 2, 1)))
    expect_equal(sorted(map(str, seen.frame.columns)), sorted(FEATURE_COLUMNS), "활동이 없을 때 user_features의 열")
    expect_equal(len(seen.frame), 0, "활동이 없을 때 user_features의 행 수")
