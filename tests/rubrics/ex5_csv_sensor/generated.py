"""숨은 기준이 쓰는 큰 파일들. 씨앗이 같으면 늘 같다."""

import random

from .scripts import HEADER

AMOUNTS = ("12000", "0.10", "0.20", "1e5", " 12 ", "-0", "-1500.75", "00042", ".5", "+7", "1E-3", "99999999999999999999.01")
BAD_AMOUNTS = ('"1,000"', "NaN", "-Infinity", "", "12원", "1.2.3", "0x10")
CUSTOMERS = ("c-1", "손님", '"쉼표, 있는 손님"', '"두 줄\n손님"', '"따옴표 ""손님"""', '"CRLF\r\n손님"', "")
MOMENTS = ("", "T09:00:00", " 23:59:59", "T00:10:00+09:00", "T23:50:00-08:00", "T12:00:00.123456")
BAD_DATES = ("2023-02-29", "2024-13-01", "01/02/2024", "", "2024-01-32T00:00:00")


def generated_file(seed: int, *, rows: int = 40, encoding: str = "utf-8", newline: str = "\n") -> tuple[bytes, int, int]:
    """(파일의 바이트, 받아들일 행 수, 되돌릴 행 수). 여섯에 하나는 되돌릴 행이다."""
    rng = random.Random(f"ex5/{seed}")
    lines, accepted, rejected = [HEADER], 0, 0
    for number in range(rows):
        amount, moment = rng.choice(AMOUNTS), f"2024-07-{rng.randrange(1, 6):02d}{rng.choice(MOMENTS)}"
        kind = rng.randrange(12)
        if kind == 0:
            amount = rng.choice(BAD_AMOUNTS)
        elif kind == 1:
            moment = rng.choice(BAD_DATES)
        rejected, accepted = (rejected + 1, accepted) if kind < 2 else (rejected, accepted + 1)
        lines.append(f"o-{seed}-{number},{rng.choice(CUSTOMERS)},{amount},{moment}")
    return (newline.join(lines) + newline).encode(encoding), accepted, rejected
