"""4장이 쓰는 것: 터미널의 명령을 노트북에서 본다.

명령을 방금 실행했는지, 과정에 실린 기록(진짜로 실행해 남긴 것)인지는 언제나 첫 줄에 적는다.
"""

import re
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from course_lib.project_lab.tour import Transcript, execute, recorded, run_step


def terminal(command: str, folder: Path) -> Transcript:
    """`folder`에서 명령을 지금 실행하고, 나온 글을 보인다."""
    start = time.monotonic()
    done = execute(command, folder)
    print(f"[방금 이 컴퓨터에서 실행했습니다. {time.monotonic() - start:.0f}초]")
    _show(done)
    return done


def transcript(name: str, only: str = "", now: bool = False, quiet: bool = False) -> Transcript:
    """명령의 기록을 보인다. `now=True`면 새 폴더에서 지금 실행한다. `only`를 주면 그 정규식이 있는 줄만 보인다.

    `quiet=True`면 나온 글은 보이지 않고 돌려주기만 한다. 돌려주는 것에는 언제나 줄이 모두 있다. 모르는 이름이면 `KeyError`.
    """
    if now:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            done = run_step(name, Path(folder))
        print("[방금 이 컴퓨터에서 실행했습니다]")
    else:
        done, made_with = recorded(name)
        print(f'[{made_with} 실행한 기록입니다. 지금 실행하려면: transcript("{name}", now=True)]')
    _show(replace(done, text="") if quiet else done, only)
    return done


def _show(done: Transcript, only: str = "") -> None:
    lines = done.text.splitlines()
    shown = [line for line in lines if re.search(only, line)]
    print(f"$ {done.command}", *shown, sep="\n")
    if len(shown) < len(lines):
        print(f"(모두 {len(lines)}줄 가운데 {len(shown)}줄만 보였습니다)")
    if done.returncode:
        print(f"(종료 코드 {done.returncode}: 실패)")
