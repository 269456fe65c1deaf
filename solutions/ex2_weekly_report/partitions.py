"""데이터를 나누는 두 자. 자산마다 새로 만들지 않고 여기 있는 것을 함께 쓴다."""

import dagster as dg

FIRST_DAY = "2024-01-01"

# 시간대를 적지 않으면 UTC다.
daily = dg.DailyPartitionsDefinition(FIRST_DAY)
# day_offset이 없으면 주가 일요일에 시작한다. 그러면 월요일인 FIRST_DAY부터 토요일까지는 어느 주에도 들지 못한다.
weekly = dg.WeeklyPartitionsDefinition(FIRST_DAY, day_offset=1)
