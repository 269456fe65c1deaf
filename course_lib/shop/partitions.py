"""시간을 나누는 단위. 자산들이 같은 객체를 함께 쓴다.

가게의 하루는 한국 시간의 하루다. 시간대를 적지 않으면 UTC의 하루가 되어, 오전 9시 전의 주문이 전날의 매출이 된다.
"""

import dagster as dg

TIMEZONE = "Asia/Seoul"

daily = dg.DailyPartitionsDefinition("2024-01-01", timezone=TIMEZONE)

# Dagster의 한 주는 일요일에 시작한다. day_offset=1이면 월요일이고, 2024-01-01이 마침 월요일이다.
weekly = dg.WeeklyPartitionsDefinition("2024-01-01", timezone=TIMEZONE, day_offset=1)
