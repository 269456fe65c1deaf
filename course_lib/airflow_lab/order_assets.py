"""같은 주문 파이프라인을 Dagster의 자산으로: 무엇이 있어야 하고 무엇에서 나오는지 적는다."""

from pathlib import Path

import dagster as dg

from course_lib.airflow_lab.dags import order_steps as steps

daily = dg.DailyPartitionsDefinition(start_date="2024-01-01")


class JsonFiles(dg.ConfigurableIOManager):
    """자산의 값을 `root/<날짜>/<자산>.json`에 쓰고 읽는다. Airflow의 태스크가 쓰는 자리와 같다."""

    root: str

    def handle_output(self, context: dg.OutputContext, obj: list) -> None:
        steps.write(Path(self.root) / context.partition_key, context.asset_key.path[-1], obj)

    def load_input(self, context: dg.InputContext) -> list:
        return steps.read(Path(self.root) / context.partition_key, context.asset_key.path[-1])


@dg.asset(partitions_def=daily)
def raw_orders(context: dg.AssetExecutionContext) -> list:
    """그날 들어온 주문을 받은 그대로."""
    return steps.extract(context.partition_key)


@dg.asset(partitions_def=daily)
def cleaned_orders(raw_orders: list) -> list:
    """결제가 끝난 주문. 두 번 온 주문은 하나만 남긴다."""
    return steps.clean(raw_orders)


@dg.asset(partitions_def=daily)
def order_metrics(cleaned_orders: list) -> list:
    """고객마다 주문의 수와 금액의 합."""
    return steps.summarize(cleaned_orders)
