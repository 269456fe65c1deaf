"""진짜 Airflow 환경은 한 번만 만든다. 저장소 밖(캐시 폴더나 COURSE_AIRFLOW_ENV)에 있어서 다음 시험에도 그대로 쓴다."""

import pytest

from course_lib.airflow_lab.environment import Environment


@pytest.fixture(scope="session")
def environment() -> Environment:
    """준비된 Airflow 환경. 없으면 내려받는다."""
    found = Environment.default()
    found.ensure(print)
    return found
