"""user_profiles: 두 번 묻고, 사용자마다 한 행을 만들어, 한 번 쓴다."""

from course_lib.grading.cells import kind_of
from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame

from .generated import expected_profiles, generated_events, generated_users
from .tables import (
    ASSET,
    KEY,
    PLAIN_EVENTS,
    PLAIN_USERS,
    PROFILE_COLUMNS,
    computed,
    events,
    only,
    plain_run,
    puts,
    queries,
    run,
    tables_of,
    users,
)


@criterion("user_profiles가 두 리소스로 표를 낸다", points=2, after="loads")
def test_profiles_is_defined(submission):
    """리소스는 업스트림이 아닙니다. 접속은 매개변수 postgres와 s3로 받은 것만 쓰므로, 누가 무엇을 넣든 그것과 일합니다."""
    expect_equal(submission.facts().asset(ASSET).deps, (), "user_profiles의 업스트림")
    expect_frame(only(plain_run(submission).frame(ASSET), ["user_id", "name"]), PLAIN_USERS[["user_id", "name"]])


@criterion("users와 events를 한 번씩 묻는다", points=4, after="profiles_is_defined")
def test_asks_two_queries(submission):
    """물음이 표 하나에 하나씩이면 가짜가 답할 수 있습니다. 조인을 SQL에 넣으면 가짜도 데이터베이스가 되어야 합니다."""
    asked = queries(plain_run(submission).log)
    expect(len(asked) == 2, f"물음이 {len(asked)}번입니다. 두 번이어야 합니다.", shown=asked)
    expect(sorted(map(tuple, map(tables_of, asked))) == [("events",), ("users",)],
           "한 물음은 FROM users, 다른 물음은 FROM events여야 합니다.", shown=asked)


@criterion("정해진 키에 한 번 쓴다", points=4, after="profiles_is_defined")
def test_writes_once_to_the_key(submission):
    """이 표를 쓰는 쪽은 키로 찾습니다. 두 번 쓰면 그 사이에 읽은 사람은 덜 된 표를 봅니다."""
    expect_equal(puts(plain_run(submission).log), [KEY], "S3에 쓴 키")


@criterion("두 물음이 모두 끝난 뒤에 쓴다", points=3, after=["asks_two_queries", "writes_once_to_the_key"])
def test_writes_after_queries(submission):
    """다 읽기 전에 쓰면, 그다음 물음이 실패했을 때 저장소에 반쪽짜리가 남습니다."""
    log = [entry for entry in plain_run(submission).log if entry.startswith(("query ", "put "))]
    expect(log[-1:] == [f"put {KEY}"], "쓴 뒤에 물은 것이 있습니다. 일어난 차례:", shown=log)


@criterion("돌려준 표와 쓴 표가 같다", points=3, after="writes_once_to_the_key")
def test_writes_what_it_returns(submission):
    """Dagster가 보관하는 값과 S3의 파일이 다르면, 어느 쪽을 본 사람인지에 따라 다른 말을 하게 됩니다."""
    seen = plain_run(submission)
    expect_frame(seen.objects[KEY], seen.frame(ASSET), message="S3에 쓴 표가 돌려준 표와 다릅니다.")


QUIET_USERS = users(
    ("u01", "김서연", "2024-01-01", "2024-01-01 10:00"),
    ("u02", "이도윤", "2024-01-02", "2024-01-02 10:00"),
    ("u03", "최지우", "2024-01-03", "2024-01-03 10:00"),
)
QUIET_EVENTS = events(("u02", "2024-02-01 08:00"))


@criterion("아무것도 하지 않은 사용자도 남긴다", points=5, after="profiles_is_defined")
def test_keeps_users_without_events(submission):
    """조용한 사용자가 사라지면 "몇 명이 쓰지 않나"를 물을 수 없습니다. 횟수는 0, 마지막 시각은 없음입니다."""
    frame = computed(submission, QUIET_USERS, QUIET_EVENTS).frame
    expect_frame(only(frame, ["user_id", "event_count"]), QUIET_USERS[["user_id"]].assign(event_count=[0, 1, 0]))
    quiet = only(frame, ["user_id", "last_event"]).set_index("user_id").loc[["u01", "u03"], "last_event"]
    expect(quiet.isna().all(), "한 일이 없는 사용자의 last_event는 비어 있어야 합니다.", shown=frame)


BUSY_USERS = PLAIN_USERS
BUSY_EVENTS = events(
    ("u01", "2024-02-01 08:00"),
    ("u02", "2024-02-02 09:00"),
    # 같은 때에 두 번 한 것도 두 번이다.
    ("u01", "2024-02-01 08:00"),
    ("u01", "2024-02-01 23:00"),
    # users에 없는 사람: 한 일이 있어도 사용자는 아니다.
    ("u99", "2024-02-03 09:00"),
)


@criterion("사용자마다 한 일을 센다", points=4, after="profiles_is_defined")
def test_counts_events(submission):
    """행 하나가 한 일 하나입니다. users에 없는 user_id의 기록은 사용자를 만들지 않습니다."""
    counts = only(computed(submission, BUSY_USERS, BUSY_EVENTS).frame, ["user_id", "event_count"])
    expect_frame(counts, BUSY_USERS[["user_id"]].assign(event_count=[3, 1]))


LATE_EVENTS = events(
    ("u01", "2024-02-03 08:00"),
    ("u01", "2024-02-10 07:00"),
    ("u01", "2024-02-09 23:00"),
    ("u02", "2023-12-31 23:59"),
)


@criterion("마지막으로 한 때를 찾는다", points=3, after="profiles_is_defined")
def test_takes_last_event(submission):
    """기록은 시각의 차례로 오지 않습니다. 마지막 행이 마지막 일은 아닙니다."""
    last = only(computed(submission, PLAIN_USERS, LATE_EVENTS).frame, ["user_id", "last_event"])
    # 자료형은 다른 기준이 본다.
    expected = PLAIN_USERS[["user_id"]].assign(last_event=["2024-02-10 07:00", "2023-12-31 23:59"])
    expect_frame(last.assign(last_event=last["last_event"].astype("str").str.slice(0, 16)), expected)


RENAMED_USERS = users(
    # 지금 이름은 처음도 끝도 아니고, 가나다의 끝도, 날짜의 끝도 아니다.
    ("u01", "옛 이름", "2023-12-30", "2024-01-01 10:00"),
    ("u01", "새로 지은 이름", "2023-12-31", "2024-03-01 10:00"),
    ("u01", "가운데 이름", "2024-01-01", "2024-02-01 10:00"),
    ("u02", "하나뿐", "2024-01-05", "2024-01-05 09:30"),
)


@criterion("같은 사용자는 나중에 고친 행이 이긴다", points=4, after="profiles_is_defined")
def test_latest_row_wins(submission):
    """updated_at이 가장 늦은 행이 통째로 지금 모습입니다. 이름은 이 행에서, 날짜는 저 행에서 가져오면 아무도 아닌 사람이 됩니다."""
    frame = only(computed(submission, RENAMED_USERS, PLAIN_EVENTS).frame, ["user_id", "name", "signup_date"])
    expected = RENAMED_USERS.loc[[1, 3], ["user_id", "name"]].assign(signup_date=["2023-12-31", "2024-01-05"])
    expect_frame(frame.assign(signup_date=frame["signup_date"].astype("str").str.slice(0, 10)), expected)


TWICE_LISTED = users(
    ("u01", "옛 이름", "2024-01-01", "2024-01-01 10:00"),
    ("u01", "새 이름", "2024-01-01", "2024-02-01 10:00"),
)


@criterion("행이 둘인 사용자의 일도 한 번씩만 센다", points=3, after=["latest_row_wins", "counts_events"])
def test_counts_once_per_user(submission):
    """사용자를 하나로 줄이기 전에 합치면, 행이 둘인 사용자가 한 일은 두 배가 됩니다."""
    seen = computed(submission, TWICE_LISTED, events(("u01", "2024-02-01 08:00"), ("u01", "2024-02-02 08:00")))
    expect_frame(only(seen.frame, ["user_id", "event_count"]), TWICE_LISTED.loc[[0], ["user_id"]].assign(event_count=[2]))


@criterion("다섯 열과 자료형이 맞다", points=3, after="keeps_users_without_events")
def test_has_schema(submission):
    """이 파일을 읽는 쪽은 약속한 열만 기대합니다. 횟수 0.0회, 글자로 적은 시각은 읽는 쪽에서 다시 고쳐야 합니다."""
    frame = computed(submission, QUIET_USERS, QUIET_EVENTS).frame
    expect_equal(sorted(frame.columns), sorted(PROFILE_COLUMNS), "user_profiles의 열")
    count, last = kind_of(frame["event_count"]), kind_of(frame["last_event"].dropna())
    expect(count.startswith("정수"), f"event_count의 자료형이 {count}입니다. 정수(int)여야 합니다.", shown=frame)
    expect(last.startswith("시각"), f"last_event의 자료형이 {last}입니다. 시각(datetime)이어야 합니다.", shown=frame)


@criterion("표가 비어 있어도 쓴다", points=3, after=["keeps_users_without_events", "writes_what_it_returns"])
def test_handles_empty(submission):
    """첫날에는 사용자가 없습니다. 그날도 열이 같은 빈 표를 써야 그 파일을 읽는 쪽이 멈추지 않습니다."""
    nobody = run(submission, PLAIN_USERS.head(0), PLAIN_EVENTS.head(0))
    for frame in (nobody.frame(ASSET), nobody.objects.get(KEY)):
        expect(frame is not None, "users가 비었을 때 S3에 쓰지 않았습니다.")
        expect_equal(sorted(set(PROFILE_COLUMNS) - set(frame.columns)), [], "빈 결과에 없는 열")
        expect_equal(len(frame), 0, "빈 결과의 행 수")
    quiet = computed(submission, PLAIN_USERS, PLAIN_EVENTS.head(0))
    expect_frame(only(quiet.frame, ["user_id", "event_count"]), PLAIN_USERS[["user_id"]].assign(event_count=[0, 0]))


@criterion("데이터베이스가 실패하면 런도 실패하고 쓰지 않는다", points=5, after="writes_after_queries")
def test_database_error_writes_nothing(submission):
    """실패를 삼키고 빈 표를 쓰면 어제의 올바른 파일이 사라집니다. 실패는 실패로 보여야 다시 시도할 수 있습니다."""
    for number, asked in ((1, "첫 번째"), (2, "두 번째")):
        seen = run(submission, PLAIN_USERS, PLAIN_EVENTS, fail_at=number)
        expect(not puts(seen.log), f"{asked} 물음에서 데이터베이스가 실패했는데 S3에 썼습니다. 일어난 차례:", shown=list(seen.log))
        expect(not seen.success, f"{asked} 물음에서 데이터베이스가 실패했는데 런이 성공했습니다.")


@criterion("저장소가 실패하면 런도 실패한다", points=2, after="writes_once_to_the_key")
def test_storage_error_fails_the_run(submission):
    """쓰지 못했는데 성공이라고 하면 아무도 어제의 파일을 보고 있다는 것을 모릅니다."""
    seen = run(submission, PLAIN_USERS, PLAIN_EVENTS, storage_fails=True)
    expect(not seen.success, "S3에 쓰다가 실패했는데 런이 성공했습니다.")


@criterion("설명과 그룹이 있다", points=2, after="profiles_is_defined")
def test_describes_asset(submission):
    """카탈로그에서 이 자산을 처음 본 사람이 읽는 것은 설명과 층의 이름입니다."""
    facts = submission.facts().asset(ASSET)
    expect(facts.description.strip(), "user_profiles에 설명(description)이 없습니다. docstring도 설명이 됩니다.")
    expect_equal(facts.group, "gold", "user_profiles의 그룹")


@criterion("큰 데이터에서도 규칙이 모두 지켜진다", points=3, hidden=True,
           after=["takes_last_event", "counts_once_per_user", "has_schema", "handles_empty", "writes_what_it_returns",
                  "database_error_writes_nothing", "storage_error_fails_the_run", "describes_asset"])
def test_matches_generated_data(submission):
    """작은 표에서 맞은 규칙들이, 여러 번 고친 사용자와 순서 없는 기록이 섞인 데이터에서도 함께 맞는지 봅니다."""
    many_users, many_events = generated_users(1), generated_events(1)
    expect_frame(computed(submission, many_users, many_events), expected_profiles(many_users, many_events))
