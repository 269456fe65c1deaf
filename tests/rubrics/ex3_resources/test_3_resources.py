"""resources.py와 definitions.py: 진짜 리소스의 필드와 메서드, 비밀번호, 그리고 가짜.

샌드박스에는 서버가 없으므로 드라이버에게 무엇을 건넸는지로 판정한다. 채점기가 흉내 낼 수 없는 드라이버라면 판정하지 않고
진짜 서버의 시험(with_services.py)에 맡긴다.
"""

import pandas as pd

from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame
from course_lib.grading.seen_resources import Attempt, ask_postgres, fakes, resource_facts, use_s3

from .tables import DATABASE, PLAIN_EVENTS, PLAIN_USERS, STORAGE, once

OBJECT_KEY = "dir/한 표.parquet"


def answered(attempt: Attempt, judged: bool) -> bool:
    """값이 나왔는가. 여기서 볼 수 없는 드라이버라서 난 예외면 거짓이고, 그 밖의 예외는 학습자의 잘못으로 낸다."""
    if attempt.fault is not None and attempt.blocked and not judged:
        return False
    return attempt.seen is not None


# ---------------------------------------------------------------- PostgresResource


ASKED = pd.DataFrame({"name": ["O'Brien", "김서연", "100% 손님"], "visits": [3, 1, 2]})


@criterion("PostgresResource의 필드", points=2, after="loads")
def test_postgres_has_fields(submission):
    """필드에 타입이 있어야 Dagster가 런을 시작하기 전에 설정을 확인하고 화면에 보인다."""
    name = "PostgresResource"
    given = resource_facts(submission, {name: DATABASE})
    expect(given.configurable[name], f"{name}가 dg.ConfigurableResource를 상속하지 않습니다.")
    wanted = {field: value for field, value in DATABASE.items() if field != "password"}
    expect_equal({field: given.values[name].get(field) for field in wanted}, wanted, f"{name}에 준 필드")
    without_port = resource_facts(submission, {name: {field: value for field, value in DATABASE.items() if field != "port"}})
    expect_equal(without_port.values[name].get("port"), 5432, "port의 기본값")


def asked_plainly(submission):
    asks = [("SELECT name, visits FROM people", None), ("SELECT name, visits FROM people WHERE visits > 99", None)]
    return once(submission, "asked", lambda: ask_postgres(submission, DATABASE, {"people": ASKED}, asks))


@criterion("필드에 적힌 곳으로 접속한다", points=2, after="postgres_has_fields")
def test_connects_where_told(submission):
    """주소를 글자로 이어 붙이면 비밀번호의 @나 /가 주소를 바꾼다. 값마다 이름을 붙여 드라이버에게 준다."""
    asked = asked_plainly(submission)
    if not answered(asked.answers[0].result, asked.judged) or not asked.judged:
        return
    for target in asked.targets:
        for name, value in DATABASE.items():
            expect(target.get(name) == str(value),
                   f"{name}은(는) {value}인데, 드라이버는 {target.get(name, '(없음)')}(으)로 접속하라고 받았습니다.")


@criterion("query가 답을 표로 돌려준다", points=1, after="connects_where_told")
def test_query_returns_a_frame(submission):
    """행이 없을 때도 열은 있어야, 받은 쪽이 빈 날에 멈추지 않는다."""
    asked = asked_plainly(submission)
    every, none = asked.answers
    if not answered(every.result, asked.judged):
        return
    expect_frame(every.result.seen, ASKED)
    expect_equal(list(none.result.seen.frame.columns), ["name", "visits"], "행이 없는 답의 열")


@criterion("query가 값을 드라이버에게 따로 준다", points=4, after="query_returns_a_frame")
def test_query_binds_params(submission):
    """값을 SQL에 이어 붙이면 O'Brien에서 깨지고, x' or '1'='1 한 줄에 모든 사람의 행이 나간다."""
    asked = ask_postgres(submission, DATABASE, {"people": ASKED}, [
        ("SELECT name, visits FROM people WHERE name = %s", ["x' or '1'='1"]),
        ("SELECT name, visits FROM people WHERE name = %s AND visits >= %s", ["O'Brien", 2]),
    ])
    if not asked.judged:
        return
    for answer, values in zip(asked.answers, (["x' or '1'='1"], ["O'Brien", "2"]), strict=True):
        for text, _ in answer.received:
            expect(not any(value in text for value in values if len(value) > 1),
                   "드라이버가 받은 SQL에 값이 이미 들어 있습니다. 받은 SQL:", shown=[text])
        expect(any(list(given) == values for _, given in answer.received),
               "드라이버에게 값이 차례로 전해지지 않았습니다. 드라이버가 받은 것:", shown=[f"{text}  ←  {given}" for text, given in answer.received])
    expect_equal(len(asked.answers[0].result.seen.frame), 0, "그런 이름이 없는 물음의 답의 행 수")
    expect_frame(asked.answers[1].result.seen, ASKED.head(1))


# ---------------------------------------------------------------- S3Resource


@criterion("S3Resource의 필드", points=2, after="loads")
def test_s3_has_fields(submission):
    """endpoint_url이 없으면 AWS로, 있으면 그 주소로 간다. 같은 코드가 두 곳에서 돈다."""
    name = "S3Resource"
    given = resource_facts(submission, {name: STORAGE})
    expect(given.configurable[name], f"{name}가 dg.ConfigurableResource를 상속하지 않습니다.")
    expect_equal({field: given.values[name].get(field) for field in STORAGE}, STORAGE, f"{name}에 준 필드")
    on_aws = resource_facts(submission, {name: {"bucket": "b", "region": "us-east-1"}})
    expect_equal(on_aws.values[name].get("endpoint_url"), None, "endpoint_url의 기본값")


STORED = pd.DataFrame({"name": ["김서연", "O'Brien"], "at": pd.to_datetime(["2024-01-01 09:00", None]), "n": [1, 2]})


def stored(submission):
    return once(submission, "s3", lambda: use_s3(submission, STORAGE, OBJECT_KEY, STORED))


@criterion("endpoint_url로 요청을 보낸다", points=4, after="s3_has_fields")
def test_uses_endpoint_url(submission):
    """받아만 두고 쓰지 않으면, 내 컴퓨터의 S3에 쓰는 줄 알고 진짜 AWS에 쓴다."""
    seen = stored(submission)
    if not answered(seen.put, seen.judged):
        return
    wanted = "storage.grader.invalid:9000"
    strays = sorted({host for host in seen.hosts if host != wanted and not host.endswith(f".{wanted}")})
    expect(not strays, f"endpoint_url은 {STORAGE['endpoint_url']}인데 다른 곳으로 요청을 보냈습니다:", shown=strays)


@criterion("put_parquet으로 두고 get_parquet으로 읽는다", points=3, after="uses_endpoint_url")
def test_parquet_round_trip(submission):
    """Parquet는 자료형까지 담는다. 시각은 시각으로, 정수는 정수로 돌아와야 한다."""
    seen = stored(submission)
    if not answered(seen.got, seen.judged):
        return
    expect_frame(seen.got.seen, STORED)
    if seen.judged:
        expect(not seen.unreadable, "저장된 객체가 Parquet가 아닙니다.", shown=list(seen.unreadable))
        expect(_stored_as_told(seen), f"버킷 {STORAGE['bucket']}의 {OBJECT_KEY}에 쓰지 않았습니다. 저장된 객체:", shown=list(seen.objects))


def _stored_as_told(seen):
    """버킷은 경로의 맨 앞에 있거나 주소의 맨 앞에 있다."""
    bucket = STORAGE["bucket"]
    return f"{bucket}/{OBJECT_KEY}" in seen.objects or (
        OBJECT_KEY in seen.objects and all(host.startswith(f"{bucket}.") for host in seen.hosts))


# ---------------------------------------------------------------- definitions.py


@criterion("비밀번호를 환경 변수의 이름으로 준다", points=4, after="postgres_has_fields")
def test_password_stays_out_of_the_definitions(submission):
    """정의는 Dagster의 기록과 화면에 남는다. dg.EnvVar면 이름만, os.environ이면 비밀번호가 글자 그대로 남는다."""
    facts = resource_facts(submission, {})
    expect("postgres" in facts.from_environment, "defs의 resources에 postgres가 없습니다.", shown=sorted(facts.from_environment) or None)
    expect("s3" in facts.from_environment, "defs의 resources에 s3가 없습니다.", shown=sorted(facts.from_environment) or None)
    expect("password" in facts.from_environment["postgres"],
           "postgres의 password가 dg.EnvVar가 아닙니다. Dagster가 보관하는 정의에 글자로 남은 필드:", shown=list(facts.in_plain_text["postgres"]))


# ---------------------------------------------------------------- 가짜


def faked(submission):
    tables = {"users": PLAIN_USERS, "events": PLAIN_EVENTS}
    return once(submission, "fakes", lambda: fakes(submission, tables, OBJECT_KEY))


@criterion("FakePostgres가 런이 끝난 뒤에도 물음을 기억한다", points=4, after="loads")
def test_fake_postgres_remembers(submission):
    """테스트가 보는 것은 손에 쥔 그 객체다. Dagster가 런을 시작할 때 복사하는 객체라면 기록은 복사본에만 남는다."""
    seen = faked(submission)
    expect(seen.methods["FakePostgres.query"], "FakePostgres에 query 메서드가 없습니다.")
    if seen.postgres is None:
        return
    fake = seen.postgres
    if fake.fault is not None:
        raise fake.fault
    expect(fake.record.kept, "FakePostgres에 queries가 없습니다. 받은 물음을 목록에 남기세요.")
    expect(fake.record.count == 1 and "FROM users" in fake.record.text,
           f"런에서 한 번 물었는데, 런이 끝난 뒤 queries에 남은 물음은 {fake.record.count}개입니다.", shown=[fake.record.text])
    expect_equal(fake.fresh.count, 0, "새로 만든 FakePostgres의 queries에 든 물음의 수")


@criterion("FakeS3가 런이 끝난 뒤에도 쓴 것을 기억한다", points=4, after="loads")
def test_fake_s3_remembers(submission):
    """무엇을 어디에 썼는지 남아 있어야 테스트가 그것을 값으로 견줄 수 있다."""
    seen = faked(submission)
    for method in ("put_parquet", "get_parquet"):
        expect(seen.methods[f"FakeS3.{method}"], f"FakeS3에 {method} 메서드가 없습니다.")
    if seen.s3 is None:
        return
    fake = seen.s3
    if fake.fault is not None:
        raise fake.fault
    expect(fake.record.kept, "FakeS3에 objects가 없습니다. 쓴 것을 키와 함께 남기세요.")
    expect(fake.record.count == 1 and OBJECT_KEY in fake.record.text,
           f"런에서 한 번 썼는데, 런이 끝난 뒤 objects에 남은 것은 {fake.record.count}개입니다.", shown=[fake.record.text])
    expect_equal(fake.fresh.count, 0, "새로 만든 FakeS3의 objects에 든 것의 수")
    expect_frame(fake.got.seen, PLAIN_USERS, message="get_parquet이 쓴 표를 그대로 돌려주지 않았습니다.")
