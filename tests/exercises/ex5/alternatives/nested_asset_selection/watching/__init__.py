"""도착 폴더를 견주어 본다."""

from .changes import changes

__all__ = ["changes"]
