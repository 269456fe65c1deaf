"""도착한 파일 하나 -> 받아들인 주문 -> 하루 매출.

daily_sales: 지금까지 들인 모든 파일의 하루 매출
    date     주문의 날짜
    orders   int      주문 수(행 수. order_id는 겹치지 않는다)
    revenue  Decimal  매출. 실수(float)로 더하지 않는다
  - 내용이 같은 파일은 한 번만 센다. 같은 이름에 다른 내용이 오면 그 파일의 행을 바꾼다.
  - 런의 구체화 메타데이터에 이 파일의 accepted_rows와 rejected_rows를 기록한다.

자산으로 써도 되고, op으로 쓴 잡이어도 된다. op이면 이름이 daily_sales인 op이 표를 내고
dg.AssetMaterialization("daily_sales", ...)을 기록한다. 자산마다 설명과 층 이름의 그룹(bronze, silver, gold)을 적는다.
"""

import dagster as dg
import pandas as pd

from course_lib.resources import Landing


class OrderFile(dg.Config):
    """이 런이 들일 파일. 센서가 런 설정으로 알려 준다."""

    name: str


@dg.asset
def orders(config: OrderFile, landing: Landing):
    raise NotImplementedError("여기에 파일 하나를 들이고 지금까지의 주문을 돌려주는 코드를 쓰세요")


@dg.asset
def daily_sales(orders: pd.DataFrame):
    raise NotImplementedError("여기에 날마다의 주문 수와 매출을 셈하는 코드를 쓰세요")
