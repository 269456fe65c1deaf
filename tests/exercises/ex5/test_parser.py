"""모범 답안의 수집: 어떤 바이트에도 멈추지 않고, 한 행도 잃지 않으며, 몇 번을 어떤 차례로 들여도 같다."""

import csv
import io
import random
import shutil
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_lib.resources import Landing
from course_lib.testing import run_asset
from solutions.ex5_csv_sensor import assets, ingest

from . import oracle

HEADER = ",".join(oracle.HEADER)
QUICK = settings(max_examples=300, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("shop")


def new_landing(shop: Path) -> Landing:
    """빈 도착 폴더. hypothesis는 예마다 같은 픽스처를 쓰므로 스스로 비운다."""
    shutil.rmtree(shop / "shop", ignore_errors=True)
    landing = Landing(shop / "shop" / "landing")
    landing.path.mkdir(parents=True)
    return landing


def take_in(landing: Landing, files: dict[str, bytes], order: list[str]) -> None:
    for name, data in files.items():
        (landing.path / name).write_bytes(data)
    for name in order:
        ingest.ingest(landing, name)


def sales(landing: Landing) -> dict[str, tuple[int, Fraction]]:
    table = run_asset(assets.daily_sales, orders=ingest.accepted_orders(landing))
    return {str(row.date): (row.orders, Fraction(row.revenue)) for row in table.itertuples()}


def quarantine(landing: Landing) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in landing.quarantine.iterdir()} if landing.quarantine.is_dir() else {}


def rejected_lines(found: dict[str, bytes], name: str) -> list[int]:
    text = found.get(f"{name}.rejected.csv", b"line\n").decode("utf-8")
    return [int(row["line"]) for row in csv.DictReader(io.StringIO(text, newline=""))]


def assert_as_judged(landing: Landing, name: str, data: bytes) -> None:
    """파일 하나의 모든 행이, 심판이 말한 그 자리에 있다."""
    judged, found = oracle.judge(data), quarantine(landing)
    result = ingest.ingest(landing, name)
    assert bool(result.quarantined) == judged.quarantined == (name in found) == (f"{name}.reason.txt" in found)
    assert found.get(name, data) == data
    assert [(order.date.isoformat(), Fraction(order.amount)) for order in result.orders] == list(judged.accepted)
    assert [row.line for row in result.rejected] == rejected_lines(found, name) == list(judged.rejected)
    assert all(row.reason for row in result.rejected)


# ---------------------------------------------------------------- 아무 바이트

PIECES = st.sampled_from([
    HEADER.encode(), b"\n", b"\r\n", b"\r", b",", b'"', b'""', b"o-1,c-1,1000,2024-01-02", b"2024-01-02", b"1e5", b"NaN", b"-0", b"\x00",
    b"\xef\xbb\xbf", b"\xff\xfe", "손님".encode(), "뷁".encode("cp949"), b"\x80", b" ", b"\t", "\u2028".encode(), "\x0b\x0c\x1c\x85".encode(),
])
ANY_BYTES = st.one_of(st.binary(max_size=60), st.lists(PIECES, max_size=25).map(b"".join),
                      st.lists(PIECES, max_size=25).map(lambda pieces: HEADER.encode() + b"\n" + b"".join(pieces)))


@QUICK
@given(data=ANY_BYTES)
@example(data=b"")
@example(data=b"\xef\xbb\xbf")
@example(data=b"\n" + HEADER.encode() + b"\n")
@example(data=(HEADER + "\n").encode("utf-16"))
@example(data=(HEADER + "\no-1,c-1,1,2024-01-02\n").encode("utf-16-le"))
@example(data=(HEADER + '\n"o-1\r\n\r\n",c-1,1,2024-01-02\n\n\no-2,c-2,x,2024-01-02').encode())
@example(data=(HEADER + "\no-1,c-1,1e999999999,2024-01-02\no-2,c-2,1e-999999999,2024-01-02\no-3,c-3,1e99999999999999999999,2024-01-02").encode())
def test_no_bytes_stop_it_and_no_row_is_lost(shop, data):
    landing = new_landing(shop)
    take_in(landing, {"a.csv": data}, ["a.csv"])
    if b"999999999" not in data:  # 자릿수가 너무 많은 금액을 되돌리는 것은 모범 답안의 선택이다
        assert_as_judged(landing, "a.csv", data)
    assert (landing.path / "a.csv").read_bytes() == data


def test_the_longest_amounts_still_add_up_exactly(shop):
    landing = new_landing(shop)
    rows = ["o-1,c-1,1e400,2024-01-02", "o-2,c-2,1e-400,2024-01-02", f"o-3,c-3,{'9' * 50}.{'9' * 50},2024-01-02"]
    take_in(landing, {"a.csv": "\n".join([HEADER, *rows]).encode()}, ["a.csv"])
    wanted = sum(Fraction(Decimal(row.split(",")[2])) for row in rows)
    assert sales(landing) == {"2024-01-02": (3, wanted)}


# ---------------------------------------------------------------- 짜임이 있는 파일

ROW = st.tuples(
    st.sampled_from(["c-1", "손님", '"쉼표, 손님"', '"두\n줄"', '"세\r\n\r\n줄"', '"""따옴표"""', "", "중간\"따옴표", "널\x00"]),
    st.sampled_from([("1000", True), ("0.1", True), (" 12 ", True), ("１２", True), ("1e5", True), ("-0", True), ("+.5", True),
                     ('"1,000"', False), ("NaN", False), ("sNaN", False), ("-Infinity", False), ("", False), ("천원", False), ("1 000", False)]),
    st.sampled_from([("2024-01-02", True), ("2024-01-02T23:59:59+09:00", True), ("2024-02-29 00:00", True), ("2024-01-01T00:00:00Z", True),
                     ("2024-02-30", False), ("2023-02-29T00:00", False), ("", False), ("01/02/2024", False), ("2024-1-2", False)]),
    st.integers(0, 2),  # 앞에 놓일 빈 줄
)


@QUICK
@given(rows=st.lists(ROW, max_size=8), newline=st.sampled_from(["\n", "\r\n", "\r"]), encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp949"]),
       ends=st.booleans())
def test_every_row_is_in_the_table_or_rejected_with_its_line(shop, rows, newline, encoding, ends):
    landing = new_landing(shop)
    lines, wanted_accepted, wanted_rejected = [HEADER], 0, []
    for number, (customer, (amount, good_amount), (moment, good_moment), blanks) in enumerate(rows):
        lines += [""] * blanks
        # 지금까지 적은 글에서 넘어간 줄의 수가 이 행의 줄 번호다.
        line = 1 + len((newline.join(lines) + newline + ".").splitlines()) - 1
        if good_amount and good_moment:
            wanted_accepted += 1
        else:
            wanted_rejected.append(line)
        lines.append(f"o-{number},{customer},{amount},{moment}")
    data = (newline.join(lines) + (newline if ends else "")).encode(encoding)
    take_in(landing, {"a.csv": data}, ["a.csv"])
    result = ingest.ingest(landing, "a.csv")
    assert not result.quarantined
    assert (len(result.orders), [row.line for row in result.rejected]) == (wanted_accepted, wanted_rejected)
    assert_as_judged(landing, "a.csv", data)


# ---------------------------------------------------------------- 여러 파일


@settings(max_examples=25, deadline=None, derandomize=True)
@given(contents=st.lists(st.integers(0, 5), min_size=1, max_size=6), seed=st.integers(0, 1000))
def test_ingest_is_idempotent_and_free_of_order(shop, contents, seed):
    rng = random.Random(seed)
    files = {f"{number}.csv": hostile_file(content) for number, content in enumerate(contents)}
    results = []
    for _ in range(2):
        landing = new_landing(shop)
        order = [name for name in files for _ in range(rng.randint(1, 3))]
        rng.shuffle(order)
        take_in(landing, files, order)
        results.append((sales(landing), quarantine(landing)))
    assert results[0] == results[1]
    assert results[0][0] == oracle.daily(files.values())


def test_three_hundred_hostile_files_lose_nothing_and_count_nothing_twice(shop):
    landing = new_landing(shop)
    files = {f"{number:03d} 지점.csv": hostile_file(number) for number in range(300)}
    # 열에 하나는 다른 파일의 사본이고, 열에 하나는 두 번 들인다.
    files |= {f"사본 {number}.csv": hostile_file(number) for number in range(0, 300, 10)}
    order = [*files, *list(files)[::10]]
    random.Random(5).shuffle(order)
    take_in(landing, files, order)
    for name, data in files.items():
        assert_as_judged(landing, name, data)
    assert sales(landing) == oracle.daily(files.values())
    kinds = [oracle.judge(data) for data in files.values()]
    assert sum(judged.quarantined for judged in kinds) > 60
    assert sum(bool(judged.rejected) for judged in kinds) > 60
    assert sum(bool(judged.accepted) for judged in kinds) > 100


def hostile_file(seed: int) -> bytes:
    """망가지는 법이 저마다 다른 주문 파일. 씨앗이 같으면 늘 같다."""
    rng = random.Random(f"hostile/{seed}")
    amounts = ["1000", "0.1", "0.2", "1e5", " 12 ", "-0", "-1500.75", "99999999999999999999999999999999.99", "１２"]
    bad_amounts = ['"1,000"', "NaN", "Infinity", "", "1.2.3", "0x1F", "1 000", "천"]
    customers = ["c-1", "손님", '"쉼표, 손님"', '"두\n줄"', '"""손님"""', '"CRLF\r\n"', "", "뷁"]
    moments = ["", "T09:00:00", " 23:59:59", "T00:10:00+09:00", "T23:50:00-11:00", "T12:00:00Z"]
    rows = []
    for number in range(rng.randrange(12)):
        amount = rng.choice(bad_amounts if rng.random() < 0.1 else amounts)
        day = rng.choice(["2024-02-30", "어제", "2024-13-01"]) if rng.random() < 0.1 else f"2024-01-{rng.randrange(1, 29):02d}{rng.choice(moments)}"
        rows.append(f"o-{seed}-{number},{rng.choice(customers)},{amount},{day}")
    header = rng.choice([HEADER] * 30 + [HEADER.replace(",", ";"), HEADER.upper(), HEADER + ",memo", f" {HEADER}", ""])
    newline = rng.choice(["\n", "\n", "\r\n", "\r", "\n\n"])
    text = newline.join([header, *rows]) + rng.choice([newline, "", newline * 3, " "])
    data = text.encode(rng.choice(["utf-8", "utf-8", "utf-8-sig", "cp949", "cp949", "utf-16", "utf-16-le"]))
    damage = rng.randrange(12)
    place = rng.randrange(len(data) + 1)
    if damage == 0:  # 쓰다 만 파일
        data = data[:place]
    elif damage == 1:
        data = data[:place] + rng.choice([b'"', b"\xff", b"\x00", b",", b"\n", b"\r", b"\x80\x81"]) + data[place:]
    elif damage == 2:
        data = data[:place] + data[place + 1:]
    elif damage == 3:
        data = rng.choice([b"", b"\n", b" \r\n\t", b"\xef\xbb\xbf", b"\x00" * 9, b"PK\x03\x04" + bytes(range(256))])
    elif damage == 4:
        data = data.replace(b"2024", b"2024,", 1)
    return data
