"""블로그 페이지 뷰: 기록 그대로(브론즈) -> 사람이 본 것(실버) -> 인기 순위(골드)."""

import dagster as dg
import numpy as np
import pandas as pd

from course_lib.datasets import user_agent

OWNERS = ["team:blog-analytics"]
COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]

SEED = 2024
SESSIONS = 40
VIEWS_PER_SESSION = 4
PAGES = ["/", "/소개", "/글/데이터-파이프라인-첫걸음", "/글/파티션과-백필", "/글/서울-카페-지도-만들기"]
# None은 자기를 소개하지 않는 프로그램이다. 봇일 수도 있지만 봇이라는 증거는 없다.
AGENTS = [
    user_agent("Chrome"),
    user_agent("Safari (iPhone)"),
    user_agent("Googlebot"),
    user_agent("KakaoTalk 인앱"),
    None,
    user_agent("Samsung Internet"),
    user_agent("AhrefsBot"),
]


@dg.asset(group_name="bronze", owners=OWNERS)
def raw_page_views() -> dg.MaterializeResult[pd.DataFrame]:
    """블로그 서버가 남긴 페이지 뷰 기록(연습용으로 만든 데이터). 거르지 않은 그대로다."""
    # 씨앗이 없으면 부를 때마다 다른 데이터가 나온다. 그러면 아래 자산의 결과가 달라졌을 때
    # 코드를 고쳐서인지 데이터가 바뀌어서인지 알 수 없다.
    rng = np.random.default_rng(SEED)
    start = pd.Timestamp("2024-01-01 09:00")
    rows = []
    for number in range(SESSIONS):
        # 다섯에 한 번은 로그인하지 않은 방문이다.
        user_id = None if number % 5 == 0 else f"u{rng.integers(1, 16):03d}"
        for step in range(VIEWS_PER_SESSION):
            page_url = PAGES[rng.integers(len(PAGES))]
            timestamp = start + pd.Timedelta(minutes=10 * number + step)
            rows.append((page_url, user_id, timestamp, f"s{number:03d}", AGENTS[number % len(AGENTS)]))
    raw = pd.DataFrame(rows, columns=COLUMNS)
    return dg.MaterializeResult(value=raw, metadata={"num_rows": len(raw)})


@dg.asset(group_name="silver", owners=OWNERS)
def cleaned_page_views(raw_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """사람이 본 페이지 뷰. 한 세션에서 같은 글을 여러 번 봐도 처음 한 번만 센다."""
    # na=False: user_agent가 없으면 봇이라고 할 수 없으니 남긴다.
    # astype("string"): 모두 비어 있는 열은 글자 열이 아니어서 .str의 결과도 참/거짓이 아니게 된다.
    is_bot = raw_page_views["user_agent"].astype("string").str.contains("bot", case=False, na=False)
    # 봇부터 뺀다. 중복부터 없애면, 봇의 행이 남고 사람의 행이 지워진 뒤에 그 봇마저 빠질 수 있다.
    people = raw_page_views[~is_bot]
    # 기록은 시각 순서가 아닐 수 있다. stable 정렬이라야 시각이 같은 행들의 원래 차례가 지켜진다.
    in_time_order = people.sort_values("timestamp", kind="stable")
    cleaned = in_time_order.drop_duplicates(["session_id", "page_url"], keep="first").reset_index(drop=True)
    return dg.MaterializeResult(value=cleaned, metadata={"num_rows": len(cleaned)})


@dg.asset(group_name="gold", owners=OWNERS)
def page_popularity(cleaned_page_views: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """페이지마다 서로 다른 방문자가 몇 명인지와 그 순위. 1위가 가장 많다."""
    # nunique는 없는 값을 세지 않는다. 그래서 방문자를 아무도 모르는 페이지도 0명으로 남는다.
    visitors = cleaned_page_views.groupby("page_url", as_index=False).agg(unique_visitors=("user_id", "nunique"))
    # dense: 1위가 둘이어도 다음은 3위가 아니라 2위다. rank()는 실수를 내므로 정수로 바꾼다.
    visitors["rank"] = visitors["unique_visitors"].rank(method="dense", ascending=False).astype("int64")
    popularity = visitors.sort_values(["rank", "page_url"], ignore_index=True)
    return dg.MaterializeResult(value=popularity, metadata={"num_rows": len(popularity)})
