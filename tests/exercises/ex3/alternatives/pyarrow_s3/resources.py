"""S3는 pyarrow의 파일 시스템으로, PostgreSQL은 pandas의 read_sql로."""

import warnings
from contextlib import closing
from typing import Any

import dagster as dg
import pandas as pd
from psycopg import connect
from pyarrow.fs import S3FileSystem


class PostgresResource(dg.ConfigurableResource):
    """PostgreSQL."""

    host: str
    port: int = 5432
    dbname: str
    user: str
    password: str

    def query(self, sql: str, params: Any = None) -> pd.DataFrame:
        with closing(connect(host=self.host, port=self.port, dbname=self.dbname, user=self.user, password=self.password)) as connection:
            with warnings.catch_warnings():
                # pandas는 SQLAlchemy가 아닌 접속을 시험하지 않았다고 알린다.
                warnings.simplefilter("ignore", UserWarning)
                return pd.read_sql(sql, connection, params=params)


class S3Resource(dg.ConfigurableResource):
    """S3 API를 말하는 저장소."""

    bucket: str
    endpoint_url: str | None = None
    region: str = "ap-northeast-2"

    @property
    def _files(self) -> S3FileSystem:
        if self.endpoint_url is None:
            return S3FileSystem(region=self.region)
        return S3FileSystem(region=self.region, endpoint_override=self.endpoint_url)

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        df.to_parquet(f"{self.bucket}/{key}", filesystem=self._files)

    def get_parquet(self, key: str) -> pd.DataFrame:
        return pd.read_parquet(f"{self.bucket}/{key}", filesystem=self._files)


class FakePostgres:
    def __init__(self, users: pd.DataFrame, events: pd.DataFrame):
        self.users, self.events, self.queries = users, events, []

    def query(self, sql, params=None):
        self.queries.append({"sql": sql, "params": params})
        return {"users": self.users, "events": self.events}[sql.split("FROM ")[1].split()[0]]


class FakeS3:
    def __init__(self, bucket="fake"):
        self.bucket = bucket
        self.objects = {}

    def put_parquet(self, key, df):
        self.objects |= {key: df}

    def get_parquet(self, key):
        return self.objects[key]
