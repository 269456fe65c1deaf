"""채점 기준들이 함께 쓰는 대본과 말.

센서의 대본은 걸음의 목록이고 걸음마다 틱이 한 번 있다. 모듈에 기억을 담은 제출물이 앞의 대본에서 본 것 때문에 다른
기준까지 잃지 않게, 대본마다 파일의 이름과 내용이 다르다. 매출의 기준은 저마다 자기 파일의 날짜만 본다.
"""

import csv
import decimal
import io
import weakref
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from course_lib.grading.rubric import expect, expect_frame, same_frame
from course_lib.grading.seen import Seen, SensorTicks, SubmissionFault, Tick
from course_lib.grading.submission import Submission

SENSOR = "csv_sensor"
HEADER = "order_id,customer_id,amount,ordered_at"
COLUMNS = ["date", "orders", "revenue"]
NOON = 1_704_164_400 * 10**9  # 2024-01-02 12:00 KST
MINUTE = 60 * 10**9

Operation = dict[str, Any]
Step = Mapping[str, Any]


# ---------------------------------------------------------------- 대본을 쓰는 말


def order_file(*rows: str, header: str = HEADER) -> bytes:
    """머리글과 행들로 만든 UTF-8 CSV."""
    return ("\n".join([header, *rows]) + "\n").encode("utf-8")


def order(number: int, day: str = "2024-01-02") -> bytes:
    """주문 하나가 든 CSV. 번호가 다르면 내용이 다르고 길이는 같다."""
    return order_file(f"o-{number:04d},c-{number:04d},1000,{day}")


def write(name: str, data: bytes, mtime: int = NOON) -> Operation:
    return {"do": "write", "name": name, "data": data, "mtime_ns": mtime}


def touch(name: str, mtime: int) -> Operation:
    return {"do": "touch", "name": name, "mtime_ns": mtime}


def copy(name: str, to: str, mtime: int = NOON) -> Operation:
    return {"do": "copy", "name": name, "to": to, "mtime_ns": mtime}


def rename(name: str, to: str) -> Operation:
    return {"do": "rename", "name": name, "to": to}


def delete(name: str) -> Operation:
    return {"do": "delete", "name": name}


def folder(name: str) -> Operation:
    return {"do": "mkdir", "name": name}


def after(*operations: Operation, **rest: Any) -> Step:
    """한 걸음: 이 조작들 다음의 틱."""
    return {"files": list(operations), **rest}


def play(submission: Submission, *steps: Step, shop: str | None = None) -> SensorTicks:
    """대본을 연기한다. 틀렸을 때 학습자에게 대본을 보인다."""
    submission.last_call = (f"{SENSOR}의 틱 {len(steps)}번", {"도착 폴더": _shown(steps)})
    return submission.sensor(SENSOR, steps, shop=shop)


def keys(tick: Tick) -> list[str | None]:
    return [request.run_key for request in tick.requests]


def _shown(steps: Sequence[Step]) -> pd.DataFrame:
    words = {"write": "쓰기", "copy": "복사", "rename": "이름 바꾸기", "touch": "시각만 바꾸기", "delete": "지우기", "mkdir": "폴더 만들기"}
    rows = []
    for number, step in enumerate(steps, start=1):
        if "cursor" in step:
            rows.append((number, "커서 바꾸기", repr(step["cursor"])[:60], ""))
        for operation in step.get("files", []):
            name = operation["name"] + (f" → {operation['to']}" if "to" in operation else "")
            moment = f"{pd.Timestamp(operation['mtime_ns'], tz='Asia/Seoul'):%H:%M:%S}" if "mtime_ns" in operation else ""
            rows.append((number, words[operation["do"]], name, moment))
        if not step.get("files") and "cursor" not in step:
            rows.append((number, "그대로", "", ""))
    return pd.DataFrame(rows, columns=["틱", "그 앞에 한 일", "파일", "수정 시각"])


# ---------------------------------------------------------------- 매출을 읽는 말


def sales(*rows: tuple) -> pd.DataFrame:
    """(날짜, 주문 수, 매출을 적은 글) 행들."""
    return pd.DataFrame(rows, columns=COLUMNS)


def tables(tick: Tick) -> list[pd.DataFrame]:
    """그 틱까지의 daily_sales로 볼 수 있는 표들: 마지막 런의 값과, 파티션이 있으면 파티션들을 더한 것."""
    failed = [run.error for run in tick.runs if not run.success]
    expect(not failed, f"런이 실패했습니다: {failed[0] if failed else ''}")
    if tick.last is None:
        raise SubmissionFault("not_a_frame", type="NoneType", repr="None", call="daily_sales")
    whole = [_texts(tick.last)]
    if tick.partitions:
        parts = pd.concat([_texts(seen) for seen in tick.partitions], ignore_index=True)
        whole.insert(0, _added(parts))
    return whole


def expect_sales(tick: Tick, *rows: tuple, dates: Sequence[str] = (), message: str | None = None) -> None:
    """`dates`(없으면 `rows`의 날짜들)의 매출이 꼭 `rows`인지. 다른 날짜는 보지 않는다."""
    wanted = set(dates) or {date for date, _, _ in rows}
    found = [table[table["date"].isin(wanted)] for table in tables(tick)]
    if not any(same_frame(table, sales(*rows)) for table in found):
        expect_frame(found[0], sales(*rows), message=message)


def _texts(seen: Seen) -> pd.DataFrame:
    """날짜는 열 글자로, 주문 수는 정수로, 매출은 군더더기 없이 적은 십진수로."""
    missing = [name for name in COLUMNS if name not in seen.frame.columns]
    expect(not missing, f"daily_sales에 열이 없습니다: {', '.join(missing)}", shown=seen.frame)
    frame = seen.frame
    return pd.DataFrame({
        "date": [str(value)[:10] for value in frame["date"]],
        "orders": [int(value) if isinstance(value, int | float) and value == int(value) else str(value) for value in frame["orders"]],
        "revenue": [_plain(value) for value in frame["revenue"]],
    })


def _plain(value: Any) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite() or abs(number.adjusted()) > 1000:
        return str(number)
    with decimal.localcontext(prec=4000):
        return format(number.normalize(), "f") if number else "0"


def _added(parts: pd.DataFrame) -> pd.DataFrame:
    with decimal.localcontext(prec=4000):
        rows = [
            (date, int(rows["orders"].sum()), _plain(sum((Decimal(text) for text in rows["revenue"]), Decimal(0))))
            for date, rows in parts.groupby("date")
        ]
    return sales(*rows)


# ---------------------------------------------------------------- 격리 폴더를 읽는 말


def expect_quarantined(submission: Submission, name: str, *dates: str) -> None:
    """파일이 통째로 격리되었고 그 행은 매출에 없는지."""
    tick, quarantine = delivered(submission, name)
    expect_sales(tick, dates=dates, message=f"{name}은 통째로 격리해야 하는데 그 행이 daily_sales에 있습니다.")
    expect(name in quarantine, f"격리 폴더에 {name}이 없습니다.", shown=sorted(quarantine) or None)


def rejected_lines(quarantine: Mapping[str, bytes], name: str) -> list[int]:
    """`<name>.rejected.csv`의 line 열."""
    report = f"{name}.rejected.csv"
    expect(report in quarantine, f"격리 폴더에 {report}이 없습니다.", shown=sorted(quarantine) or None)
    try:
        rows = list(csv.DictReader(io.StringIO(quarantine[report].decode("utf-8-sig"), newline="")))
        return sorted(int(float(row["line"])) for row in rows)
    except (UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise SubmissionFault("exception", type=type(error).__name__,
                              message=f"{report}를 UTF-8 CSV로 읽어 line 열의 정수를 볼 수 없습니다") from error


# ---------------------------------------------------------------- 함께 쓰는 대본: 한 가게에 도착한 파일들

GOOD = order_file(
    "o-1,c-1,15000,2024-01-05",
    "o-2,c-1,20000,2024-01-05",
    "o-3,c-2,10000,2024-01-06",
    "o-4,c-3,0.1,2024-01-08",
    "o-5,c-3,0.2,2024-01-08",
    "o-6,c-3,12345678901234567.89,2024-01-09",
    "o-7,c-3,0.01,2024-01-09",
)
BOM = b"\xef\xbb\xbf" + order_file("o-21,손님-가,3000,2024-04-01", "o-22,손님-나,4000,2024-04-01")
CORRECTED = order_file("o-21,손님-가,3500,2024-04-02", "o-22,손님-나,4000,2024-04-02")
# 뷁, 펲은 CP949에는 있고 EUC-KR에는 없다.
CP949 = order_file("o-31,뷁펲상회,3000,2024-02-01", "o-32,손님-나,4000,2024-02-01").decode("utf-8").encode("cp949")
AMOUNTS = order_file(
    'o-41,"서울시\n강남구",1000,2024-03-04',  # 2, 3번째 줄
    'o-42,c-42,"1,000",2024-03-04',  # 4
    "o-43,c-43,NaN,2024-03-04",  # 5
    "o-44,c-44,Infinity,2024-03-04",  # 6
    "o-45,c-45,1e3,2024-03-05",
    "o-46,c-46,-250.50,2024-03-05",
    "o-47,c-47,,2024-03-04",  # 9
    "o-48,c-48,만원,2024-03-04",  # 10
)
AMOUNTS_REJECTED = [4, 5, 6, 9, 10]
AMOUNTS_ACCEPTED_ROWS = 3
DATES = order_file(
    "o-51,c-51,500,2024-03-16T23:30:00+09:00",
    "o-52,c-52,500,2024-03-16T00:30:00+09:00",
    "o-53,c-53,500,2024-03-16T23:30:00-05:00",
    "o-54,c-54,500,2024-03-16 09:00:00",
    "o-55,c-55,500,2024-02-30",
    "o-56,c-56,500,어제",
)
EMPTY = b""
OTHER_HEADER = order_file("o-61,c-61,3000,2024-05-01", "o-62,손님,4000,2024-05-01", header="주문번호,고객,금액,주문일") \
    .decode("utf-8").replace("\n", "\r\n").encode("cp949")
SHORT_ROW = order_file("o-71,c-71,3000,2024-05-02", "o-72,c-72,4000", "o-73,c-73,5000,2024-05-02")
# 칸이 다섯인 첫 행: pandas는 첫 칸을 인덱스로 삼고 나머지를 한 칸씩 민다. 민 뒤에도 금액과 날짜가 제자리에 온다.
LONG_FIRST_ROW = order_file("서울점,o-81,c-81,3000,2024-05-03", "o-82,c-82,4000,2024-05-03")
UNCLOSED_QUOTE = order_file("o-91,c-91,3000,2024-05-04", 'o-92,c-92,4000,"2024-05-04')
UNKNOWN_BYTES = order_file("o-101,c-101,3000,2024-05-05", "o-102,c-?,4000,2024-05-05").replace(b"?", b"\xff\xfe")
HEADER_ONLY = order_file()

FIRST = {"good.csv": GOOD}
REST = {
    "bom.csv": BOM, "cp949.csv": CP949, "amounts.csv": AMOUNTS, "dates.csv": DATES, "empty.csv": EMPTY, "header.csv": OTHER_HEADER,
    "short.csv": SHORT_ROW, "first_row.csv": LONG_FIRST_ROW, "quote.csv": UNCLOSED_QUOTE, "bytes.csv": UNKNOWN_BYTES,
    "header_only.csv": HEADER_ONLY,
}
DELIVERIES = {**FIRST, **REST}

Answer = SensorTicks | SubmissionFault
_played: weakref.WeakKeyDictionary[Submission, dict[str, Answer]] = weakref.WeakKeyDictionary()


def delivered(submission: Submission, name: str) -> tuple[Tick, Mapping[str, bytes]]:
    """그 파일이 도착해 런이 돈 뒤의 틱과, 모두 도착한 뒤의 격리 폴더.

    런은 한 번에 수십 밀리초가 든다. 그래서 파일들은 한 가게에 한 번만 도착하고, 기준마다 자기 파일의 결과만 본다.
    첫 파일 다음에는 제출물의 모듈을 새로 불러온다: 진짜에서도 런마다 프로세스가 다르다.
    """
    group = FIRST if name in FIRST else REST
    steps = [after(write(each, data, NOON + list(DELIVERIES).index(each) * MINUTE), runs=1, reload=each == next(iter(REST)))
             for each, data in group.items()]
    seen = _once(submission, "first" if group is FIRST else "rest", steps)
    _show_file(submission, name, DELIVERIES[name])
    tick = seen.ticks[list(group).index(name)]
    expect(bool(tick.runs), f"{name}이 도착했는데 실행된 런이 없습니다.")
    return tick, seen.quarantine


def corrected(submission: Submission) -> Tick:
    """bom.csv가 고쳐져 다시 도착하고, 그 요청을 두 번 실행한 뒤의 틱."""
    delivered(submission, "bom.csv")
    seen = _once(submission, "corrected", [after(write("bom.csv", CORRECTED, NOON + 60 * MINUTE), runs=2)])
    _show_file(submission, "bom.csv", CORRECTED)
    return seen.ticks[0]


def expected(reference: Submission, name: str, *steps: Step) -> SensorTicks:
    """모범 답안이 이 대본에서 한 것."""
    return _once(reference, name, steps, shop=name)


def _once(submission: Submission, name: str, steps: Sequence[Step], shop: str = "deliveries") -> SensorTicks:
    """같은 대본은 제출물마다 한 번만 연기한다. 모범 답안이라면 제출물이 몇이든 한 번이다."""
    played = _played.setdefault(submission, {})
    if name not in played:
        try:
            played[name] = submission.sensor(SENSOR, steps, shop=shop)
        except SubmissionFault as fault:
            played[name] = fault
    answer = played[name]
    if isinstance(answer, SubmissionFault):
        raise answer
    return answer


def _show_file(submission: Submission, name: str, data: bytes) -> None:
    text = data.decode("cp949" if b"\r\n" in data or name == "cp949.csv" else "utf-8", "backslashreplace")
    lines = text.splitlines() or ["(0바이트)"]
    submission.last_call = (f"{SENSOR}의 틱과 그 런", {name: pd.DataFrame({"줄": range(1, len(lines) + 1), "내용": lines})})
