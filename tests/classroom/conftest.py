"""작업 공간이 필요한 시험은 빈 임시 작업 공간에서 한다."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, _own_workspace: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "작업 공간"
    monkeypatch.setenv("COURSE_WORKSPACE", str(folder))
    return folder
