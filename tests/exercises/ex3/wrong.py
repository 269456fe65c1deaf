"""오개념 목록에 없는 틀린 제출물들과, 저마다 잃어야 할 기준. 그리고 아무것도, 또는 조금밖에 잡지 못하는 테스트 파일들.

목록의 오개념으로만 채점 기준표를 시험하면 기준표가 그 목록에 맞춰진다. 여기 있는 것은 따로 쓴 실수다.
"""

from course_lib.grading.misconceptions import Edit

from ..common import Mistake


def _assets(id: str, lost: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(id, frozenset(lost.split()), tuple(Edit("assets.py", old, new) for old, new in changes))


def _resources(id: str, lost: str, *changes: tuple[str, str]) -> Mistake:
    return Mistake(id, frozenset(lost.split()), tuple(Edit("resources.py", old, new) for old, new in changes))


_READ_USERS = 'users = postgres.query("SELECT user_id, name, signup_date, updated_at FROM users")'
_READ_EVENTS = 'events = postgres.query("SELECT user_id, occurred_at FROM events")'
_WRITE = "    s3.put_parquet(PROFILES_KEY, profiles)\n"
_LATEST = 'users.sort_values("updated_at").drop_duplicates("user_id", keep="last")'
_EXECUTE = "            cursor.execute(sql, params)\n"
_FAKE_POSTGRES = "class FakePostgres:\n"

WRONG = (
    # 불러오기
    _resources("unclosed_parenthesis", "loads", ("dict[str, pd.DataFrame] = {}", "dict[str, pd.DataFrame] = {")),
    Mistake("storage_left_out_of_defs", frozenset({"loads"}), (Edit("definitions.py", '"s3": S3Resource(', '"storage": S3Resource('),)),
    Mistake("asset_left_out_of_defs", frozenset({"profiles_is_defined"}), (Edit("definitions.py", "assets=[user_profiles]", "assets=[]"),)),
    # 물음과 쓰기
    _assets("reads_users_twice", "asks_two_queries", (_READ_EVENTS, _READ_EVENTS + "\n    " + _READ_USERS)),
    _assets("reads_events_through_a_view", "profiles_is_defined", ("FROM events", "FROM user_events")),
    _assets("a_key_for_every_day", "writes_once_to_the_key", ("s3.put_parquet(PROFILES_KEY,", 's3.put_parquet(PROFILES_KEY.replace(".", "-2024-01-01."),')),
    _assets("writes_each_user", "writes_once_to_the_key",
            (_WRITE, "    for number in range(len(profiles)):\n        s3.put_parquet(PROFILES_KEY, profiles.iloc[: number + 1])\n")),
    _assets("writes_between_the_queries", "writes_after_queries writes_what_it_returns",
            ("    " + _READ_EVENTS, "    s3.put_parquet(PROFILES_KEY, users)\n    " + _READ_EVENTS), (_WRITE, "")),
    _assets("stores_masked_names", "writes_what_it_returns",
            (_WRITE, '    s3.put_parquet(PROFILES_KEY, profiles.assign(name=profiles["name"].str[:1] + "*"))\n')),
    # 계산
    _assets("quiet_users_counted_once", "keeps_users_without_events", (".fillna(0)", ".fillna(1)")),
    _assets("quiet_users_crash", "keeps_users_without_events", (".fillna(0).astype", ".astype")),
    _assets("only_users_of_this_year", "keeps_users_without_events",
            ('keep="last")\n', 'keep="last")\n    latest = latest[latest["user_id"].isin(events["user_id"])]\n')),
    _assets("capped_counts", "counts_events", ("fillna(0)", "fillna(0).clip(upper=2)")),
    _assets("adds_up_moments", "takes_last_event", ('("occurred_at", "max")', '("occurred_at", "median")')),
    _assets("alphabetical_last_name", "latest_row_wins", ('sort_values("updated_at")', 'sort_values("name")')),
    _assets("latest_name_earliest_date", "latest_row_wins",
            ('keep="last")\n', 'keep="last")\n    latest = latest.assign(signup_date=users.groupby("user_id")["signup_date"].transform("min"))\n')),
    _assets("doubles_through_a_join", "counts_once_per_user",
            ("activity = events.groupby", 'activity = events.merge(users[["user_id"]]).groupby')),
    _assets("moments_written_as_text", "has_schema",
            ("    return profiles.assign(", '    profiles["last_event"] = profiles["last_event"].dt.strftime("%Y-%m-%d %H:%M:%S")\n    return profiles.assign(')),
    _assets("counts_written_with_rank", "has_schema",
            ("    return profiles.assign(", '    profiles["rank"] = range(len(profiles))\n    return profiles.assign(')),
    _assets("looks_at_the_first_user", "handles_empty", (_WRITE, '    assert profiles["user_id"].iloc[0]\n' + _WRITE)),
    _assets("bare_frame_when_nobody", "handles_empty",
            (_WRITE, "    profiles = pd.DataFrame() if profiles.empty else profiles\n" + _WRITE)),
    _assets("nobody_is_none", "handles_empty", ("    return profiles\n", "    return profiles if len(profiles) else None\n")),
    _assets("empty_answer_on_error", "database_error_writes_nothing",
            ("    " + _READ_EVENTS, "    try:\n        " + _READ_EVENTS + "\n    except ConnectionError:\n        return users")),
    _assets("warns_about_the_storage", "storage_error_fails_the_run",
            (_WRITE, "    import contextlib\n\n    with contextlib.suppress(Exception):\n    " + _WRITE)),
    _assets("group_in_capitals", "describes_asset", ('group_name="gold"', 'group_name="GOLD"')),
    _assets("only_a_hundred_users", "matches_generated_data", (_WRITE, "    profiles = profiles.head(50)\n" + _WRITE)),
    # PostgresResource
    Mistake("port_is_text", frozenset({"postgres_has_fields"}), (
        Edit("resources.py", "port: int = 5432", 'port: str = "5432"'),
        Edit("definitions.py", 'dg.EnvVar.int("PGPORT")', 'dg.EnvVar("PGPORT")'),
    )),
    Mistake("user_is_called_username", frozenset({"postgres_has_fields"}), (
        Edit("resources.py", "    user: str\n", "    username: str\n"),
        Edit("resources.py", "user=self.user,", "user=self.username,"),
        Edit("definitions.py", "user=dg.EnvVar", "username=dg.EnvVar"),
    )),
    _resources("always_localhost", "connects_where_told", ("host=self.host", 'host="localhost"')),
    _resources("first_row_only", "query_returns_a_frame", ("cursor.fetchall()", "cursor.fetchmany(1)")),
    _resources("numbered_columns", "query_returns_a_frame", ("cursor.fetchall(), columns=columns", "cursor.fetchall()")),
    _resources("params_forgotten", "query_binds_params", (_EXECUTE, "            cursor.execute(sql)\n")),
    _resources("first_param_only", "query_binds_params", (_EXECUTE, "            cursor.execute(sql, params and params[:1])\n")),
    _resources("replaces_placeholders", "query_binds_params",
               (_EXECUTE, "            for value in params or []:\n                sql = sql.replace('%s', repr(value), 1)\n            cursor.execute(sql)\n")),
    # S3Resource
    Mistake("bucket_is_called_name", frozenset({"s3_has_fields"}), (
        Edit("resources.py", "    bucket: str\n", "    name: str\n"),
        Edit("resources.py", "put_object(Bucket=self.bucket", "put_object(Bucket=self.name"),
        Edit("resources.py", "get_object(Bucket=self.bucket", "get_object(Bucket=self.name"),
        Edit("definitions.py", 'bucket="course"', 'name="course"'),
    )),
    _resources("another_bucket", "parquet_round_trip", ("put_object(Bucket=self.bucket", 'put_object(Bucket="course"'), ("get_object(Bucket=self.bucket", 'get_object(Bucket="course"')),
    _resources("folder_of_the_key_lost", "parquet_round_trip",
               ("put_object(Bucket=self.bucket, Key=key", 'put_object(Bucket=self.bucket, Key=key.split("/")[-1]'),
               ("get_object(Bucket=self.bucket, Key=key", 'get_object(Bucket=self.bucket, Key=key.split("/")[-1]')),
    _resources("pickles", "parquet_round_trip",
               ("Body=df.to_parquet(index=False)", "Body=__import__('pickle').dumps(df)"),
               ('pd.read_parquet(io.BytesIO(response["Body"].read()))', '__import__("pickle").loads(response["Body"].read())')),
    _resources("endpoint_of_my_computer", "uses_endpoint_url", ("endpoint_url=self.endpoint_url,", 'endpoint_url=self.endpoint_url and "http://localhost:9000",')),
    # 정의와 가짜
    Mistake("password_written_down", frozenset({"password_stays_out_of_the_definitions"}),
            (Edit("definitions.py", 'dg.EnvVar("PGPASSWORD")', '"course"'),)),
    _resources("fake_answers_once", "fake_postgres_remembers", ("        self.queries.append(sql)\n", "        self.queries = sql\n")),
    _resources("fake_is_a_mock", "fake_postgres_remembers",
               (_FAKE_POSTGRES, "from unittest.mock import MagicMock\n\n\nclass FakePostgres(MagicMock):\n"),
               ("    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:\n        self.tables = tables\n        self.queries: list[str] = []\n",
                "    def __init__(self, tables=None, **kwargs) -> None:\n        super().__init__(spec=PostgresResource, **kwargs)\n")),
    _resources("fake_s3_remembers_keys_only", "fake_s3_remembers", ("        self.objects[key] = df.copy()\n", "        self.objects[key] = None\n")),
    _resources("fake_s3_inherits_the_real_one", "fake_s3_remembers",
               ("class FakeS3:\n", "class FakeS3(S3Resource):\n"),
               ("    def __init__(self) -> None:\n        self.objects: dict[str, pd.DataFrame] = {}\n",
                "    objects: dict = {}\n\n    def __init__(self) -> None:\n        super().__init__(bucket=\"fake\")\n")),
)

# 진짜 서버에서도 드러나야 하는 실수들. 셋째 값은 어느 확인이 실패하는지.
WRONG_ON_SERVERS = {
    "formats_sql": 0,
    "dsn_by_hand": 0,
    "endpoint_ignored": 1,
    "stores_csv": 1,
    "inner_join_loses_users": 2,
}

_HEAD = '''\
import dagster as dg
import pandas as pd
import pytest
from course_lib.testing import run_asset

from .assets import user_profiles
from .resources import FakePostgres, FakeS3, PostgresResource, S3Resource

USERS = pd.DataFrame({
    "user_id": ["u1", "u2", "u1"], "name": ["새 이름", "둘", "옛 이름"],
    "signup_date": pd.to_datetime(["2024-01-01"] * 3), "updated_at": pd.to_datetime(["2024-03-01", "2024-01-01", "2024-01-01"]),
})
EVENTS = pd.DataFrame({"user_id": ["u1", "u1", "u9"], "occurred_at": pd.to_datetime(["2024-02-02", "2024-02-01", "2024-02-03"])})
KEY = "profiles/user_profiles.parquet"


def fakes():
    return {"postgres": FakePostgres({"users": USERS, "events": EVENTS}), "s3": FakeS3()}


def materialized(resources):
    return dg.materialize([user_profiles], resources={**resources, "io_manager": dg.mem_io_manager})


'''

# 좋은 테스트는 열을 다 잡는다. 약한 것들이 잡는 수는 손으로 따져 적었다.
WEAK_TESTS = {
    # 런이 끝났다는 것만 본다. 런을 시작하지도 못하는 실수(타입 없는 리소스) 하나만 걸린다.
    "only_success": (1, "def test_it():\n    assert materialized(fakes()).success\n"),
    # MaterializeResult의 값 없음은 None이 아니다.
    "is_not_none": (1, "def test_it():\n    assert materialized(fakes()).output_for_node('user_profiles') is not None\n"),
    # 함수처럼 부르면 타입이 없어도 지나간다.
    "called_and_not_looked_at": (0, "def test_it():\n    user_profiles(**fakes())\n"),
    # 복사본에 적힌 기록을 본다: 올바른 코드에서도 실패한다.
    "fakes_that_forget": (0, '''\
class Forgetful(dg.ConfigurableResource):
    objects: dict = {}

    def put_parquet(self, key, df):
        self.objects[key] = df


def test_it():
    s3 = Forgetful()
    materialized({**fakes(), "s3": s3})
    assert KEY in s3.objects
'''),
    # 진짜의 모양을 한 목은 Dagster가 리소스의 정의로 알고 거절한다: 올바른 코드에서도 실패한다.
    "mock_with_spec": (0, '''\
from unittest.mock import MagicMock


def test_it():
    s3 = MagicMock(spec=S3Resource)
    materialized({**fakes(), "s3": s3})
    s3.put_parquet.assert_called_once()
'''),
    # 무엇이든 받아 주는 목: 몇 번 썼는지만 안다.
    "mock_called_once": (2, '''\
from unittest.mock import MagicMock


def test_it():
    s3 = MagicMock()
    materialized({**fakes(), "s3": s3})
    assert s3.put_parquet.call_count == 1
'''),
    "only_counts_queries": (1, '''\
def test_it():
    resources = fakes()
    run_asset(user_profiles, resources=resources)
    assert len(resources["postgres"].queries) == 2
'''),
    "only_columns": (2, '''\
def test_it():
    profiles = run_asset(user_profiles, resources=fakes())
    assert set(profiles.columns) == {"user_id", "name", "signup_date", "event_count", "last_event"}
'''),
    "only_row_count": (3, "def test_it():\n    assert len(run_asset(user_profiles, resources=fakes())) == 2\n"),
    "only_that_the_key_is_there": (3, '''\
def test_it():
    resources = fakes()
    materialized(resources)
    assert KEY in resources["s3"].objects
'''),
    # 코드가 낸 것끼리 견준다: 둘 다 똑같이 틀리면 모른다.
    "compares_code_with_itself": (2, '''\
def test_it():
    first, second = (run_asset(user_profiles, resources=fakes()) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
'''),
    # 규칙의 경계가 없는 표: 누구나 행이 하나, 한 일도 하나.
    "nothing_at_the_edges": (5, '''\
def test_it():
    users, events = USERS.iloc[[0, 1]], pd.DataFrame({"user_id": ["u1", "u2"], "occurred_at": pd.to_datetime(["2024-02-01", "2024-02-02"])})
    resources = {"postgres": FakePostgres({"users": users, "events": events}), "s3": FakeS3()}
    profiles = run_asset(user_profiles, resources=resources).sort_values("user_id")
    assert profiles["name"].tolist() == ["새 이름", "둘"]
    assert profiles["event_count"].tolist() == [1, 1]
    assert resources["s3"].objects[KEY]["event_count"].tolist() == [1, 1]
'''),
    # 첫 물음에서 실패하면 틀린 코드도 쓰기 전에 멈춘다.
    "fails_at_the_first_query_only": (1, '''\
class Broken:
    def query(self, sql, params=None):
        raise ConnectionError("끊김")


def test_it():
    s3 = FakeS3()
    with pytest.raises(ConnectionError):
        run_asset(user_profiles, resources={"postgres": Broken(), "s3": s3})
    assert s3.objects == {}
'''),
    "no_tests": (0, ""),
    "always_true": (0, "def test_it():\n    assert True\n"),
    "only_skips": (0, "def test_it():\n    pytest.skip('나중에')\n"),
}
WEAK_TESTS = {name: (caught, _HEAD + body) for name, (caught, body) in WEAK_TESTS.items()}
