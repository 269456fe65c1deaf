"""SQLAlchemy로 묻고, boto3의 높은 수준 API로 쓴다. 가짜는 dataclass다."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import dagster as dg
import pandas as pd
from pydantic import PrivateAttr
from sqlalchemy import URL, Engine, create_engine


class PostgresResource(dg.ConfigurableResource):
    host: str
    port: int = 5432
    dbname: str
    user: str
    password: str
    _engine: Engine = PrivateAttr()

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._engine = create_engine(URL.create(
            "postgresql+psycopg", self.user, self.password, self.host, self.port, self.dbname))

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        self._engine.dispose()

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        with self._engine.connect() as connection:
            result = connection.exec_driver_sql(sql, tuple(params) if params else ())
            return pd.DataFrame(result.fetchall(), columns=list(result.keys()))


class S3Resource(dg.ConfigurableResource):
    bucket: str
    endpoint_url: str | None = None
    region: str

    def _object(self, key: str) -> Any:
        return boto3.resource("s3", region_name=self.region, endpoint_url=self.endpoint_url).Object(self.bucket, key)

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        buffer = io.BytesIO()
        df.to_parquet(buffer)
        buffer.seek(0)
        self._object(key).upload_fileobj(buffer)

    def get_parquet(self, key: str) -> pd.DataFrame:
        buffer = io.BytesIO()
        self._object(key).download_fileobj(buffer)
        buffer.seek(0)
        return pd.read_parquet(buffer)


@dataclass
class FakePostgres:
    users: pd.DataFrame
    events: pd.DataFrame
    queries: list[tuple[str, Any]] = field(default_factory=list)

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        self.queries.append((sql, params))
        return self.users.copy() if "from users" in sql.lower() else self.events.copy()


@dataclass
class FakeS3:
    objects: dict[str, bytes] = field(default_factory=dict)

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        self.objects[key] = df.to_parquet()

    def get_parquet(self, key: str) -> pd.DataFrame:
        return pd.read_parquet(io.BytesIO(self.objects[key]))
