"""파이썬 자산에 붙은 사실: 설명, 그룹, 주인, 구체화마다 기록하는 행 수."""

from course_lib.grading import stand_ins
from course_lib.grading.rubric import criterion, expect, expect_equal

from .tables import DAY, PYTHON_ASSETS, WEIGHTS, activity, days_from, features


@criterion("세 파이썬 자산에 설명이 있다", points=1, after="loads")
def test_describes_assets(submission):
    """카탈로그에서 이 자산을 처음 본 사람이 읽는 것은 설명입니다."""
    for key in PYTHON_ASSETS:
        expect(submission.facts().asset(key).description.strip(), f"{key}에 설명(description)이 없습니다. docstring도 설명이 됩니다.")


@criterion("세 파이썬 자산이 gold 그룹에 있다", points=1, after="loads")
def test_groups_assets(submission):
    """gold는 바로 쓸 수 있는 것이라는 약속입니다."""
    for key in PYTHON_ASSETS:
        expect_equal(submission.facts().asset(key).group, "gold", f"{key}의 그룹")


@criterion("세 파이썬 자산에 주인이 있다", points=1, after="loads")
def test_names_owner(submission):
    """데이터가 이상할 때 누구에게 물을지 적어 둡니다. owners나, 정의의 메타데이터 owner가 주인입니다."""
    for key in PYTHON_ASSETS:
        facts = submission.facts().asset(key)
        owner = facts.metadata.get("owner")
        named = bool(facts.owners) or (owner is not None and str(owner).strip() != "")
        expect(named, f"{key}에 주인이 없습니다. owners=[\"team:이름\"] 또는 metadata={{\"owner\": \"이름\"}}을 적으세요.")


@criterion("구체화마다 num_rows를 기록한다", points=2, after=["features_read_mart", "computes_scores"])
def test_records_num_rows(submission):
    """날마다 행 수가 점 하나씩 그래프에 쌓입니다. 이벤트가 끊긴 날은 그래프가 먼저 압니다."""
    rows = activity((DAY, 1, 1, 0), (DAY, 2, 1, 0), (days_from(DAY, -1), 1, 3, 1))
    warehouse = {"warehouse": stand_ins.warehouse({"fct_user_activity": rows})}
    inputs = {"user_features": features((1, 2, 4, 1), (2, 1, 1, 0)), "trained_model": WEIGHTS}
    for key, run in {
        "user_features": submission.materialize(["user_features"], partition_key=DAY, resources=warehouse),
        "user_scores": submission.materialize(["user_scores"], inputs, partition_key=DAY),
        "trained_model": submission.materialize(["trained_model"]),
    }.items():
        recorded, made = run.metadata(key).get("num_rows"), len(run.frame(key))
        expect(recorded is not None, f"{key}의 구체화에 메타데이터 num_rows가 없습니다.")
        expect_equal(recorded, made, f"{key}의 num_rows")
