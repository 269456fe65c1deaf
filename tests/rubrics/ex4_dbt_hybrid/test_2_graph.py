"""그래프와 파티션: dbt와 파이썬이 한 그래프이고, 날로 나눌 것만 날로 나눈다."""

import re

from course_lib.grading.rubric import criterion, expect, expect_equal
from course_lib.grading.seen_dbt import statements

from .tables import ASSETS, DAILY, MODELS, UNDATED

MINIMUM_REASON = 10
UPSTREAM = {
    "stg_users": ("raw/users",),
    "stg_events": ("raw/events",),
    "fct_user_activity": ("stg_events", "stg_users"),
}
HANGUL = re.compile("[가-힣]")


@criterion("세 dbt 모델이 자산이다", points=3, after="loads")
def test_models_are_assets(submission):
    """dbt의 모델을 @dbt_assets로 읽으면 파이썬 자산과 같은 그래프의 자산이 됩니다. 키는 모델의 이름 그대로입니다."""
    facts = submission.facts()
    for model in MODELS:
        facts.asset(model)


@criterion("모델이 source와 ref로 이어진다", points=3, after="models_are_assets")
def test_models_follow_lineage(submission):
    """표의 이름을 글자로 적어도 SQL은 돌지만, 계보에는 선이 없고 dbt도 어느 것을 먼저 만들지 모릅니다."""
    facts = submission.facts()
    for model, upstream in UPSTREAM.items():
        expect_equal(facts.asset(model).deps, upstream, f"{model}의 업스트림")


@criterion("user_features는 fct_user_activity에만 기댄다", points=3, after="loads")
def test_features_depend_on_mart(submission):
    """deps의 철자가 틀려도 Dagster는 말하지 않습니다. 그런 이름의 자산이 밖에 있다고 여기고, 파이썬 자산은 dbt를 기다리지 않습니다."""
    expect_equal(submission.facts().asset("user_features").deps, ("fct_user_activity",), "user_features의 업스트림")


@criterion("이벤트, 활동, 특징, 점수는 2024-01-01부터 하루(UTC)씩이다", points=4, after="loads")
def test_daily_assets(submission):
    """하루의 경계가 자산마다 어긋나면 어느 날의 이벤트가 다른 날의 점수가 됩니다."""
    for asset in DAILY:
        facts = submission.partitions(asset, ["2024-02-29"])
        expect(facts.partitioned, f"{asset}에 파티션이 없습니다. partitions_def를 적으세요.")
        expect_equal(facts.first, ("2024-01-01", "2024-01-02", "2024-01-03"), f"{asset}의 첫 파티션들")
        expect_equal(facts.windows.get("2024-02-29"), ("2024-02-29T00:00:00+00:00", "2024-03-01T00:00:00+00:00"),
                     f"{asset}의 파티션 2024-02-29의 시간 창")


@criterion("사용자와 모델에는 파티션이 없다", points=3, after="loads")
def test_undated_assets(submission):
    """사용자와 가중치는 어느 날의 것이 아닙니다. 한 @dbt_assets의 모델은 파티션이 모두 같으므로, 나누지 않는 것은 따로 둡니다."""
    for asset in UNDATED:
        expect(not submission.partitions(asset).partitioned, f"{asset}에 파티션이 있습니다.")


@criterion("design.py의 PARTITIONED가 코드와 같다", points=3, after=["daily_assets", "undated_assets"])
def test_design_agrees(submission):
    """설계를 적은 글과 코드가 다르면 다음 사람은 어느 쪽이 맞는지 모릅니다."""
    partitioned, _ = statements(submission)
    for asset in ASSETS:
        in_code = "daily" if submission.partitions(asset).partitioned else "none"
        expect_equal(partitioned.get(asset), in_code, f"PARTITIONED의 {asset}")
    expect_equal(sorted(set(partitioned) - set(ASSETS)), [], "PARTITIONED에 있는 모르는 이름")


@criterion("자산마다 파티션을 그렇게 정한 까닭이 있다", points=2, after="loads")
def test_design_gives_reasons(submission):
    """왜 나누었고 왜 나누지 않았는지는 코드에 보이지 않습니다. 여섯 자산 모두에 한국어로 적어 둡니다."""
    _, reasons = statements(submission)
    for asset in ASSETS:
        reason = reasons.get(asset, "").strip()
        expect(reason, f"REASONS에 {asset}의 까닭이 없습니다.")
        expect(HANGUL.search(reason), f"REASONS의 {asset}이 한국어가 아닙니다: {reason}")
        expect(len(reason) >= MINIMUM_REASON, f"REASONS의 {asset}이 너무 짧습니다({MINIMUM_REASON}글자부터): {reason}")
