"""센서와 daily_sales의 테스트. 새 폴더에 파일을 놓고, 틱을 평가하고, 요청을 실행한다.

센서만 보는 테스트를 앞에 둔다. 런을 실행하지 않아 빠르다.
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
    folder = tmp_path / "shop" / "landing"
    folder.mkdir(parents=True)
    return Landing(folder)


def drop(landing: Landing, name: str, *rows: str, mtime: int = NOON, encoding: str = "utf-8") -> None:
    """도착 폴더에 파일을 놓는다."""
    path = landing.path / name
    path.write_bytes((HEADER + "".join(f"{row}\n" for row in rows)).encode(encoding))
    os.utime(path, (mtime, mtime))


def tick(landing: Landing, cursor: str | None = None):
    """틱 한 번. `.run_requests`, `.skip_message`, `.cursor`를 본다."""
    return csv_sensor.evaluate_tick(dg.build_sensor_context(cursor=cursor, resources={"landing": landing}))


def keys(data) -> list[str]:
    return [request.run_key for request in data.run_requests]


def sales(landing: Landing, data) -> dict[str, tuple[int, Decimal]]:
    """틱의 요청을 모두 실행한 뒤의 daily_sales: {날짜: (주문 수, 매출)}."""
    job = defs.resolve_job_def(csv_sensor.job_name)
    for request in data.run_requests:
        result = job.execute_in_process(run_config=request.run_config, resources={"landing": landing})
    table = result.output_for_node("daily_sales")
    return {str(row.date): (row.orders, Decimal(str(row.revenue))) for row in table.itertuples()}


def test_nothing_new_is_skipped_with_a_reason(landing):
    assert tick(landing).skip_message
    drop(landing, "a.csv", "o-1,c-1,1000,2024-01-02")
    first = tick(landing)
    assert len(first.run_requests) == 1
    assert tick(landing, first.cursor).skip_message


def test_a_new_file_is_seen_whatever_its_mtime(landing):
    drop(landing, "a.csv", "o-1,c-1,1000,2024-01-02")
    cursor = tick(landing).cursor
    for number, mtime in enumerate((NOON - 3600, NOON, NOON + 3600)):
        drop(landing, f"b{number}.csv", f"o-2{number},c-1,1000,2024-01-02", mtime=mtime)
        data = tick(landing, cursor)
        assert len(data.run_requests) == 1
        cursor = data.cursor


def test_touched_and_copied_files_are_not_new(landing):
    drop(landing, "a.csv", "o-1,c-1,1000,2024-01-02")
    cursor = tick(landing).cursor
    drop(landing, "a.csv", "o-1,c-1,1000,2024-01-02", mtime=NOON + 60)
    drop(landing, "copy of a.csv", "o-1,c-1,1000,2024-01-02", mtime=NOON + 60)
    assert tick(landing, cursor).run_requests == []


def test_changed_content_is_new_under_another_run_key(landing):
    drop(landing, "a.csv", "o-1,c-1,1000,2024-01-02")
    first = tick(landing)
    drop(landing, "a.csv", "o-1,c-1,2000,2024-01-02", mtime=NOON + 60)
    second = tick(landing, first.cursor)
    assert len(second.run_requests) == 1
    assert keys(second) != keys(first)


@pytest.mark.parametrize("cursor", [None, "", "망가진 커서", "[]"])
def test_a_lost_cursor_brings_back_the_same_run_keys(landing, cursor):
    drop(landing, "a.csv", "o-1,c-1,1000,2024-01-02")
    drop(landing, "b.csv", "o-2,c-1,1000,2024-01-02")
    assert keys(tick(landing, cursor)) == keys(tick(landing))
    assert len(set(keys(tick(landing)))) == 2


def test_files_that_have_not_arrived_are_ignored(landing):
    for name in ("a.csv.tmp", "a.csv.part", ".a.csv", "note.txt"):
        drop(landing, name, "o-1,c-1,1000,2024-01-02")
    (landing.path / "folder.csv").mkdir()
    assert tick(landing).run_requests == []


def test_korean_excel_files_and_exact_revenue(landing):
    drop(landing, "a.csv", "o-1,손님,0.1,2024-01-02", "o-2,손님,0.2,2024-01-02T00:10:00+09:00", encoding="cp949")
    drop(landing, "b.csv", "o-3,손님,5000,2024-01-03", encoding="utf-8-sig")
    assert sales(landing, tick(landing)) == {"2024-01-02": (2, Decimal("0.3")), "2024-01-03": (1, Decimal(5000))}


def test_bad_rows_and_bad_files_do_not_stop_the_others(landing):
    drop(landing, "a.csv", "서울점,o-1,c-1,1000,2024-01-02", "o-2,c-1,1000,2024-01-02")
    drop(landing, "b.csv", 'o-3,c-1,"1,000",2024-01-02', "o-4,c-1,NaN,2024-01-02", "o-5,c-1,1000,2024-02-30", "o-6,c-1,1000,2024-01-04")
    assert sales(landing, tick(landing)) == {"2024-01-04": (1, Decimal(1000))}
    assert (landing.quarantine / "a.csv").read_bytes() == (landing.path / "a.csv").read_bytes()
    assert (landing.quarantine / "a.csv.reason.txt").read_text(encoding="utf-8").strip()
    rejected = (landing.quarantine / "b.csv.rejected.csv").read_text(encoding="utf-8").splitlines()
    assert len(rejected) == 1 + 3


def test_a_correction_replaces_the_rows_of_its_file(landing):
    drop(landing, "a.csv", "o-1,c-1,1000,2024-01-02", "o-2,c-1,500,2024-01-03")
    first = tick(landing)
    assert sales(landing, first) == sales(landing, first)  # 두 번 실행해도 같다
    drop(landing, "a.csv", "o-1,c-1,3000,2024-01-02", mtime=NOON + 60)
    assert sales(landing, tick(landing, first.cursor)) == {"2024-01-02": (1, Decimal(3000))}
