"""샌드박스 시험이 함께 쓰는 것: 격리 수준, 공격 시키기, 프로세스 세기."""

import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from course_lib.grading.sandbox import Sandbox

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Level:
    """격리 수준: 걸 층과 bubblewrap을 쓸지."""

    layers: str
    bwrap: bool

    def __str__(self) -> str:
        return ("bwrap+" if self.bwrap else "") + self.layers


def ask(child, attack: str, **arguments):
    """자식에게 공격 하나를 시키고 결과를 받는다. 자식이 답하지 않고 끝나면 "died"이다."""
    try:
        child.sock.sendall(json.dumps({"attack": attack, **arguments}).encode() + b"\n")
        with child.sock.makefile("rb") as channel:
            answer = channel.readline()
    except ConnectionError:
        return "died"
    return json.loads(answer) if answer else "died"


def start(**settings):
    """attacks.py를 실행하는 샌드박스."""
    return Sandbox.start(**({"serve": "attacks:serve", "warm_up": "", "import_path": [HERE]} | settings))


def family(sandbox) -> list[int]:
    """샌드박스가 만든 모든 프로세스: bwrap, 기다리는 프로세스, 자이고트, 자식."""
    process = psutil.Process(sandbox._process.pid)
    return [process.pid, *(child.pid for child in process.children(recursive=True))]


def until(condition: Callable[[], object], seconds: float = 30.0) -> bool:
    """condition이 참이 될 때까지 기다린다. 바쁜 컴퓨터에서는 프로세스 백 개가 끝나는 데에도 몇 초가 걸린다."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


def available_levels() -> list[Level]:
    """여기서 되는 수준. 네임스페이스가 금지된 컴퓨터에서는 P가 빠진다."""
    if sys.platform != "linux":
        return []
    with start(bwrap=False) as sandbox:
        full = "".join(layer for layer in "RLSP" if layer in sandbox.report.layers)
    levels = [Level("RLS", False)]
    if "P" in full:
        levels.append(Level("RLSP", False))
    if shutil.which("bwrap"):
        with start(layers="R") as sandbox:
            if sandbox.report.bwrap:
                levels += [Level(level.layers, True) for level in levels]
    return levels
