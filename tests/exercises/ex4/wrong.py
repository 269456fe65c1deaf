"""오개념 목록에 없는 틀린 제출물들과, 저마다 잃어야 할 기준.

dbt를 돌리는 제출물은 하나에 여러 초가 드므로, 서로 가리지 않는 실수들을 한 제출물에 함께 심는다.
"""

from course_lib.grading.misconceptions import Edit

from ..common import Mistake


def _wrong(id: str, lost: str, *edits: Edit) -> Mistake:
    return Mistake(id, frozenset(lost.split()), edits)


STG_USERS, FCT = (f"dbt_project/models/{name}.sql" for name in ("stg_users", "fct_user_activity"))

WRONG = (
    _wrong(
        "latest_by_another_column", "users_keep_latest design_agrees scores_rank_densely",
        Edit(STG_USERS, "order by updated_at desc", "order by plan desc"),
        Edit("design.py", '"user_scores": "daily"', '"user_scores": "daily",\n    "raw_events": "daily"'),
        Edit("assets.py", 'method="dense", ascending=False', 'method="first", ascending=False'),
    ),
    _wrong(
        "replaces_the_user_instead_of_the_day", "keeps_other_days design_gives_reasons features_read_mart",
        Edit(FCT, "unique_key='day'", "unique_key='user_id'"),
        Edit("design.py", '"trained_model": "가중치는 날마다 나오지 않는다. 새로 가르쳤을 때만 통째로 바뀐다."', '"trained_model": "안 나눔"'),
        Edit("assets.py", "group by user_id\n", "group by user_id\n        having sum(purchases) > 0\n"),
    ),
    _wrong(
        "runs_without_tests_and_makes_the_day_before", "bad_day_stops builds_only_its_day",
        Edit("assets.py", 'dbt.cli(["build", "--vars", given]', 'dbt.cli(["run", "--vars", given]'),
        Edit("assets.py", '"start": f"{window.start:%Y-%m-%d}"', '"start": f"{window.start - pd.Timedelta(days=1):%Y-%m-%d}"'),
    ),
)  # fmt: skip
