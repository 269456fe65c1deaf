"""불러오기: 다른 기준은 모두 이 기준에 기댄다."""

from course_lib.grading.rubric import criterion
from course_lib.grading.seen import SubmissionFault
from course_lib.grading.seen_dbt import statements

from .tables import DAY, MODELS, activity, features, features_of, scores_of


@criterion("정의를 불러올 수 있다", points=2)
def test_loads(submission):
    """Dagster가 정의를 불러오지 못하면 화면에는 아무것도 없습니다. dbt의 모델이든 파이썬 자산이든 하나는 쓰기 시작해야 합니다."""
    facts = submission.facts()
    # 뼈대 코드도 불러와지기는 한다. 그것만으로는 점수가 되지 않게, 쓰기 시작한 것이 하나는 있는지 본다.
    if set(MODELS) & set(facts.assets) or any(statements(submission)):
        return
    untouched = None
    for compute in (
        lambda: features_of(submission, DAY, activity((DAY, 1, 1, 0))),
        lambda: scores_of(submission, features((1, 1, 1, 0))),
    ):
        try:
            compute()
            return
        except SubmissionFault as fault:
            if fault.kind != "not_attempted":
                return
            untouched = fault
    raise untouched
