"""데이터를 나누는 두 자.

daily   2024-01-01부터 하루(UTC)씩. raw_page_views와 cleaned_page_views가 함께 쓴다.
weekly  2024-01-01부터 한 주씩. 주는 월요일에 시작한다.
"""

daily = None
weekly = None
