"""파일이 도착하는 폴더."""

import os
from pathlib import Path

import dagster as dg
from pydantic import Field


class Landing(dg.ConfigurableResource):
    """CSV가 도착하는 폴더. `Landing(폴더)`로 만들며, 폴더를 만들거나 바꾸지 않는다.

    경로는 `str`, `Path`, `dg.EnvVar`로 줄 수 있다.
    """

    # Dagster의 설정에는 경로라는 형이 없어 글자로 담고, 밖에는 `path`라는 이름의 Path로 보인다.
    folder: str = Field(alias="path", description="지켜보는 폴더")

    def __init__(self, path: str | Path | dg.EnvVar) -> None:
        super().__init__(path=os.fspath(path) if isinstance(path, Path) else path)

    @property
    def path(self) -> Path:
        """지켜보는 폴더."""
        return Path(self.folder)

    @property
    def quarantine(self) -> Path:
        """받아들일 수 없는 파일을 두는 폴더: `path`의 형제 `quarantine/`."""
        return self.path.parent / "quarantine"
