"""모든 시험이 함께 쓰는 설정."""

import pytest

# 채점 기준표는 시험이 아니다. 채점기가 제출물을 들고 따로 부른다.
collect_ignore = ["rubrics"]


@pytest.fixture(autouse=True)
def _own_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """시험을 돌리는 사람의 작업 공간을 건드리지 않는다. 작업 공간이 필요한 시험은 스스로 정한다."""
    for name in ("COURSE_WORKSPACE", "DAGSTER_HOME"):
        # 먼저 써 두어야, 시험하는 코드가 새로 정한 값도 시험이 끝날 때 지워진다.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
