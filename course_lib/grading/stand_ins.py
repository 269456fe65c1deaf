"""채점기가 끼워 넣는 리소스. 통신에는 재료(dict)만 오가고, 샌드박스 안에서 객체가 된다.

재료는 `{"kind": "page_view_log", …}`이다. 부모 쪽 채점 기준표는 이 모듈의 함수로 재료를 만들고, 자식은 `StandIns`로
객체와 그 기록을 얻는다.
"""

import functools
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from course_lib.resources import FakePostgres, Landing

Material = dict[str, Any]


def page_view_log(days: Mapping[str, pd.DataFrame]) -> Material:
    """`read(day)`가 주어진 표를 주는 기록. 없는 날은 빈 표다(하나라도 있는 날의 열을 따른다)."""
    return {"kind": "page_view_log", "days": dict(days)}


def postgres(tables: Mapping[str, pd.DataFrame], *, fail_at: int | None = None) -> Material:
    """표들에 SQL로 답하는 데이터베이스. `fail_at`번째(1부터) 물음에서 예외를 낸다."""
    return {"kind": "postgres", "tables": dict(tables), "fail_at": fail_at}


def landing(files: Mapping[str, bytes]) -> Material:
    """이 파일들이 도착해 있는 폴더."""
    return {"kind": "landing", "files": dict(files)}


def s3(*, fail: bool = False) -> Material:
    """받은 표를 남기는 저장소. `fail`이면 쓸 때 예외를 낸다."""
    return {"kind": "s3", "fail": fail}


def warehouse(tables: Mapping[str, pd.DataFrame]) -> Material:
    """이 표들만 있는 DuckDB 창고. 이름은 `fct_user_activity`나 `raw.events`처럼 적는다."""
    return {"kind": "warehouse", "tables": dict(tables)}


class StandIns:
    """한 관찰에 끼워 넣을 리소스들. `log`에는 모든 리소스가 받은 부름이 일어난 차례로 남는다."""

    def __init__(self, materials: Mapping[str, Material]):
        self.log: list[str] = []
        makers = {"page_view_log": _PageViewLog, "postgres": _Postgres, "s3": _S3, "landing": _landing, "warehouse": _warehouse}
        self.resources = {
            key: makers[material["kind"]](self.log, **{name: value for name, value in material.items() if name != "kind"})
            for key, material in materials.items()
        }

    @property
    def objects(self) -> dict[str, pd.DataFrame]:
        """저장소에 남은 표들."""
        stores = [resource for resource in self.resources.values() if isinstance(resource, _S3)]
        return {key: frame for store in stores for key, frame in store.objects.items()}


class _PageViewLog:
    def __init__(self, log: list[str], days: Mapping[str, pd.DataFrame]):
        self._log = log
        self._days = days

    def read(self, day: str) -> pd.DataFrame:
        self._log.append(f"read {day}")
        if day in self._days:
            return self._days[day].copy()
        return next(iter(self._days.values())).head(0).copy()


def _landing(log: list[str], files: Mapping[str, bytes]) -> "Landing":
    from course_lib.resources import Landing

    # 폴더는 자식의 작업 폴더와 함께 사라진다.
    folder = Path(tempfile.mkdtemp(prefix="landing-"))
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return Landing(folder)


@functools.cache
def _only_engine() -> "FakePostgres":
    from course_lib.resources import FakePostgres

    return FakePostgres()


def database_of(tables: Mapping[str, pd.DataFrame]) -> "FakePostgres":
    """이 표들이 있는 SQL 엔진. 자식마다 하나만 열어 표를 갈아 끼운다: 여는 데 드는 시간이 자산을 계산하는 시간보다 길다."""
    engine = _only_engine()
    engine.replace_tables(tables)
    return engine


class _Postgres:
    def __init__(self, log: list[str], tables: Mapping[str, pd.DataFrame], fail_at: int | None):
        self._engine = database_of(tables)
        self._log = log
        self._fail_at = fail_at
        self.queries: list[str] = []

    def query(self, sql: str, params: Any = None) -> pd.DataFrame:
        self._log.append(f"query {sql}")
        self.queries.append(sql)
        if self._fail_at == len(self.queries):
            raise ConnectionError("데이터베이스 연결이 끊겼습니다")
        return self._engine.query(sql, params)


class _S3:
    def __init__(self, log: list[str], fail: bool):
        self._log = log
        self._fail = fail
        self.objects: dict[str, pd.DataFrame] = {}

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        self._log.append(f"put {key}")
        if self._fail:
            raise ConnectionError("저장소에 쓸 수 없습니다")
        if not isinstance(df, pd.DataFrame):
            raise TypeError(f"put_parquet은 DataFrame을 받는데 {type(df).__name__}을(를) 받았습니다")
        self.objects[key] = df.copy()

    def get_parquet(self, key: str) -> pd.DataFrame:
        self._log.append(f"get {key}")
        return self.objects[key].copy()


def _warehouse(log: list[str], tables: Mapping[str, pd.DataFrame]) -> Any:
    """표들을 담은 새 DuckDB 파일을 여는 `DuckDBResource`."""
    import duckdb
    from dagster_duckdb import DuckDBResource

    path = tempfile.mktemp(suffix=".duckdb")  # duckdb는 빈 파일을 데이터베이스로 보지 않으므로 이름만 얻는다
    with duckdb.connect(path) as connection:
        for name, frame in tables.items():
            if "." in name:
                connection.execute(f"create schema if not exists {name.partition('.')[0]}")
            connection.register("given", frame)
            connection.execute(f"create table {name} as select * from given")
    return DuckDBResource(database=path)
