"""S3 API를 말하는 저장소에 표를 두는 리소스. AWS의 것, MinIO, `course services`의 것 모두 된다."""

import contextlib
import io
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import Field


class S3Resource(dg.ConfigurableResource):
    """버킷 하나. 만들 때는 접속하지 않는다.

    `endpoint_url`이 있으면 모든 요청이 그 주소로만 간다. 키를 주지 않으면 환경 변수 `AWS_ACCESS_KEY_ID`,
    `AWS_SECRET_ACCESS_KEY`처럼 AWS가 정한 자리에서 찾는다. 줄 때는 `dg.EnvVar`로 준다.
    """

    bucket: str
    endpoint_url: str | None = None
    region: str = "ap-northeast-2"
    access_key: str | None = None
    secret_key: str | None = Field(default=None, repr=False)

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        """표를 Parquet 객체 하나로 둔다. 같은 키가 있으면 바꾼다."""
        body = parquet_bytes(df)
        with self._client() as client:
            client.put_object(Bucket=self.bucket, Key=key, Body=body)

    def get_parquet(self, key: str) -> pd.DataFrame:
        """둔 표를 그대로 준다. 그 키가 없으면 KeyError."""
        with self._client() as client:
            try:
                body = client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
            except client.exceptions.NoSuchKey:
                raise KeyError(key) from None
        return frame_from_parquet(body)

    def _client(self) -> contextlib.closing:
        # 이 모듈을 import하는 것만으로 boto3를 불러오지 않는다.
        import boto3
        from botocore.config import Config

        # MinIO처럼 주소가 하나뿐인 서버에는 `버킷.주소`라는 이름이 없다. 버킷을 경로에 쓴다.
        addressing: Any = {"addressing_style": "path"} if self.endpoint_url else {}
        client = boto3.Session().client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3=addressing, connect_timeout=10, retries={"total_max_attempts": 2}),
        )
        return contextlib.closing(client)


def parquet_bytes(df: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    df.to_parquet(buffer)
    return buffer.getvalue()


def frame_from_parquet(body: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(body))
