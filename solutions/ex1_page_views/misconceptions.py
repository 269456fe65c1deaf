"""연습 1의 오개념: 모범 답안을 한 곳씩 틀리게 바꾼 것들.

차례는 채점 기준표의 차례다. `explanation`은 학습자에게 그대로 보인다.
"""

from course_lib.grading.misconceptions import Edit, Misconception


def _in_assets(old: str, new: str) -> tuple[Edit, ...]:
    return (Edit("assets.py", old, new),)


def _in_tests(old: str, new: str) -> tuple[Edit, ...]:
    return (Edit("test_assets.py", old, new),)


LOADING = (
    Misconception(
        id="upstream_name_typo",
        title="매개변수 이름이 업스트림 자산의 이름과 다름",
        criterion="loads",
        explanation="매개변수 이름 clean_page_views와 같은 이름의 자산이 없습니다. Dagster는 매개변수의 이름으로 업스트림 자산을 찾습니다. "
        "정의를 만들 때는 조용하다가 불러올 때에야 알려 주므로, 이름을 바꿨으면 바로 불러와 보세요.",
        edits=_in_assets("def page_popularity(cleaned_page_views:", "def page_popularity(clean_page_views:"),
    ),
    Misconception(
        id="plain_team_name",
        title="owners에 team: 없이 이름만 적음",
        criterion="loads",
        explanation="owners에는 전자우편 주소나 team:으로 시작하는 팀 이름만 쓸 수 있습니다. "
        "그냥 이름을 적고 싶으면 metadata={\"owner\": \"...\"}가 있습니다.",
        edits=_in_assets('OWNERS = ["team:blog-analytics"]', 'OWNERS = ["blog-analytics"]'),
    ),
    Misconception(
        id="raw_left_out_of_defs",
        title="맨 앞 자산을 defs에 넣지 않음",
        criterion="loads",
        explanation="raw_page_views가 Definitions의 assets에 없어서, 그것을 입력으로 받는 cleaned_page_views가 업스트림을 찾지 못합니다. "
        "함수를 import하는 것만으로는 등록되지 않습니다.",
        edits=(Edit("definitions.py", "assets=[raw_page_views, cleaned", "assets=[cleaned"),),
    ),
)

RAW = (
    Misconception(
        id="raw_returns_records",
        title="표가 아니라 dict의 목록을 돌려줌",
        criterion="raw_is_defined",
        explanation="raw_page_views가 DataFrame이 아니라 목록을 돌려줍니다. 다음 자산은 표를 기대하므로 여기서 pd.DataFrame으로 만들어야 합니다.",
        edits=_in_assets("dg.MaterializeResult(value=raw,", 'dg.MaterializeResult(value=raw.to_dict("records"),'),
    ),
    Misconception(
        id="no_user_agent_column",
        title="user_agent 열을 만들지 않음",
        criterion="raw_has_schema",
        explanation="네 열(page_url, user_id, timestamp, session_id)만 있습니다. 다음 자산이 user_agent로 봇을 가려내므로 이 열이 있어야 합니다.",
        edits=_in_assets("raw = pd.DataFrame(rows, columns=COLUMNS)", "raw = pd.DataFrame(rows, columns=COLUMNS)[COLUMNS[:4]]"),
    ),
    Misconception(
        id="timestamp_as_text",
        title="시각을 글자로 둠",
        criterion="raw_has_schema",
        explanation="timestamp가 글자입니다. 글자로도 정렬은 되는 듯 보이지만 \"9:05\"는 \"10:00\"보다 뒤에 옵니다. pd.to_datetime이나 pd.Timestamp로 시각을 만드세요.",
        edits=_in_assets('rows.append((page_url, user_id, timestamp, f"s', 'rows.append((page_url, user_id, str(timestamp), f"s'),
    ),
    Misconception(
        id="unseeded_random",
        title="씨앗 없이 난수를 씀",
        criterion="raw_is_repeatable",
        explanation="부를 때마다 다른 데이터가 나옵니다. 결과가 달라졌을 때 코드 때문인지 데이터 때문인지 알 수 없게 됩니다. "
        "난수 생성기에 정해진 씨앗을 주고, 자산 함수 안에서 새로 만드세요.",
        edits=_in_assets("default_rng(SEED)", "default_rng()"),
    ),
    Misconception(
        id="too_few_rows",
        title="데이터가 너무 적음",
        criterion="raw_has_needed_rows",
        explanation="행이 50개가 되지 않습니다. 동점, 중복, 빠진 값 같은 경우가 나타나려면 데이터가 어느 정도 있어야 합니다.",
        edits=_in_assets("SESSIONS = 40", "SESSIONS = 10"),
    ),
    Misconception(
        id="one_spelling_of_bot",
        title="bot의 대소문자가 한 가지뿐",
        criterion="raw_has_needed_rows",
        explanation="봇의 user_agent가 모두 소문자 bot입니다. 이 데이터로는 대소문자를 구별하는 실수를 스스로 알아챌 수 없습니다. AhrefsBot처럼 다르게 쓰는 봇도 넣으세요.",
        edits=_in_assets('user_agent("AhrefsBot")', 'user_agent("bingbot")'),
    ),
)

CLEANED = (
    Misconception(
        id="calls_raw_itself",
        title="업스트림을 입력으로 받지 않고 함수 안에서 부름",
        criterion="cleaned_is_defined",
        explanation="cleaned_page_views가 raw_page_views()를 직접 부릅니다. Dagster는 둘이 이어져 있는지 알지 못해 계보에 선이 없고, "
        "raw_page_views가 저장한 값도 쓰이지 않습니다. 매개변수로 받으세요.",
        edits=(
            Edit("assets.py", "def cleaned_page_views(raw_page_views: pd.DataFrame)", "def cleaned_page_views()"),
            Edit("assets.py", "    # na=False: user_agent가 없으면", "    views = raw_page_views().value\n    # na=False: user_agent가 없으면"),
            Edit("assets.py", 'is_bot = raw_page_views["user_agent"]', 'is_bot = views["user_agent"]'),
            Edit("assets.py", "people = raw_page_views[~is_bot]", "people = views[~is_bot]"),
        ),
    ),
    Misconception(
        id="keeps_only_bots",
        title="사람을 빼고 봇을 남김",
        criterion="cleaned_is_defined",
        explanation="조건이 뒤집혔습니다. contains의 결과가 참인 행이 봇이므로, 남길 것은 그 반대(~)입니다.",
        edits=_in_assets("people = raw_page_views[~is_bot]", "people = raw_page_views[is_bot]"),
    ),
    Misconception(
        id="case_sensitive_bot",
        title="대소문자를 구별해서 bot을 찾음",
        criterion="removes_bots",
        explanation="소문자 bot만 찾아서 AhrefsBot이나 GPTBot 같은 봇이 남습니다. 봇이 자기 이름을 어떻게 쓸지는 봇이 정합니다. 대소문자를 가리지 말고 찾으세요.",
        edits=_in_assets("case=False,", "case=True,"),
    ),
    Misconception(
        id="whole_word_bot",
        title="낱말 bot만 찾음",
        criterion="removes_bots",
        explanation="bot이 낱말로 홀로 있을 때만 찾아서 AhrefsBot처럼 붙여 쓴 이름이 남습니다. 규칙은 \"bot이라는 글자를 포함\"입니다.",
        edits=_in_assets('contains("bot",', r'contains(r"\bbot\b",'),
    ),
    Misconception(
        id="list_of_bot_names",
        title="아는 봇의 이름만 찾음",
        criterion="removes_bots",
        explanation="이름을 아는 봇만 뺍니다. 봇은 날마다 새로 생기므로 목록은 늘 늦습니다. 규칙대로 bot이라는 글자를 찾으세요.",
        edits=_in_assets('contains("bot",', 'contains("googlebot|bingbot|ahrefsbot|gptbot",'),
    ),
    Misconception(
        id="missing_agent_is_bot",
        title="user_agent가 없는 행을 지움",
        criterion="keeps_unknown_agents",
        explanation="user_agent가 없는 행이 사라졌습니다(na=True나 dropna). 없다는 것은 모른다는 뜻이지 봇이라는 뜻이 아닙니다. contains의 na=로 모를 때의 답을 정하세요.",
        edits=_in_assets("case=False, na=False", "case=False, na=True"),
    ),
    Misconception(
        id="breaks_on_all_missing",
        title="모두 비어 있는 열을 생각하지 않음",
        criterion="handles_all_agents_missing",
        explanation="user_agent가 하나도 없으면 그 열은 글자 열이 아닙니다. 그때 .str.contains의 결과는 참/거짓이 아니어서 ~에서 멈춥니다. "
        "na=False로 답을 정하거나 먼저 글자형으로 바꾸세요.",
        edits=_in_assets('.astype("string").str.contains("bot", case=False, na=False)', '.str.contains("bot", case=False)'),
    ),
    Misconception(
        id="no_dedupe",
        title="중복을 없애지 않음",
        criterion="dedupes_session_page",
        explanation="한 세션에서 같은 글을 여러 번 본 행이 모두 남습니다. 새로 고침만 해도 조회가 늘어납니다.",
        edits=_in_assets('.drop_duplicates(["session_id", "page_url"], keep="first")', ""),
    ),
    Misconception(
        id="dedupes_by_session_only",
        title="세션마다 한 행만 남김",
        criterion="dedupes_session_page",
        explanation="세션마다 처음 본 글 하나만 남습니다. 이어서 읽은 글이 모두 사라져 순위가 \"처음 들어온 글\" 순위가 됩니다. session_id와 page_url을 함께 보세요.",
        edits=_in_assets('drop_duplicates(["session_id", "page_url"],', 'drop_duplicates(["session_id"],'),
    ),
    Misconception(
        id="dedupes_by_user",
        title="사용자마다 한 번만 남김",
        criterion="dedupes_session_page",
        explanation="같은 사용자가 다른 세션에서 다시 본 것까지 지웁니다. 게다가 로그인하지 않은 방문은 user_id가 모두 같은 \"없음\"이라 한 사람으로 뭉쳐집니다.",
        edits=_in_assets('drop_duplicates(["session_id", "page_url"],', 'drop_duplicates(["user_id", "page_url"],'),
    ),
    Misconception(
        id="dedupes_identical_rows_only",
        title="모든 열이 같은 행만 중복으로 봄",
        criterion="dedupes_session_page",
        explanation="시각이 1초만 달라도 다른 행으로 봅니다. 중복인지는 session_id와 page_url로 정합니다.",
        edits=_in_assets('drop_duplicates(["session_id", "page_url"], keep="first")', "drop_duplicates()"),
    ),
    Misconception(
        id="keeps_last_view",
        title="마지막 조회를 남김",
        criterion="keeps_earliest_view",
        explanation="중복 가운데 가장 늦은 행을 남깁니다. 남길 것은 처음 본 시각입니다.",
        edits=_in_assets('keep="first"', 'keep="last"'),
    ),
    Misconception(
        id="keeps_first_row_unsorted",
        title="시각 순서로 정렬하지 않고 첫 행을 남김",
        criterion="keeps_earliest_view",
        explanation="표에서 먼저 나온 행을 남깁니다. 기록은 늦게 도착하기도 하므로 먼저 나온 행이 먼저 일어난 일은 아닙니다. timestamp로 정렬한 뒤에 없애세요.",
        edits=_in_assets('people.sort_values("timestamp", kind="stable")', "people"),
    ),
    Misconception(
        id="ties_keep_last_row",
        title="시각이 같으면 나중 행을 남김",
        criterion="breaks_ties_by_first_row",
        explanation="거꾸로 정렬하고 keep=\"last\"를 쓰면 시각이 다를 때는 맞지만, 같을 때는 나중에 나온 행이 남습니다. 바로 정렬하고 첫 행을 남기세요.",
        edits=(
            Edit("assets.py", 'sort_values("timestamp", kind="stable")', 'sort_values("timestamp", kind="stable", ascending=False)'),
            Edit("assets.py", 'keep="first"', 'keep="last"'),
        ),
    ),
    Misconception(
        id="dedupes_before_bot_filter",
        title="중복을 없앤 뒤에 봇을 뺌",
        criterion="filters_before_dedupe",
        explanation="같은 세션에서 봇의 행이 사람의 행보다 이르면, 중복을 없앨 때 사람의 행이 지워지고 이어서 봇의 행도 빠져 아무것도 남지 않습니다. 거르는 일을 먼저 하세요.",
        edits=(
            Edit("assets.py", 'in_time_order = people.sort_values("timestamp", kind="stable")',
                 'in_time_order = raw_page_views.sort_values("timestamp", kind="stable")'),
            Edit("assets.py", 'keep="first").reset_index(drop=True)',
                 'keep="first")\n    cleaned = cleaned[~is_bot.reindex(cleaned.index)].reset_index(drop=True)'),
        ),
    ),
    Misconception(
        id="helper_column_left",
        title="계산에 쓴 열을 남겨 둠",
        criterion="keeps_columns_and_types",
        explanation="봇인지 적어 둔 열이 결과에 남았습니다. 다음 자산을 쓰는 사람은 약속한 다섯 열만 기대합니다.",
        edits=_in_assets("people = raw_page_views[~is_bot]", "people = raw_page_views.assign(is_bot=is_bot)[~is_bot]"),
    ),
    Misconception(
        id="drops_timezone",
        title="시간대를 떼어 버림",
        criterion="keeps_columns_and_types",
        explanation="시간대가 있는 시각에서 시간대를 뗐습니다. 서울의 09:00과 UTC의 09:00은 아홉 시간 차이가 나는데 이제 구별할 수 없습니다. 입력의 자료형 그대로 두세요.",
        edits=_in_assets(
            'keep="first").reset_index(drop=True)',
            'keep="first").reset_index(drop=True)\n    cleaned["timestamp"] = cleaned["timestamp"].dt.tz_localize(None)',
        ),
    ),
    Misconception(
        id="sorts_input_in_place",
        title="입력 표를 제자리에서 정렬함",
        criterion="leaves_input_alone",
        explanation="inplace=True가 업스트림의 표를 바꿨습니다. 메모리에서 값을 주고받으면 같은 표를 쓰는 다른 자산이 바뀐 표를 봅니다. 파일에 저장하는 IO 매니저를 쓸 때는 드러나지 않아 더 찾기 어렵습니다.",
        edits=_in_assets("    # na=False: user_agent가 없으면",
                         '    raw_page_views.sort_values("timestamp", kind="stable", inplace=True)\n    # na=False: user_agent가 없으면'),
    ),
    Misconception(
        id="adds_column_to_input",
        title="입력 표에 열을 더함",
        criterion="leaves_input_alone",
        explanation="raw_page_views[\"is_bot\"] = ...가 업스트림의 표에 열을 더했습니다. 결과에서 그 열을 지워도 입력에는 남습니다. assign이나 따로 둔 Series를 쓰세요.",
        edits=_in_assets("people = raw_page_views[~is_bot]",
                         'raw_page_views["is_bot"] = is_bot\n    people = raw_page_views[~is_bot].drop(columns="is_bot")'),
    ),
    Misconception(
        id="bare_frame_when_nothing_to_clean",
        title="비었을 때 열이 없는 표를 돌려줌",
        criterion="cleaned_handles_empty",
        explanation="남은 행이 없을 때 pd.DataFrame()을 돌려줍니다. 열이 없는 표를 받은 다음 자산이 KeyError로 멈춥니다. 따로 다루지 않으면 열은 저절로 남습니다.",
        edits=_in_assets('keep="first").reset_index(drop=True)',
                         'keep="first").reset_index(drop=True)\n    cleaned = pd.DataFrame() if cleaned.empty else cleaned'),
    ),
    Misconception(
        id="dedupes_within_a_day",
        title="같은 날의 중복만 없앰",
        criterion="cleaned_matches_reference",
        explanation="날짜까지 견주어, 자정을 넘긴 세션에서 같은 글이 두 번 남습니다. 규칙은 session_id와 page_url만 봅니다.",
        edits=_in_assets(
            'in_time_order.drop_duplicates(["session_id", "page_url"], keep="first").reset_index(drop=True)',
            'in_time_order.assign(day=in_time_order["timestamp"].dt.date)'
            '.drop_duplicates(["session_id", "page_url", "day"]).drop(columns="day").reset_index(drop=True)',
        ),
    ),
)

POPULARITY = (
    Misconception(
        id="popularity_left_out_of_defs",
        title="마지막 자산을 defs에 넣지 않음",
        criterion="popularity_is_defined",
        explanation="page_popularity가 Definitions의 assets에 없습니다. 파일에 있고 import도 되지만 Dagster는 모르는 함수입니다.",
        edits=(Edit("definitions.py", "cleaned_page_views, page_popularity])", "cleaned_page_views])"),),
    ),
    Misconception(
        id="popularity_from_raw",
        title="정리하지 않은 자산에서 순위를 매김",
        criterion="popularity_is_defined",
        explanation="page_popularity가 raw_page_views를 입력으로 받습니다. 봇과 중복이 순위에 들어갑니다. 실버 자산 cleaned_page_views에서 계산하세요.",
        edits=(
            Edit("assets.py", "def page_popularity(cleaned_page_views:", "def page_popularity(raw_page_views:"),
            Edit("assets.py", "visitors = cleaned_page_views.groupby", "visitors = raw_page_views.groupby"),
        ),
    ),
    Misconception(
        id="numpy_number_in_metadata",
        title="메타데이터에 numpy의 수를 넣음",
        criterion="popularity_is_defined",
        explanation="Series.count()나 sum()은 파이썬의 int가 아니라 numpy.int64를 냅니다. Dagster의 메타데이터는 이것을 받지 않아 런이 실패합니다. int(...)로 감싸거나 len(...)을 쓰세요.",
        edits=_in_assets('"num_rows": len(popularity)', '"num_rows": popularity["page_url"].count()'),
    ),
    Misconception(
        id="counts_views",
        title="방문자가 아니라 조회나 세션을 셈",
        criterion="counts_distinct_visitors",
        explanation="행의 수(또는 세션의 수)를 셉니다. 한 사람이 아침과 저녁에 오면 2가 됩니다. 서로 다른 user_id의 수를 세세요.",
        edits=_in_assets('("user_id", "nunique")', '("user_id", "count")'),
    ),
    Misconception(
        id="missing_users_are_one_visitor",
        title="모르는 방문자를 한 사람으로 셈",
        criterion="keeps_pages_without_known_visitors",
        explanation="user_id가 없는 조회를 \"없음\"이라는 한 사람으로 셉니다. 로그인하지 않은 사람이 몇 명인지는 알 수 없으므로 세지 않습니다.",
        edits=_in_assets('("user_id", "nunique")', '("user_id", lambda users: users.nunique(dropna=False))'),
    ),
    Misconception(
        id="pages_without_users_vanish",
        title="방문자를 모르는 페이지가 사라짐",
        criterion="keeps_pages_without_known_visitors",
        explanation="user_id가 없는 행을 먼저 지워서, 로그인한 사람이 아무도 보지 않은 페이지가 결과에서 사라집니다. 0명도 답입니다.",
        edits=_in_assets("visitors = cleaned_page_views.groupby", 'visitors = cleaned_page_views.dropna(subset=["user_id"]).groupby'),
    ),
    Misconception(
        id="ascending_rank",
        title="적은 쪽이 1위",
        criterion="ranks_densely",
        explanation="rank는 작은 값부터 1을 줍니다. 가장 많은 페이지가 1위가 되려면 ascending=False가 있어야 합니다.",
        edits=_in_assets("ascending=False", "ascending=True"),
    ),
    Misconception(
        id="min_rank",
        title="동점 다음에 순위를 건너뜀",
        criterion="ranks_densely",
        explanation="1위가 둘이면 다음을 3위로 매깁니다(method=\"min\"). 이 연습은 다음을 2위로 매깁니다(dense).",
        edits=_in_assets('method="dense"', 'method="min"'),
    ),
    Misconception(
        id="average_rank",
        title="동점에 평균 순위를 줌",
        criterion="ranks_densely",
        explanation="rank의 기본값은 평균입니다. 1위가 둘이면 둘 다 1.5위가 되고, 정수로 바꾸면 아래 순위까지 어긋납니다.",
        edits=_in_assets('rank(method="dense", ascending=False)', "rank(ascending=False)"),
    ),
    Misconception(
        id="first_rank",
        title="동점에 서로 다른 순위를 줌",
        criterion="ranks_densely",
        explanation="방문자 수가 같은데 먼저 나온 페이지가 더 높은 순위를 받습니다(method=\"first\"). 동점은 같은 순위입니다.",
        edits=_in_assets('method="dense"', 'method="first"'),
    ),
    Misconception(
        id="not_ordered",
        title="순위 차례로 놓지 않음",
        criterion="orders_rows",
        explanation="순위는 맞지만 행이 페이지 이름 순서입니다. groupby는 열쇠의 순서로 돌려줍니다. 마지막에 rank와 page_url로 정렬하세요.",
        edits=_in_assets('visitors.sort_values(["rank", "page_url"], ignore_index=True)', "visitors"),
    ),
    Misconception(
        id="ties_in_reverse_order",
        title="동점인 페이지가 거꾸로 놓임",
        criterion="orders_rows",
        explanation="동점인 페이지는 page_url의 오름차순이어야 합니다. 두 열을 한꺼번에 내림차순으로 정렬하면 이름까지 뒤집힙니다.",
        edits=_in_assets('sort_values(["rank", "page_url"], ignore_index=True)',
                         'sort_values(["unique_visitors", "page_url"], ascending=False, ignore_index=True)'),
    ),
    Misconception(
        id="rank_is_float",
        title="순위가 실수",
        criterion="popularity_has_schema",
        explanation="rank()는 동점의 평균을 낼 수 있도록 실수를 돌려줍니다. 1.0위가 아니라 1위가 되게 정수로 바꾸세요.",
        edits=_in_assets('.astype("int64")', ""),
    ),
    Misconception(
        id="extra_views_column",
        title="약속에 없는 열을 더함",
        criterion="popularity_has_schema",
        explanation="views 열이 더 있습니다. 쓸모 있어 보여도 이 표를 쓰는 쪽은 약속한 세 열만 기대합니다.",
        edits=_in_assets('agg(unique_visitors=("user_id", "nunique"))', 'agg(unique_visitors=("user_id", "nunique"), views=("session_id", "size"))'),
    ),
    Misconception(
        id="bare_frame_when_no_pages",
        title="조회가 없을 때 열이 없는 표를 돌려줌",
        criterion="popularity_handles_empty",
        explanation="입력이 비었을 때 pd.DataFrame()을 돌려줍니다. 이 표를 읽는 대시보드는 rank 열이 없어 멈춥니다.",
        edits=_in_assets('["rank", "page_url"], ignore_index=True)',
                         '["rank", "page_url"], ignore_index=True)\n    popularity = pd.DataFrame() if popularity.empty else popularity'),
    ),
    Misconception(
        id="rewrites_users_in_place",
        title="입력 표의 값을 제자리에서 고침",
        criterion="popularity_leaves_input_alone",
        explanation="cleaned_page_views의 user_id를 제자리에서 바꿨습니다. 다른 자산도 같은 표를 볼 수 있으므로 입력은 읽기만 하세요.",
        edits=_in_assets("    # nunique는 없는 값을",
                         '    cleaned_page_views["user_id"] = cleaned_page_views["user_id"].str.upper()\n    # nunique는 없는 값을'),
    ),
    Misconception(
        id="top_ten_only",
        title="상위 열 페이지만 남김",
        criterion="popularity_matches_reference",
        explanation="페이지가 열 개를 넘으면 나머지가 사라집니다. 자르라는 말은 없습니다. 몇 개를 보일지는 이 표를 쓰는 쪽이 정합니다.",
        edits=_in_assets('["rank", "page_url"], ignore_index=True)', '["rank", "page_url"], ignore_index=True).head(10)'),
    ),
)

FACTS = (
    Misconception(
        id="no_description",
        title="자산에 설명이 없음",
        criterion="describes_assets",
        explanation="page_popularity에 설명이 없습니다. 여섯 달 뒤 카탈로그에서 이 이름을 본 사람에게는 설명이 전부입니다. docstring을 쓰면 Dagster가 설명으로 삼습니다.",
        edits=_in_assets('    """페이지마다 서로 다른 방문자가 몇 명인지와 그 순위. 1위가 가장 많다."""\n', ""),
    ),
    Misconception(
        id="default_group",
        title="그룹을 정하지 않음",
        criterion="groups_assets",
        explanation="group_name이 없으면 default 그룹에 들어갑니다. 층(bronze, silver, gold)으로 나누어야 화면에서 어디까지 믿어도 되는 데이터인지 보입니다.",
        edits=_in_assets('group_name="gold", owners=OWNERS', "owners=OWNERS"),
    ),
    Misconception(
        id="no_owner",
        title="주인이 없는 자산",
        criterion="names_owner",
        explanation="raw_page_views에 주인이 없습니다. 데이터가 이상할 때 물어볼 곳이 있어야 합니다.",
        edits=_in_assets('group_name="bronze", owners=OWNERS', 'group_name="bronze"'),
    ),
    Misconception(
        id="num_rows_of_input",
        title="입력의 행 수를 기록함",
        criterion="records_num_rows",
        explanation="cleaned_page_views가 정리하기 전의 행 수를 기록합니다. num_rows는 이 자산이 만든 행의 수입니다. 그래야 갑자기 줄었을 때 알 수 있습니다.",
        edits=_in_assets('"num_rows": len(cleaned)', '"num_rows": len(raw_page_views)'),
    ),
    Misconception(
        id="num_rows_on_definition_only",
        title="정의의 메타데이터에 행 수를 적음",
        criterion="records_num_rows",
        explanation="@dg.asset의 metadata는 정의에 한 번 붙을 뿐, 구체화할 때마다 새로 기록되지 않습니다. MaterializeResult의 metadata나 context.add_output_metadata를 쓰세요.",
        edits=(
            Edit("assets.py", 'group_name="bronze", owners=OWNERS', 'group_name="bronze", owners=OWNERS, metadata={"num_rows": 160}'),
            Edit("assets.py", 'dg.MaterializeResult(value=raw, metadata={"num_rows": len(raw)})', "dg.MaterializeResult(value=raw)"),
        ),
    ),
)

LEARNER_TESTS = (
    Misconception(
        id="tests_without_capitals",
        title="테스트의 표에 소문자 bot만 있음",
        criterion="learner_tests_catch_bugs",
        explanation="봇을 빼는지는 보지만 표에 소문자 bot뿐이라, 대소문자를 구별하는 코드도 통과합니다. 규칙의 경계에 있는 값을 표에 넣으세요.",
        edits=(
            Edit("test_assets.py", "AhrefsBot/7.0", "ahrefsbot/7.0"),
            Edit("test_assets.py", "CUBOT X19", "cubot x19"),
        ),
    ),
    Misconception(
        id="tests_only_existence",
        title="값이 있는지만 봄",
        criterion="learner_tests_catch_bugs",
        explanation="\"None이 아니다\"는 거의 언제나 참입니다. 무엇이 나와야 하는지 손으로 적은 값과 견주세요.",
        edits=_in_tests('assert ranking(cleaned) == [("/a", 2, 1), ("/b", 1, 2)]', "assert ranking(cleaned) is not None"),
    ),
)

MISCONCEPTIONS = (*LOADING, *RAW, *CLEANED, *POPULARITY, *FACTS, *LEARNER_TESTS)

# 학습자의 테스트가 잡아야 하는 실수들. 안내 노트북이 이 목록을 말로 알려 준다.
TESTS_MUST_CATCH = (
    "case_sensitive_bot",
    "missing_agent_is_bot",
    "dedupes_by_session_only",
    "keeps_first_row_unsorted",
    "dedupes_before_bot_filter",
    "counts_views",
    "missing_users_are_one_visitor",
    "min_rank",
)
