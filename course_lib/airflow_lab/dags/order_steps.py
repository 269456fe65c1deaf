"""주문 파이프라인의 계산. 표준 라이브러리만 쓰는 평범한 함수라서 Airflow도 Dagster도 그대로 부른다.

금액은 원(KRW) 단위 정수이고, 표는 행(dict)의 목록이다. 어느 오케스트레이터도 모르므로 어느 쪽에서도 시험할 수 있다.
"""

import json
from pathlib import Path

COLUMNS = ("order_id", "customer", "amount", "status", "ordered_on")
ORDERS = (
    (1, "김서연", 24000, "completed", "2024-01-05"),
    (2, "이도윤", 18000, "completed", "2024-01-05"),
    (2, "이도윤", 18000, "completed", "2024-01-05"),
    (3, "김서연", 9800, "refunded", "2024-01-05"),
    (4, "박하준", 24500, "completed", "2024-01-05"),
    (5, "김서연", 36000, "completed", "2024-01-05"),
    (6, "최지우", 12000, "pending", "2024-01-06"),
    (7, "이도윤", 15900, "completed", "2024-01-06"),
)


def extract(day: str) -> list[dict]:
    """`day`에 들어온 주문을 받은 그대로. 같은 주문이 두 번 오기도 한다. 주문이 없는 날이면 빈 목록."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in ORDERS]
    return [row for row in rows if row["ordered_on"] == day]


def clean(orders: list[dict]) -> list[dict]:
    """결제가 끝난 주문. 두 번 온 주문은 하나만 남긴다. 주문 번호의 차례."""
    completed = {row["order_id"]: row for row in orders if row["status"] == "completed"}
    return [completed[order_id] for order_id in sorted(completed)]


def summarize(orders: list[dict]) -> list[dict]:
    """고객마다 주문의 수와 금액의 합. 고객 이름의 차례."""
    amounts: dict[str, list[int]] = {}
    for row in orders:
        amounts.setdefault(row["customer"], []).append(row["amount"])
    return [{"customer": name, "orders": len(paid), "revenue": sum(paid)} for name, paid in sorted(amounts.items())]


def read(folder: Path, name: str) -> list[dict]:
    """`folder/<name>.json`의 표. 없으면 `FileNotFoundError`."""
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def write(folder: Path, name: str, rows: list[dict]) -> None:
    """표를 `folder/<name>.json`에 쓴다. 있던 파일은 바꾼다."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8", newline="\n")
