"""작은 온라인 가게의 매출을 만드는 Dagster 프로젝트. 노트북 04~09가 이 폴더를 함께 읽는다.

    definitions.py      입구. Dagster는 이 파일의 `defs`를 읽는다
    partitions.py       하루와 한 주: 한국 시간, 월요일부터
    assets/bronze.py    orders, products, customers: 원본을 그대로 옮긴다
    assets/silver.py    enriched_orders: 주문에 상품을 붙인다
    assets/gold.py      daily_category_revenue, customer_segments: 사람이 보는 표
    checks.py           자산 검사: 멈추는 것과 알리는 것
    jobs.py             함께 실행할 것의 묶음
    schedules.py        시각이 되면
    sensors.py          무언가 바뀌면
    resources/          원본 데이터베이스, 표를 두는 곳, 알림
    dagster.yaml        인스턴스의 설정(코드가 아니다). DAGSTER_HOME에 복사해 쓴다

서버가 하나도 없어도 돈다. 환경 변수 `SHOP_SOURCE=postgres`이면 진짜 PostgreSQL에서 읽는다(`resources/__init__.py`).
"""
