"""오개념 목록에 없는 틀린 제출물들과, 저마다 잃어야 할 기준.

목록의 오개념으로만 채점 기준표를 시험하면 기준표가 그 목록에 맞춰진다. 여기 있는 것은 따로 쓴 실수다.
"""

from course_lib.grading.misconceptions import Edit

from ..common import Mistake


def _assets(id: str, lost: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(id, frozenset(lost.split()), tuple(Edit("assets.py", old, new) for old, new in changes))


_CLEANED_END = 'keep="first").reset_index(drop=True)'
_POPULARITY_END = '["rank", "page_url"], ignore_index=True)'

WRONG = (
    # 불러오기
    _assets("unclosed_parenthesis", "loads", ("rng = np.random.default_rng(SEED)", "rng = np.random.default_rng(SEED")),
    _assets("misspelt_import", "loads", ("import user_agent", "import user_agnet")),
    _assets("reads_a_missing_file_at_import", "loads", ("SEED = 2024", 'SEED = len(pd.read_csv("page_views.csv"))')),
    Mistake("absolute_import", frozenset({"loads"}), (Edit("definitions.py", "from .assets import", "from assets import"),)),
    Mistake("defs_under_another_name", frozenset({"loads"}), (Edit("definitions.py", "defs = dg", "definitions = dg"),)),
    Mistake("asset_listed_twice_under_one_key", frozenset({"loads"}), (
        Edit("definitions.py", "defs = dg", '@dg.asset(key="raw_page_views")\ndef another():\n    return 1\n\n\ndefs = dg'),
        Edit("definitions.py", "assets=[raw_page_views,", "assets=[raw_page_views, another,"),
    )),
    # 원본
    _assets("generator_shared_by_calls", "raw_is_repeatable",
            ("VIEWS_PER_SESSION = 4", "VIEWS_PER_SESSION = 4\nRNG = np.random.default_rng(SEED)"),
            ("rng = np.random.default_rng(SEED)", "rng = RNG")),
    _assets("seed_of_this_process", "raw_is_repeatable", ("SEED = 2024", "SEED = np.random.SeedSequence().entropy")),
    _assets("seed_from_the_random_module", "raw_is_repeatable",
            ("import numpy as np", "import random\n\nimport numpy as np"), ("SEED = 2024", "SEED = random.randrange(10**6)")),
    _assets("every_view_has_an_agent", "raw_has_needed_rows", ("    None,\n", "")),
    _assets("each_page_once_per_session", "raw_has_needed_rows",
            ("PAGES[rng.integers(len(PAGES))]", "PAGES[step]")),
    _assets("sessions_are_numbers", "raw_has_schema", ('f"s{number:03d}"', "number")),
    _assets("an_index_column_saved_along", "raw_has_schema",
            ("pd.DataFrame(rows, columns=COLUMNS)", "pd.DataFrame(rows, columns=COLUMNS).reset_index()")),
    _assets("a_page_without_address", "raw_has_schema", ('PAGES = ["/", "/소개"', 'PAGES = [None, "/소개"')),
    _assets("no_rows_at_all", "raw_is_defined", ("SESSIONS = 40", "SESSIONS = 0")),
    _assets("raw_depends_on_something", "raw_is_defined",
            ("@dg.asset(group_name=\"bronze\", owners=OWNERS)", '@dg.asset(group_name="bronze", owners=OWNERS, deps=["server_log"])')),
    # 정리
    _assets("forgot_return", "cleaned_is_defined",
            ('    return dg.MaterializeResult(value=cleaned, metadata={"num_rows": len(cleaned)})\n', "")),
    _assets("upstream_named_only_in_deps", "cleaned_is_defined",
            ('@dg.asset(group_name="silver", owners=OWNERS)', '@dg.asset(group_name="silver", owners=OWNERS, deps=[raw_page_views])'),
            ("def cleaned_page_views(raw_page_views: pd.DataFrame)", "def cleaned_page_views()"),
            ("    # na=False: user_agent가", "    views = raw_page_views().value\n    # na=False: user_agent가"),
            ('is_bot = raw_page_views["user_agent"]', 'is_bot = views["user_agent"]'),
            ("people = raw_page_views[~is_bot]", "people = views[~is_bot]")),
    _assets("bot_at_the_end_of_a_word", "removes_bots", ('contains("bot",', r'contains(r"bot\b",')),
    _assets("only_two_spellings", "removes_bots",
            ('contains("bot", case=False, na=False)', 'contains("bot|Bot", na=False)')),
    _assets("crawlers_by_other_names_too", "removes_bots", ('contains("bot",', 'contains("bot|yeti|crawler",')),
    _assets("bot_removed_only_in_parentheses", "removes_bots", ('contains("bot",', r'contains(r"\(.*bot",')),
    _assets("dropna_on_user_agent", "keeps_unknown_agents",
            ("people = raw_page_views[~is_bot]", 'people = raw_page_views[~is_bot].dropna(subset=["user_agent"])')),
    _assets("empty_agent_is_bot", "keeps_unknown_agents",
            ('.str.contains("bot", case=False, na=False)', '.fillna("").str.contains("^$|bot", case=False)')),
    _assets("keeps_neither_of_the_repeats", "dedupes_session_page", ('keep="first"', "keep=False")),
    _assets("dedupes_by_timestamp_too", "dedupes_session_page",
            ('["session_id", "page_url"]', '["session_id", "page_url", "timestamp"]')),
    _assets("consecutive_repeats_only", "dedupes_session_page",
            ('in_time_order.drop_duplicates(["session_id", "page_url"], keep="first")',
             'in_time_order[(in_time_order[["session_id", "page_url"]] != in_time_order[["session_id", "page_url"]].shift()).any(axis=1)]')),
    _assets("latest_first", "keeps_earliest_view",
            ('sort_values("timestamp", kind="stable")', 'sort_values("timestamp", kind="stable", ascending=False)')),
    _assets("ties_by_user_agent", "breaks_ties_by_first_row",
            ('sort_values("timestamp", kind="stable")', 'sort_values(["timestamp", "user_agent"], kind="stable")')),
    _assets("dedupes_twice_around_the_filter", "filters_before_dedupe",
            ("    # na=False: user_agent가",
             '    raw_page_views = raw_page_views.sort_values("timestamp", kind="stable").drop_duplicates(["session_id", "page_url"])\n'
             "    # na=False: user_agent가")),
    _assets("everything_in_utc", "keeps_columns_and_types",
            (_CLEANED_END, _CLEANED_END + '\n    cleaned["timestamp"] = pd.to_datetime(cleaned["timestamp"], utc=True)')),
    _assets("timestamps_written_as_text", "keeps_columns_and_types",
            (_CLEANED_END, _CLEANED_END + '\n    cleaned["timestamp"] = cleaned["timestamp"].astype("str")')),
    _assets("agents_in_lower_case", "keeps_columns_and_types",
            (_CLEANED_END, _CLEANED_END + '\n    cleaned["user_agent"] = cleaned["user_agent"].astype("string").str.lower()')),
    _assets("index_became_a_column", "keeps_columns_and_types", (_CLEANED_END, 'keep="first").reset_index()')),
    _assets("fills_agents_in_place", "leaves_input_alone",
            ("    # na=False: user_agent가",
             '    original = raw_page_views.copy()\n    raw_page_views["user_agent"] = raw_page_views["user_agent"].fillna("unknown")\n'
             "    # na=False: user_agent가"),
            ("people = raw_page_views[~is_bot]", "people = original[~is_bot]")),
    _assets("looks_at_the_first_row", "cleaned_handles_empty",
            (_CLEANED_END, _CLEANED_END + '\n    first_seen = cleaned["timestamp"].iloc[0]\n    assert first_seen is not None')),
    # 빈 목록은 행을 고르는 조건이 아니라 열의 목록으로 읽힌다.
    _assets("list_as_a_mask", "cleaned_handles_empty",
            ("people = raw_page_views[~is_bot]", "people = raw_page_views[[not bot for bot in is_bot]]")),
    _assets("gives_none_when_empty", "cleaned_handles_empty",
            (_CLEANED_END, _CLEANED_END + "\n    if cleaned.empty:\n        return None")),
    # 순위
    _assets("returns_a_series", "popularity_is_defined", ("value=popularity,", 'value=popularity.set_index("page_url")["rank"],')),
    _assets("page_in_the_index", "popularity_is_defined", ("value=popularity,", 'value=popularity.set_index("page_url"),')),
    _assets("counts_sessions", "counts_distinct_visitors", ('("user_id", "nunique")', '("session_id", "nunique")')),
    _assets("visitors_of_first_page_only", "counts_distinct_visitors ranks_densely",
            ("visitors = cleaned_page_views.groupby", 'visitors = cleaned_page_views.drop_duplicates("user_id").groupby')),
    _assets("unknown_filled_with_a_name", "keeps_pages_without_known_visitors",
            ("visitors = cleaned_page_views.groupby", 'visitors = cleaned_page_views.fillna({"user_id": "손님"}).groupby')),
    _assets("zero_visitors_dropped", "keeps_pages_without_known_visitors",
            ("    # dense: 1위가", '    visitors = visitors[visitors["unique_visitors"] > 0].copy()\n    # dense: 1위가')),
    _assets("max_rank", "ranks_densely", ('method="dense"', 'method="max"')),
    _assets("rank_from_zero", "ranks_densely", ('.astype("int64")', '.astype("int64") - 1')),
    _assets("row_number_as_rank", "ranks_densely",
            (_POPULARITY_END, _POPULARITY_END + '.sort_values(["unique_visitors", "page_url"], ascending=[False, True], ignore_index=True)'
             '\n    popularity["rank"] = range(1, len(popularity) + 1)')),
    _assets("top_three", "ranks_densely", (_POPULARITY_END, _POPULARITY_END + ".head(3)")),
    _assets("best_page_last", "orders_rows",
            (_POPULARITY_END, '["rank", "page_url"], ascending=[False, True], ignore_index=True)')),
    _assets("visitors_as_float", "popularity_has_schema",
            (_POPULARITY_END, _POPULARITY_END + '.astype({"unique_visitors": "float64"})')),
    _assets("rank_as_text", "popularity_has_schema ranks_densely", (_POPULARITY_END, _POPULARITY_END + '.astype({"rank": "str"})')),
    _assets("best_page_of_nothing", "popularity_handles_empty",
            (_POPULARITY_END, _POPULARITY_END + '\n    best = popularity["page_url"].iloc[0]\n    assert best')),
    _assets("drops_a_column_of_the_input", "popularity_leaves_input_alone",
            ("    # nunique는 없는", '    cleaned_page_views.drop(columns="user_agent", inplace=True)\n    # nunique는 없는')),
    _assets("sorts_the_input", "popularity_leaves_input_alone",
            ("    # nunique는 없는", '    cleaned_page_views.sort_values("session_id", ascending=False, inplace=True)\n    # nunique는 없는')),
    # 자산에 붙은 사실
    _assets("blank_description", "describes_assets",
            ('    """사람이 본 페이지 뷰. 한 세션에서 같은 글을 여러 번 봐도 처음 한 번만 센다."""\n', '    """   """\n')),
    _assets("group_in_capitals", "groups_assets", ('group_name="silver"', 'group_name="Silver"')),
    _assets("one_group_for_two", "groups_assets", ('group_name="bronze"', 'group_name="silver"')),
    _assets("blank_owner", "names_owner", ('group_name="gold", owners=OWNERS', 'group_name="gold", metadata={"owner": " "}')),
    _assets("num_rows_as_text", "records_num_rows", ('"num_rows": len(popularity)', '"num_rows": str(len(popularity))')),
    _assets("num_rows_counts_columns_too", "records_num_rows", ('"num_rows": len(raw)', '"num_rows": raw.size')),
    _assets("another_name_for_num_rows", "records_num_rows", ('"num_rows": len(cleaned)', '"rows": len(cleaned)')),
    _assets("numpy_number_through_context", "records_num_rows",
            ("def page_popularity(cleaned_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:",
             "def page_popularity(context: dg.AssetExecutionContext, cleaned_page_views: pd.DataFrame) -> pd.DataFrame:"),
            ('return dg.MaterializeResult(value=popularity, metadata={"num_rows": len(popularity)})',
             'context.add_output_metadata({"num_rows": popularity["page_url"].count()})\n    return popularity')),
)

# 테스트 파일만 틀린 제출물. 모두 learner_tests_catch_bugs를 잃는다.
TEST_FILES = {
    "no_tests": "import pandas as pd\n",
    "syntax_error": "def test_a(:\n    pass\n",
    "imports_what_is_not_there": "from .assets import raw_views\n\n\ndef test_a():\n    assert raw_views\n",
    "always_passes": "def test_a():\n    assert True\n",
    "always_fails": "def test_a():\n    assert False\n",
    "only_skips": "import pytest\n\n\ndef test_a():\n    pytest.skip('나중에')\n",
    "success_is_all": (
        "import dagster as dg\n\nfrom .assets import cleaned_page_views, page_popularity, raw_page_views\n\n\n"
        "def test_runs():\n"
        "    assets = [raw_page_views, cleaned_page_views, page_popularity]\n"
        "    assert dg.materialize(assets, resources={'io_manager': dg.mem_io_manager}).success\n"
    ),
}
