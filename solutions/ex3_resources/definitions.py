"""자산과 진짜 리소스를 잇는다. 어디에 접속할지는 코드가 아니라 환경 변수가 정한다."""

import dagster as dg

from .assets import user_profiles
from .resources import PostgresResource, S3Resource

defs = dg.Definitions(
    assets=[user_profiles],
    resources={
        "postgres": PostgresResource(
            host=dg.EnvVar("PGHOST"),
            port=dg.EnvVar.int("PGPORT"),
            dbname=dg.EnvVar("PGDATABASE"),
            user=dg.EnvVar("PGUSER"),
            # os.environ["PGPASSWORD"]였다면 비밀번호가 글자 그대로 Dagster의 기록과 화면에 남는다.
            password=dg.EnvVar("PGPASSWORD"),
        ),
        "s3": S3Resource(
            bucket="course",
            endpoint_url=dg.EnvVar("AWS_ENDPOINT_URL"),
            region=dg.EnvVar("AWS_DEFAULT_REGION"),
        ),
    },
)
