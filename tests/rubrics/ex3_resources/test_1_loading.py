"""불러오기: 다른 기준은 모두 이 기준에 기댄다."""

from course_lib.grading.rubric import criterion
from course_lib.grading.seen import SubmissionFault
from course_lib.grading.seen_resources import ask_postgres

from .tables import DATABASE, plain_run


@criterion("정의를 불러올 수 있다", points=2)
def test_loads(submission):
    """Dagster가 정의를 불러오지 못하면 아무 자산도 없습니다. 불러올 수 있는 데 더해, 자산이나 리소스를 쓰기 시작해야 합니다."""
    submission.facts()
    # 뼈대 코드도 불러와지기는 한다. 그것만으로는 점수가 되지 않게, 쓰기 시작한 것이 하나는 있는지 본다.
    for look in (plain_run, _first_query):
        try:
            look(submission)
            return
        except SubmissionFault as fault:
            if fault.kind != "not_attempted":
                return
            untouched = fault
    raise untouched


def _first_query(submission):
    return ask_postgres(submission, DATABASE, {}, [("SELECT 1 AS one", None)]).answers[0].result.seen
