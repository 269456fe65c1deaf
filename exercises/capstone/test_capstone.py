"""센서, 자산, 검사의 테스트를 여기에 쓴다. 터미널에서 `uv run pytest exercises/capstone`으로 돌린다.

채점할 때는 다른 모듈을 모두 모범 답안으로 바꾸고 돌린다: 그때는 모두 통과해야 한다.
이어서 흔한 실수를 하나씩 심고 돌린다: 그때마다 하나는 실패해야 한다.
그래서 여러분의 모듈에서는 아래의 세 자산, views_sensor, defs만 가져다 쓴다. 다른 이름은 모범 답안에 없을 수 있다.
"""

import os
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from course_lib.resources import Landing
from course_lib.testing import run_asset

from .assets import cleaned_page_views, raw_page_views, weekly_page_report  # noqa: F401  (테스트에서 쓴다)
from .definitions import defs
from .sensors import views_sensor

HEADER = "page_url,user_id,timestamp,session_id,user_agent\n"
DAY = "2024-02-29"
NOON = 1_709_208_000


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """테스트마다 새로 만드는 빈 도착 폴더."""
    folder = tmp_path / "blog" / "landing"
    folder.mkdir(parents=True)
    return Landing(folder)


def drop(landing: Landing, day: str, *rows: str, mtime: int = NOON) -> None:
    """그날의 파일을 놓는다. 예: drop(landing, DAY, "/소개,u01,2024-02-29T10:00:00,s1,Chrome")"""
    path = landing.path / f"views-{day}.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    os.utime(path, (mtime, mtime))


def tick(landing: Landing, cursor: str | None = None):
    """틱 한 번. 결과의 run_requests, skip_message, cursor를 본다."""
    context = dg.build_sensor_context(cursor=cursor, resources={"landing": landing}, repository_def=defs.get_repository_def())
    return views_sensor.evaluate_tick(context)


def raw(landing: Landing, day: str = DAY) -> pd.DataFrame:
    """그날의 raw_page_views. 멈추는 검사가 실패하면 예외가 난다."""
    return run_asset(raw_page_views, partition_key=day, resources={"landing": landing})


def test_empty_folder_requests_nothing(landing):
    assert tick(landing).run_requests == []


# 여기에 나머지 규칙의 테스트를 쓰세요. 규칙마다 파일 한두 개와 손으로 적은 결과 하나가 좋습니다.
# 보고서에는 이레를 줍니다: run_asset(weekly_page_report, partition_key="2024-02-26", cleaned_page_views={날짜: 표, ... 이레})
# 자동화 조건은 dg.evaluate_automation_conditions(defs=defs, instance=..., evaluation_time=...)으로 물어볼 수 있습니다.
