"""연습 4의 오개념: 모범 답안을 한 곳씩 틀리게 바꾼 것들. SQL과 YAML도 바꾼다.

차례는 채점 기준표의 차례다. `explanation`은 학습자에게 그대로 보인다.
"""

from course_lib.grading.misconceptions import Edit, Misconception

_SCHEMA = "dbt_project/models/schema.yml"
_USERS = "dbt_project/models/stg_users.sql"
_EVENTS = "dbt_project/models/stg_events.sql"
_ACTIVITY = "dbt_project/models/fct_user_activity.sql"


def _in_assets(*changes: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit("assets.py", old, new) for old, new in changes)


_THE_DEPS = 'deps=[get_asset_key_for_model([daily_models], "fct_user_activity")]'
_SCORES_DECORATOR = '@dg.asset(partitions_def=daily, group_name="gold", owners=OWNERS)'
_THE_USER_MODELS = '''@dbt_assets(manifest=project.manifest_path, project=project, select="stg_users")
def user_models(context: dg.AssetExecutionContext, dbt: DbtCliResource):
    """날로 나누지 않는 dbt 모델."""
    # stg_events에도 걸친 시험(relationships)은 여기서 돌지 않는다. 그 표는 아직 없을 수도 있다.
    yield from dbt.cli(["build", "--indirect-selection", "cautious"], context=context).stream()
'''
_THE_USER_TESTS = """    description: 사용자마다 지금의 요금제와 가입일
    columns:
      - name: user_id
        data_tests: [not_null, unique]
"""
_THE_EVENT_TESTS = """      - name: event_id
        data_tests: [not_null, unique]
"""
_THE_RELATIONSHIPS = """      - name: user_id
        data_tests:
          # 모르는 사용자의 이벤트가 있으면 이 아래는 아무것도 만들지 않는다.
          - relationships:
              arguments:
                to: ref('stg_users')
                field: user_id
"""
_THE_DAYS_OF_EVENTS = """  and occurred_at >= timestamp '{{ var("start") }}' and occurred_at < timestamp '{{ var("end") }}'\n"""

LOADING = (
    Misconception(
        id="model_in_two_functions",
        title="같은 모델을 두 @dbt_assets가 가짐",
        criterion="loads",
        explanation="한쪽에 select가 없어 모든 모델을 가져갔고, 다른 쪽도 그 가운데 둘을 가져갔습니다. 자산은 한 곳에서만 정의합니다. "
        "두 함수의 select가 겹치지 않게 나누세요.",
        edits=_in_assets(('project=project, select="stg_users")', "project=project)")),
    ),
)

GRAPH = (
    Misconception(
        id="user_models_not_registered",
        title="stg_users를 만드는 함수를 등록하지 않음",
        criterion="models_are_assets",
        explanation="@dbt_assets를 썼지만 Definitions의 assets에 넣지 않았습니다. stg_users는 이름만 있는 점이 되고, 아무도 만들지 않습니다.",
        edits=(
            Edit("definitions.py", "user_features, user_models, user_scores", "user_features, user_scores"),
            Edit("definitions.py", "assets=[user_models, daily_models,", "assets=[daily_models,"),
        ),
        also=("undated_assets",),
    ),
    Misconception(
        id="source_written_as_text",
        title="원본 표를 글자로 적음",
        criterion="models_follow_lineage",
        explanation="stg_events.sql이 raw.events라고 바로 적었습니다. SQL은 돌지만 dbt도 Dagster도 그 표에서 왔다는 것을 모릅니다. source()로 적어야 계보가 이어집니다.",
        edits=(Edit(_EVENTS, "{{ source('raw', 'events') }}", "raw.events"),),
    ),
    Misconception(
        id="misspelt_dependency",
        title="deps의 이름이 틀림",
        criterion="features_depend_on_mart",
        explanation="deps에 fct_user_activty라고 적었습니다. Dagster는 오류도 경고도 내지 않고 그 이름의 점을 새로 만듭니다. 계보는 끊어졌고, 런은 "
        "활동을 만들기 전에 특징부터 만들 수 있습니다. get_asset_key_for_model에 물으면 오타를 그 자리에서 알려 줍니다.",
        edits=_in_assets((_THE_DEPS, 'deps=["fct_user_activty"]')),
    ),
    Misconception(
        id="days_of_seoul",
        title="하루를 서울의 시각으로 나눔",
        criterion="daily_assets",
        explanation="파티션의 시간대가 Asia/Seoul입니다. 원본의 시각도, 하루의 뜻도 UTC입니다. 정의와 SQL이 다른 하루를 가리키게 됩니다.",
        edits=_in_assets(('dg.DailyPartitionsDefinition("2024-01-01")', 'dg.DailyPartitionsDefinition("2024-01-01", timezone="Asia/Seoul")')),
    ),
    Misconception(
        id="one_function_for_all_models",
        title="모든 모델을 한 @dbt_assets에 넣고 날로 나눔",
        criterion="undated_assets",
        explanation="한 @dbt_assets의 모델은 파티션이 모두 같습니다. 그래서 사용자까지 날로 나뉘었습니다. 하루를 다시 만들 때마다 사용자 전체를 새로 만들면서, "
        "그날의 사용자인 것처럼 기록됩니다. 함수를 둘로 나누세요.",
        edits=(
            *_in_assets((_THE_USER_MODELS, ""), ('select="stg_events fct_user_activity", ', "")),
            Edit("definitions.py", "user_features, user_models, user_scores", "user_features, user_scores"),
            Edit("definitions.py", "assets=[user_models, daily_models,", "assets=[daily_models,"),
        ),
    ),
    Misconception(
        id="design_says_otherwise",
        title="설계에 적은 것과 코드가 다름",
        criterion="design_agrees",
        explanation="design.py는 user_features를 나누지 않는다고 하는데 코드는 날로 나눕니다. 읽는 사람은 설계를 믿습니다.",
        edits=(Edit("design.py", '"user_features": "daily"', '"user_features": "none"'),),
    ),
    Misconception(
        id="reason_in_english",
        title="까닭을 영어로 적음",
        criterion="design_gives_reasons",
        explanation="REASONS 가운데 하나가 영어입니다. 이 문서를 읽을 동료의 말(한국어)로 적으세요.",
        edits=(Edit("design.py", "가중치는 날마다 나오지 않는다. 새로 가르쳤을 때만 통째로 바뀐다.", "weights do not change from day to day"),),
    ),
)

DBT = (
    Misconception(
        id="users_not_deduplicated",
        title="사용자의 중복을 없애지 않음",
        criterion="users_keep_latest",
        explanation="한 사람이 고칠 때마다의 행으로 여러 번 나옵니다. 이벤트에 이어 붙이면 행이 그만큼 늘어(fan-out) 본 수가 두 배가 됩니다. "
        "unique 시험이 있었다면 그 자리에서 멈췄을 것입니다.",
        edits=(
            Edit(_USERS, "qualify row_number() over (partition by user_id order by updated_at desc) = 1\n", ""),
            Edit(_SCHEMA, _THE_USER_TESTS, _THE_USER_TESTS.replace("[not_null, unique]", "[not_null]")),
        ),
    ),
    Misconception(
        id="day_not_given_to_dbt",
        title="dbt에 날을 알려 주지 않음",
        criterion="events_belong_to_day",
        explanation="자산은 날로 나누었지만 dbt를 부를 때 --vars가 없습니다. dbt는 파티션을 모르므로 어느 날을 만들든 기본값의 날을 만듭니다.",
        edits=_in_assets(('["build", "--vars", given]', '["build"]')),
    ),
    Misconception(
        id="shifted_to_seoul",
        title="시각을 서울로 옮겨 하루를 나눔",
        criterion="events_belong_to_day",
        explanation="occurred_at에 아홉 시간을 더한 날짜로 나누었습니다. UTC로 15시가 지난 이벤트가 모두 다음 날의 것이 됩니다.",
        edits=(
            Edit(_EVENTS, "occurred_at, cast(occurred_at as date) as day", "occurred_at, cast(occurred_at + interval 9 hour as date) as day"),
            Edit(_EVENTS, "and occurred_at >= timestamp", "and occurred_at + interval 9 hour >= timestamp"),
            Edit(_EVENTS, "and occurred_at < timestamp", "and occurred_at + interval 9 hour < timestamp"),
        ),
    ),
    Misconception(
        id="heartbeats_kept",
        title="heartbeat를 빼지 않음",
        criterion="events_drop_heartbeats",
        explanation="앱이 켜져 있다는 신호까지 이벤트로 남았습니다. 아무것도 하지 않은 사용자가 활동한 것으로 세어집니다.",
        edits=(Edit(_EVENTS, "where kind <> 'heartbeat'\n  and ", "where "),),
    ),
    Misconception(
        id="duplicate_events_kept",
        title="두 번 온 이벤트를 그대로 둠",
        criterion="events_keep_one_row",
        explanation="같은 행이 두 번 온 것을 두 이벤트로 남겼습니다. 원본은 같은 것을 두 번 보내기도 합니다. event_id마다 한 행입니다.",
        edits=(Edit(_EVENTS, "select distinct event_id", "select event_id"),),
    ),
    Misconception(
        id="test_runs_before_its_table",
        title="stg_users만 만들 때 relationships 시험까지 돎",
        criterion="events_belong_to_day",
        explanation="dbt는 고른 모델에 걸친 시험을 모두 돌립니다(eager). stg_users만 만드는 dbt가 stg_events를 읽는 시험까지 돌리다가, "
        "처음에는 그 표가 없어 실패합니다. 고른 모델만으로 끝나는 시험만 돌리려면 --indirect-selection을 cautious로 줍니다.",
        edits=_in_assets(('["build", "--indirect-selection", "cautious"]', '["build"]')),
    ),
    Misconception(
        id="relationship_turned_around",
        title="relationships의 방향이 거꾸로임",
        criterion="builds_a_day",
        explanation="모든 사용자에게 이벤트가 있어야 한다고 적었습니다. 쉬는 사용자가 하나만 있어도 멀쩡한 날이 멈춥니다. 물어야 할 것은 모든 이벤트의 사용자를 아는가입니다.",
        edits=(
            Edit(_SCHEMA, _THE_RELATIONSHIPS, ""),
            Edit(_SCHEMA, _THE_USER_TESTS, _THE_USER_TESTS.replace("[not_null, unique]", """
          - not_null
          - unique
          - relationships:
              arguments:
                to: ref('stg_events')
                field: user_id""")),
        ),
    ),
    Misconception(
        id="purchases_counted_as_views",
        title="산 것도 본 것으로 셈",
        criterion="activity_counts",
        explanation="views가 그날의 모든 이벤트의 수입니다. kind가 view인 것만 셉니다.",
        edits=(Edit(_ACTIVITY, "count(*) filter (where events.kind = 'view') as views", "count(*) as views"),),
    ),
    Misconception(
        id="one_plan_for_everyone",
        title="모두에게 같은 요금제를 붙임",
        criterion="activity_carries_plan",
        explanation="요금제를 하위 질의로 가져오면서 어느 사용자의 것인지 적지 않았습니다. 모두가 같은 요금제가 됩니다.",
        edits=(Edit(_ACTIVITY, "    users.plan,", "    (select min(plan) from {{ ref('stg_users') }}) as plan,"),),
    ),
    Misconception(
        id="every_day_at_once",
        title="하루를 만들 때 모든 날을 만듦",
        criterion="builds_only_its_day",
        explanation="두 모델의 SQL이 --vars로 온 날을 쓰지 않습니다. 하루를 만들 때마다 원본에 있는 모든 날이 표에 들어오고, Dagster가 아는 것과 표가 달라집니다.",
        edits=(
            Edit(_EVENTS, _THE_DAYS_OF_EVENTS, ""),
            Edit(_ACTIVITY, """where events.day >= date '{{ var("start") }}' and events.day < date '{{ var("end") }}'\n""", ""),
        ),
    ),
    Misconception(
        id="table_instead_of_incremental",
        title="표를 통째로 새로 만듦",
        criterion="keeps_other_days",
        explanation="materialized가 table이라 하루를 만들 때마다 표에 그날만 남습니다. 나머지 날은 사라졌지만 Dagster는 아직 있다고 압니다.",
        edits=(Edit(_ACTIVITY, "config(materialized='incremental', incremental_strategy='delete+insert', unique_key='day')", "config(materialized='table')"),),
    ),
    Misconception(
        id="appends_a_day_again",
        title="다시 만든 날을 덧붙임",
        criterion="rebuild_replaces_day",
        explanation="unique_key가 없어서 옛 행을 지우지 않고 덧붙입니다. 같은 날을 두 번 만들면 그날의 행이 두 배가 됩니다.",
        edits=(Edit(_ACTIVITY, "incremental_strategy='delete+insert', unique_key='day'", "incremental_strategy='append'"),),
    ),
    Misconception(
        id="event_id_not_tested",
        title="event_id를 시험하지 않음",
        criterion="tests_become_checks",
        explanation="stg_events의 event_id에 not_null과 unique 시험이 없습니다. 중복을 없애는 SQL이 어느 날 망가져도 아무도 모릅니다.",
        edits=(Edit(_SCHEMA, _THE_EVENT_TESTS, ""),),
    ),
    Misconception(
        id="strangers_not_tested",
        title="모르는 사용자를 시험하지 않음",
        criterion="bad_day_stops",
        explanation="relationships 시험이 없어서, 모르는 사용자의 이벤트가 조용히 버려지고 점수까지 만들어집니다. 빠진 것은 사용자의 원본일 수도 있습니다.",
        edits=(Edit(_SCHEMA, _THE_RELATIONSHIPS, ""),),
    ),
    Misconception(
        id="stranger_is_only_a_warning",
        title="시험의 무게를 경고로 둠",
        criterion="bad_day_stops",
        explanation="severity가 warn이면 실패를 알리기만 하고 다음으로 갑니다. 틀린 숫자가 점수까지 흘러갑니다.",
        edits=(Edit(_SCHEMA, "          - relationships:\n", "          - relationships:\n              config: {severity: warn}\n"),),
    ),
    Misconception(
        id="exclude_drops_the_test",
        title="exclude가 시험까지 뺌",
        criterion="bad_day_stops",
        explanation="exclude=\"stg_users\"라고 적으면 dbt는 그 모델뿐 아니라 그 모델에 걸친 시험도 뺍니다. relationships는 stg_users를 읽으므로 한 번도 돌지 않았고, "
        "아무 말도 없었습니다. 만들 것을 select로 적으세요.",
        edits=_in_assets(('select="stg_events fct_user_activity"', 'exclude="stg_users"')),
    ),
    Misconception(
        id="twenty_rows_only",
        title="스무 행만 남김",
        criterion="busy_day_matches",
        explanation="개발할 때 붙인 limit이 남아 있습니다. 사용자가 스물을 넘는 날에는 나머지가 사라지고, 누가 남을지도 정해져 있지 않습니다.",
        edits=(Edit(_ACTIVITY, "group by all", "group by all\nlimit 20"),),
    ),
)

FEATURES = (
    Misconception(
        id="features_of_today",
        title="오늘의 특징을 셈함",
        criterion="computes_features",
        explanation="파티션의 날이 아니라 오늘까지의 이레를 봅니다. 어느 날을 만들든 같은 표가 나오고, 지난 날을 다시 만들 수 없습니다.",
        edits=_in_assets(("day = pd.Timestamp(context.partition_key)", "day = pd.Timestamp.today().normalize()")),
    ),
    Misconception(
        id="reads_past_the_mart",
        title="마트를 건너뛰고 stg_events를 읽음",
        criterion="features_read_mart",
        explanation="fct_user_activity에 기댄다고 적어 놓고 stg_events를 직접 세었습니다. 같은 셈이 두 곳에 있으면 언젠가 서로 달라집니다. "
        "그리고 마트가 거른 것, 다시 만든 것이 여기에는 닿지 않습니다.",
        edits=_in_assets((
            "from fct_user_activity as activity",
            "from (select day, user_id, count(*) filter (where kind = 'view') as views, count(*) filter (where kind = 'purchase') as purchases"
            " from stg_events group by all) as activity",
        )),
    ),
    Misconception(
        id="sums_as_floats",
        title="합이 실수로 나옴",
        criterion="features_have_schema",
        explanation="DuckDB에서 BIGINT를 sum하면 HUGEINT이고, pandas에는 그런 정수가 없어 실수가 됩니다. bigint로 바꾸어 꺼내세요.",
        edits=_in_assets(("cast(sum(views) as bigint) as views_7", "sum(views) as views_7")),
    ),
    Misconception(
        id="window_of_six_days",
        title="엿새만 봄",
        criterion="features_window_is_seven",
        explanation="D-5부터 봅니다. D를 넣어 이레이면 첫날은 D-6입니다.",
        edits=_in_assets(("WINDOW_DAYS = 7", "WINDOW_DAYS = 6")),
    ),
    Misconception(
        id="window_of_eight_days",
        title="여드레를 봄",
        criterion="features_window_is_seven",
        explanation="D에서 7을 뺀 날부터 D까지는 여드레입니다. 양 끝을 모두 세기 때문입니다.",
        edits=_in_assets(("days=WINDOW_DAYS - 1", "days=WINDOW_DAYS")),
    ),
    Misconception(
        id="sees_later_days",
        title="D보다 뒤의 날까지 봄",
        criterion="features_ignore_later_days",
        explanation="창의 위쪽 끝이 없어서, 지난 날을 다시 만들면 그날 뒤의 활동까지 들어갑니다. 그날에는 알 수 없던 것으로 모델을 시험하면 실제보다 잘 맞는 것처럼 보입니다(누출, leakage).",
        edits=_in_assets(("where activity.day between $first_day and $day", "where activity.day >= $first_day")),
    ),
    Misconception(
        id="counts_events_as_days",
        title="활동한 날이 아니라 이벤트를 셈",
        criterion="features_count_days",
        explanation="하루에 열 번 본 사람이 열흘 활동한 사람이 됩니다. 세는 것은 행이 있는 날입니다.",
        edits=_in_assets(("count(distinct activity.day) as active_days_7", "cast(sum(views + purchases) as bigint) as active_days_7")),
    ),
    Misconception(
        id="best_day_instead_of_sum",
        title="합이 아니라 가장 많은 날의 수",
        criterion="features_sum_activity",
        explanation="views_7이 이레의 합이 아니라 가장 많이 본 하루의 수입니다.",
        edits=_in_assets(("cast(sum(views) as bigint)", "cast(max(views) as bigint)")),
    ),
    Misconception(
        id="quiet_week_fails",
        title="조용한 이레를 오류로 봄",
        criterion="features_handle_empty",
        explanation="활동이 없으면 멈춥니다. 아무도 오지 않은 주는 정말로 0인 주이고, 오류가 아닙니다.",
        edits=_in_assets((
            '    return dg.MaterializeResult(value=features,',
            '    if features.empty:\n        raise dg.Failure("활동이 없습니다.")\n    return dg.MaterializeResult(value=features,',
        )),
    ),
)

SCORES = (
    Misconception(
        id="scores_one_feature",
        title="특징 하나로만 점수를 매김",
        criterion="computes_scores",
        explanation="활동한 날만 보고 점수를 매깁니다. 점수는 세 특징에 가중치를 곱해 모두 더한 것입니다.",
        edits=_in_assets(('weighted.sum(axis="columns")', 'weighted["active_days_7"]')),
    ),
    Misconception(
        id="weights_by_position",
        title="가중치를 이름이 아니라 차례로 맞춤",
        criterion="scores_match_by_name",
        explanation="trained_model의 첫 행을 첫째 특징에 곱합니다. 모델의 행이 다른 차례로 오는 날 모든 점수가 조용히 틀립니다. feature의 이름으로 찾으세요.",
        edits=_in_assets((
            'user_features[weights.index].astype("float64") * weights',
            'user_features[["active_days_7", "views_7", "purchases_7"]].astype("float64") * weights.tolist()',
        )),
    ),
    Misconception(
        id="ascending_rank",
        title="점수가 낮은 쪽이 1위",
        criterion="scores_rank_densely",
        explanation="rank()의 기본값은 오름차순입니다. 점수가 가장 높은 사용자가 1위입니다.",
        edits=_in_assets(('method="dense", ascending=False', 'method="dense"')),
    ),
    Misconception(
        id="min_rank",
        title="동점 다음에 순위를 건너뜀",
        criterion="scores_rank_densely",
        explanation="method=\"min\"은 2위가 둘이면 다음이 4위입니다. 건너뛰지 않는 것은 dense입니다.",
        edits=_in_assets(('method="dense"', 'method="min"')),
    ),
    Misconception(
        id="orders_by_user_only",
        title="사용자의 차례로만 놓음",
        criterion="scores_order_rows",
        explanation="순위는 맞지만 행이 user_id의 차례로 놓여 있습니다. 순위를 먼저, 같으면 사용자를 보세요.",
        edits=_in_assets(('sort_values(["rank", "user_id"], ignore_index=True)', 'sort_values("user_id", ignore_index=True)')),
    ),
    Misconception(
        id="rank_as_float",
        title="순위를 실수로 둠",
        criterion="scores_have_schema",
        explanation="rank()는 실수를 돌려주므로 1.0, 2.0이 됩니다. 순위는 정수입니다.",
        edits=_in_assets(('ascending=False).astype("int64")', "ascending=False)")),
    ),
    Misconception(
        id="empty_scores_lose_columns",
        title="특징이 없으면 열도 없음",
        criterion="scores_handle_empty",
        explanation="특징이 비면 열이 없는 표를 돌려줍니다. 다음에 오는 코드는 rank 열을 찾다가 멈춥니다. 빈 표에도 열이 있습니다.",
        edits=_in_assets((
            '    weights = trained_model.set_index',
            '    if user_features.empty:\n        return dg.MaterializeResult(value=pd.DataFrame(), metadata={"num_rows": 0})\n    weights = trained_model.set_index',
        )),
    ),
    Misconception(
        id="top_twenty_only",
        title="상위 스무 명만 남김",
        criterion="generated_scores_match",
        explanation="사용자가 스물을 넘으면 나머지가 사라집니다. 자르라는 말은 없습니다. 몇 명을 보일지는 이 표를 쓰는 쪽이 정합니다.",
        edits=_in_assets(('sort_values(["rank", "user_id"], ignore_index=True)', 'sort_values(["rank", "user_id"], ignore_index=True).head(20)')),
    ),
)

FACTS = (
    Misconception(
        id="no_description",
        title="자산에 설명이 없음",
        criterion="describes_assets",
        explanation="user_features에 설명이 없습니다. 이름의 7이 무엇인지, 어느 날까지인지 이름만 보고는 알 수 없습니다.",
        edits=_in_assets(('    """그날까지 이레 동안 활동한 사용자마다 활동한 날의 수, 본 수, 산 수."""\n', "")),
    ),
    Misconception(
        id="default_group",
        title="그룹을 정하지 않음",
        criterion="groups_assets",
        explanation="user_scores에 group_name이 없어 default 그룹에 들어갔습니다. 파이썬 자산 셋은 gold입니다.",
        edits=_in_assets((_SCORES_DECORATOR, "@dg.asset(partitions_def=daily, owners=OWNERS)")),
    ),
    Misconception(
        id="no_owner",
        title="주인이 없는 자산",
        criterion="names_owner",
        explanation="user_scores에 주인이 없습니다. 점수가 이상할 때 물어볼 곳이 있어야 합니다.",
        edits=_in_assets((_SCORES_DECORATOR, '@dg.asset(partitions_def=daily, group_name="gold")')),
    ),
    Misconception(
        id="num_rows_of_the_input",
        title="읽은 행의 수를 기록함",
        criterion="records_num_rows",
        explanation="user_features가 읽은 활동의 행 수를 기록합니다. num_rows는 이 자산이 만든 행의 수입니다.",
        edits=_in_assets(('"num_rows": len(features)', '"num_rows": int(features["active_days_7"].sum())')),
    ),
)

LEARNER_TESTS = (
    Misconception(
        id="tests_model_in_one_order",
        title="가중치를 한 차례로만 줌",
        criterion="learner_tests_catch_bugs",
        explanation="trained_model의 행을 늘 특징의 차례로 줍니다. 차례로 곱하는 코드와 이름으로 찾는 코드가 같은 답을 냅니다. 뒤집어서도 주세요.",
        edits=(Edit("test_hybrid.py", "turned = dict(reversed(MODEL.items()))", "turned = MODEL"),),
    ),
)

MISCONCEPTIONS = (*LOADING, *GRAPH, *DBT, *FEATURES, *SCORES, *FACTS, *LEARNER_TESTS)

# 학습자의 테스트가 잡아야 하는 실수들. 안내 노트북이 이 목록을 말로 알려 준다.
TESTS_MUST_CATCH = (
    "window_of_six_days",
    "window_of_eight_days",
    "sees_later_days",
    "counts_events_as_days",
    "weights_by_position",
    "ascending_rank",
    "min_rank",
)
