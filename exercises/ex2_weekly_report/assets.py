"""연습 2: 날과 주로 나눈 페이지 뷰의 세 자산.

    raw_page_views  ->  cleaned_page_views  ->  weekly_page_report
    (bronze, 일별)        (silver, 일별)          (gold, 주별)

raw_page_views: 리소스 page_view_log에서 그날의 기록을 읽는다. 업스트림 없음.
    page_view_log.read("2024-02-29")  ->  page_url, user_id, timestamp, session_id, user_agent
  - 물을 날은 파티션 키다. 열은 연습 1과 같은 다섯이다.
  - 시간대가 없는 timestamp는 UTC이고, 있으면 UTC로 옮긴다.
  - 그날은 00:00부터 24:00 앞까지(UTC)다. 기록에 섞인 이웃한 날의 행은 남기지 않는다.
  - 기록이 빈 날도 있다. 그날은 열이 같은 빈 표다.

cleaned_page_views: 연습 1의 규칙을 하루에 대해. 열과 timestamp의 자료형은 입력 그대로다.
  1. user_agent에 bot이 들어간 행을 뺀다(대소문자 무관). user_agent가 없는 행은 남긴다.
  2. 그다음 (session_id, page_url)마다 가장 이른 한 행만 남긴다.

weekly_page_report: 그 주의 이레(월~일)의 cleaned_page_views에서. 이레를 모은 다음 (session_id, page_url)마다
가장 이른 한 행만 남기고(자정을 넘긴 세션은 한 번), 남은 행에서 모두 센다. 열은 다섯뿐이다.
    page_url         str
    views            int   행의 수
    unique_visitors  int   서로 다른 user_id의 수. 없는 것은 세지 않는다. 모두 없으면 0
    active_days      int   행이 있는 날(UTC)의 수
    rank             int   unique_visitors가 많은 쪽이 1. 동점은 같은 순위, 건너뛰지 않음(1, 2, 2, 3)
  - 행은 rank, 그다음 page_url의 오름차순. 행이 하나도 없는 페이지는 나오지 않는다.
  - 기록이 빈 날은 빈 날로 센다. 구체화하지 않은 날이 있으면 그 날짜가 든 메시지로 실패한다.

모두에게: 입력 표를 바꾸지 않는다. 날마다 따로 저장하고, 다시 구체화하면 그날을 바꾼다(definitions.py에 있는 IO 매니저가
그렇게 한다). 자산마다 설명, 층 이름의 그룹, 주인을 적고, 구체화할 때마다 메타데이터 num_rows에 자기가 낸 행 수를 기록한다.
"""

import dagster as dg
import pandas as pd

from course_lib.resources import PageViewLog

from .partitions import daily, weekly  # noqa: F401  (@dg.asset의 partitions_def에 쓴다)


# 어느 날의 런인지는 context.partition_key가 안다.
@dg.asset
def raw_page_views(context: dg.AssetExecutionContext, page_view_log: PageViewLog):
    raise NotImplementedError("여기에 그날의 기록을 읽어 그날의 행만 돌려주는 코드를 쓰세요")


# 연습 1에서 쓴 코드를 옮겨 와도 된다.
@dg.asset
def cleaned_page_views(raw_page_views: pd.DataFrame):
    raise NotImplementedError("여기에 봇과 중복을 없애는 코드를 쓰세요")


@dg.asset
def weekly_page_report(context: dg.AssetExecutionContext, cleaned_page_views):
    raise NotImplementedError("여기에 이레를 모아 세고 순위를 매기는 코드를 쓰세요")
