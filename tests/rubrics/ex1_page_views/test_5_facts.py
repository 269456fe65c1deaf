"""자산에 붙은 사실: 설명, 그룹, 주인, 구체화마다 기록하는 행 수."""

from course_lib.grading.rubric import criterion, expect, expect_equal

from .tables import CHROME, GOOGLEBOT, views

GROUPS = {"raw_page_views": "bronze", "cleaned_page_views": "silver", "page_popularity": "gold"}
ALL_DEFINED = ["raw_is_defined", "cleaned_is_defined", "popularity_is_defined"]

# 어느 자산을 거쳐도 들어간 행 수와 나온 행 수가 다르다.
SOME_VIEWS = views(
    ("/a", "u01", "09:00", "s1", CHROME),
    ("/a", "u01", "09:05", "s1", CHROME),
    ("/a", "u02", "09:10", "s2", GOOGLEBOT),
    ("/b", "u02", "09:20", "s3", CHROME),
)


@criterion("세 자산에 설명이 있다", points=2, after=ALL_DEFINED)
def test_describes_assets(submission):
    """카탈로그에서 이 자산을 처음 본 사람이 읽는 것은 설명입니다."""
    for key in GROUPS:
        expect(submission.facts().asset(key).description.strip(), f"{key}에 설명(description)이 없습니다. docstring도 설명이 됩니다.")


@criterion("세 자산이 층마다의 그룹에 있다", points=2, after=ALL_DEFINED)
def test_groups_assets(submission):
    """bronze, silver, gold는 그 데이터를 어디까지 믿어도 되는지 알려 줍니다."""
    for key, group in GROUPS.items():
        expect_equal(submission.facts().asset(key).group, group, f"{key}의 그룹")


@criterion("세 자산에 주인이 있다", points=2, after=ALL_DEFINED)
def test_names_owner(submission):
    """데이터가 이상할 때 누구에게 물을지 적어 둡니다. owners나, 정의의 메타데이터 owner가 주인입니다."""
    for key in GROUPS:
        facts = submission.facts().asset(key)
        owner = facts.metadata.get("owner")
        named = bool(facts.owners) or (owner is not None and str(owner).strip() != "")
        expect(named, f"{key}에 주인이 없습니다. owners=[\"team:이름\"] 또는 metadata={{\"owner\": \"이름\"}}을 적으세요.")


@criterion("구체화마다 num_rows를 기록한다", points=5, after=ALL_DEFINED)
def test_records_num_rows(submission):
    """행 수가 구체화마다 남아 있으면, 어느 날 갑자기 줄어든 것을 그래프로 알아볼 수 있습니다."""
    inputs = {
        "raw_page_views": {},
        "cleaned_page_views": {"raw_page_views": SOME_VIEWS},
        "page_popularity": {"cleaned_page_views": SOME_VIEWS},
    }
    for key in GROUPS:
        run = submission.materialize([key], inputs[key])
        recorded, made = run.metadata(key).get("num_rows"), len(run.frame(key))
        expect(recorded is not None, f"{key}의 구체화에 메타데이터 num_rows가 없습니다.")
        expect_equal(recorded, made, f"{key}의 num_rows")
