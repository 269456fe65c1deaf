"""잡: 한 번에 함께 실행하는 것의 이름. 스케줄과 센서는 잡을 가리킨다."""

import dagster as dg

from .resources import SourceDatabase, fill_source

# 한 잡의 자산은 파티션 정의가 같아야 한다. 그래서 주별인 customer_segments는 여기 없다.
daily_refresh_job = dg.define_asset_job(
    "daily_refresh_job",
    selection=["orders", "enriched_orders", "daily_category_revenue"],
    description="하루의 주문에서 그날의 매출까지.",
    # 원본이 잠깐 답하지 않는 일은 흔하다. 다시 실행하는 것은 dagster.yaml의 run_retries가 맡는다.
    tags={"dagster/max_retries": "2"},
)


# 원본을 채우는 일은 우리가 만들어 돌보는 표가 아니다. 그래서 자산이 아니라 op이고, 그래프에 나타나지 않는다.
@dg.op
def fill_source_tables(context: dg.OpExecutionContext, database: dg.ResourceParam[SourceDatabase]) -> None:
    """원본 데이터베이스에 표 셋을 만들고 예시 데이터를 넣는다. 이미 행이 있는 표는 그대로 둔다."""
    context.log.info(f"표마다 행의 수: {fill_source(database)}")


@dg.job
def fill_source_job():
    """빈 PostgreSQL에서 시작할 때 한 번 실행한다."""
    fill_source_tables()
