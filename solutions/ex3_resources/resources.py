"""데이터베이스와 저장소로 가는 길: 진짜 둘과, 테스트에서 그 자리에 서는 가짜 둘."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
import dagster as dg
import pandas as pd
import psycopg
from botocore.config import Config
from pydantic import Field


class PostgresResource(dg.ConfigurableResource):
    """PostgreSQL에 묻는다. 만들 때가 아니라 물을 때 접속하고, 답을 받으면 끊는다."""

    host: str
    port: int = 5432
    dbname: str
    user: str
    # repr=False: 오류 메시지나 로그에 리소스가 통째로 찍혀도 비밀번호는 보이지 않는다.
    password: str = Field(repr=False)

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        """SELECT의 결과. `%s` 자리에 들어갈 값은 `params`로 준다."""
        # 접속 문자열을 이어 붙이지 않는다. 비밀번호의 @나 /가 주소를 망가뜨린다.
        connection = psycopg.connect(
            host=self.host, port=self.port, dbname=self.dbname, user=self.user, password=self.password, connect_timeout=10
        )
        with connection, connection.cursor() as cursor:
            # 값을 SQL에 끼워 넣지 않고 드라이버에게 따로 준다. O'Brien의 따옴표가 SQL을 끊지 못한다.
            cursor.execute(sql, params)
            columns = [column.name for column in cursor.description]
            return pd.DataFrame(cursor.fetchall(), columns=columns)


class S3Resource(dg.ConfigurableResource):
    """버킷 하나에 표를 Parquet로 두고 읽는다. 열쇠는 AWS_ACCESS_KEY_ID와 AWS_SECRET_ACCESS_KEY에서 찾는다."""

    bucket: str
    # 없으면 AWS로, 있으면 그 주소(MinIO, 내 컴퓨터의 S3)로만 간다.
    endpoint_url: str | None = None
    region: str = "ap-northeast-2"

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        """표를 객체 하나로 둔다. 같은 키가 있으면 바꾼다."""
        self._client().put_object(Bucket=self.bucket, Key=key, Body=df.to_parquet(index=False))

    def get_parquet(self, key: str) -> pd.DataFrame:
        """둔 표를 다시 읽는다."""
        response = self._client().get_object(Bucket=self.bucket, Key=key)
        return pd.read_parquet(io.BytesIO(response["Body"].read()))

    def _client(self) -> Any:
        # 주소가 하나뿐인 서버에는 `버킷.주소`라는 이름이 없다. 버킷을 경로에 쓴다.
        config = Config(s3={"addressing_style": "path"}) if self.endpoint_url else None
        return boto3.client("s3", endpoint_url=self.endpoint_url, region_name=self.region, config=config)


# 가짜는 ConfigurableResource가 아니다. Dagster는 런을 시작할 때 그것을 복사하므로,
# 복사본이 기록한 것은 테스트가 쥔 객체에서 보이지 않는다.


class FakePostgres:
    """표의 이름을 보고 준 표를 통째로 답한다. 받은 물음은 `queries`에 차례로 남는다."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self.tables = tables
        self.queries: list[str] = []

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        self.queries.append(sql)
        for name, frame in self.tables.items():
            if f"FROM {name}" in sql:
                # 사본을 준다. 받은 쪽이 고쳐도 다음 물음의 답은 그대로다.
                return frame.copy()
        raise ValueError(f"없는 표입니다: {sql}")


class FakeS3:
    """받은 표를 `objects`에 키와 함께 남긴다."""

    def __init__(self) -> None:
        self.objects: dict[str, pd.DataFrame] = {}

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        self.objects[key] = df.copy()

    def get_parquet(self, key: str) -> pd.DataFrame:
        return self.objects[key].copy()
