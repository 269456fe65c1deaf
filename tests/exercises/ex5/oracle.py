"""모범 답안과 따로 쓴 심판: 글자를 하나씩 보며 CSV를 가르고, 금액은 분수로 더한다. csv 모듈도 pandas도 쓰지 않는다."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction

HEADER = ["order_id", "customer_id", "amount", "ordered_at"]


class Broken(Exception):
    """파일을 통째로 받을 수 없다."""


@dataclass(frozen=True)
class Judged:
    """`quarantined`이면 나머지는 비어 있다. `accepted`는 (날짜, 금액), `rejected`는 줄 번호다."""

    quarantined: bool
    accepted: tuple[tuple[str, Fraction], ...] = ()
    rejected: tuple[int, ...] = ()


def judge(data: bytes) -> Judged:
    try:
        rows = list(_rows(_text(data)))
        if not rows or rows[0] != (1, HEADER) or any(len(fields) != 4 for _, fields in rows):
            raise Broken
    except Broken:
        return Judged(True)
    accepted, rejected = [], []
    for line, (_, _, amount, moment) in rows[1:]:
        try:
            number = Decimal(amount)
            if not number.is_finite() or "_" in amount:
                raise InvalidOperation
            accepted.append((datetime.fromisoformat(moment).date().isoformat(), Fraction(number)))
        except (InvalidOperation, ValueError):
            rejected.append(line)
    return Judged(False, tuple(accepted), tuple(rejected))


def daily(contents: Iterable[bytes]) -> dict[str, tuple[int, Fraction]]:
    """내용들의 하루 매출. 같은 내용은 한 번만."""
    totals: dict[str, tuple[int, Fraction]] = {}
    for data in set(contents):
        for day, amount in judge(data).accepted:
            count, total = totals.get(day, (0, Fraction(0)))
            totals[day] = (count + 1, total + amount)
    return totals


def _text(data: bytes) -> str:
    for encoding in ("utf-8", "cp949"):
        try:
            text = data.decode(encoding)
            return text[1:] if text[:1] == "\ufeff" and encoding == "utf-8" else text
        except UnicodeDecodeError:
            pass
    raise Broken


def _rows(text: str) -> Iterable[tuple[int, list[str]]]:
    """(시작하는 줄, 칸들). 빈 줄은 행이 아니다."""
    position, line = 0, 1
    while position < len(text):
        start, fields = line, []
        while True:
            field, position, crossed = _field(text, position)
            line += crossed
            fields.append(field)
            if text[position:position + 1] != ",":
                break
            position += 1
        blank = fields == [""] and text[position - 1:position] != '"'
        if position < len(text):
            position += 2 if text.startswith("\r\n", position) else 1
            line += 1
        if not blank or start == 1:
            yield start, [] if blank else fields


def _field(text: str, position: int) -> tuple[str, int, int]:
    """(칸의 글, 그 뒤의 자리, 칸 안에서 넘은 줄의 수)."""
    if text[position:position + 1] != '"':
        end = position
        while end < len(text) and text[end] not in ",\r\n":
            end += 1
        return text[position:end], end, 0
    piece, position, crossed = "", position + 1, 0
    while position < len(text):
        if text.startswith('""', position):
            piece, position = piece + '"', position + 2
        elif text[position] == '"':
            position += 1
            if position < len(text) and text[position] not in ",\r\n":
                raise Broken
            return piece, position, crossed
        else:
            crossed += text[position] == "\n" or (text[position] == "\r" and text[position + 1:position + 2] != "\n")
            piece, position = piece + text[position], position + 1
    raise Broken
