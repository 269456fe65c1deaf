"""연습 1: 블로그 페이지 뷰의 세 자산.

    raw_page_views  ->  cleaned_page_views  ->  page_popularity
      (bronze)             (silver)               (gold)

raw_page_views: 연습용 데이터를 만든다. 업스트림 없음.
    page_url    str        page_url, timestamp, session_id는 빠지지 않는다
    user_id     str        로그인하지 않았으면 없음(None)
    timestamp   datetime   글자가 아니라 시각
    session_id  str
    user_agent  str        드물게 없음(None)
  - 50행 이상. 언제 불러도, 새 프로세스에서도 같은 행.
  - 봇의 행이 있고, bot의 대소문자가 두 가지 이상(예: Googlebot, AhrefsBot).
  - 한 세션에서 같은 page_url을 두 번 본 행, user_agent가 없는 행이 하나는 있다.

cleaned_page_views: 같은 다섯 열. timestamp는 입력의 자료형 그대로. 행 순서는 자유.
  1. user_agent에 bot이 들어간 행을 뺀다. 대소문자와 자리를 가리지 않는다. user_agent가 없는 행은 남긴다.
  2. 그다음 (session_id, page_url)마다 timestamp가 가장 이른 한 행만 남긴다. 같으면 먼저 나온 행.
     입력은 시각 순서가 아닐 수 있다.

page_popularity: 열은 셋뿐이다.
    page_url         str
    unique_visitors  int   서로 다른 user_id의 수. 없는 것은 세지 않는다. 모두 없으면 0
    rank             int   1이 가장 많음. 동점은 같은 순위, 다음 순위는 건너뛰지 않음(1, 2, 2, 3)
  - 행은 rank, 그다음 page_url의 오름차순. 행이 하나도 없는 페이지는 나오지 않는다.

모두에게: 입력 표를 바꾸지 않는다. 입력이 비면 열이 같은 빈 표를 낸다.
자산마다 설명(description이나 docstring), 층 이름의 그룹, 주인(owners나 metadata의 owner)을 적고,
구체화할 때마다 메타데이터 num_rows에 자기가 낸 행 수를 기록한다.
"""

import dagster as dg
import pandas as pd


# 진짜 사용자 에이전트는 course_lib.datasets의 USER_AGENTS에 있다.
@dg.asset
def raw_page_views():
    raise NotImplementedError("여기에 페이지 뷰 데이터를 만들어 돌려주는 코드를 쓰세요")


# 매개변수의 이름이 곧 업스트림 자산의 이름이다.
@dg.asset
def cleaned_page_views(raw_page_views: pd.DataFrame):
    raise NotImplementedError("여기에 봇과 중복을 없애는 코드를 쓰세요")


@dg.asset
def page_popularity(cleaned_page_views: pd.DataFrame):
    raise NotImplementedError("여기에 방문자를 세고 순위를 매기는 코드를 쓰세요")
