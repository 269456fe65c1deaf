"""세 자산의 테스트. 표 하나가 규칙 하나를 보인다. 기대하는 값은 손으로 적는다.

`run_asset`은 자산이 표를 그냥 돌려주든 `MaterializeResult`로 돌려주든 그 표를 준다.
"""

import dagster as dg
import pandas as pd
from course_lib.testing import run_asset

from .assets import cleaned_page_views, page_popularity, raw_page_views

COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36"


def views(*rows: tuple) -> pd.DataFrame:
    """(페이지, 사용자, 시:분, 세션, 사용자 에이전트) 행들로 페이지 뷰 표를 만든다."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.assign(timestamp=pd.to_datetime("2024-01-01 " + frame["timestamp"]))


def kept(raw: pd.DataFrame) -> list[tuple]:
    """정리하고 남은 행들의 (페이지, 세션, 시:분). 행 순서는 규칙이 아니므로 정렬해 둔다."""
    cleaned = run_asset(cleaned_page_views, raw_page_views=raw)
    return sorted(zip(cleaned["page_url"], cleaned["session_id"], cleaned["timestamp"].dt.strftime("%H:%M"), strict=True))


def ranking(cleaned: pd.DataFrame) -> list[tuple]:
    popularity = run_asset(page_popularity, cleaned_page_views=cleaned)
    return list(popularity[["page_url", "unique_visitors", "rank"]].itertuples(index=False, name=None))


def test_raw_is_the_same_every_time():
    first = run_asset(raw_page_views)
    assert list(first.columns) == COLUMNS
    pd.testing.assert_frame_equal(first, run_asset(raw_page_views))


def test_bots_are_removed_whatever_the_case():
    raw = views(
        ("/a", "u1", "09:00", "s1", CHROME),
        ("/a", None, "09:01", "s2", "Mozilla/5.0 (compatible; bingbot/2.0)"),
        ("/a", None, "09:02", "s3", "Mozilla/5.0 (compatible; AhrefsBot/7.0)"),
        ("/a", "u2", "09:03", "s4", "Mozilla/5.0 (Linux; Android 9; CUBOT X19)"),
    )
    assert kept(raw) == [("/a", "s1", "09:00")]


def test_views_without_user_agent_are_kept():
    raw = views(("/a", "u1", "09:00", "s1", CHROME), ("/a", "u2", "09:01", "s2", None))
    assert kept(raw) == [("/a", "s1", "09:00"), ("/a", "s2", "09:01")]


def test_one_view_per_session_and_page():
    raw = views(
        ("/a", "u1", "09:00", "s1", CHROME),
        ("/b", "u1", "09:05", "s1", CHROME),
        ("/a", "u1", "09:10", "s1", CHROME),
        ("/a", "u1", "21:00", "s2", CHROME),
    )
    assert kept(raw) == [("/a", "s1", "09:00"), ("/a", "s2", "21:00"), ("/b", "s1", "09:05")]


def test_the_earliest_view_is_kept_even_if_it_arrives_late():
    raw = views(("/a", "u1", "09:30", "s1", CHROME), ("/a", "u1", "09:00", "s1", CHROME))
    assert kept(raw) == [("/a", "s1", "09:00")]


def test_bots_are_removed_before_duplicates():
    raw = views(("/a", "u1", "09:00", "s1", "bingbot/2.0"), ("/a", "u1", "09:10", "s1", CHROME))
    assert kept(raw) == [("/a", "s1", "09:10")]


def test_visitors_are_counted_once():
    cleaned = views(
        ("/a", "u1", "09:00", "s1", CHROME),
        ("/a", "u1", "21:00", "s2", CHROME),
        ("/a", "u2", "21:10", "s3", CHROME),
        ("/b", "u1", "09:05", "s1", CHROME),
    )
    assert ranking(cleaned) == [("/a", 2, 1), ("/b", 1, 2)]


def test_unknown_visitors_are_not_counted_but_their_page_stays():
    cleaned = views(("/a", "u1", "09:00", "s1", CHROME), ("/a", None, "09:05", "s2", CHROME), ("/b", None, "09:10", "s2", CHROME))
    assert ranking(cleaned) == [("/a", 1, 1), ("/b", 0, 2)]


def test_ties_share_a_rank_without_a_gap_and_follow_page_url():
    cleaned = views(
        ("/c", "u1", "09:00", "s1", CHROME),
        ("/b", "u1", "09:01", "s1", CHROME),
        ("/b", "u2", "09:02", "s2", CHROME),
        ("/a", "u1", "09:03", "s1", CHROME),
        ("/a", "u2", "09:04", "s2", CHROME),
    )
    assert ranking(cleaned) == [("/a", 2, 1), ("/b", 2, 1), ("/c", 1, 2)]


def test_no_views_give_an_empty_table():
    nothing = views(("/a", "u1", "09:00", "s1", CHROME)).head(0)
    assert list(run_asset(cleaned_page_views, raw_page_views=nothing).columns) == COLUMNS
    assert list(run_asset(page_popularity, cleaned_page_views=nothing).columns) == ["page_url", "unique_visitors", "rank"]


def test_every_materialization_records_its_rows():
    assets = [raw_page_views, cleaned_page_views, page_popularity]
    result = dg.materialize(assets, resources={"io_manager": dg.mem_io_manager})
    for asset in assets:
        name = asset.key.to_user_string()
        recorded = result.asset_materializations_for_node(name)[0].metadata["num_rows"].value
        assert recorded == len(result.output_for_node(name))
