"""관찰 자식과 채점기 사이의 통신: 길이가 앞에 붙은 JSON 머리와 이진 몸통들.

한 메시지는 `u32 머리 길이 | JSON 머리 | 몸통…`이다. 머리의 `"$"`에는 메시지 내용이, `"bodies"`에는 몸통 길이가
들어 있다. 표는 Arrow IPC로, 바이트열은 그대로 몸통에 싣고 내용에는 `{"$frame": i}`, `{"$blob": i}`만 남긴다.
pickle은 쓰지 않는다. 받는 쪽은 상대를 믿지 않는다: 길이를 먼저 보고, 몸통은 한 번씩만 쓰고, 메시지 하나를 메모리 상한
아래에서 푼다. 짧은 바이트가 큰 값이 되는 자료형(압축, 범주, 겹치는 목록)은 다 펼친 크기를 보고 거절한다.
"""

import contextlib
import json
import math
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

MAX_HEAD = 1 << 20
MAX_MESSAGE = 8 << 20
DECODE_MEMORY = 512 << 20
# 표 하나의 상한. 칸은 채점할 때 하나씩 파이썬 값이 되므로 바이트만 보아서는 시간을 막을 수 없다. 연습의 표는 몇천 칸이다.
MAX_CELLS = 400_000
MAX_COLUMNS = 1_000
MAX_DENSE_BYTES = 64 << 20
MAX_BODIES = 5_000
_LENGTH = struct.Struct("!I")
_limit_lock = threading.Lock()  # 한도는 프로세스 전체의 것이라 한 번에 한 스레드만 바꾼다


class WireError(ValueError):
    """받은 바이트가 약속한 형식이 아니다."""


class HungUp(WireError):
    """상대가 메시지를 끝내기 전에 연결을 끊었다."""


def send(sock: socket.socket, content: Any, *, limit: int = MAX_MESSAGE) -> None:
    """내용을 한 메시지로 보낸다. `limit` 바이트를 넘으면 아무것도 보내지 않고 WireError를 낸다."""
    bodies: list[bytes] = []
    packed = _pack(content, bodies)
    text = json.dumps({"$": packed, "bodies": [len(body) for body in bodies]}, ensure_ascii=False)
    # 짝 없는 대리 문자(UTF-8이 아닌 파일 이름에서 온다)는 \\udc80처럼 적는다. JSON에서도 같은 뜻이다.
    head = text.encode("utf-8", "backslashreplace")
    if len(head) > MAX_HEAD or len(head) + sum(map(len, bodies)) > limit:
        raise WireError("메시지가 너무 큽니다")
    sock.sendall(b"".join([_LENGTH.pack(len(head)), head, *bodies]))


def receive(read: Callable[[int], bytes], *, limit: int = MAX_MESSAGE) -> Any:
    """`read(n)`으로 한 메시지를 받아 내용으로 되돌린다.

    `read(n)`은 정확히 n바이트를 돌려주거나 예외를 낸다(HungUp, 시간 초과 등은 부르는 쪽의 것이다).
    """
    (head_size,) = _LENGTH.unpack(read(_LENGTH.size))
    if head_size > MAX_HEAD:
        raise WireError("머리가 너무 큽니다")
    try:
        head = json.loads(read(head_size))
        sizes = head["bodies"]
        if not all(type(size) is int and size >= 0 for size in sizes) or sum(sizes) > limit or len(sizes) > MAX_BODIES:
            raise WireError("몸통 길이가 올바르지 않습니다")
        bodies = _Bodies([read(size) for size in sizes])
        with _memory_limit(DECODE_MEMORY):
            return _unpack(head["$"], bodies)
    except WireError:
        raise
    except (KeyError, TypeError, IndexError, AttributeError, ValueError, RecursionError, MemoryError) as error:
        raise WireError(f"메시지를 읽을 수 없습니다: {type(error).__name__}") from error


def read_from(sock: socket.socket) -> Callable[[int], bytes]:
    """막히는 소켓에서 정확히 n바이트를 읽는 함수."""

    def read(size: int) -> bytes:
        chunks = bytearray()
        while len(chunks) < size:
            chunk = sock.recv(min(size - len(chunks), 1 << 20))
            if not chunk:
                raise HungUp("연결이 끊겼습니다")
            chunks += chunk
        return bytes(chunks)

    return read


def encode_frame(frame: pd.DataFrame) -> bytes:
    """표를 Arrow IPC 바이트로. Arrow에 담을 수 없는 열은 글자(repr)로 바꾸어 담는다."""
    flat = frame.reset_index(drop=True)
    flat.columns = [str(name) for name in flat.columns]
    if not flat.columns.is_unique:
        flat.columns = [f"{name}({i})" if duplicate else name
                        for i, (name, duplicate) in enumerate(zip(flat.columns, flat.columns.duplicated(), strict=True))]
    try:
        table = pa.Table.from_pandas(flat, preserve_index=False, nthreads=1)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        table = pa.Table.from_pandas(flat.apply(_plain_column), preserve_index=False, nthreads=1)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def decode_frame(body: bytes) -> pd.DataFrame:
    """믿을 수 없는 Arrow IPC 바이트를 표로. 너무 크거나, 압축 폭탄이거나, `encode_frame`이 만들지 않는 모양이면 WireError."""
    with _memory_limit(DECODE_MEMORY):
        return _Bodies([body]).frame(0)


class _Bodies:
    """받은 몸통들. 같은 몸통을 거듭 가리키면 머리 1MB로 끝없이 풀게 할 수 있으므로 한 번씩만 내준다."""

    def __init__(self, bodies: list[bytes | None]):
        self._bodies = bodies
        self._dense_left = MAX_DENSE_BYTES

    def blob(self, index: Any) -> bytes:
        body = self._bodies[index]
        if body is None:
            raise WireError("몸통을 두 번 가리킵니다")
        self._bodies[index] = None
        return body

    def frame(self, index: Any) -> pd.DataFrame:
        table = _read_table(self.blob(index))
        self._dense_left -= _dense_bytes(table)
        if self._dense_left < 0:
            raise WireError("표가 너무 큽니다")
        return _to_pandas(table)


def _read_table(body: bytes) -> pa.Table:
    try:
        with pa.ipc.open_stream(body) as reader:
            table = reader.read_all()
        table.validate(full=True)
        return table
    except Exception as error:
        raise WireError(f"표를 읽을 수 없습니다: {type(error).__name__}") from error


def _dense_bytes(table: pa.Table) -> int:
    """펼친 크기. 범주(dictionary)는 긴 글 하나를 백만 번 가리킬 수 있고, 여러 열이 같은 바이트를 가리킬 수도 있다."""
    names = table.column_names
    if len(names) > MAX_COLUMNS or max(1, len(names)) * table.num_rows > MAX_CELLS:
        raise WireError(f"표가 너무 큽니다: {table.num_rows}행 {len(names)}열")
    if len(set(names)) != len(names):
        raise WireError("같은 이름의 열이 있습니다")
    dense = 0
    for column in table.columns:
        kind = column.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
            try:
                column = pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], kind)
            except (pa.ArrowException, MemoryError) as error:
                raise WireError("표가 너무 큽니다") from error
        if not _plain_type(kind):
            raise WireError(f"받지 않는 자료형입니다: {str(kind)[:100]}")
        dense += column.nbytes
    return dense


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    try:
        frame = table.to_pandas(use_threads=False)
        for name in frame.columns:
            # 파이썬 값으로 바꿀 수 없는 시각은 채점 기준 안에서야 예외가 난다.
            if isinstance(name, str) and frame[name].dtype.kind in "Mm":
                frame[name].tolist()
    except Exception as error:  # 표에 붙은 pandas의 메타데이터까지 모두 상대가 쓴 것이다. 무슨 예외든 낼 수 있다.
        raise WireError(f"표를 읽을 수 없습니다: {type(error).__name__}") from error
    if not all(type(name) is str for name in frame.columns) or type(frame.index) is not pd.RangeIndex:
        raise WireError("표의 열 이름이나 인덱스가 약속과 다릅니다")
    return frame


def _plain_type(kind: pa.DataType) -> bool:
    """펼친 크기가 바이트 수에 비례하는 자료형인가."""
    if isinstance(kind, pa.BaseExtensionType):
        # pandas의 기간(period)과 구간(interval)
        return kind.extension_name.startswith("pandas.") and _plain_type(kind.storage_type)
    if pa.types.is_struct(kind) or pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        return all(_plain_type(kind.field(index).type) for index in range(kind.num_fields))
    return not pa.types.is_nested(kind) and not pa.types.is_dictionary(kind)


def _plain_column(column: pd.Series) -> pd.Series:
    try:
        pa.Array.from_pandas(column)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return column.map(lambda value: None if value is None else repr(value)[:500])
    return column


@contextlib.contextmanager
def _memory_limit(extra: int) -> Iterator[None]:
    """이 블록 동안 주소 공간이 지금보다 `extra` 바이트 넘게 늘지 못하게 한다(리눅스)."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        yield
        return
    with _limit_lock:
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (used + extra, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _pack(value: Any, bodies: list[bytes]) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": repr(value)}
    if isinstance(value, pd.DataFrame):
        bodies.append(encode_frame(value))
        return {"$frame": len(bodies) - 1}
    if isinstance(value, bytes):
        bodies.append(value)
        return {"$blob": len(bodies) - 1}
    if isinstance(value, Mapping):
        return {"$map": [[str(key), _pack(item, bodies)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [_pack(item, bodies) for item in value]
    raise TypeError(f"보낼 수 없는 값입니다: {type(value).__name__}")


def _unpack(value: Any, bodies: _Bodies) -> Any:
    if isinstance(value, str):
        # 짝 없는 대리 문자는 파일에도 화면에도 쓸 수 없다.
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_unpack(item, bodies) for item in value]
    if isinstance(value, dict):
        if "$frame" in value:
            return bodies.frame(value["$frame"])
        if "$blob" in value:
            return bodies.blob(value["$blob"])
        if "$float" in value:
            return float(value["$float"])
        return {_unpack(str(key), bodies): _unpack(item, bodies) for key, item in value["$map"]}
    return value

