"""옮기는 도중의 Dagster: `clean_orders` 태스크의 일만 넘겨받고, 앞뒤의 파일은 아직 Airflow가 만든다."""

import dagster as dg
from dagster_airlift.core import assets_with_task_mappings

from course_lib.airflow_lab.order_assets import JsonFiles, cleaned_orders, daily

defs = dg.Definitions(
    assets=assets_with_task_mappings(
        dag_id="order_pipeline",
        task_mappings={
            "extract_orders": [dg.AssetSpec("raw_orders", partitions_def=daily)],
            "clean_orders": [cleaned_orders],
            "summarize_orders": [dg.AssetSpec("order_metrics", partitions_def=daily, deps=["cleaned_orders"])],
        },
    ),
    resources={"io_manager": JsonFiles(root=dg.EnvVar("ORDERS_DIR"))},
)
