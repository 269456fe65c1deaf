"""데이터를 나누는 두 자. 센서도 보고서도 여기 있는 것을 함께 쓴다."""

import dagster as dg

FIRST_DAY = "2024-01-01"

daily = dg.DailyPartitionsDefinition(FIRST_DAY)
# day_offset이 없으면 주가 일요일에 시작한다.
weekly = dg.WeeklyPartitionsDefinition(FIRST_DAY, day_offset=1)
