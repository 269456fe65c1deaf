"""센서와 daily_sales의 테스트를 여기에 쓴다. 터미널에서 `uv run pytest exercises/ex5_csv_sensor`로 돌린다.

채점할 때는 다른 모듈을 모두 모범 답안으로 바꾸고 돌린다: 그때는 모두 통과해야 한다.
이어서 흔한 실수를 하나씩 심고 돌린다: 그때마다 하나는 실패해야 한다.
그래서 여러분의 모듈에서는 csv_sensor와 defs만 가져다 쓴다. 다른 이름은 모범 답안에 없을 수 있다.
"""

import os
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
from course_lib.resources import Landing

from .definitions import defs
from .sensors import csv_sensor

HEADER = "order_id,customer_id,amount,ordered_at\n"
NOON = 1_704_164_400


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """테스트마다 새로 만드는 빈 도착 폴더."""
    folder = tmp_path / "shop" / "landing"
    folder.mkdir(parents=True)
    return Landing(folder)


def drop(landing: Landing, name: str, *rows: str, mtime: int = NOON, encoding: str = "utf-8") -> None:
    """도착 폴더에 파일을 놓는다. 예: drop(landing, "a.csv", "o-1,c-1,1000,2024-01-02")"""
    path = landing.path / name
    path.write_bytes((HEADER + "".join(f"{row}\n" for row in rows)).encode(encoding))
    os.utime(path, (mtime, mtime))


def tick(landing: Landing, cursor: str | None = None):
    """틱 한 번. 결과의 run_requests, skip_message, cursor를 본다."""
    return csv_sensor.evaluate_tick(dg.build_sensor_context(cursor=cursor, resources={"landing": landing}))


def sales(landing: Landing, data) -> dict[str, tuple[int, Decimal]]:
    """틱의 요청을 모두 실행한 뒤의 daily_sales: {날짜: (주문 수, 매출)}."""
    job = defs.resolve_job_def(csv_sensor.job_name)
    for request in data.run_requests:
        result = job.execute_in_process(run_config=request.run_config, resources={"landing": landing})
    table = result.output_for_node("daily_sales")
    return {str(row.date)[:10]: (row.orders, Decimal(str(row.revenue))) for row in table.itertuples()}


def test_empty_folder_requests_nothing(landing):
    assert tick(landing).run_requests == []


# 여기에 나머지 규칙의 테스트를 쓰세요. 규칙마다 파일 한두 개와 손으로 적은 결과 하나가 좋습니다.
# 예: tick(landing, 앞의_틱.cursor).run_requests의 수, sales(landing, tick(landing)) == {"2024-01-02": (2, Decimal("0.3"))}
