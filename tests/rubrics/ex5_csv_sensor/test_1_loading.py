"""불러오기: 다른 기준은 모두 이 기준에 기댄다."""

from course_lib.grading.rubric import criterion
from course_lib.grading.seen import SubmissionFault

from .scripts import after, order, play, write


@criterion("정의를 불러올 수 있고 csv_sensor가 있다", points=2)
def test_loads(submission):
    """Dagster가 정의를 불러오지 못하면 센서는 한 번도 돌지 않습니다. 센서를 쓰기 시작해야 합니다."""
    submission.facts()
    try:
        play(submission, after(write("loads.csv", order(1))))
    except SubmissionFault as fault:
        # 센서가 멈춘 까닭은 다음 기준이 말한다. 여기서는 뼈대 코드 그대로인지, 센서가 있는지만 본다.
        if fault.kind in ("not_attempted", "missing_sensor"):
            raise
