"""예시 데이터. 언제 어디서 불러도 같은 값이 나온다.

난수는 씨앗을 준 `random.Random`에서만 나오고, 전역 난수와 시계는 쓰지 않는다. 그래서 노트북의 출력과
연습의 결과가 누구의 컴퓨터에서나 같다. 돈은 원(KRW) 단위 정수다. 사람과 가게는 지어낸 것이다.
"""

import random
from dataclasses import dataclass

import pandas as pd

# ---------------------------------------------------------------- 사용자 에이전트


@dataclass(frozen=True)
class UserAgent:
    """브라우저나 봇이 자기를 소개하는 글자. `source`는 이 글자(또는 그 꼴)를 밝힌 곳이다."""

    name: str
    is_person: bool
    text: str
    source: str


_GECKO = "(KHTML, like Gecko)"
_WINDOWS_CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 {_GECKO}"
_IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 {_GECKO}"
_MDN = "MDN Web Docs, 「User-Agent header」"
_OBSERVED = "제조사 문서 없음. 공개된 접속 기록과 브라우저 판별 도구의 시험 자료에서 되풀이해 나타나는 꼴"

# 실제로 쓰이는 사용자 에이전트. 출처는 행마다 적었다. 만든 곳이 스스로 알린 짧은 사실이라 저작권
# 라이선스가 붙지 않으며, 어느 모음에서 옮겨 온 것이 아니다. 버전 숫자는 그때그때 바뀐다.
#
# 눈여겨볼 행이 셋 있다. Yeti와 Daum은 봇이지만 "bot"이라는 글자가 없고, CUBOT은 사람이 쓰는
# 전화기인데 "bot"이 들어 있다. 글자로 봇을 가려내는 규칙은 이렇게 양쪽으로 틀릴 수 있다.
USER_AGENTS = (
    UserAgent("Chrome", True, f"{_WINDOWS_CHROME} Chrome/131.0.0.0 Safari/537.36",
              "Google, Chrome for Developers 「User-Agent Reduction」"),
    UserAgent("Chrome (Android)", True,
              f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 {_GECKO} Chrome/131.0.0.0 Mobile Safari/537.36",
              "Google, Chrome for Developers 「User-Agent Reduction」"),
    UserAgent("Safari (iPhone)", True, f"{_IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", _MDN),
    UserAgent("Samsung Internet", True,
              f"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 {_GECKO} "
              "SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
              "Samsung Developer 「User-Agent String Format」"),
    UserAgent("Firefox", True, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
              "MDN Web Docs, 「Firefox user agent string reference」"),
    UserAgent("Edge", True, f"{_WINDOWS_CHROME} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
              "Microsoft Learn 「Detect Microsoft Edge from your website」"),
    UserAgent("Whale", True, f"{_WINDOWS_CHROME} Chrome/128.0.0.0 Whale/3.28.266.14 Safari/537.36", _OBSERVED),
    UserAgent("KakaoTalk 인앱", True, f"{_IPHONE} Mobile/15E148 KAKAOTALK 10.8.5", _OBSERVED),
    UserAgent("NAVER 인앱", True, f"{_IPHONE} Version/17.5 Mobile/15E148 Safari/605.1 NAVER(inapp; search; 2000; 12.10.2)",
              _OBSERVED),
    UserAgent("CUBOT 전화기", True,
              f"Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 {_GECKO} Chrome/120.0.0.0 Mobile Safari/537.36",
              _OBSERVED),
    UserAgent("Googlebot", False, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
              "Google Search Central 「Google crawlers」"),
    UserAgent("bingbot", False, "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
              "Bing Webmaster Tools 「Overview of Bing crawlers」"),
    UserAgent("Yeti", False, "Mozilla/5.0 (compatible; Yeti/1.1; +http://naver.me/spd)",
              "네이버 서치어드바이저 웹마스터 가이드, 네이버 검색로봇"),
    UserAgent("Daum", False, "Mozilla/5.0 (compatible; Daum/4.1; +http://cs.daum.net/faq/15/4118.html?faqId=28966)",
              "다음 고객센터, 검색로봇 안내"),
    UserAgent("AhrefsBot", False, "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
              "Ahrefs 「AhrefsBot」"),
    UserAgent("GPTBot", False, f"Mozilla/5.0 AppleWebKit/537.36 {_GECKO}; compatible; GPTBot/1.3; +https://openai.com/gptbot",
              "OpenAI 「Overview of OpenAI Crawlers」"),
    UserAgent("ClaudeBot", False,
              "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
              "Anthropic, 크롤러 안내. 글자 전체는 공개된 접속 기록에서"),
    UserAgent("Twitterbot", False, "Twitterbot/1.0", "X Developer Platform 「Cards: Getting started」"),
)
_BY_NAME = {agent.name: agent.text for agent in USER_AGENTS}


def user_agents() -> pd.DataFrame:
    """사용자 에이전트 표: name str, is_person bool, user_agent str, source str."""
    return pd.DataFrame(
        [(agent.name, agent.is_person, agent.text, agent.source) for agent in USER_AGENTS],
        columns=["name", "is_person", "user_agent", "source"],
    )


def user_agent(name: str) -> str:
    """이름(`"Chrome"`, `"Googlebot"` 등)으로 사용자 에이전트 글자를 찾는다. 없는 이름이면 KeyError."""
    return _BY_NAME[name]


# ---------------------------------------------------------------- 블로그 페이지 뷰

VIEW_COLUMNS = ["page_url", "user_id", "timestamp", "session_id", "user_agent"]

BLOG_PAGES = (
    "/",
    "/글/데이터-파이프라인-첫걸음",
    "/글/자산으로-생각하기",
    "/글/파티션과-백필",
    "/글/센서로-파일-받기",
    "/글/테스트하기-좋은-코드",
    "/글/서울-카페-지도-만들기",
    "/소개",
)
# 앞쪽 글일수록 많이 읽힌다.
_PAGE_WEIGHTS = (9, 7, 6, 4, 3, 3, 2, 1)
_USERS = tuple(f"u{number:03d}" for number in range(1, 31))
_PEOPLE = tuple(agent.text for agent in USER_AGENTS if agent.is_person)
_BOTS = tuple(agent.text for agent in USER_AGENTS if not agent.is_person)


def page_views(days: int = 7, *, start: str = "2024-01-01", seed: int = 20) -> pd.DataFrame:
    """한국어 블로그의 페이지 뷰 기록. 하루에 예순 행쯤이다.

    열: page_url str, user_id str(로그인하지 않았으면 없음), timestamp datetime(시간대 없음, UTC),
    session_id str, user_agent str(드물게 없음). 기록된 차례대로이고 시각 순서와 조금 다르다.
    봇의 기록, 같은 세션에서 같은 글을 다시 본 기록이 섞여 있다. 세션은 하루를 넘기지 않는다.

    하루의 내용은 그 날짜와 씨앗으로만 정해진다: 이레를 한꺼번에 만들어도, 하루씩 만들어도 같다.
    """
    dates = pd.date_range(start, periods=days, freq="D")
    rows = [row for date in dates for row in _views_of_day(date, seed)]
    views = pd.DataFrame(rows, columns=VIEW_COLUMNS)
    # 행이 하나도 없을 때에도 열의 자료형은 같아야 한다.
    return views.astype({"timestamp": "datetime64[us]", **dict.fromkeys(set(VIEW_COLUMNS) - {"timestamp"}, "str")})


def _views_of_day(date: pd.Timestamp, seed: int) -> list[tuple]:
    rng = random.Random(f"{seed}/{date:%Y-%m-%d}")
    rows = []
    for number in range(1, 25):
        is_bot = rng.random() < 0.2
        agent = None if rng.random() < 0.05 else _pick(rng, _BOTS if is_bot else _PEOPLE)
        user = None if is_bot or rng.random() < 0.15 else _pick(rng, _USERS)
        session = f"s{date:%m%d}-{number:02d}"
        moment = date + pd.Timedelta(seconds=int(rng.random() * 23 * 3600))
        for _ in range(1 + int(rng.random() * 4)):
            rows.append((rng.choices(BLOG_PAGES, _PAGE_WEIGHTS)[0], user, moment, session, agent))
            moment += pd.Timedelta(seconds=20 + int(rng.random() * 600))
    # 기록은 도착한 차례대로 쌓인다. 느린 연결은 몇 분 늦게 도착한다.
    return sorted(rows, key=lambda row: row[2] + pd.Timedelta(seconds=int(rng.random() * 600)))


def _pick(rng: random.Random, options: tuple[str, ...]) -> str:
    return options[int(rng.random() * len(options))]


# ---------------------------------------------------------------- 작은 가게


def customers() -> pd.DataFrame:
    """고객 여섯 명: customer_id int, name str, city str, joined_on datetime(날짜만)."""
    rows = [
        (101, "김서연", "서울", "2023-03-14"),
        (102, "이도윤", "부산", "2023-06-02"),
        (103, "박하준", "대전", "2023-09-21"),
        (104, "최지우", "서울", "2023-11-05"),
        (105, "정예린", "광주", "2024-01-03"),
        (106, "한유찬", "제주", "2024-01-09"),
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "name", "city", "joined_on"])
    return frame.astype({"joined_on": "datetime64[us]"})


def products() -> pd.DataFrame:
    """상품 다섯 가지: product_id int, name str, category str, price int(원)."""
    rows = [
        (1, "드립백 커피 10개입", "커피", 12000),
        (2, "콜드브루 원액 500ml", "커피", 15900),
        (3, "제주 녹차 티백", "차", 9800),
        (4, "도자기 머그잔", "그릇", 18000),
        (5, "유리 서버 600ml", "그릇", 24500),
    ]
    return pd.DataFrame(rows, columns=["product_id", "name", "category", "price"])


def orders() -> pd.DataFrame:
    """주문 열두 건: order_id int, customer_id int, product_id int, quantity int, amount int(원), status str, created_at datetime.

    amount는 그때의 값 x 수량이다. status는 completed, pending, refunded 가운데 하나다.
    상품 9는 판매가 끝나 `products()`에 없다: 조인할 때 이 주문을 잃지 않는지 보는 데 쓴다.
    """
    rows = [
        (1, 101, 1, 2, 24000, "completed", "2024-01-01 09:12"),
        (2, 102, 4, 1, 18000, "completed", "2024-01-01 14:40"),
        (3, 101, 3, 1, 9800, "refunded", "2024-01-02 10:05"),
        (4, 103, 5, 1, 24500, "completed", "2024-01-02 20:31"),
        (5, 104, 2, 3, 47700, "completed", "2024-01-03 08:55"),
        (6, 102, 1, 1, 12000, "pending", "2024-01-03 23:50"),
        (7, 105, 3, 2, 19600, "completed", "2024-01-04 11:20"),
        (8, 101, 4, 2, 36000, "completed", "2024-01-05 16:08"),
        (9, 103, 9, 1, 7000, "completed", "2024-01-05 18:44"),
        (10, 104, 1, 1, 12000, "refunded", "2024-01-06 12:00"),
        (11, 105, 2, 1, 15900, "completed", "2024-01-07 09:30"),
        (12, 102, 5, 1, 24500, "completed", "2024-01-07 21:15"),
    ]
    columns = ["order_id", "customer_id", "product_id", "quantity", "amount", "status", "created_at"]
    return pd.DataFrame(rows, columns=columns).astype({"created_at": "datetime64[us]"})


def users() -> pd.DataFrame:
    """서비스 사용자: user_id str, name str, signup_date datetime(날짜만), updated_at datetime.

    이름을 바꾼 사람은 두 행이다. updated_at이 더 늦은 행이 지금 이름이다.
    """
    rows = [
        ("u001", "김서연", "2023-12-01", "2023-12-01 10:00"),
        ("u002", "이도윤", "2023-12-03", "2023-12-03 09:30"),
        ("u003", "O'Brien 하나", "2023-12-10", "2023-12-10 18:20"),
        ("u004", "최지우", "2023-12-15", "2023-12-15 08:00"),
        ("u002", "이도운", "2023-12-03", "2024-01-02 13:45"),
        ("u005", "정예린", "2024-01-02", "2024-01-02 21:10"),
    ]
    frame = pd.DataFrame(rows, columns=["user_id", "name", "signup_date", "updated_at"])
    return frame.astype({"signup_date": "datetime64[us]", "updated_at": "datetime64[us]"})


def events() -> pd.DataFrame:
    """사용자가 한 일의 기록: user_id str, occurred_at datetime. u004는 아직 아무 일도 하지 않았다."""
    rows = [
        ("u001", "2024-01-01 08:00"),
        ("u001", "2024-01-01 08:05"),
        ("u002", "2024-01-01 12:30"),
        ("u003", "2024-01-02 09:00"),
        ("u001", "2024-01-03 22:10"),
        ("u005", "2024-01-04 07:45"),
        ("u003", "2024-01-05 19:00"),
        ("u002", "2024-01-06 15:20"),
    ]
    return pd.DataFrame(rows, columns=["user_id", "occurred_at"]).astype({"occurred_at": "datetime64[us]"})
