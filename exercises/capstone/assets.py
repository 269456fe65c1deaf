"""세 자산.

    raw_page_views  ->  cleaned_page_views  ->  weekly_page_report
    (bronze, 일별)        (silver, 일별)          (gold, 주별)

raw_page_views: 그날의 파일 landing.path / "views-<파티션 키>.csv"(UTF-8, 첫 줄은 머리글). 업스트림 없음.
    page_url, user_id(빈 칸일 수 있음), timestamp, session_id, user_agent(빈 칸일 수 있음)
  - timestamp는 ISO 8601이다. 시간대가 없으면 UTC이고, 있으면 UTC로 옮긴다. 빈 칸은 없는 값이다.
  - timestamp를 읽을 수 없거나 page_url이나 session_id가 빈 행만 버린다. 다른 날의 행은 버리지 않는다: 검사가 본다.
  - 머리글뿐인 파일은 조회가 없던 날이다. 열이 같은 빈 표를 낸다.
  - 구체화할 때마다 메타데이터 num_rows(남긴 행)와 rejected_rows(버린 행)를 기록한다.

cleaned_page_views: 연습 1의 규칙을 하루에 대해. 열은 입력 그대로다.
  1. user_agent에 bot이 들어간 행을 뺀다(대소문자 무관). user_agent가 없는 행은 남긴다.
  2. 그다음 (session_id, page_url)마다 가장 이른 한 행만 남긴다.

weekly_page_report: 그 주의 이레(월~일)의 cleaned_page_views에서. 이레를 모은 다음 (session_id, page_url)마다 가장 이른
한 행만 남기고(자정을 넘긴 세션은 한 번) 남은 행에서 센다. 열은 넷뿐이다.
    page_url         str
    views            int   행의 수
    unique_visitors  int   서로 다른 user_id의 수. 없는 것은 세지 않는다
    rank             int   unique_visitors가 많은 쪽이 1. 동점은 같은 순위, 건너뛰지 않음(1, 2, 2, 3)
  - 행은 rank, 그다음 page_url의 오름차순.
  - 자동화 조건: 이레가 모두 있으면 그 주를 한 번 요청하고, 그 뒤에 그 주의 하루가 다시 구체화되면 다시 한 번 요청한다.
    하루라도 없으면 요청하지 않는다.

모두에게: 입력 표를 바꾸지 않는다. 자산마다 설명, 층 이름의 그룹, 주인을 적고 구체화할 때마다 num_rows를 기록한다. 검사 둘은 checks.py에 있다.
"""

import dagster as dg
import pandas as pd

from course_lib.resources import Landing

from .partitions import daily, weekly  # noqa: F401  (@dg.asset의 partitions_def에 쓴다)


@dg.asset
def raw_page_views(context: dg.AssetExecutionContext, landing: Landing):
    raise NotImplementedError("여기에 그날의 파일을 읽는 코드를 쓰세요")


# 연습 1과 2에서 쓴 코드를 옮겨 와도 된다.
@dg.asset
def cleaned_page_views(raw_page_views: pd.DataFrame):
    raise NotImplementedError("여기에 봇과 중복을 없애는 코드를 쓰세요")


@dg.asset
def weekly_page_report(cleaned_page_views):
    raise NotImplementedError("여기에 이레를 모아 세고 순위를 매기는 코드를 쓰세요")
