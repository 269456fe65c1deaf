"""주문 CSV 한 개를 들인다: 읽을 수 있는 행은 장부에, 읽을 수 없는 것은 까닭과 함께 격리 폴더에.

    shop/landing/      파일이 도착하는 폴더. 읽기만 한다
    shop/accepted/     장부. 도착한 파일마다 한 장이고, 그 파일의 행이 모두 있다
    shop/quarantine/   받아들이지 못한 것
"""

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd

from course_lib.resources import Landing

HEADER = ["order_id", "customer_id", "amount", "ordered_at"]
# 1e999999999는 유한한 수이지만, 1원을 더하면 10억 자리를 적어야 한다. 이보다 긴 수는 잘못 적은 것으로 본다.
MAX_DIGITS = 10_000


class Unreadable(Exception):
    """파일을 통째로 받아들일 수 없다. 메시지는 격리 폴더에 남길 까닭이다."""


@dataclass(frozen=True)
class Order:
    order_id: str
    customer_id: str
    amount: Decimal
    date: date


@dataclass(frozen=True)
class Rejected:
    """받아들이지 못한 행. `line`은 파일에서 이 행이 시작하는 줄의 번호이고 머리글이 1이다."""

    line: int
    fields: list[str]
    reason: str


@dataclass(frozen=True)
class Ingested:
    """파일 하나를 들인 결과. `quarantined`는 통째로 격리한 까닭이고, 읽을 수 있었으면 비어 있다."""

    orders: list[Order]
    rejected: list[Rejected]
    quarantined: str = ""


# ---------------------------------------------------------------- 도착한 파일


def arrived(folder: Path) -> list[Path]:
    """들일 파일들을 이름 차례로. 하위 폴더, 숨은 파일, 쓰는 중인 파일(.tmp, .part)은 아직 도착한 것이 아니다."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv" and not path.name.startswith(".") and path.is_file())


def fingerprint(data: bytes) -> str:
    """내용의 해시. 이름과 시각이 무엇이든 내용이 같으면 같다."""
    return hashlib.sha256(data).hexdigest()


# ---------------------------------------------------------------- 파싱


def parse(data: bytes) -> tuple[list[Order], list[Rejected]]:
    """받아들인 행과 되돌린 행. 파일의 짜임이 깨졌으면 어느 행도 믿을 수 없으므로 `Unreadable`을 낸다."""
    text = _decode(data)
    if not text.strip():
        raise Unreadable("빈 파일입니다.")
    rows = _rows(text)
    _, header = next(rows)
    if header != HEADER:
        raise Unreadable(f"머리글이 다릅니다. {','.join(HEADER)}이어야 하는데 {','.join(header)[:200]}입니다.")
    orders, rejected = [], []
    for line, fields in rows:
        if len(fields) != len(HEADER):
            raise Unreadable(f"{line}번째 줄의 칸이 {len(fields)}개입니다. {len(HEADER)}개여야 합니다.")
        order_id, customer_id, amount, ordered_at = fields
        try:
            orders.append(Order(order_id, customer_id, _amount(amount), _date(ordered_at)))
        except ValueError as error:
            rejected.append(Rejected(line, fields, str(error)))
    return orders, rejected


def _decode(data: bytes) -> str:
    # 한국의 엑셀은 "CSV(쉼표로 분리)"를 CP949로 저장한다. UTF-8을 먼저 보는 까닭: CP949로 적은 한글이
    # 우연히 올바른 UTF-8이 되는 일은 거의 없지만, UTF-8로 적은 한글은 흔히 CP949로도 읽힌다(글자가 깨진 채로).
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("글자를 읽을 수 없습니다. UTF-8이나 CP949로 저장해 주세요.")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(시작하는 줄의 번호, 칸들). 빈 줄은 행이 아니다. 따옴표 안의 줄바꿈 때문에 행의 수와 줄의 수는 다르다."""
    # newline="": 줄바꿈을 바꾸지 않는다. 따옴표 안의 \r\n도 데이터다.
    # strict=True: 닫히지 않은 따옴표를 눈감아 주지 않는다.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for fields in reader:
            if fields or line == 1:
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"{line}번째 줄부터 CSV로 읽을 수 없습니다. 닫히지 않은 따옴표가 있는지 보세요. ({error})") from error


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError("금액이 수가 아닙니다.") from None
    # Decimal은 NaN과 Infinity도 받고, 1_000처럼 자리를 나눈 것도 받는다.
    if not amount.is_finite() or "_" in text:
        raise ValueError("금액이 수가 아닙니다.")
    if amount.adjusted() > MAX_DIGITS or amount.as_tuple().exponent < -MAX_DIGITS:
        raise ValueError("금액의 자릿수가 너무 많습니다.")
    return amount


def _date(text: str) -> date:
    # 시간대가 붙어 있어도 옮기지 않는다. 가게가 적은 날짜가 그 주문의 날짜다.
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError("날짜가 ISO 8601이 아니거나 달력에 없는 날입니다.") from None


# ---------------------------------------------------------------- 들이기


def ingest(landing: Landing, name: str) -> Ingested:
    """도착한 파일 하나를 장부에 적고, 받아들이지 못한 것을 격리한다. 몇 번을 해도, 어떤 차례로 해도 같은 장부가 된다."""
    data = (landing.path / name).read_bytes()
    page = _page(landing, name)
    replaced = json.loads(page.read_text(encoding="utf-8"))["content"] if page.exists() else None
    try:
        ingested = Ingested(*parse(data))
    except Unreadable as error:
        ingested = Ingested([], [], quarantined=str(error))
    _quarantine(landing.quarantine, name, data, ingested)
    _write_page(page, name, fingerprint(data), ingested.orders)
    if replaced not in (None, fingerprint(data)):
        _keep_copy(landing, replaced)
    return ingested


def accepted_orders(landing: Landing) -> pd.DataFrame:
    """장부에 있는 모든 주문: order_id str, customer_id str, amount Decimal, date date. 내용이 같은 파일은 한 번만 센다."""
    pages = {}
    for path in sorted(_book(landing).glob("*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        pages.setdefault(page["content"], page["orders"])
    orders = [
        Order(order_id, customer_id, Decimal(amount), date.fromisoformat(day))
        for content in sorted(pages)
        for order_id, customer_id, amount, day in pages[content]
    ]
    return pd.DataFrame(orders, columns=["order_id", "customer_id", "amount", "date"])


def _book(landing: Landing) -> Path:
    return landing.path.parent / "accepted"


def _page(landing: Landing, name: str) -> Path:
    # 파일 이름은 무엇이든 될 수 있으므로 그대로 쓰지 않는다. 이름이 같으면 늘 같은 자리라서, 고친 파일은 제 행만 바꾼다.
    return _book(landing) / f"{fingerprint(name.encode('utf-8', 'surrogateescape'))}.json"


def _write_page(page: Path, name: str, content: str, orders: list[Order]) -> None:
    rows = [[order.order_id, order.customer_id, str(order.amount), order.date.isoformat()] for order in orders]
    page.parent.mkdir(parents=True, exist_ok=True)
    # 런은 동시에 돌 수 있다. 반쯤 쓴 장부를 다른 런이 읽지 않게, 다 쓴 다음에 이름을 바꾼다.
    draft = page.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps({"name": name, "content": content, "orders": rows}), encoding="utf-8")
    draft.replace(page)


def _keep_copy(landing: Landing, replaced: str) -> None:
    """바뀐 파일의 옛 내용이 다른 이름으로도 도착해 있으면 그 이름으로 남긴다. 센서는 사본을 다시 요청하지 않는다."""
    for path in arrived(landing.path):
        if fingerprint(path.read_bytes()) == replaced:
            ingest(landing, path.name)
            return


def _quarantine(folder: Path, name: str, data: bytes, ingested: Ingested) -> None:
    """격리 폴더를 이 파일의 지금 내용에 맞춘다. 고친 파일이 오면 고치기 전의 것은 남지 않는다."""
    original, reason, rejected = folder / name, folder / f"{name}.reason.txt", folder / f"{name}.rejected.csv"
    for old in (original, reason, rejected):
        old.unlink(missing_ok=True)
    if ingested.quarantined or ingested.rejected:
        folder.mkdir(parents=True, exist_ok=True)
    if ingested.quarantined:
        original.write_bytes(data)
        reason.write_text(ingested.quarantined + "\n", encoding="utf-8")
    if ingested.rejected:
        with rejected.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", *HEADER, "reason"])
            writer.writerows([row.line, *row.fields, row.reason] for row in ingested.rejected)
