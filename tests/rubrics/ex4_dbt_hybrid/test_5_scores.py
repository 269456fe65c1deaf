"""user_scores: 특징에 가중치를 곱해 더한 점수와 순위. 가중치는 채점할 때마다 다르다."""

import pandas as pd

from course_lib.grading.cells import kind_of
from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame

from .generated import generated_activity, generated_features, generated_scores
from .tables import DAY, FEATURE_COLUMNS, SCORE_COLUMNS, WEIGHTS, features, features_of, only, scores_of, weights

ANA, BO, CHOI, DAN, EUN = 11, 12, 13, 14, 15
# 행은 순위의 차례도 user_id의 차례도 아니다.
PEOPLE = features((DAN, 1, 1, 1), (CHOI, 2, 2, 0), (BO, 2, 3, 2), (EUN, 2, 1, 0), (ANA, 1, 1, 1))
# 가중치가 WEIGHTS일 때의 점수.
SCORES = [10.5, 5.0, 21.5, 4.5, 10.5]


@criterion("score는 특징에 가중치를 곱해 더한 값이다", points=3, after="loads")
def test_computes_scores(submission):
    """세 특징이 저마다 제 가중치로 더해집니다. 가중치는 다시 배울 때마다 바뀌므로 숫자를 코드에 적어 두지 않습니다."""
    for model, scores in ((WEIGHTS, SCORES), (weights(active_days_7=0.5, views_7=4.0, purchases_7=-1.0), [3.5, 9.0, 11.0, 5.0, 3.5])):
        expect_frame(only(scores_of(submission, PEOPLE, model), ["user_id", "score"]), PEOPLE[["user_id"]].assign(score=scores),
                     message="점수가 세 특징에 가중치를 곱해 더한 값과 다릅니다.")


@criterion("가중치는 특징의 이름으로 찾는다", points=2, after="computes_scores")
def test_scores_match_by_name(submission):
    """가중치 표의 행이 어떤 차례로 오는지는 약속에 없습니다. 자리로 맞추면 어느 날 조용히 틀립니다."""
    seen = scores_of(submission, PEOPLE, weights(purchases_7=8.0, active_days_7=2.0, views_7=0.5))
    expect_frame(only(seen, ["user_id", "score"]), PEOPLE[["user_id"]].assign(score=SCORES),
                 message="가중치 표의 행을 purchases_7, active_days_7, views_7의 차례로 주었더니 점수가 달라졌습니다.")


@criterion("점수가 높은 쪽이 1위이고, 동점은 순위를 나누며 건너뛰지 않는다", points=3, after="computes_scores")
def test_scores_rank_densely(submission):
    """2위가 둘이어도 다음은 4위가 아니라 3위입니다(dense)."""
    expect_frame(only(scores_of(submission, PEOPLE), ["user_id", "rank"]),
                 pd.DataFrame({"user_id": [BO, ANA, DAN, CHOI, EUN], "rank": [1, 2, 2, 3, 4]}))


@criterion("순위, user_id의 차례로 놓는다", points=1, after="scores_rank_densely")
def test_scores_order_rows(submission):
    """차례가 정해져 있어야 어제의 점수와 나란히 놓고 볼 수 있습니다."""
    frame = only(scores_of(submission, PEOPLE), ["rank", "user_id"])
    expect_frame(frame, frame.sort_values(["rank", "user_id"]), ordered=True,
                 message="행의 차례가 다릅니다. rank의 오름차순, 같으면 user_id의 오름차순입니다.")


@criterion("user_scores의 열과 자료형이 맞다", points=1, after="computes_scores")
def test_scores_have_schema(submission):
    """표를 쓰는 쪽은 약속한 세 열만 기대합니다. score는 실수, rank는 정수입니다."""
    frame = scores_of(submission, PEOPLE, weights(active_days_7=2.0, views_7=1.0, purchases_7=8.0)).frame
    expect_equal(sorted(map(str, frame.columns)), sorted(SCORE_COLUMNS), "user_scores의 열")
    for name, kind in (("user_id", "정수(int)"), ("score", "실수(float)"), ("rank", "정수(int)")):
        expect(kind_of(frame[name]) == kind, f"열 {name}의 자료형이 {kind_of(frame[name])}입니다. {kind}여야 합니다.", shown=frame)


@criterion("특징이 비었으면 점수도 빈 표다", points=1, after="scores_have_schema")
def test_scores_handle_empty(submission):
    """활동이 없는 날에도 아래의 자산은 같은 열의 표를 기대합니다."""
    frame = scores_of(submission, PEOPLE.head(0)).frame
    expect_equal(sorted(map(str, frame.columns)), sorted(SCORE_COLUMNS), "특징이 비었을 때 user_scores의 열")
    expect_equal(len(frame), 0, "특징이 비었을 때 user_scores의 행 수")


@criterion("큰 데이터에서도 특징과 점수가 맞는다", points=2, hidden=True,
           after=["features_count_days", "features_sum_activity", "features_ignore_later_days", "features_have_schema",
                  "scores_match_by_name", "scores_order_rows", "scores_have_schema"])
def test_generated_scores_match(submission):
    """작은 표에서 맞은 규칙들이, 사용자와 동점이 많은 보름의 활동에서도 함께 맞는지 봅니다."""
    rows = generated_activity()
    seen, wanted = features_of(submission, DAY, rows), generated_features(rows)
    expect_frame(only(seen, FEATURE_COLUMNS[1:]), wanted[FEATURE_COLUMNS[1:]])
    model = weights(views_7=0.25, purchases_7=3.0, active_days_7=1.5)
    expect_frame(scores_of(submission, wanted, model), generated_scores(wanted, model), ordered=True)
