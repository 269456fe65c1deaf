"""자산이 빌려 쓰는 것들. 어디서 읽을지는 코드가 아니라 환경이 정한다.

| `SHOP_SOURCE` | 원본 데이터베이스 |
|---|---|
| `sample` (기본) | 프로세스 안의 예시 데이터. 아무것도 띄우지 않아도 된다 |
| `postgres` | `PGHOST`, `PGPORT`, `PGDATABASE`, `PGUSER`, `PGPASSWORD`가 가리키는 서버 |
"""

import os
from typing import Any

import dagster as dg

from course_lib.resources import PostgresResource

from .alerts import AlertFile
from .database import SampleDatabase, SourceDatabase, fill_source
from .storage import InstanceParquetIOManager

__all__ = ["AlertFile", "InstanceParquetIOManager", "SampleDatabase", "SourceDatabase", "fill_source", "shop_resources"]

SOURCES = {
    "sample": SampleDatabase(),
    # EnvVar는 런이 시작될 때 값을 읽는다. 서버가 없어도 정의는 불러올 수 있고, 비밀번호는 정의에 남지 않는다.
    "postgres": PostgresResource(
        host=dg.EnvVar("PGHOST"),
        port=dg.EnvVar.int("PGPORT"),
        dbname=dg.EnvVar("PGDATABASE"),
        user=dg.EnvVar("PGUSER"),
        password=dg.EnvVar("PGPASSWORD"),
    ),
}


def shop_resources() -> dict[str, Any]:
    """리소스 키 -> 리소스. `SHOP_SOURCE`가 표에 없는 이름이면 ValueError."""
    source = os.environ.get("SHOP_SOURCE", "sample")
    if source not in SOURCES:
        raise ValueError(f"SHOP_SOURCE={source!r}을(를) 알 수 없습니다. {', '.join(SOURCES)} 가운데 하나를 쓰세요.")
    return {"database": SOURCES[source], "io_manager": InstanceParquetIOManager(), "alerts": AlertFile()}
