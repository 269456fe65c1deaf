"""런마다 접속 하나를 열어 두었다가 닫는 리소스. 행은 dict로 받는다. 필드가 더 있어도 된다."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import pandas as pd
import psycopg
from psycopg.rows import dict_row
from pydantic import PrivateAttr


class PostgresResource(dg.ConfigurableResource):
    host: str
    port: int = 5432
    dbname: str
    user: str
    password: str
    application_name: str = "dagster"
    _connection: Any = PrivateAttr(default=None)

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["PostgresResource"]:
        with psycopg.Connection.connect(
            f"host={self.host} port={self.port} dbname={self.dbname} user={self.user}",
            password=self.password, row_factory=dict_row, autocommit=True, application_name=self.application_name,
        ) as connection:
            self._connection = connection
            yield self

    def query(self, sql: str, params: list | None = None) -> pd.DataFrame:
        cursor = self._connection.execute(sql, params)
        names = [column[0] for column in cursor.description]
        return pd.DataFrame.from_records([tuple(row[name] for name in names) for row in cursor], columns=names)


class S3Resource(dg.ConfigurableResource):
    bucket: str
    endpoint_url: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = None
    _client: Any = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._client = boto3.session.Session(self.access_key, self.secret_key, region_name=self.region).client(
            service_name="s3", endpoint_url=self.endpoint_url)

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.parquet"
            df.to_parquet(path)
            self._client.upload_file(str(path), self.bucket, key)

    def get_parquet(self, key: str) -> pd.DataFrame:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.parquet"
            self._client.download_file(self.bucket, key, str(path))
            return pd.read_parquet(path)


class FakePostgres:
    """답을 만드는 함수를 받는 가짜."""

    def __init__(self, answer):
        self.answer = answer
        self.queries = []

    def query(self, sql, params=None):
        self.queries.append(sql)
        return self.answer(sql)


class FakeS3:
    def __init__(self):
        self.objects = {}

    def put_parquet(self, key, df):
        self.objects[key] = df.copy()

    def get_parquet(self, key):
        return self.objects[key]
