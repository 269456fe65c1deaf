"""폴더의 변화를 지켜본다. 0.5초마다 크기와 고친 시각을 본다: 어느 운영체제에서나, 네트워크 폴더에서도 같다."""

import time
from collections.abc import Iterator
from pathlib import Path

from course_lib.workspace import files_below

_POLL_SECONDS = 0.5


def changes_below(folder: Path, poll_seconds: float = _POLL_SECONDS) -> Iterator[None]:
    """처음에 한 번, 그 뒤로는 파일이 바뀔 때마다 한 번 내놓는다. 끝나지 않는다."""
    seen = None
    while True:
        now = _snapshot(folder)
        if now != seen:
            seen = now
            yield
        else:
            time.sleep(poll_seconds)


def _snapshot(folder: Path) -> dict[Path, tuple[int, int]]:
    found = {}
    for path in files_below(folder):
        try:
            status = path.stat()
        except OSError:
            # 편집기가 저장하느라 잠깐 지운 파일. 다음에 다시 본다.
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found
