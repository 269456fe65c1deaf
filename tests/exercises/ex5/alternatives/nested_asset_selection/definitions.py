"""정의. 다른 자산과 자산 검사도 있다."""

import dagster as dg

from course_lib.resources import Landing

from .assets import daily_sales, orders
from .sensors import csv_sensor


@dg.asset(group_name="bronze")
def opening_hours():
    """가게의 여는 시각. 이 연습과 상관없다."""
    return {"서울점": 10}


@dg.asset_check(asset=daily_sales)
def no_day_without_orders(daily_sales):
    return dg.AssetCheckResult(passed=bool((daily_sales["orders"] > 0).all()))


defs = dg.Definitions(assets=[orders, daily_sales, opening_hours], asset_checks=[no_day_without_orders], sensors=[csv_sensor],
                      resources={"landing": Landing("shop/landing")})
