"""통신: 낸 것이 그대로 도착하고, 어떤 바이트가 와도 WireError로만 끝난다."""

import io
import json
import socket
import struct
from decimal import Decimal

import pandas as pd
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


def test_a_message_over_the_limit_is_not_sent():
    left, right = socket.socketpair()
    with left, right, pytest.raises(wire.WireError):
        wire.send(left, {"blob": bytes(wire.MAX_MESSAGE)})
