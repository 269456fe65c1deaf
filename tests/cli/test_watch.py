"""폴더 지켜보기: 처음에 한 번, 그 뒤로는 바뀔 때마다 한 번."""

import threading

from course_lib.watch import changes_below
from tests.cli.conftest import write


def test_yields_first_and_then_once_per_change(tmp_path):
    folder = tmp_path / "연습"
    write(folder / "assets.py", "1\n")
    seen = threading.Semaphore(0)

    def watch() -> None:
        for number, _ in enumerate(changes_below(folder, poll_seconds=0.01)):
            seen.release()
            if number == 4:
                return

    threading.Thread(target=watch, daemon=True).start()
    changes = (
        lambda: None,
        lambda: write(folder / "assets.py", "22\n"),
        lambda: write(folder / "helper.py", "새 파일\n"),
        lambda: (folder / "helper.py").unlink(),
        lambda: folder.rename(tmp_path / "옮긴 폴더"),
    )
    for change in changes:
        change()
        assert seen.acquire(timeout=10)
        assert not seen.acquire(timeout=0.1)


def test_what_tools_make_is_not_a_change(tmp_path):
    write(tmp_path / "assets.py", "1\n")
    changes = changes_below(tmp_path, poll_seconds=0.01)
    next(changes)
    write(tmp_path / "__pycache__" / "assets.cpython-311.pyc", "x")
    late = threading.Timer(0.3, write, args=(tmp_path / "assets.py", "22\n"))
    late.start()
    next(changes)
    assert (tmp_path / "assets.py").read_text(encoding="utf-8") == "22\n"
    late.join()
