"""자산에 붙은 사실: 설명, 그룹, 주인, 구체화마다 기록하는 행 수."""

from course_lib.grading.rubric import criterion, expect, expect_equal

from .week import MONDAY, Week

GROUPS = {"raw_page_views": "bronze", "cleaned_page_views": "silver", "weekly_page_report": "gold"}
ALL_DEFINED = ["cleaned_is_defined", "weekly_is_defined"]


@criterion("세 자산에 설명이 있다", points=1, after=ALL_DEFINED)
def test_describes_assets(submission):
    """카탈로그에서 이 자산을 처음 본 사람이 읽는 것은 설명입니다."""
    for key in GROUPS:
        expect(submission.facts().asset(key).description.strip(), f"{key}에 설명(description)이 없습니다. docstring도 설명이 됩니다.")


@criterion("세 자산이 층마다의 그룹에 있다", points=1, after=ALL_DEFINED)
def test_groups_assets(submission):
    """bronze, silver, gold는 그 데이터를 어디까지 믿어도 되는지 알려 줍니다."""
    for key, group in GROUPS.items():
        expect_equal(submission.facts().asset(key).group, group, f"{key}의 그룹")


@criterion("세 자산에 주인이 있다", points=1, after=ALL_DEFINED)
def test_names_owner(submission):
    """데이터가 이상할 때 누구에게 물을지 적어 둡니다. owners나, 정의의 메타데이터 owner가 주인입니다."""
    for key in GROUPS:
        facts = submission.facts().asset(key)
        owner = facts.metadata.get("owner")
        named = bool(facts.owners) or (owner is not None and str(owner).strip() != "")
        expect(named, f"{key}에 주인이 없습니다. owners=[\"team:이름\"] 또는 metadata={{\"owner\": \"이름\"}}을 적으세요.")


@criterion("구체화마다 num_rows를 기록한다", points=3, after="weekly_reads_seven_days")
def test_records_num_rows(submission):
    """날마다 행 수가 점 하나씩 그래프에 쌓입니다. 기록이 들어오지 않은 날은 그래프가 먼저 압니다."""
    monday, week = Week.of(submission).backfilled()[MONDAY], Week.of(submission).whole()
    for key, run in {"raw_page_views": monday, "cleaned_page_views": monday, "weekly_page_report": week}.items():
        recorded, made = run.metadata(key).get("num_rows"), len(run.value(key).frame)
        expect(recorded is not None, f"{key}의 구체화에 메타데이터 num_rows가 없습니다.")
        expect_equal(recorded, made, f"{key}의 num_rows ({run.partition_key})")
