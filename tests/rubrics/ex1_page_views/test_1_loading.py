"""불러오기: 다른 기준은 모두 이 기준에 기댄다."""

from course_lib.grading.rubric import criterion
from course_lib.grading.seen import SubmissionFault

from .tables import PLAIN_VIEWS

UPSTREAM = {
    "raw_page_views": {},
    "cleaned_page_views": {"raw_page_views": PLAIN_VIEWS},
    "page_popularity": {"cleaned_page_views": PLAIN_VIEWS},
}


@criterion("정의를 불러올 수 있다", points=2)
def test_loads(submission):
    """Dagster가 정의를 불러오지 못하면 화면에도, 스케줄에도 아무 자산이 없습니다. 함수를 하나라도 쓰기 시작해야 점수가 됩니다."""
    submission.facts()
    # 뼈대 코드도 불러와지기는 한다. 그것만으로는 점수가 되지 않게, 쓰기 시작한 자산이 하나는 있는지 본다.
    untouched = None
    for key, inputs in UPSTREAM.items():
        try:
            submission.call(key, inputs)
            return
        except SubmissionFault as fault:
            if fault.kind != "not_attempted":
                return
            untouched = fault
    raise untouched
