"""씨앗으로 만든 한 반: 맞은 것, 틀린 것, 나쁜 것, 끝나지 않는 것. 같은 씨앗이면 같은 반이다.

제출물마다 파일마다 다른 주석이 한 줄 있다: 채점기가 같은 파일을 알아보고 일을 덜 하면 벤치마크가 거짓말을 한다.
나쁜 것은 격리하지 않는 다른 채점기에서 돌려도 이 컴퓨터가 다치지 않는 것들뿐이다. 진짜 나쁜 것은 `tests/security`에 있다.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from course_lib.grading.misconceptions import Material, apply_edits, load_material

EXERCISE = "ex1_page_views"
# 스물에 몇 개인지.
MIX = {"right": 11, "wrong": 6, "hostile": 2, "hanging": 1}

_HOSTILE = (
    "import os\nos._exit(0)\n",
    "import sys\nsys.exit(0)\n",
    "import pandas\npandas.DataFrame.equals = pandas.DataFrame.__eq__ = lambda *a: True\nraise SystemExit\n",
    "print('x' * 5_000_000)\nraise ValueError('y' * 1_000_000)\n",
    "def f(n):\n    return f(n + 1)\nf(0)\n",
)
# 스스로 부를 때마다 다른 표를 내는 실수. 죽였다 이어 한 결과를 글자까지 견주려면 뺀다.
_NOT_REPEATABLE = {"unseeded_random"}
_HANGING = "while True:\n    pass\n"


@dataclass(frozen=True)
class Made:
    """제출물 하나: 학생의 이름, 어떤 것인지(`MIX`의 이름), 파일들."""

    student: str
    kind: str
    files: dict[str, bytes]


def made_class(count: int, seed: int) -> Iterator[Made]:
    """제출물 `count`개. 앞의 스물은 섞은 비율 그대로이고, 스물마다 되풀이하며 차례를 섞는다."""
    chance, material = random.Random(seed), load_material(EXERCISE)
    deck: list[str] = []
    for number in range(count):
        if not deck:
            deck = [kind for kind, many in MIX.items() for _ in range(many)]
            chance.shuffle(deck)
        kind = deck.pop()
        files = {name: data for name, data in _files(kind, material, chance).items() if name.endswith(".py")}
        yield Made(f"s{number:04d}", kind, {name: data + f"\n# {number}번째 제출물의 {name}\n".encode() for name, data in files.items()})


def _files(kind: str, material: Material, chance: random.Random) -> dict[str, bytes]:
    right = dict(material.reference)
    if kind == "right":
        return right
    if kind == "wrong":
        return apply_edits(right, chance.choice([each for each in material.catalogue.misconceptions if each.id not in _NOT_REPEATABLE]))
    spoiled = _HANGING if kind == "hanging" else chance.choice(_HOSTILE)
    # 불러올 때, 또는 자산을 계산할 때.
    if chance.random() < 0.5:
        return right | {"assets.py": right["assets.py"] + spoiled.encode()}
    body = "".join(f"    {line}\n" for line in spoiled.splitlines())
    head, mark, tail = right["assets.py"].decode("utf-8").partition("    # na=False:")
    return right | {"assets.py": (head + body + mark + tail).encode()}
