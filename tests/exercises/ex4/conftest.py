"""연습 4의 채점기 하나를 시험들이 함께 쓴다. dbt를 데우는 데에만 십 초쯤 든다."""

import pytest

from course_lib.grading.judge import Judge


@pytest.fixture(scope="session")
def judge():
    with Judge("ex4_dbt_hybrid") as opened:
        yield opened
