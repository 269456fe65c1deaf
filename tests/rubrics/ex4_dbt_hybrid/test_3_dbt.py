"""dbt의 모델과 시험: 날마다 만들고, 다시 만들고, 잘못된 날은 멈춘다."""

from course_lib.grading.rubric import criterion, expect, expect_equal, expect_frame
from course_lib.grading.seen_dbt import checks_of

from .story import (
    CHANGED,
    DOWNGRADED,
    EVENTS,
    FIRST,
    GENERATED_FROM,
    LATE,
    SECOND,
    SINGLE,
    THIRD,
    Days,
    activity_in,
    events_of,
    expect_activity,
    plans,
    table,
)
from .tables import ASSETS, as_days, only

COUNTS = ["user_id", "views", "purchases"]
EVENT_COLUMNS = ["event_id", "user_id", "kind", "occurred_at", "day"]
CHECKS_AT_LEAST = {"stg_users": 1, "stg_events": 2}


def _events_built(submission):
    """첫날의 stg_events에서 첫날의 행."""
    frame = table(Days.of(submission).first_day(), "stg_events", EVENT_COLUMNS)
    return frame[frame["day"] == FIRST]


@criterion("stg_users에는 사용자마다 마지막에 고친 행이 있다", points=3, after="models_are_assets")
def test_users_keep_latest(submission):
    """원본에는 고칠 때마다 행이 하나씩 늘어납니다. 한 사람이 두 행이면 활동에 붙일 때 조회 수가 두 배가 됩니다."""
    frame = table(Days.of(submission).first_day(), "stg_users", ["user_id", "plan", "signed_up_on"])
    frame = frame.assign(signed_up_on=as_days(frame["signed_up_on"]))
    wanted = plans().assign(signed_up_on=lambda users: as_days(users["signed_up_on"]))
    expect_frame(frame[frame["user_id"] < GENERATED_FROM].reset_index(drop=True),
                 wanted[wanted["user_id"] < GENERATED_FROM].reset_index(drop=True))


@criterion("stg_events의 하루에는 그 날의 이벤트가 모두, 그 날 것만 있다", points=3, after="models_are_assets")
def test_events_belong_to_day(submission):
    """어느 날을 만들지는 파티션 키가 정하고, dbt에는 --vars로 전해야 합니다. 하루는 UTC로 00:00부터 24:00 앞까지입니다."""
    built = _events_built(submission)
    mine = set(built["event_id"][built["kind"] != "heartbeat"])
    wanted = set(events_of(FIRST)["event_id"])
    expect(mine, f"{FIRST}을(를) 만들었는데 stg_events에 그 날의 행이 없습니다.",
           shown=table(Days.of(submission).first_day(), "stg_events", EVENT_COLUMNS).head(10))
    lost, extra = EVENTS[EVENTS["event_id"].isin(wanted - mine)], EVENTS[EVENTS["event_id"].isin(mine - wanted)]
    expect(lost.empty, f"{FIRST}의 이벤트인데 stg_events의 그 날에 없는 것이 있습니다.", shown=lost.drop_duplicates())
    expect(extra.empty, f"{FIRST}의 이벤트가 아닌데 stg_events의 그 날에 있는 것이 있습니다.", shown=extra.drop_duplicates())


@criterion("heartbeat는 남지 않는다", points=2, after="events_belong_to_day")
def test_events_drop_heartbeats(submission):
    """heartbeat는 앱이 켜져 있다는 신호일 뿐 사용자가 한 일이 아닙니다."""
    built = _events_built(submission)
    expect(not (built["kind"] == "heartbeat").any(), "stg_events에 heartbeat가 남아 있습니다.", shown=built[built["kind"] == "heartbeat"])


@criterion("같은 이벤트는 한 행이다", points=2, after="events_belong_to_day")
def test_events_keep_one_row(submission):
    """보내는 쪽은 답을 받지 못하면 같은 이벤트를 또 보냅니다. 그대로 두면 두 번 산 것이 됩니다."""
    built = _events_built(submission)
    again = built[built["event_id"].duplicated(keep=False)]
    expect(again.empty, "같은 event_id가 여러 행입니다.", shown=again)


@criterion("하루가 원본에서 점수까지 한 런에 구체화된다", points=3,
           after=["users_keep_latest", "events_drop_heartbeats", "events_keep_one_row", "features_depend_on_mart", "computes_features"])
def test_builds_a_day(submission):
    """dbt와 파이썬이 한 그래프이면 런 하나로 끝까지 갑니다. 둘은 ACTIVITY_WAREHOUSE가 가리키는 같은 창고를 봅니다."""
    run = Days.of(submission).first_day()
    if run.fault:
        raise run.fault
    expect_equal(sorted(set(ASSETS) - run.made), [], f"{FIRST}의 런에서 구체화되지 않은 자산")
    expect_equal(sorted(only(run.value("user_features"), ["user_id"])["user_id"]), [CHANGED, SINGLE, DOWNGRADED],
                 f"{FIRST}의 런에서 user_features에 있는 사용자")


@criterion("fct_user_activity는 날과 사용자마다 조회와 구매를 센다", points=3, after="builds_a_day")
def test_activity_counts(submission):
    """하루에 한 사람은 한 행입니다. 사기만 한 사람도 활동한 사람이고, 그때 조회는 0입니다."""
    expect_activity(Days.of(submission).first_day(), FIRST, COUNTS, EVENTS,
                    message=f"fct_user_activity의 {FIRST}이(가) 그 날의 이벤트를 센 것과 다릅니다.")


@criterion("활동에 사용자의 요금제가 붙는다", points=1, after="activity_counts")
def test_activity_carries_plan(submission):
    """요금제마다 견주려면 활동에 요금제가 있어야 합니다. stg_users의 것입니다."""
    expect_activity(Days.of(submission).first_day(), FIRST, ["user_id", "plan"], EVENTS,
                    message=f"fct_user_activity의 {FIRST}의 요금제가 stg_users의 것과 다릅니다.")


@criterion("하루를 만들 때는 그 날만 만든다", points=3, after="activity_counts")
def test_builds_only_its_day(submission):
    """--vars로 받은 날로 거르지 않으면 하루를 만들 때마다 모든 날을 만듭니다. 파티션의 기록과 표가 어긋납니다."""
    days = sorted(set(table(Days.of(submission).first_day(), "fct_user_activity", ["day"])["day"]))
    expect_equal(days, [FIRST], f"{FIRST}만 만들었을 때 fct_user_activity에 있는 날")


@criterion("다른 날을 만들어도 앞의 날이 남는다", points=3, after="builds_only_its_day")
def test_keeps_other_days(submission):
    """table로 만드는 모델은 만들 때마다 표를 새로 씁니다. 하루씩 쌓는 표는 그 날의 행만 바꾸어야 합니다."""
    run = Days.of(submission).second_day()
    if run.fault:
        raise run.fault
    days = sorted(set(table(run, "fct_user_activity", ["day"])["day"]))
    expect_equal(days, [FIRST, SECOND], f"{FIRST}과 {SECOND}을 차례로 만든 뒤 fct_user_activity에 있는 날")
    expect_activity(run, FIRST, COUNTS, EVENTS, message=f"{SECOND}을(를) 만들었더니 fct_user_activity의 {FIRST}이(가) 달라졌습니다.")


@criterion("다시 만든 날은 그 날의 행이 바뀐다", points=3, after="keeps_other_days")
def test_rebuild_replaces_day(submission):
    """늦은 이벤트가 오면 그 날을 다시 만듭니다. 덧붙이기만 하면 다시 만든 날의 행이 두 번씩 남습니다."""
    run = Days.of(submission).first_day_again()
    if run.fault:
        raise run.fault
    expect_activity(run, FIRST, COUNTS, EVENTS, LATE, message=f"늦은 이벤트가 온 뒤 {FIRST}을(를) 다시 만들었는데, fct_user_activity의 그 날이 다릅니다.")
    expect_frame(activity_in(run, SECOND, COUNTS), activity_in(Days.of(submission).second_day(), SECOND, COUNTS),
                 message=f"{FIRST}을(를) 다시 만들었더니 fct_user_activity의 {SECOND}이(가) 달라졌습니다.")


@criterion("dbt 시험이 자산 검사로 보인다", points=2, after="models_are_assets")
def test_tests_become_checks(submission):
    """자산 검사가 되면 무엇을 검사했고 통과했는지가 자산 옆에 남습니다. event_id와 user_id의 시험이 저마다 있어야 합니다."""
    checks = checks_of(submission)
    for model, least in CHECKS_AT_LEAST.items():
        names = checks.get(model, ())
        expect(len(names) >= least, f"{model}의 자산 검사가 {len(names)}개입니다. {least}개는 있어야 합니다.", shown=list(names) or None)


@criterion("모르는 사용자가 온 날은 파이썬 자산까지 가지 않는다", points=3, after="builds_a_day")
def test_bad_day_stops(submission):
    """이벤트의 user_id는 stg_users에 있어야 합니다(relationships). 없으면 점수가 조용히 틀리는 대신 그 날이 멈추어야 합니다."""
    made = sorted({"user_features", "user_scores"} & Days.of(submission).stranger_came().made)
    expect_equal(made, [], f"모르는 사용자의 이벤트가 있는 {THIRD}에 구체화된 파이썬 자산")


@criterion("이벤트가 많은 날에도 활동이 맞는다", points=2, hidden=True, after=["keeps_other_days", "activity_carries_plan"])
def test_busy_day_matches(submission):
    """작은 표에서 맞은 규칙들이, 같은 때의 이벤트와 중복과 요금제를 바꾼 사람이 많은 날에도 함께 맞는지 봅니다."""
    expect_activity(Days.of(submission).second_day(), SECOND, [*COUNTS, "plan"], EVENTS, generated=True,
                    message=f"이벤트가 많은 {SECOND}의 fct_user_activity가 그 날의 이벤트를 센 것과 다릅니다.")

