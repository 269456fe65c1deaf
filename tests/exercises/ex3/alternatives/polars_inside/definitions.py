"""함수로 쓴 정의."""

import dagster as dg

from .assets import build
from .resources import PostgresResource, S3Resource


@dg.definitions
def defs() -> dg.Definitions:
    return dg.Definitions.merge(
        dg.Definitions(assets=[build]),
        dg.Definitions(resources={
            "postgres": PostgresResource(
                host=dg.EnvVar("POSTGRES_HOST"), port=6000, dbname="d", user="u", password=dg.EnvVar("POSTGRES_PASSWORD")),
            "s3": S3Resource(bucket=dg.EnvVar("BUCKET"), endpoint_url="http://localhost:9000", region="us-east-1"),
        }),
    )
