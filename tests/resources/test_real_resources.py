"""진짜만의 일: 접속, 비밀번호, 주소."""

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

import boto3
import dagster as dg
import pandas as pd
import psycopg
import pytest

from course_lib.resources import PostgresResource, S3Resource
from course_lib.services import s3

FRAME = pd.DataFrame({"a": [1]})


def test_nothing_is_reached_when_resources_are_made(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("접속을 시도했다")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(psycopg, "connect", refuse)
    PostgresResource(host="nowhere.invalid", dbname="d", user="u", password="p")
    S3Resource(bucket="b", endpoint_url="http://nowhere.invalid")


def test_importing_the_resources_loads_no_driver():
    code = (
        "import sys, course_lib.resources, course_lib.io_managers, course_lib.services\n"
        "print(*{'psycopg', 'boto3', 'moto', 'duckdb', 'hypothesis'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_wrong_password_is_refused(real_database):
    resource = PostgresResource(**asdict(replace(real_database, password="wrong")))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        resource.query("SELECT 1")


@pytest.mark.parametrize("password", ["p@ss/w:rd", "빈 칸과 'quote' \\ %s", "host=elsewhere port=1"])
def test_any_password(real_database, password):
    admin = PostgresResource(**asdict(real_database))
    literal = password.replace("'", "''")
    admin.execute(f"DROP ROLE IF EXISTS someone; CREATE ROLE someone LOGIN PASSWORD '{literal}'")
    resource = PostgresResource(**asdict(replace(real_database, user="someone", password=password)))
    assert resource.query("SELECT current_user::text AS who").who.tolist() == ["someone"]


def test_no_connection_is_left_open(real_database):
    resource = PostgresResource(**asdict(real_database))

    def ask(number):
        if number % 3 == 0:
            with pytest.raises(psycopg.ProgrammingError):
                resource.query("SELECT * FROM nowhere")
            return number
        return int(resource.query("SELECT %s::int AS n", [number]).n[0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(30))) == list(range(30))
    # 서버가 끊긴 접속을 치우는 데에 잠깐 걸릴 수 있으므로, 남은 것이 없어질 때까지 묻되 끝없이 묻지는 않는다.
    others = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    assert any(resource.query(others, [real_database.dbname]).n[0] == 0 for _ in range(100))


def test_a_failed_statement_changes_nothing(real_database):
    resource = PostgresResource(**asdict(real_database))
    resource.execute("CREATE TABLE t (n INT)")
    with pytest.raises(psycopg.Error):
        resource.execute("INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (1)")
    assert resource.query("SELECT * FROM t").empty


def test_passwords_come_from_the_environment_and_appear_nowhere(real_database, s3_server, monkeypatch, capfd):
    """`dg.EnvVar`로 준 비밀은 정의에도, 런의 기록에도, 화면에도 없다."""
    secret = "hunter2-매우-비밀"
    PostgresResource(**asdict(real_database)).execute(f"DROP ROLE IF EXISTS envy; CREATE ROLE envy LOGIN PASSWORD '{secret}'")
    monkeypatch.setenv("COURSE_TEST_PASSWORD", secret)
    monkeypatch.setenv("COURSE_TEST_KEY", s3_server.secret_key)
    database = replace(real_database, user="envy", password=dg.EnvVar("COURSE_TEST_PASSWORD"))
    resources = {
        "postgres": PostgresResource(**asdict(database)),
        "s3": S3Resource(**asdict(replace(s3_server, secret_key=dg.EnvVar("COURSE_TEST_KEY")))),
    }

    @dg.asset
    def report(context: dg.AssetExecutionContext, postgres: PostgresResource, s3: S3Resource) -> None:
        context.log.info(f"{postgres!r} {s3!r}")
        s3.put_parquet("report", postgres.query("SELECT current_user::text AS who"))

    defs = dg.Definitions([report], resources=resources)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([report], resources=resources, instance=instance)
        assert result.success
        events = str(instance.all_logs(result.run_id))
    captured = capfd.readouterr()
    from dagster._core.remote_representation.external_data import RepositorySnap

    snapshot = dg.serialize_value(RepositorySnap.from_def(defs.get_repository_def()))
    for text in (events, captured.out, captured.err, snapshot, repr(resources)):
        assert secret not in text
        assert s3_server.secret_key not in text


def test_a_literal_password_is_not_in_the_repr(real_database, s3_server):
    assert real_database.password not in repr(PostgresResource(**asdict(real_database)))
    assert s3_server.secret_key not in repr(S3Resource(**asdict(s3_server)))
    assert real_database.password not in repr(real_database)
    assert s3_server.secret_key not in repr(s3_server)


def test_objects_go_to_the_endpoint_that_was_given(s3_server):
    """두 서버에 같은 이름의 버킷이 있을 때, 준 주소의 것만 바뀐다."""
    with s3(bucket=s3_server.bucket) as other:
        S3Resource(**asdict(other)).put_parquet("only/here", FRAME)
        assert S3Resource(**asdict(other)).get_parquet("only/here").equals(FRAME)
        with pytest.raises(KeyError):
            S3Resource(**asdict(s3_server)).get_parquet("only/here")


def test_the_object_is_plain_parquet_that_any_client_reads(s3_server):
    S3Resource(**asdict(s3_server)).put_parquet("plain.parquet", FRAME)
    client = boto3.client(
        "s3",
        endpoint_url=s3_server.endpoint_url,
        region_name=s3_server.region,
        aws_access_key_id=s3_server.access_key,
        aws_secret_access_key=s3_server.secret_key,
    )
    body = client.get_object(Bucket=s3_server.bucket, Key="plain.parquet")["Body"].read()
    assert body[:4] == body[-4:] == b"PAR1"


def test_keys_may_come_from_the_environment_aws_uses(s3_server, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.secret_key)
    resource = S3Resource(bucket=s3_server.bucket, endpoint_url=s3_server.endpoint_url, region=s3_server.region)
    resource.put_parquet("env", FRAME)
    assert resource.get_parquet("env").equals(FRAME)


def test_a_missing_bucket_is_not_taken_for_a_missing_key(s3_server):
    resource = S3Resource(**asdict(replace(s3_server, bucket="no-such-bucket")))
    with pytest.raises(Exception, match="NoSuchBucket"):
        resource.get_parquet("k")
    with pytest.raises(Exception, match="NoSuchBucket"):
        resource.put_parquet("k", FRAME)
