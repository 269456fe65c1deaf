"""연습 3의 오개념: 모범 답안을 한 곳씩 틀리게 바꾼 것들.

차례는 채점 기준표의 차례다. `explanation`은 학습자에게 그대로 보인다.
"""

from course_lib.grading.misconceptions import Edit, Misconception


def _in_assets(*changes: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit("assets.py", old, new) for old, new in changes)


def _in_resources(*changes: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit("resources.py", old, new) for old, new in changes)


def _in_tests(*changes: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit("test_user_profiles.py", old, new) for old, new in changes)


_SIGNATURE = "def user_profiles(postgres: PostgresResource, s3: S3Resource) -> pd.DataFrame:"
_READ_EVENTS = '    events = postgres.query("SELECT user_id, occurred_at FROM events")\n'
_WRITE = "    s3.put_parquet(PROFILES_KEY, profiles)\n"
_QUERY = "            cursor.execute(sql, params)\n"

LOADING = (
    Misconception(
        id="untyped_resource",
        title="리소스 매개변수에 타입을 적지 않음",
        criterion="loads",
        explanation="타입이 없는 매개변수 postgres를 Dagster는 postgres라는 업스트림 자산으로 봅니다. 그런 자산은 없으므로 정의를 불러오지 못합니다. "
        "매개변수에 PostgresResource처럼 리소스 클래스를 타입으로 적으세요.",
        edits=_in_assets((_SIGNATURE, "def user_profiles(postgres, s3: S3Resource) -> pd.DataFrame:")),
    ),
    Misconception(
        id="resource_key_differs",
        title="리소스의 키가 매개변수의 이름과 다름",
        criterion="loads",
        explanation="Definitions에는 database라는 키로 넣었는데 자산의 매개변수는 postgres입니다. Dagster는 매개변수의 이름과 같은 키의 리소스를 찾습니다.",
        edits=(Edit("definitions.py", '"postgres": PostgresResource(', '"database": PostgresResource('),),
    ),
)

PROFILES = (
    Misconception(
        id="makes_its_own_connection",
        title="리소스를 받지 않고 자산이 스스로 접속함",
        criterion="profiles_is_defined",
        explanation="자산이 함수 안에서 PostgresResource를 새로 만들어 접속합니다. 그러면 테스트가 가짜를 넣을 자리가 없고, 접속할 곳을 바꾸려면 코드를 고쳐야 합니다. "
        "접속은 매개변수로 받으세요.",
        edits=_in_assets(
            (_SIGNATURE, "def user_profiles(s3: S3Resource) -> pd.DataFrame:"),
            ("    users = postgres.query(",
             '    postgres = PostgresResource(host="localhost", dbname="course", user="course", password="course")\n    users = postgres.query('),
        ),
    ),
    Misconception(
        id="returns_no_value",
        title="값이 없는 MaterializeResult를 돌려줌",
        criterion="profiles_is_defined",
        explanation="S3에는 썼지만 자산의 값은 없습니다. 이것을 업스트림으로 쓰는 자산이 받을 표가 없고, output_for_node도 표가 아닙니다. "
        "게다가 그때 나오는 것은 None도 아니어서 is not None이라는 테스트는 통과합니다.",
        edits=_in_assets(
            (_SIGNATURE, "def user_profiles(postgres: PostgresResource, s3: S3Resource) -> dg.MaterializeResult:"),
            (_WRITE + "    return profiles\n", _WRITE + '    return dg.MaterializeResult(metadata={"num_rows": len(profiles)})\n'),
        ),
    ),
    Misconception(
        id="joins_in_sql",
        title="두 표를 SQL에서 합침",
        criterion="asks_two_queries",
        explanation="SQL 하나가 users와 events를 함께 읽습니다. 옳은 SQL이어도, 이 자산을 시험하려면 가짜가 JOIN을 할 줄 알아야 합니다. "
        "표마다 한 번씩 묻고 파이썬에서 합치세요.",
        edits=_in_assets((
            _READ_EVENTS,
            '    events = postgres.query("SELECT e.user_id, e.occurred_at FROM events e JOIN (SELECT DISTINCT user_id FROM users) u ON e.user_id = u.user_id")\n',
        )),
    ),
    Misconception(
        id="asks_once_per_user",
        title="사용자마다 한 번씩 물음",
        criterion="asks_two_queries",
        explanation="사용자 수만큼 물음이 늘어납니다(N+1 문제). 사용자가 만 명이면 만 번 접속합니다. 한 번에 모두 읽고 파이썬에서 나누세요.",
        edits=_in_assets((
            _READ_EVENTS,
            '    asked = [postgres.query("SELECT user_id, occurred_at FROM events WHERE user_id = %s", [user_id])\n'
            '             for user_id in users["user_id"].unique()]\n'
            '    events = pd.concat([pd.DataFrame({"user_id": pd.Series(dtype="str"), "occurred_at": pd.Series(dtype="datetime64[us]")}), *asked])\n',
        )),
    ),
    Misconception(
        id="wrong_key",
        title="약속과 다른 키에 씀",
        criterion="writes_once_to_the_key",
        explanation="키가 profiles/user_profiles.parquet이 아닙니다. 이 파일을 찾는 쪽은 지난번 것을 계속 읽습니다. 키에는 폴더처럼 보이는 앞부분까지 들어갑니다.",
        edits=_in_assets(('PROFILES_KEY = "profiles/user_profiles.parquet"', 'PROFILES_KEY = "user_profiles.parquet"')),
    ),
    Misconception(
        id="never_writes",
        title="S3에 쓰지 않음",
        criterion="writes_once_to_the_key",
        explanation="표를 돌려주기만 하고 S3에는 쓰지 않습니다. 돌려준 값은 IO 매니저가 보관할 뿐, 약속한 키에는 아무것도 없습니다.",
        edits=_in_assets((_WRITE, "")),
    ),
    Misconception(
        id="writes_a_draft_first",
        title="덜 된 표를 먼저 쓰고 나중에 덮어씀",
        criterion="writes_once_to_the_key",
        explanation="같은 키에 두 번 씁니다. 그 사이에 읽은 사람은 덜 된 표를 보고, 두 번째 쓰기가 실패하면 덜 된 것이 남습니다.",
        edits=_in_assets(("    profiles = summarize(users, events)\n",
                          "    s3.put_parquet(PROFILES_KEY, users)\n    profiles = summarize(users, events)\n")),
    ),
    Misconception(
        id="writes_before_reading_events",
        title="두 번째 물음보다 먼저 씀",
        criterion="writes_after_queries",
        explanation="사용자의 표를 읽자마자 쓰고 나서 events를 묻습니다. 그 물음이 실패하면 저장소에는 횟수가 모두 0인 파일이 남습니다. 모두 읽고, 계산하고, 마지막에 쓰세요.",
        edits=_in_assets(
            (_READ_EVENTS, "    nothing_yet = pd.DataFrame({\"user_id\": users[\"user_id\"].head(0), \"occurred_at\": users[\"updated_at\"].head(0)})\n"
                           "    s3.put_parquet(PROFILES_KEY, summarize(users, nothing_yet))\n" + _READ_EVENTS),
            (_WRITE, ""),
        ),
        also=("writes_what_it_returns",),
    ),
    Misconception(
        id="writes_without_last_event",
        title="돌려주는 표와 다른 표를 씀",
        criterion="writes_what_it_returns",
        explanation="S3에 쓴 표에는 last_event가 없습니다. 같은 이름의 자산이 어디서 보느냐에 따라 다르면, 어느 쪽이 맞는지 따지는 데 하루가 갑니다.",
        edits=_in_assets((_WRITE, '    s3.put_parquet(PROFILES_KEY, profiles.drop(columns="last_event"))\n')),
    ),
    Misconception(
        id="inner_join_loses_users",
        title="아무것도 하지 않은 사용자가 사라짐",
        criterion="keeps_users_without_events",
        explanation="merge는 따로 말하지 않으면 양쪽에 모두 있는 것만 남깁니다(inner). 한 일이 없는 사용자는 events에 없으므로 사라집니다. 사용자를 왼쪽에 두고 how=\"left\"로 합치세요.",
        edits=_in_assets(('on="user_id", how="left")', 'on="user_id")')),
    ),
    Misconception(
        id="never_active_filled_with_a_date",
        title="없는 시각을 다른 시각으로 채움",
        criterion="keeps_users_without_events",
        explanation="한 일이 없는 사용자의 last_event에 가입일을 넣었습니다. 그 사람은 그날 아무 일도 하지 않았습니다. 없는 것은 없는 채로 두어야 셀 수 있습니다.",
        edits=_in_assets(("    return profiles.assign(",
                          '    profiles["last_event"] = profiles["last_event"].fillna(profiles["signup_date"])\n    return profiles.assign(')),
    ),
    Misconception(
        id="counts_distinct_moments",
        title="서로 다른 시각의 수를 셈",
        criterion="counts_events",
        explanation="같은 때에 한 두 가지 일을 하나로 셉니다(nunique). 행 하나가 한 일 하나입니다.",
        edits=_in_assets(('("occurred_at", "size")', '("occurred_at", "nunique")')),
    ),
    Misconception(
        id="outer_join_invents_users",
        title="users에 없는 사용자가 생김",
        criterion="counts_events",
        explanation="how=\"outer\"는 양쪽을 모두 남깁니다. 기록에만 있는 user_id가 이름 없는 사용자로 나타납니다.",
        edits=_in_assets(('on="user_id", how="left")', 'on="user_id", how="outer")')),
    ),
    Misconception(
        id="last_row_is_last_event",
        title="마지막 행을 마지막 일로 봄",
        criterion="takes_last_event",
        explanation="기록은 늦게 도착하기도 합니다. groupby의 last는 표에서 맨 뒤의 행이고, 가장 늦은 시각은 max입니다.",
        edits=_in_assets(('("occurred_at", "max")', '("occurred_at", "last")')),
    ),
    Misconception(
        id="first_event_instead_of_last",
        title="처음 한 때를 돌려줌",
        criterion="takes_last_event",
        explanation="가장 이른 시각(min)이 나옵니다. last_event는 가장 늦은 시각입니다.",
        edits=_in_assets(('("occurred_at", "max")', '("occurred_at", "min")')),
    ),
    Misconception(
        id="keeps_first_user_row",
        title="옛 행을 남김",
        criterion="latest_row_wins",
        explanation="같은 사용자의 행 가운데 가장 먼저 고친 것을 남깁니다. 이름을 바꾼 사람이 옛 이름으로 나옵니다.",
        edits=_in_assets(('keep="last"', 'keep="first"')),
    ),
    Misconception(
        id="trusts_row_order",
        title="updated_at을 보지 않고 맨 뒤의 행을 남김",
        criterion="latest_row_wins",
        explanation="데이터베이스는 ORDER BY가 없으면 행의 차례를 약속하지 않습니다. 오늘은 맞아도 내일은 다른 행이 남습니다. updated_at으로 정렬한 다음 고르세요.",
        edits=_in_assets(('users.sort_values("updated_at").drop_duplicates', "users.drop_duplicates")),
    ),
    Misconception(
        id="largest_of_each_column",
        title="열마다 따로 가장 큰 값을 가져옴",
        criterion="latest_row_wins",
        explanation="groupby(...).max()는 열마다 가장 큰 값을 고릅니다. 이름은 이 행에서, 날짜는 저 행에서 온 사람은 어디에도 없는 사람입니다. 행을 통째로 고르세요.",
        edits=_in_assets(('users.sort_values("updated_at").drop_duplicates("user_id", keep="last")',
                          'users.groupby("user_id", as_index=False).max()')),
    ),
    Misconception(
        id="joins_before_dedupe",
        title="사용자를 하나로 줄이기 전에 합침",
        criterion="counts_once_per_user",
        explanation="행이 둘인 사용자와 합치면 한 일 하나가 두 행이 됩니다. 그 뒤에 세면 횟수가 두 배입니다. 먼저 사용자마다 한 행으로 줄이세요.",
        edits=_in_assets((
            '    activity = events.groupby("user_id", as_index=False)',
            '    events = users[["user_id"]].merge(events, on="user_id")\n    activity = events.groupby("user_id", as_index=False)',
        )),
    ),
    Misconception(
        id="count_is_float",
        title="횟수가 실수",
        criterion="has_schema",
        explanation="짝이 없던 행에 NaN이 생기면서 정수 열이 실수 열이 되었고, 0으로 채워도 실수로 남습니다. 2.0번이 아니라 2번이 되게 정수로 바꾸세요.",
        edits=_in_assets(('.fillna(0).astype("int64")', ".fillna(0)")),
    ),
    Misconception(
        id="keeps_updated_at",
        title="약속에 없는 열을 남김",
        criterion="has_schema",
        explanation="계산에 쓴 updated_at이 남았습니다. 이 파일을 읽는 쪽은 약속한 다섯 열만 기대합니다.",
        edits=_in_assets(('latest[["user_id", "name", "signup_date"]].merge', "latest.merge")),
    ),
    Misconception(
        id="skips_empty_days",
        title="비었으면 쓰지 않고 돌아감",
        criterion="handles_empty",
        explanation="사용자가 없으면 아무것도 쓰지 않고 빈 표를 돌려줍니다. 저장소에는 어제의 사용자들이 그대로 있어서, 읽는 쪽은 오늘 아무도 없다는 것을 모릅니다.",
        edits=_in_assets(("    profiles = summarize(users, events)\n",
                          "    profiles = summarize(users, events)\n    if profiles.empty:\n        return profiles\n")),
    ),
    Misconception(
        id="swallows_database_errors",
        title="데이터베이스의 실패를 빈 표로 바꿈",
        criterion="database_error_writes_nothing",
        explanation="query가 실패하면 기록이 없는 것으로 보고 계속합니다. 런은 초록색인데 모든 사용자의 횟수가 0이 되어 저장됩니다. 고칠 수 없는 예외는 잡지 마세요.",
        edits=_in_assets((
            _READ_EVENTS,
            "    try:\n    " + _READ_EVENTS
            + "    except Exception:\n"
            + '        events = pd.DataFrame({"user_id": users["user_id"].head(0), "occurred_at": users["updated_at"].head(0)})\n',
        )),
    ),
    Misconception(
        id="writes_in_finally",
        title="실패해도 쓰고 끝냄",
        criterion="database_error_writes_nothing",
        explanation="finally에 쓰기를 두어, 데이터베이스가 실패해도 빈 표를 쓰고 나서 예외를 냅니다. 런은 실패했는데 어제의 올바른 파일도 함께 사라집니다.",
        edits=_in_assets(
            ('    users = postgres.query("SELECT user_id, name, signup_date, updated_at FROM users")\n' + _READ_EVENTS
             + "    profiles = summarize(users, events)\n",
             "    profiles = pd.DataFrame()\n    try:\n"
             '        users = postgres.query("SELECT user_id, name, signup_date, updated_at FROM users")\n    ' + _READ_EVENTS
             + "        profiles = summarize(users, events)\n    finally:\n        s3.put_parquet(PROFILES_KEY, profiles)\n"),
            ("    # 쓰기는 모두 읽고 다 계산한 뒤 한 번뿐이다. 도중에 실패하면 저장소에는 지난번 것이 온전히 남는다.\n" + _WRITE, ""),
        ),
    ),
    Misconception(
        id="swallows_storage_errors",
        title="쓰지 못한 것을 넘어감",
        criterion="storage_error_fails_the_run",
        explanation="put_parquet의 예외를 잡아 로그만 남깁니다. 런은 성공인데 파일은 어제의 것입니다. 다시 시도하고 싶다면 Dagster의 RetryPolicy가 그 일을 합니다. 그러려면 예외가 올라와야 합니다.",
        edits=_in_assets((_WRITE, "    try:\n    " + _WRITE + '    except Exception as error:\n        dg.get_dagster_logger().warning(f"쓰지 못했습니다: {error}")\n')),
    ),
    Misconception(
        id="no_description",
        title="자산에 설명이 없음",
        criterion="describes_asset",
        explanation="user_profiles에 설명이 없습니다. 여섯 달 뒤 카탈로그에서 이 이름을 본 사람에게는 설명이 전부입니다. docstring을 쓰면 Dagster가 설명으로 삼습니다.",
        edits=_in_assets(('    """사용자와 그 활동의 요약. S3의 profiles/user_profiles.parquet에도 같은 표를 둔다."""\n', "")),
    ),
    Misconception(
        id="default_group",
        title="그룹을 정하지 않음",
        criterion="describes_asset",
        explanation="group_name이 없으면 default 그룹에 들어갑니다. 이 표는 바로 쓰는 골드입니다.",
        edits=_in_assets(('@dg.asset(group_name="gold", kinds={"postgres", "s3"})', '@dg.asset(kinds={"postgres", "s3"})')),
    ),
    Misconception(
        id="drops_incomplete_users",
        title="이름이 빈 사용자를 버림",
        criterion="matches_generated_data",
        explanation="이름이 빈 글자인 사용자를 잘못된 데이터로 보고 지웠습니다. 지우라는 규칙은 없습니다. 사용자가 몇 명인지 세는 사람은 그 사람도 세야 합니다.",
        edits=_in_assets(('keep="last")\n', 'keep="last")\n    latest = latest[latest["name"].str.strip() != ""]\n')),
    ),
)

RESOURCES = (
    Misconception(
        id="port_has_no_default",
        title="port에 기본값이 없음",
        criterion="postgres_has_fields",
        explanation="port를 주지 않으면 만들 수 없습니다. PostgreSQL은 거의 언제나 5432이므로 필드에 기본값을 두세요.",
        edits=_in_resources(("    port: int = 5432\n", "    port: int\n")),
    ),
    Misconception(
        id="resource_is_a_plain_class",
        title="ConfigurableResource가 아닌 진짜 리소스",
        criterion="postgres_has_fields",
        explanation="보통 클래스도 Dagster에 넣을 수는 있지만, 설정의 타입을 확인하지 않고, EnvVar를 값으로 바꾸어 주지 않고, 화면에도 나오지 않습니다. 가짜는 보통 클래스로, 진짜는 ConfigurableResource로 쓰세요.",
        edits=(
            Edit("resources.py", "class PostgresResource(dg.ConfigurableResource):",
                 "import dataclasses\n\n\n@dataclasses.dataclass(kw_only=True)\nclass PostgresResource:"),
            Edit("resources.py", "    password: str = Field(repr=False)\n", "    password: str\n"),
            Edit("assets.py", "def user_profiles(postgres: PostgresResource,", "def user_profiles(postgres: dg.ResourceParam[PostgresResource],"),
        ),
        # 테스트가 쓰는 모범 답안의 자산은 매개변수의 타입만 보고 리소스인지 안다.
        also=("learner_tests_catch_bugs",),
    ),
    Misconception(
        id="dsn_by_hand",
        title="접속 주소를 글자로 이어 붙임",
        criterion="connects_where_told",
        explanation="f\"postgresql://{user}:{password}@{host}…\"처럼 이어 붙이면, 비밀번호에 @나 /가 있을 때 그 뒤가 주소로 읽힙니다. "
        "값마다 이름을 붙여 psycopg.connect에 주면 드라이버가 나누어 담습니다.",
        edits=_in_resources((
            "            host=self.host, port=self.port, dbname=self.dbname, user=self.user, password=self.password, connect_timeout=10\n",
            '            f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{self.dbname}"\n',
        )),
    ),
    Misconception(
        id="port_ignored",
        title="port를 받아 두기만 함",
        criterion="connects_where_told",
        explanation="필드에는 있지만 드라이버에게 주지 않아 언제나 5432로 접속합니다. 그 포트에 다른 데이터베이스가 있으면 남의 데이터를 읽습니다.",
        edits=_in_resources(("port=self.port, ", "")),
    ),
    Misconception(
        id="query_returns_rows",
        title="표가 아니라 행의 목록을 돌려줌",
        criterion="query_returns_a_frame",
        explanation="fetchall의 결과를 그대로 돌려주면 튜플의 목록입니다. 열의 이름이 없어서 받는 쪽이 몇 번째 칸인지 세어야 합니다. pd.DataFrame에 열 이름과 함께 담으세요.",
        edits=_in_resources(("return pd.DataFrame(cursor.fetchall(), columns=columns)", "return cursor.fetchall() and columns")),
    ),
    Misconception(
        id="columns_only_with_rows",
        title="행이 없으면 열도 없음",
        criterion="query_returns_a_frame",
        explanation="dict의 목록으로 표를 만들면, 목록이 비었을 때 열도 없습니다. 열 이름은 행이 아니라 커서의 description에서 가져오세요.",
        edits=_in_resources(("return pd.DataFrame(cursor.fetchall(), columns=columns)",
                             "return pd.DataFrame([dict(zip(columns, row)) for row in cursor.fetchall()])")),
    ),
    Misconception(
        id="formats_sql",
        title="값을 SQL에 이어 붙임",
        criterion="query_binds_params",
        explanation="%나 f-string으로 값을 SQL에 끼워 넣습니다. 이름이 O'Brien인 사람에서 SQL이 깨지고, x' or '1'='1이라는 이름을 넣은 사람은 모든 행을 가져갑니다. "
        "execute의 둘째 인자로 주면 드라이버가 안전하게 보냅니다.",
        edits=_in_resources((_QUERY, '            cursor.execute(sql if params is None else sql % tuple(f"\'{value}\'" for value in params))\n')),
    ),
    Misconception(
        id="escapes_quotes_by_hand",
        title="따옴표만 겹쳐 써서 이어 붙임",
        criterion="query_binds_params",
        explanation="따옴표를 두 번 쓰면 O'Brien은 지나가지만 값은 여전히 SQL의 글입니다. 숫자도 날짜도 모두 글자가 되고, 빠뜨린 한 곳이 구멍이 됩니다. 값은 드라이버에게 따로 주세요.",
        edits=_in_resources((
            _QUERY,
            "            values = [\"'\" + str(value).replace(\"'\", \"''\") + \"'\" for value in params or ()]\n"
            "            cursor.execute(sql % tuple(values) if values else sql)\n",
        )),
    ),
    Misconception(
        id="endpoint_is_required",
        title="endpoint_url이 없으면 만들 수 없음",
        criterion="s3_has_fields",
        explanation="AWS를 쓸 때는 주소를 주지 않습니다. 타입에 None을 더하고 기본값을 None으로 두세요.",
        edits=_in_resources(("    endpoint_url: str | None = None\n", "    endpoint_url: str\n")),
    ),
    Misconception(
        id="stores_csv",
        title="Parquet가 아니라 CSV를 씀",
        criterion="parquet_round_trip",
        explanation="CSV에는 자료형이 없습니다. 시각이 글자가 되어 돌아오고, 이름만 .parquet인 파일은 다른 도구가 열지 못합니다.",
        edits=_in_resources(
            ("Body=df.to_parquet(index=False)", 'Body=df.to_csv(index=False).encode("utf-8")'),
            ("pd.read_parquet(io.BytesIO(", "pd.read_csv(io.BytesIO("),
        ),
    ),
    Misconception(
        id="endpoint_ignored",
        title="endpoint_url을 받아 두기만 함",
        criterion="uses_endpoint_url",
        explanation="필드에는 있지만 클라이언트에게 건네지 않았습니다. 내 컴퓨터의 S3에 쓰는 줄 알았는데 요청은 진짜 AWS로 갑니다.",
        edits=_in_resources(("endpoint_url=self.endpoint_url, ", "")),
    ),
    Misconception(
        id="reads_from_aws",
        title="쓸 때만 endpoint_url을 씀",
        criterion="uses_endpoint_url",
        explanation="쓰기는 준 주소로, 읽기는 AWS로 갑니다. 방금 쓴 것을 읽지 못하거나, 이름이 같은 남의 것을 읽습니다. 클라이언트를 만드는 곳을 한 군데로 모으세요.",
        edits=_in_resources(("response = self._client().get_object(", 'response = boto3.client("s3", region_name=self.region).get_object(')),
    ),
    Misconception(
        id="password_in_clear",
        title="os.environ에서 꺼낸 비밀번호를 정의에 넣음",
        criterion="password_stays_out_of_the_definitions",
        explanation="os.environ은 정의를 만들 때 값을 꺼냅니다. 그 값이 Dagster가 보관하는 정의에 글자 그대로 남아 화면에도 보입니다. dg.EnvVar(\"PGPASSWORD\")는 이름만 남깁니다.",
        edits=(
            Edit("definitions.py", 'password=dg.EnvVar("PGPASSWORD")', 'password=os.environ["PGPASSWORD"]'),
            Edit("definitions.py", "import dagster as dg\n", "import os\n\nimport dagster as dg\n"),
        ),
    ),
    Misconception(
        id="environment_variable_read_early",
        title="EnvVar의 값을 바로 꺼냄",
        criterion="password_stays_out_of_the_definitions",
        explanation="get_value()를 부르면 그 자리에서 값이 됩니다. EnvVar를 그대로 주어야 Dagster가 런을 시작할 때 값을 찾고, 정의에는 이름만 남습니다.",
        edits=(Edit("definitions.py", 'dg.EnvVar("PGPASSWORD")', 'dg.EnvVar("PGPASSWORD").get_value()'),),
    ),
)

FAKES = (
    Misconception(
        id="forgetful_fake_postgres",
        title="가짜가 ConfigurableResource라서 잊음",
        criterion="fake_postgres_remembers",
        explanation="Dagster는 런을 시작할 때 ConfigurableResource를 복사합니다. 물음은 복사본의 목록에 남고, 테스트가 쥔 객체의 queries는 비어 있습니다. 가짜는 아무것도 상속하지 않는 보통 클래스로 쓰세요.",
        edits=_in_resources(
            ("class FakePostgres:\n", "class FakePostgres(dg.ConfigurableResource):\n"),
            ("    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:\n        self.tables = tables\n        self.queries: list[str] = []\n",
             "    tables: dict[str, list] = {}\n    queries: list[str] = []\n\n"
             "    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:\n"
             '        super().__init__(tables={name: frame.astype("str").to_dict("records") for name, frame in tables.items()})\n'),
            ("        for name, frame in self.tables.items():\n", "        for name, records in self.tables.items():\n"),
            ("                return frame.copy()\n", "                return pd.DataFrame(records)\n"),
        ),
        also=("learner_tests_catch_bugs",),
    ),
    Misconception(
        id="fake_shares_its_record",
        title="모든 가짜가 목록 하나를 나누어 씀",
        criterion="fake_postgres_remembers",
        explanation="queries를 클래스에 두면 모든 FakePostgres가 같은 목록을 씁니다. 앞 테스트의 물음이 뒤 테스트에 남아, 테스트를 돌리는 차례에 따라 결과가 달라집니다. __init__에서 self에 만드세요.",
        edits=_in_resources(
            ("        self.queries: list[str] = []\n", ""),
            ('남는다."""\n\n    def __init__(self, tables', '남는다."""\n\n    queries: list[str] = []\n\n    def __init__(self, tables'),
        ),
    ),
    Misconception(
        id="fake_keeps_no_record",
        title="답만 하고 남기지 않는 가짜",
        criterion="fake_postgres_remembers",
        explanation="표는 돌려주지만 무엇을 물었는지 남기지 않습니다. 그러면 테스트는 물음이 몇 번이었는지, SQL이 무엇이었는지 볼 수 없습니다.",
        edits=_in_resources(("        self.queries.append(sql)\n", "")),
        also=("learner_tests_catch_bugs",),
    ),
    Misconception(
        id="fake_s3_forgets",
        title="쓴 것을 버리는 가짜 S3",
        criterion="fake_s3_remembers",
        explanation="put_parquet이 아무것도 남기지 않습니다. 예외가 나지 않았다는 것만으로는 무엇을 어디에 썼는지 알 수 없습니다.",
        edits=_in_resources(("        self.objects[key] = df.copy()\n", "        pass\n")),
        also=("learner_tests_catch_bugs",),
    ),
)

LEARNER_TESTS = (
    Misconception(
        id="tests_only_existence",
        title="값이 있는지만 봄",
        criterion="learner_tests_catch_bugs",
        explanation="\"None이 아니다\"는 거의 언제나 참입니다. 값이 없는 MaterializeResult에서도 참입니다. 무엇이 나와야 하는지 손으로 적은 값과 견주세요.",
        edits=_in_tests(('assert records(result.output_for_node("user_profiles")) == expected', 'assert result.output_for_node("user_profiles") is not None'),
                        ("    assert records(s3.objects[KEY]) == expected\n", "")),
    ),
    Misconception(
        id="tests_without_failures",
        title="실패하는 경우를 시험하지 않음",
        criterion="learner_tests_catch_bugs",
        explanation="모두 잘될 때만 봅니다. 데이터베이스가 실패할 때 무엇이 남는지는 가짜를 써야 가장 쉽게 시험할 수 있는 것입니다.",
        edits=_in_tests(('@pytest.mark.parametrize("broken", ["users", "events"])', '@pytest.mark.parametrize("broken", ["users"])')),
    ),
)

MISCONCEPTIONS = (*LOADING, *PROFILES, *RESOURCES, *FAKES, *LEARNER_TESTS)

# 학습자의 테스트가 잡아야 하는 실수들. 안내 노트북이 이 목록을 말로 알려 준다.
TESTS_MUST_CATCH = (
    "untyped_resource",
    "returns_no_value",
    "wrong_key",
    "never_writes",
    "writes_before_reading_events",
    "inner_join_loses_users",
    "first_event_instead_of_last",
    "trusts_row_order",
    "joins_before_dedupe",
    "swallows_database_errors",
)
