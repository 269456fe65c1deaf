"""샌드박스 안의 드라이버: psycopg, boto3, pyarrow의 S3가 서버 대신 메모리의 대역과 말하게 한다.

샌드박스에는 통신이 없다. 그래도 학습자가 쓴 리소스가 **드라이버에게** 무엇을 건넸는지(SQL과 값, 요청이 간 주소)는 볼 수
있다. `install()`은 자이고트에서 한 번, 제출물보다 먼저 부른다. 그래야 `from psycopg import connect`처럼 이름을 미리 꺼내
둔 코드도 대역을 만난다. `served(...)` 블록 밖에서는 접속을 거절한다: 자산은 받은 리소스로만 일해야 한다.

대역이 흉내 내지 못한 것을 만나면 `unsupported`에 적는다. 그때는 이 안에서 판정하지 않고 진짜 서버의 시험에 맡긴다.
"""

import contextlib
import functools
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pandas as pd

from course_lib.grading.stand_ins import database_of

if TYPE_CHECKING:
    from course_lib.resources import FakePostgres

REFUSED = "채점할 때는 서버가 없습니다. 자산은 매개변수로 받은 리소스로만 읽고 써야 합니다"
TEXT_OID, INT_OID, FLOAT_OID, BOOL_OID, TIMESTAMP_OID, TIMESTAMPTZ_OID = 25, 20, 701, 16, 1114, 1184
NO_SUCH_KEY = b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>'


@dataclass
class Served:
    """블록 하나에서 드라이버들이 받은 것."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    targets: list[dict[str, str]] = field(default_factory=list)  # 접속마다 host, port, dbname, user, password
    executed: list[tuple[str, tuple | None]] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    requests: dict[str, bytes] = field(default_factory=dict)  # HTTP로 받은 객체: 경로 -> 내용
    unsupported: str = ""

    @functools.cached_property
    def database(self) -> "FakePostgres":
        return database_of(self.tables)

    @property
    def reached(self) -> bool:
        return bool(self.executed or self.hosts)

    @property
    def objects(self) -> dict[str, bytes]:
        """저장된 객체들. 이름은 "버킷/키"이거나, 버킷이 주소에 있으면 "키"다."""
        import fsspec

        files = fsspec.filesystem("memory")
        return {**self.requests, **{path.lstrip("/"): files.cat(path) for path in files.store}}


_served: Served | None = None


@contextlib.contextmanager
def served(tables: Mapping[str, pd.DataFrame] | None = None) -> Iterator[Served]:
    """이 블록 안에서는 `tables`를 가진 데이터베이스와 빈 저장소가 있다."""
    global _served
    _served = Served(tables or {})
    try:
        yield _served
    finally:
        _served = None


def install() -> None:
    """드라이버들의 입구를 대역으로 바꾼다. 되돌리지 않는다."""
    import boto3
    import botocore.httpsession
    import duckdb  # noqa: F401
    import psycopg
    import psycopg.conninfo
    import pyarrow.fs

    def connect(conninfo: str = "", **kwargs: Any) -> "_Connection":
        if _served is None:
            raise psycopg.OperationalError(REFUSED)
        named = {name: kwargs[name] for name in ("host", "port", "dbname", "user", "password") if kwargs.get(name) is not None}
        target = psycopg.conninfo.conninfo_to_dict(conninfo, **named)
        _served.targets.append({name: str(value) for name, value in target.items()})
        return _Connection(_served, kwargs.get("row_factory"))

    psycopg.connect = connect
    psycopg.Connection.connect = connect
    botocore.httpsession.URLLib3Session.send = _send
    pyarrow.fs.S3FileSystem = _s3_file_system
    # S3의 요청과 답의 모양이 적힌 큰 파일을 자이고트에서 한 번만 읽는다. 만들기만 하는 것은 접속하지 않는다.
    boto3.client("s3", region_name="us-east-1", aws_access_key_id="grader", aws_secret_access_key="grader")


# ---------------------------------------------------------------- PostgreSQL


class _StandIn:
    """모르는 속성을 물으면 적어 둔다."""

    _served: Served

    def __getattr__(self, name: str) -> Any:
        self._served.unsupported = f"{type(self).__name__.strip('_')}.{name}"
        raise AttributeError(name)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        self.closed = True


class _Connection(_StandIn):
    closed = False
    broken = False
    autocommit = False

    def __init__(self, served: Served, row_factory: Any):
        self._served = served
        self.row_factory = row_factory or _tuples

    @property
    def __class__(self) -> type:
        # SQLAlchemy는 접속이 psycopg의 것인지 isinstance로 확인한다.
        import psycopg

        return psycopg.Connection

    @property
    def pgconn(self) -> Any:
        # SQLAlchemy가 hstore 형이 있는지 찾을 때 쓴다. 이 데이터베이스에는 그런 형이 없다.
        import psycopg

        raise psycopg.errors.UndefinedObject("hstore")

    @property
    def info(self) -> SimpleNamespace:
        from psycopg.pq import TransactionStatus

        return SimpleNamespace(transaction_status=TransactionStatus.IDLE, encoding="utf-8", server_version=170000)

    def cursor(self, name: str = "", *, row_factory: Any = None, **kwargs: Any) -> "_Cursor":
        return _Cursor(self, row_factory or self.row_factory)

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> "_Cursor":
        return self.cursor().execute(query, params)

    def transaction(self, *args: Any, **kwargs: Any) -> contextlib.AbstractContextManager:
        return contextlib.nullcontext()

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def set_autocommit(self, value: bool) -> None: ...

    def add_notice_handler(self, callback: Any) -> None: ...


class _Column(tuple):
    """DB-API의 열 설명 일곱 칸. psycopg처럼 이름으로도 꺼낸다."""

    @property
    def name(self) -> str:
        return self[0]

    @property
    def type_code(self) -> int:
        return self[1]


class _Result:
    """psycopg의 행 만들개(dict_row 등)가 열 이름을 찾는 곳."""

    def __init__(self, names: list[str]):
        from psycopg.pq import ExecStatus

        self.status = ExecStatus.TUPLES_OK
        self.nfields = len(names)
        self._names = names

    def fname(self, index: int) -> bytes:
        return self._names[index].encode("utf-8")


class _Cursor(_StandIn):
    closed = False
    arraysize = 1
    itersize = 100
    _encoding = "utf-8"

    def __init__(self, connection: _Connection, row_factory: Any):
        self._served = connection._served
        self.connection = connection
        self.row_factory = row_factory
        self.description: list[_Column] | None = None
        self.pgresult: _Result | None = None
        self.rowcount = -1
        self._rows: Iterator[tuple] = iter(())

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> "_Cursor":
        frame = _answer(self._served, _text(query), params)
        self.description = [_Column((name, _oid(frame.dtypes.iloc[i]), None, None, None, None, None))
                            for i, name in enumerate(frame.columns)]
        self.pgresult = _Result(list(frame.columns))
        self.rowcount = len(frame)
        make = self.row_factory(self)
        self._rows = iter([make(row) for row in _python_rows(frame)])
        return self

    def fetchall(self) -> list:
        return list(self._rows)

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchmany(self, size: int = 0) -> list:
        return [row for row, _ in zip(self._rows, range(size or self.arraysize), strict=False)]

    def stream(self, query: Any, params: Any = None, **kwargs: Any) -> Iterator:
        return iter(self.execute(query, params))

    def __iter__(self) -> Iterator:
        return self._rows


def _tuples(cursor: Any) -> Any:
    return tuple


def _text(query: Any) -> str:
    if isinstance(query, bytes):
        return query.decode("utf-8")
    return query if isinstance(query, str) else query.as_string(None)


# SQLAlchemy가 처음 접속할 때 서버에 묻는 것들. 학습자의 물음이 아니므로 적어 두지 않는다.
_SERVER_QUESTIONS = {
    "pg_catalog.version()": "PostgreSQL 17.0 on x86_64-pc-linux-gnu",
    "current_schema()": "public",
    "standard_conforming_strings": "on",
    "transaction isolation level": "read committed",
}


def _answer(served: Served, text: str, params: Any) -> pd.DataFrame:
    for words, value in _SERVER_QUESTIONS.items():
        if words in text.lower():
            return pd.DataFrame({"value": [value]})
    if "pg_catalog.pg_" in text:
        return pd.DataFrame({"value": []})
    if isinstance(params, Mapping):
        text, params = _by_position(text, params)
    served.executed.append((text, None if params is None else tuple(params)))
    return served.database.query(text, params)


def _by_position(text: str, params: Mapping[str, Any]) -> tuple[str, tuple]:
    """이름 붙은 자리(`%(a)s`)를 차례의 자리(`%s`)로. SQLAlchemy는 이름을 붙여 보낸다."""
    names = re.findall(r"%\((\w+)\)s", text)
    return re.sub(r"%\(\w+\)s(::\w+)?", "%s", text), tuple(params[name] for name in names)


def _oid(dtype: Any) -> int:
    if isinstance(dtype, pd.DatetimeTZDtype):
        return TIMESTAMPTZ_OID
    kinds = {"i": INT_OID, "u": INT_OID, "f": FLOAT_OID, "b": BOOL_OID, "M": TIMESTAMP_OID}
    return kinds.get(getattr(dtype, "kind", "O"), TEXT_OID)


def _python_rows(frame: pd.DataFrame) -> list[tuple]:
    """psycopg처럼 파이썬의 값으로 된 행들. 빠진 값은 None이다."""
    columns = [
        [None if pd.isna(value) else value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
         for value in frame.iloc[:, i].tolist()]
        for i in range(len(frame.columns))
    ]
    return list(zip(*columns, strict=True))


# ---------------------------------------------------------------- S3


class _Body(io.BytesIO):
    """urllib3의 응답처럼 조각으로도 읽힌다."""

    def stream(self, amt: int = 1 << 16, **kwargs: Any) -> Iterator[bytes]:
        while chunk := self.read(amt):
            yield chunk

    def release_conn(self) -> None: ...


def _send(session: Any, request: Any) -> Any:
    """botocore가 보내려는 HTTP 요청 하나에 답한다. 버킷은 주소에 있을 수도, 경로에 있을 수도 있다."""
    from botocore.awsrequest import AWSResponse
    from botocore.exceptions import EndpointConnectionError

    if _served is None:
        raise EndpointConnectionError(endpoint_url=request.url, error=REFUSED)
    url = urlsplit(request.url)
    _served.hosts.append(url.netloc)
    key = unquote(url.path).lstrip("/")
    status, body = 200, b""
    if request.method == "PUT":
        _served.requests[key] = _payload(request)
    elif request.method in ("GET", "HEAD"):
        found = _served.requests.get(key)
        status, body = (404, NO_SUCH_KEY) if found is None else (200, found)
    elif request.method != "DELETE":
        _served.unsupported = f"{request.method} {url.path}"
    headers = {"Content-Length": str(len(body)), "ETag": '"0"', "Content-Type": "binary/octet-stream"}
    return AWSResponse(request.url, status, headers, _Body(b"" if request.method == "HEAD" else body))


def _payload(request: Any) -> bytes:
    body = request.body
    data = body.read() if hasattr(body, "read") else bytes(body or b"")
    if b"aws-chunked" not in _header(request, "Content-Encoding"):
        return data
    # 크기(16진수)와 내용이 번갈아 온다. 크기가 0이면 끝이다.
    content, rest = b"", data
    while rest:
        size, rest = rest.split(b"\r\n", 1)
        length = int(size.split(b";")[0], 16)
        if length == 0:
            break
        content, rest = content + rest[:length], rest[length + 2:]
    return content


def _header(request: Any, name: str) -> bytes:
    value = request.headers.get(name, b"")
    return value if isinstance(value, bytes) else str(value).encode("utf-8")


def _s3_file_system(*args: Any, endpoint_override: str | None = None, **kwargs: Any) -> Any:
    """pyarrow의 S3 파일 시스템 자리에 메모리의 파일 시스템을 준다."""
    import fsspec
    from pyarrow.fs import FSSpecHandler, PyFileSystem

    if _served is None:
        raise OSError(REFUSED)
    _served.hosts.append(re.sub(r"^\w+://", "", endpoint_override or "s3.amazonaws.com").rstrip("/"))
    return PyFileSystem(FSSpecHandler(fsspec.filesystem("memory")))
