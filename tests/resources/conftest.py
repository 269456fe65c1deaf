"""계약 시험의 두 상대: 가짜는 언제나, 진짜는 이 세션이 띄운 PostgreSQL과 S3. 건너뛰는 일이 없다."""

import itertools
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest

from course_lib.resources import FakePostgres, FakeS3, PostgresResource, S3Resource
from course_lib.services import PostgresInfo, S3Info, postgres, s3

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresInfo]:
    with postgres() as info:
        yield info


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Info]:
    with s3() as info:
        yield info


@pytest.fixture
def real_database(postgres_server) -> PostgresInfo:
    """빈 데이터베이스. 앞 시험의 표는 없다."""
    PostgresResource(**asdict(postgres_server)).execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return postgres_server


@pytest.fixture(params=["fake", "real"])
def database(request):
    """빈 데이터베이스에 이어진 리소스."""
    if request.param == "fake":
        return FakePostgres()
    return PostgresResource(**asdict(request.getfixturevalue("real_database")))


@pytest.fixture(params=["fake", "real"])
def storage(request):
    """빈 저장소에 이어진 리소스."""
    if request.param == "fake":
        return FakeS3()
    server = request.getfixturevalue("s3_server")
    bucket = f"test-{next(_numbers)}"
    resource = S3Resource(**asdict(replace(server, bucket=bucket)))
    with resource._client() as client:
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": server.region})
    return resource
