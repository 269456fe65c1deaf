"""불러오기: 다른 기준은 모두 이 기준에 기댄다."""

from course_lib.grading.rubric import criterion
from course_lib.grading.seen import SubmissionFault

from .tables import read_raw, views

DAY = "2024-01-15"
SOME_VIEWS = views(("/소개", "u01", "2024-01-15 09:00", "s1"))


@criterion("정의를 불러올 수 있다", points=2)
def test_loads(submission):
    """Dagster가 정의를 불러오지 못하면 화면에도, 스케줄에도 아무것도 없습니다. 무엇이든 하나는 쓰기 시작해야 합니다."""
    facts = submission.facts()
    # 뼈대 코드도 불러와지기는 한다. 그것만으로는 점수가 되지 않게, 쓰기 시작한 것이 하나는 있는지 본다.
    if facts.schedules or any(asset.partitions for asset in facts.assets.values()):
        return
    untouched = None
    for compute in (
        lambda: read_raw(submission, DAY, SOME_VIEWS),
        lambda: submission.call("cleaned_page_views", {"raw_page_views": SOME_VIEWS}),
        lambda: submission.call("weekly_page_report", {"cleaned_page_views": SOME_VIEWS}),
    ):
        try:
            compute()
            return
        except SubmissionFault as fault:
            if fault.kind != "not_attempted":
                return
            untouched = fault
    raise untouched
