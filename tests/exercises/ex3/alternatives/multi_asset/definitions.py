"""비밀번호만 환경 변수로 준다. 나머지는 이 컴퓨터의 것이라 그대로 적는다."""

import dagster as dg

from .assets import profile_tables
from .resources import PostgresResource, S3Resource

defs = dg.Definitions(
    assets=[profile_tables],
    resources={
        "postgres": PostgresResource(host="localhost", dbname="shop", user="app", password=dg.EnvVar("DB_PASSWORD")),
        "s3": S3Resource(bucket="shop", region="us-east-1"),
    },
)
