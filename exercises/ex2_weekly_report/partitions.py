"""연습 2: 데이터를 나누는 두 자.

daily   2024-01-01부터 하루(UTC)씩. raw_page_views와 cleaned_page_views가 이 하나를 함께 쓴다.
weekly  2024-01-01부터 한 주씩. 주는 월요일에 시작한다(따로 정하지 않으면 일요일이다).
"""

# dg.DailyPartitionsDefinition과 dg.WeeklyPartitionsDefinition이 있다.
daily = None
weekly = None
