"""통신: 낸 것이 그대로 도착하고, 어떤 바이트가 와도 WireError로만 끝난다."""

import io
import json
import socket
import struct
from decimal import Decimal

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.grading import wire

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text() | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def message(content: object) -> bytes:
    left, right = socket.socketpair()
    with left, right:
        wire.send(left, content)
        left.close()
        chunks = b""
        while chunk := right.recv(1 << 16):
            chunks += chunk
        return chunks


def read_exactly(data: bytes):
    stream = io.BytesIO(data)

    def read(size: int) -> bytes:
        chunk = stream.read(size)
        if len(chunk) < size:
            raise wire.HungUp("끝")
        return chunk

    return read


@given(json_values)
@settings(max_examples=150, deadline=None)
def test_what_is_sent_arrives(value):
    assert wire.receive(read_exactly(message(value))) == value


@pytest.mark.parametrize("frame", [
    pd.DataFrame({"n": [1, 2], "글": ["가", None], "t": pd.to_datetime(["2024-01-01", None])}),
    pd.DataFrame({"t": pd.to_datetime(["2024-01-01 09:00"]).tz_localize("Asia/Seoul"), "d": [Decimal("0.1")]}),
    pd.DataFrame({"a": pd.Series([], dtype="int64"), "b": pd.Series([], dtype="object")}),
    pd.DataFrame({"a": [float("nan"), float("inf")]}),
])
def test_frames_arrive_with_their_values(frame):
    arrived = wire.receive(read_exactly(message({"frame": frame})))["frame"]
    pd.testing.assert_frame_equal(arrived, frame, check_dtype=False)


def test_columns_arrow_cannot_hold_arrive_as_text():
    odd = pd.DataFrame({"mixed": [1, "a", object], "n": [1, 2, 3], 7: [{1}, {2}, set()]})
    arrived = wire.decode_frame(wire.encode_frame(odd))
    assert list(arrived.columns) == ["mixed", "n", "7"]
    assert arrived["mixed"][0] == "1" and list(arrived["n"]) == [1, 2, 3]


def test_the_index_is_not_data():
    frame = pd.DataFrame({"n": [1, 2]}, index=["x", "y"])
    pd.testing.assert_frame_equal(wire.decode_frame(wire.encode_frame(frame)), pd.DataFrame({"n": [1, 2]}))


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_bytes_do_more_than_raise(data):
    with pytest.raises(wire.WireError):
        wire.receive(read_exactly(data))


VALID = message({"frame": pd.DataFrame({"n": range(5), "s": list("abcde")}), "x": [1, {"y": b"z"}]})


@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=400, deadline=None)
def test_a_corrupted_message_is_read_or_refused(changes):
    data = bytearray(VALID)
    for position, value in changes:
        data[position] = value
    try:
        wire.receive(read_exactly(bytes(data)))
    except wire.WireError:
        pass


@pytest.mark.parametrize("head", [
    b"[" * 200_000,
    json.dumps({"$": 1, "bodies": [-5]}).encode(),
    json.dumps({"$": 1, "bodies": [1 << 60]}).encode(),
    json.dumps({"$": 1, "bodies": [0] * (wire.MAX_BODIES + 1)}).encode(),
    json.dumps({"$": {"$frame": 3}, "bodies": []}).encode(),
    json.dumps({"$": {"$frame": "0"}, "bodies": [0]}).encode(),
    json.dumps({"$": {"$map": 5}, "bodies": []}).encode(),
    json.dumps({"$": {"$map": [[1]]}, "bodies": []}).encode(),
    json.dumps({"$": {"$float": "not"}, "bodies": []}).encode(),
    json.dumps([1]).encode(),
])
def test_malformed_heads_are_refused(head):
    with pytest.raises(wire.WireError):
        wire.receive(read_exactly(struct.pack("!I", len(head)) + head))


def test_a_decompression_bomb_is_refused():
    rows = 1 << 27  # 풀면 1GiB
    zeros = pa.table({"n": pa.Array.from_buffers(pa.int64(), rows, [None, pa.py_buffer(bytes(8 * rows))])})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, zeros.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(zeros)
    bomb = sink.getvalue().to_pybytes()
    del zeros
    assert len(bomb) < 1 << 20
    with pytest.raises(wire.WireError):
        wire.decode_frame(bomb)


def ipc(table: pa.Table, compression: str | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def with_pandas_metadata(column: str, **changes) -> pa.Table:
    """`column` 하나뿐인 표. pandas가 붙이는 메타데이터의 일부를 바꾸었다."""
    table = pa.Table.from_pandas(pd.DataFrame({column: [1, 2]}))
    return table.replace_schema_metadata({"pandas": json.dumps(table.schema.pandas_metadata | changes)})


TINY_BUT_HUGE = {
    "한 범주를 수없이": lambda: pa.table({"n": pa.DictionaryArray.from_arrays(pa.array(np.zeros(300_000, np.int8)), pa.array(["가" * 1_000_000]))}),
    "행이 너무 많다": lambda: pa.table({"n": pa.array(np.zeros(wire.MAX_CELLS + 1, np.int8))}),
    "열이 너무 많다": lambda: pa.table({f"c{n}": pa.array([], pa.int8()) for n in range(wire.MAX_COLUMNS + 1)}),
    "겹치는 목록": lambda: pa.table({"n": pa.ListViewArray.from_arrays([0] * 50_000, [100_000] * 50_000, pa.array(np.zeros(100_000, np.int8)))}),
    "달리기 길이": lambda: pa.table({"n": pa.RunEndEncodedArray.from_arrays([300_000], ["가" * 1_000_000])}),
    "같은 이름의 열": lambda: pa.table([[1], [2]], names=["n", "n"]),
    "다른 인덱스": lambda: with_pandas_metadata("n", index_columns=["n"]),
    "글이 아닌 열 이름": lambda: with_pandas_metadata("1", column_indexes=[{"name": None, "field_name": None, "pandas_type": "int64",
                                                                      "numpy_type": "int64", "metadata": None}]),
    "열 이름에 든 식": lambda: with_pandas_metadata("(" * 5000, column_indexes=[
        {"name": None, "field_name": None, "pandas_type": "unicode", "numpy_type": "object", "metadata": None}] * 2),
    "없는 시간대": lambda: pa.table({"n": pa.array([1], pa.timestamp("us", tz="Nowhere/Land"))}),
}


@pytest.mark.parametrize("make", TINY_BUT_HUGE.values(), ids=TINY_BUT_HUGE.keys())
def test_a_frame_we_would_not_have_made_is_refused(make):
    with pytest.raises(wire.WireError):
        wire.decode_frame(ipc(make()))


@pytest.mark.parametrize("series", [
    pd.Series(["가", "나", None], dtype="category"), pd.Series([1, None], dtype="Int64"), pd.Series(pd.period_range("2024-01", periods=2, freq="M")),
    pd.Series([{"a": 1}, {"a": 2}]), pd.Series(pd.to_datetime(["2024-01-01"]).tz_localize("Asia/Seoul")), pd.Series([b"x"]),
], ids=str)
def test_what_a_learner_may_return_arrives(series):
    arrived = wire.decode_frame(wire.encode_frame(pd.DataFrame({"n": series})))["n"]
    assert list(map(str, arrived)) == list(map(str, series))


def test_one_body_is_used_once():
    """머리 1MB로 몸통 하나를 몇만 번 풀게 하면 채점기가 멈춘다."""
    frame = ipc(pa.table({"n": [1]}))
    for content in ([{"$frame": 0}] * 2, [{"$blob": 0}, {"$frame": 0}]):
        head = json.dumps({"$": content, "bodies": [len(frame)]}).encode()
        with pytest.raises(wire.WireError):
            wire.receive(read_exactly(struct.pack("!I", len(head)) + head + frame))


def test_many_bombs_in_one_message_share_one_limit():
    bomb = ipc(pa.table({f"c{n}": np.zeros(wire.MAX_CELLS // 4) for n in range(4)}), "zstd")  # 하나는 풀어도 3MB다
    head = json.dumps({"$": [{"$frame": n} for n in range(400)], "bodies": [len(bomb)] * 400}).encode()
    assert len(head) + 400 * len(bomb) < wire.MAX_MESSAGE
    before = psutil.Process().memory_info().rss
    with pytest.raises(wire.WireError):
        wire.receive(read_exactly(struct.pack("!I", len(head)) + head + bomb * 400))
    assert psutil.Process().memory_info().rss - before < 2 * wire.DECODE_MEMORY


def test_half_a_surrogate_pair_never_gets_through():
    """UTF-8이 아닌 파일 이름은 파이썬에서 짝 없는 대리 문자가 된다. 그대로는 성적표에도 화면에도 쓸 수 없다."""
    arrived = wire.receive(read_exactly(message({"name": "a\udcff.csv", "\udc80": ["\ud800"]})))
    assert json.dumps(arrived, ensure_ascii=False).encode("utf-8")
    assert arrived["name"] == "a?.csv"


def test_a_message_over_the_limit_is_not_sent():
    left, right = socket.socketpair()
    with left, right, pytest.raises(wire.WireError):
        wire.send(left, {"blob": bytes(wire.MAX_MESSAGE)})
