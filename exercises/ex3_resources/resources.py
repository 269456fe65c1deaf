"""데이터베이스와 저장소로 가는 길: 진짜 둘과, 테스트에서 그 자리에 서는 가짜 둘.

PostgresResource(dg.ConfigurableResource): PostgreSQL에 묻는다.
    필드      host: str, port: int = 5432, dbname: str, user: str, password: str
    메서드    query(sql, params=None) -> DataFrame
  - sql의 %s 자리에 params(목록이나 튜플)의 값이 차례로 들어간다. 값은 드라이버가 따로 보내게 하고, SQL에 이어 붙이지 않는다.
  - 행이 없어도 열은 있다.

S3Resource(dg.ConfigurableResource): 버킷에 표를 Parquet로 두고 읽는다.
    필드      bucket: str, endpoint_url: str | None = None, region: str
    메서드    put_parquet(key, df), get_parquet(key) -> DataFrame
  - endpoint_url이 있으면 요청은 그 주소로 간다. 없으면 AWS로 간다.
  - 열쇠는 필드가 아니라 환경 변수 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY에서 온다. boto3가 스스로 찾는다.

FakePostgres, FakeS3: 메서드의 이름과 인자가 진짜와 같은 보통 파이썬 클래스. 서버 없이 답하고, 받은 것을 기억한다.
  - FakePostgres.queries: 받은 물음들. FROM users를 물으면 users의 표를, FROM events를 물으면 events의 표를 답한다.
  - FakeS3.objects: 쓴 것들. 키로 찾을 수 있다.
  - 만드는 방법(인자)은 자유. 런이 끝난 뒤에도 기억이 남아 있어야 한다.

드라이버는 psycopg와 boto3가 설치되어 있다.
"""

import dagster as dg
import pandas as pd


class PostgresResource(dg.ConfigurableResource):
    host: str
    # 나머지 필드를 여기에 쓰세요.

    def query(self, sql: str, params=None) -> pd.DataFrame:
        raise NotImplementedError("여기에 접속해서 묻고, 답을 표로 돌려주는 코드를 쓰세요")


class S3Resource(dg.ConfigurableResource):
    bucket: str
    # 나머지 필드를 여기에 쓰세요.

    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        raise NotImplementedError("여기에 표를 Parquet로 쓰는 코드를 쓰세요")

    def get_parquet(self, key: str) -> pd.DataFrame:
        raise NotImplementedError("여기에 Parquet를 읽어 표로 돌려주는 코드를 쓰세요")


class FakePostgres:
    def query(self, sql: str, params=None) -> pd.DataFrame:
        raise NotImplementedError("여기에 준 표로 답하고 물음을 queries에 남기는 코드를 쓰세요")


class FakeS3:
    def put_parquet(self, key: str, df: pd.DataFrame) -> None:
        raise NotImplementedError("여기에 표를 objects에 남기는 코드를 쓰세요")

    def get_parquet(self, key: str) -> pd.DataFrame:
        raise NotImplementedError("여기에 objects의 표를 돌려주는 코드를 쓰세요")
