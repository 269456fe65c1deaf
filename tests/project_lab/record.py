"""과정에 싣는 기록 `course_lib/project_lab/record.json`을 진짜 `dg`로 다시 만든다.

    python -m tests.project_lab.record
"""

import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path

from course_lib.project_lab.tour import RECORD, STEPS, Transcript, run_step, sources_digest


def run_all(folder: Path) -> dict[str, Transcript]:
    """기록에 실을 명령을 둘씩 함께, 저마다 새 폴더에서 실행한다."""
    folders = {name: folder / name for name in STEPS}
    for place in folders.values():
        place.mkdir()
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(STEPS, pool.map(run_step, folders, folders.values()), strict=True))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        steps = run_all(Path(folder))
    record = {
        "made_with": f"{date.today()}에 dg {version('dagster-dg-cli')}, 파이썬 {sys.version_info.major}.{sys.version_info.minor}로",
        "sources": sources_digest(),
        "steps": {name: {"text": step.text, "returncode": step.returncode} for name, step in steps.items()},
    }
    RECORD.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
