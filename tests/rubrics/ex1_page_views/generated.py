"""숨은 기준이 쓰는 큰 데이터. 씨앗이 같으면 늘 같다."""

import random

import pandas as pd

from .tables import CHROME, GOOGLEBOT, IPHONE, VIEW_COLUMNS

AGENTS = (CHROME, IPHONE, CHROME, None, GOOGLEBOT, "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
          "Mozilla/5.0 (compatible; Daum/4.1)", "SEOBOT")
PAGES = tuple(f"/글/{number:02d}-번째" for number in range(1, 26))


def generated_views(seed: int, rows: int = 800) -> pd.DataFrame:
    """사흘에 걸친 조회. 세션은 자정을 넘기기도 하고, 한 세션에 봇과 사람이 섞이기도 하며, 시각이 같은 행이 많다."""
    rng = random.Random(f"ex1/{seed}")
    start = pd.Timestamp("2024-02-28")
    made = []
    for number in range(rows):
        session = int(rng.random() * 60)
        minute = 120 * int(rng.random() * 36)
        user = None if session % 7 == 0 or rng.random() < 0.05 else f"u{session % 23:02d}"
        agent = AGENTS[session % len(AGENTS)] if rng.random() < 0.8 else AGENTS[int(rng.random() * len(AGENTS))]
        # 뒤쪽 글일수록 드물게 읽힌다. 맨 뒤의 글은 로그인한 사람이 읽지 않는다.
        page = PAGES[int(rng.random() ** 2 * (len(PAGES) - 1))]
        if number % 50 == 0:
            page, user = PAGES[-1], None
        made.append((page, user, start + pd.Timedelta(minutes=minute), f"s{session:02d}", agent))
    return pd.DataFrame(made, columns=VIEW_COLUMNS)
