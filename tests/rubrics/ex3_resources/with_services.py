"""진짜 PostgreSQL과 진짜 S3 API에서 같은 제출물을 돌려 본다. 점수에는 들어가지 않는다.

    python -m tests.rubrics.ex3_resources.with_services 제출폴더

표준 입력으로 접속 정보(JSON)를 받고, 확인마다 JSON 한 줄을 표준 출력에 쓴다. 학습자의 코드를 샌드박스 밖에서 돌리므로
학습자 자신의 컴퓨터에서 자기 코드를 볼 때만 쓴다. 데이터베이스와 버킷은 새로 만들어 쓰고 지운다: 있던 것은 건드리지 않는다.
"""

import contextlib
import importlib
import importlib.util
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import dagster as dg
import pandas as pd
import psycopg

from course_lib import testing

from .tables import ASSET, KEY, events, users

PASSWORD = "p@ss/w:rd 한글'"
OBJECT_KEY = "dir/한 표.parquet"
PEOPLE = [("O'Brien", 3), ("김서연", 1), ("100% 손님", 2)]
# 한 사람은 이름을 바꾸었고(옛 행이 뒤에 있다), 한 사람은 한 일이 없고, 가입하지 않은 사람의 기록이 있다.
USERS = users(
    ("u01", "O'Brien", "2023-03-01", "2024-01-05 09:00"),
    ("u03", "이도윤; DROP TABLE users", "2024-02-01", "2024-02-01 12:00"),
    ("u02", "100% 손님", "2023-12-31", "2024-01-01 00:00"),
    ("u01", "박하나", "2023-03-01", "2024-01-03 09:00"),
)
EVENTS = events(
    ("u02", "2024-02-28 23:00"), ("u01", "2024-02-29 10:00"), ("u02", "2024-02-29 01:30"), ("u09", "2024-03-01 08:00"), ("u02", "2024-02-28 22:00"),
)
PROFILES = [
    ("u01", "O'Brien", "2023-03-01", 1, "2024-02-29 10:00:00"),
    ("u02", "100% 손님", "2023-12-31", 3, "2024-02-29 01:30:00"),
    ("u03", "이도윤; DROP TABLE users", "2024-02-01", 0, ""),
]
TABLES = {
    "users": "CREATE TABLE users (user_id TEXT, name TEXT, signup_date DATE, updated_at TIMESTAMP)",
    "events": "CREATE TABLE events (user_id TEXT, occurred_at TIMESTAMP)",
}


@dataclass(frozen=True)
class Check:
    """확인 하나. 맞으면 `message`가 비어 있다."""

    title: str
    ok: bool
    message: str = ""


class Different(Exception):
    """진짜 서버에서 나온 것이 기대와 다르다."""


def checks(folder: Path, postgres: Mapping[str, Any], s3: Mapping[str, Any], package: str = "submission") -> list[Check]:
    """제출 폴더를 진짜 서버에서 확인한 결과. `postgres`와 `s3`는 `course_lib.services`가 주는 접속 정보의 dict다."""
    with _environment(postgres, s3), _scratch_database(postgres) as database, _scratch_bucket(s3) as bucket:
        try:
            resources, definitions = load(folder, package)
            real_database = resources.PostgresResource(**database)
            storage = resources.S3Resource(bucket=bucket, endpoint_url=s3["endpoint_url"], region=s3["region"])
        except Exception as error:  # 학습자의 코드다. 무엇이든 낼 수 있다
            return [Check("불러와서 진짜 서버의 주소로 리소스를 만든다", False, _sentence(error))]
        return [
            _checked("어떤 비밀번호로도 접속하고, 값은 드라이버가 따로 보낸다", lambda: _query(real_database)),
            _checked("endpoint_url의 S3에 Parquet로 쓰고 다시 읽는다", lambda: _round_trip(storage, bucket, s3)),
            _checked("user_profiles를 구체화한다", lambda: _materialize(definitions, real_database, storage, database, bucket, s3)),
        ]


def load(folder: Path, package: str) -> tuple[ModuleType, dg.Definitions]:
    """제출 폴더를 `package`라는 패키지로 불러온 resources 모듈과 정의."""
    spec = importlib.util.spec_from_file_location(package, folder / "__init__.py", submodule_search_locations=[str(folder)])
    module = importlib.util.module_from_spec(spec)
    sys.modules[package] = module
    spec.loader.exec_module(module)
    found = importlib.import_module(f"{package}.definitions").defs
    definitions = found if isinstance(found, dg.Definitions) else found()
    return importlib.import_module(f"{package}.resources"), definitions


# ---------------------------------------------------------------- 확인


def _query(resource: Any) -> None:
    with dg.build_resources({"resource": resource}) as scope:
        ask = scope.resource.query
        everyone = ask("SELECT name, visits FROM people ORDER BY visits")
        _same(_rows(everyone), sorted(PEOPLE, key=lambda row: row[1]), "people의 행")
        for name, visits in PEOPLE:
            found = ask("SELECT name, visits FROM people WHERE name = %s AND visits >= %s", [name, visits])
            _same(_rows(found), [(name, visits)], f"이름이 {name}인 행")
        stolen = ask("SELECT name, visits FROM people WHERE name = %s", ["x' or '1'='1"])
        _same(_rows(stolen), [], "이름이 x' or '1'='1인 행")
        _same(list(stolen.columns), ["name", "visits"], "행이 없는 답의 열")


def _round_trip(resource: Any, bucket: str, s3: Mapping[str, Any]) -> None:
    frame = pd.DataFrame({"name": ["김서연", "O'Brien"], "at": pd.to_datetime(["2024-01-01 09:00", None]), "n": [1, 2]})
    with dg.build_resources({"resource": resource}) as scope:
        scope.resource.put_parquet(OBJECT_KEY, frame.copy())
        _same(_keys(bucket, s3), [OBJECT_KEY], "그 서버의 버킷에 있는 객체")
        pd.testing.assert_frame_equal(scope.resource.get_parquet(OBJECT_KEY).reset_index(drop=True), frame, check_dtype=False)


def _materialize(definitions: dg.Definitions, postgres: Any, storage: Any, database: Mapping[str, Any], bucket: str,
                 s3: Mapping[str, Any]) -> None:
    with _connected(database) as connection:
        for name, frame in (("users", USERS), ("events", EVENTS)):
            places = ", ".join(["%s"] * len(frame.columns))
            connection.cursor().executemany(f"INSERT INTO {name} VALUES ({places})", list(frame.itertuples(index=False, name=None)))
    asset = definitions.get_repository_def().assets_defs_by_key[dg.AssetKey([ASSET])]
    run = testing.execute([asset], {}, resources={"postgres": postgres, "s3": storage})
    _same(_profile_rows(testing.unwrap(run.asset_value(dg.AssetKey([ASSET])))), PROFILES, "돌려준 표")
    with dg.build_resources({"resource": storage}) as scope:
        _same(_profile_rows(scope.resource.get_parquet(KEY)), PROFILES, f"S3의 {KEY}")
    _same(KEY in _keys(bucket, s3), True, f"그 서버의 버킷에 {KEY}이(가) 있는지")


def _checked(title: str, look: Callable[[], None]) -> Check:
    try:
        look()
    except Exception as error:  # 학습자의 코드다. 무엇이든 낼 수 있다
        return Check(title, False, _sentence(error))
    return Check(title, True)


def _sentence(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    words = lines[0][:300] if lines else ""
    return words if isinstance(error, Different) else f"{type(error).__name__}: {words}"


def _same(actual: Any, expected: Any, what: str) -> None:
    if actual == expected:
        return
    if isinstance(expected, list) and isinstance(actual, list):
        extra = [item for item in actual if item not in expected][:2]
        lost = [item for item in expected if item not in actual][:2]
        raise Different(f"{what}이(가) 다릅니다. 남는 것: {extra or '없음'}, 없는 것: {lost or '없음'}")
    raise Different(f"{what}: 기대한 것은 {expected}인데 {actual}입니다.")


def _rows(frame: pd.DataFrame) -> list[tuple]:
    return [(str(name), int(visits)) for name, visits in frame[["name", "visits"]].itertuples(index=False, name=None)]


def _profile_rows(frame: pd.DataFrame) -> list[tuple]:
    """표의 행들. 자료형의 폭과 단위, 행의 순서는 보지 않는다."""
    return sorted(
        (str(row.user_id), str(row.name), str(row.signup_date)[:10], int(row.event_count),
         "" if pd.isna(row.last_event) else str(pd.Timestamp(row.last_event)))
        for row in frame.itertuples(index=False)
    )


# ---------------------------------------------------------------- 새 데이터베이스와 새 버킷


@contextlib.contextmanager
def _scratch_database(postgres: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """어려운 비밀번호를 가진 사용자의 새 데이터베이스."""
    name = f"check_{secrets.token_hex(4)}"
    with _connected(postgres) as admin:
        admin.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(psycopg.sql.Identifier(name), psycopg.sql.Literal(PASSWORD)))
        admin.execute(psycopg.sql.SQL("CREATE DATABASE {0} OWNER {0}").format(psycopg.sql.Identifier(name)))
    try:
        database = {**postgres, "dbname": name, "user": name, "password": PASSWORD}
        with _connected(database) as connection:
            for statement in (*TABLES.values(), "CREATE TABLE people (name TEXT, visits INT)"):
                connection.execute(statement)
            connection.cursor().executemany("INSERT INTO people VALUES (%s, %s)", PEOPLE)
        yield database
    finally:
        with _connected(postgres) as admin:
            admin.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(name)))
            admin.execute(psycopg.sql.SQL("DROP ROLE {}").format(psycopg.sql.Identifier(name)))


def _connected(postgres: Mapping[str, Any]) -> psycopg.Connection:
    return psycopg.connect(**postgres, autocommit=True, connect_timeout=10)


@contextlib.contextmanager
def _scratch_bucket(s3: Mapping[str, Any]) -> Iterator[str]:
    name = f"check-{secrets.token_hex(4)}"
    with _client(s3) as client:
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3["region"]})
    try:
        yield name
    finally:
        keys = _keys(name, s3)
        with _client(s3) as client:
            for key in keys:
                client.delete_object(Bucket=name, Key=key)
            client.delete_bucket(Bucket=name)


def _keys(bucket: str, s3: Mapping[str, Any]) -> list[str]:
    with _client(s3) as client:
        return [found["Key"] for found in client.list_objects_v2(Bucket=bucket).get("Contents", [])]


def _client(s3: Mapping[str, Any]) -> contextlib.closing:
    return contextlib.closing(boto3.Session().client(
        "s3", endpoint_url=s3["endpoint_url"], region_name=s3["region"],
        aws_access_key_id=s3["access_key"], aws_secret_access_key=s3["secret_key"]))


@contextlib.contextmanager
def _environment(postgres: Mapping[str, Any], s3: Mapping[str, Any]) -> Iterator[None]:
    """학습자의 컴퓨터에서 돌 때의 환경. endpoint_url을 건네지 않은 요청은 어디에도 닿지 않는다."""
    nowhere = "http://127.0.0.1:9"
    wanted = {
        "PGHOST": postgres["host"], "PGPORT": str(postgres["port"]), "PGDATABASE": postgres["dbname"],
        "PGUSER": postgres["user"], "PGPASSWORD": postgres["password"],
        "AWS_ACCESS_KEY_ID": s3["access_key"], "AWS_SECRET_ACCESS_KEY": s3["secret_key"], "AWS_DEFAULT_REGION": s3["region"],
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
        "HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "NO_PROXY": "127.0.0.1,localhost",
    }
    # 주소는 인자로만 알 수 있어야 한다. 소문자로 쓴 프록시 변수는 위의 것보다 먼저 쓰인다.
    unwanted = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL") or name in ("AWS_PROFILE", "AWS_SESSION_TOKEN")
                or name.lower().endswith("_proxy")]
    before = {name: os.environ.get(name) for name in {*wanted, *unwanted}}
    for name in unwanted:
        del os.environ[name]
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def main(folder: Path) -> None:
    # 학습자의 코드가 무엇을 인쇄하든 답과 섞이지 않게, 답은 따로 떼어 둔 길로 쓴다.
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        given = json.load(sys.stdin)
        for check in checks(folder, given["postgres"], given["s3"]):
            print(json.dumps(asdict(check), ensure_ascii=False), file=answers)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
