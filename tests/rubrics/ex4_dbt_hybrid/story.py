"""사흘의 이야기: 첫날을 통째로 만들고, 다음 날을 만들고, 첫날을 다시 만들고, 모르는 사용자가 온 날을 만든다.

dbt 명령 하나에 몇 초가 든다. 기준들은 이 이야기의 장면을 나누어 본다. 장면은 차례대로 이어지고(앞 장면의 창고가 뒤 장면의
입력이다) 제출물마다 한 번만 돌린다. 창고와 리소스와 IO 매니저는 학습자의 것이고, 원본 표만 여기서 준다.
"""

import random

import pandas as pd

from course_lib.grading.rubric import expect, expect_frame
from course_lib.grading.seen_dbt import DbtRun, dbt_runs
from course_lib.grading.story import Story, scene

from .tables import ASSETS, DAILY, MODELS, PYTHON_ASSETS, as_days, whole_numbers

FIRST, SECOND, THIRD = "2024-02-28", "2024-02-29", "2024-03-01"
# 이보다 작은 번호의 사용자는 손으로 적은 사람, 큰 번호는 지어낸 사람이다.
GENERATED_FROM = 1000
STRANGER = 999

CHANGED, SINGLE, DOWNGRADED, IDLE, QUIET = 1, 2, 3, 4, 5


def _users() -> pd.DataFrame:
    rows = [
        # 마지막에 고친 행이 가운데에 있다.
        (CHANGED, "free", "2023-12-01", "2023-12-01 09:00"),
        (CHANGED, "pro", "2023-12-01", "2024-02-01 09:00"),
        (CHANGED, "free", "2023-12-01", "2024-01-15 09:00"),
        (SINGLE, "free", "2024-01-02", "2024-01-02 10:00"),
        (DOWNGRADED, "free", "2024-01-03", "2024-02-20 08:00"),
        (DOWNGRADED, "pro", "2024-01-03", "2024-01-03 08:00"),
        (IDLE, "pro", "2024-01-04", "2024-01-04 11:00"),
        (QUIET, "free", "2024-01-05", "2024-01-05 12:00"),
    ]
    rng = random.Random("ex4/users")
    for number in range(60):
        for change in range(rng.choice([1, 1, 2, 3])):
            rows.append((GENERATED_FROM + number, rng.choice(["free", "pro"]), "2024-01-10", f"2024-02-{10 + change:02d} 07:{number:02d}"))
    tail = rows[8:]
    rng.shuffle(tail)
    frame = pd.DataFrame(rows[:8] + tail, columns=["user_id", "plan", "signed_up_on", "updated_at"])
    return frame.astype({"signed_up_on": "datetime64[us]", "updated_at": "datetime64[us]"})


def _events() -> pd.DataFrame:
    rows = [
        (CHANGED, "view", f"{FIRST} 09:00"),
        (CHANGED, "view", f"{FIRST} 09:05"),
        (CHANGED, "view", f"{FIRST} 20:00"),  # 서울에서는 다음 날
        (CHANGED, "purchase", f"{FIRST} 09:30"),
        (CHANGED, "purchase", f"{FIRST} 09:30"),  # 같은 때의 다른 이벤트
        (CHANGED, "heartbeat", f"{FIRST} 09:31"),
        (SINGLE, "view", f"{FIRST} 00:00"),
        (SINGLE, "purchase", f"{FIRST} 23:59:59.999999"),
        (DOWNGRADED, "purchase", f"{FIRST} 12:00"),
        (QUIET, "heartbeat", f"{FIRST} 12:00"),
        (SINGLE, "view", "2024-02-27 18:00"),  # 서울에서는 첫날
        (SINGLE, "view", f"{SECOND} 00:00"),
        (CHANGED, "view", f"{SECOND} 10:00"),
        (QUIET, "view", f"{SECOND} 10:00"),
        (QUIET, "view", f"{SECOND} 10:01"),
        (CHANGED, "view", f"{THIRD} 10:00"),
    ]
    rng = random.Random("ex4/events")
    start = pd.Timestamp(SECOND)
    for number in range(60):
        for _ in range(rng.randrange(14)):
            moment = start + pd.Timedelta(seconds=rng.randrange(86400))
            rows.append((GENERATED_FROM + number, rng.choice(["view", "view", "purchase", "heartbeat"]), str(moment)))
    frame = pd.DataFrame(rows, columns=["user_id", "kind", "occurred_at"])
    frame.insert(0, "event_id", range(101, 101 + len(frame)))
    # 첫 행과 지어낸 행 몇은 통째로 두 번 온다.
    again = [0, 7, *rng.sample(range(16, len(frame)), 40)]
    return _typed(pd.concat([frame, frame.iloc[again]], ignore_index=True))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(occurred_at=pd.to_datetime(frame["occurred_at"], format="ISO8601").astype("datetime64[us]"))


USERS = _users()
EVENTS = _events()
# 첫날의 것인데 늦게 온 이벤트. 하나는 그날 활동이 없던 사람의 것이다.
LATE = _typed(pd.DataFrame([(9001, CHANGED, "view", f"{FIRST} 21:00"), (9002, QUIET, "purchase", f"{FIRST} 22:00")],
                           columns=EVENTS.columns))
STRANGE = _typed(pd.DataFrame([(9003, STRANGER, "view", f"{THIRD} 12:00")], columns=EVENTS.columns))


def _raw(*events: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"users": USERS, "events": pd.concat(events, ignore_index=True)}


# ---------------------------------------------------------------- 기대하는 것


def events_of(day: str, *events: pd.DataFrame) -> pd.DataFrame:
    """그날의 이벤트에서 heartbeat와 중복을 뺀 것."""
    all_events = pd.concat(events or (EVENTS,), ignore_index=True).drop_duplicates()
    kept = all_events[(all_events["occurred_at"].dt.strftime("%Y-%m-%d") == day) & (all_events["kind"] != "heartbeat")]
    return kept.reset_index(drop=True)


def plans() -> pd.DataFrame:
    """사용자마다 지금의 요금제와 가입일."""
    latest = USERS.sort_values("updated_at").drop_duplicates("user_id", keep="last")
    return latest[["user_id", "plan", "signed_up_on"]].reset_index(drop=True)


def activity_of(day: str, *events: pd.DataFrame, generated: bool = False) -> pd.DataFrame:
    """그날의 활동: user_id, plan, views, purchases."""
    kept = events_of(day, *events)
    kept = kept[(kept["user_id"] >= GENERATED_FROM) == generated]
    counts = kept.assign(views=kept["kind"].eq("view").astype("int64"), purchases=kept["kind"].eq("purchase").astype("int64"))
    counts = counts.groupby("user_id", as_index=False)[["views", "purchases"]].sum()
    return counts.merge(plans()[["user_id", "plan"]], on="user_id")[["user_id", "plan", "views", "purchases"]]


# ---------------------------------------------------------------- 창고에서 본 것


def table(run: DbtRun, model: str, columns: list[str]) -> pd.DataFrame:
    """창고에 있는 모델의 표. 이 열들이 없으면 기준이 틀린 것이다. 열 day는 글로 바꾼다."""
    frame = run.table(model)
    missing = [name for name in columns if name not in frame.columns]
    expect(not missing, f"{model}에 열이 없습니다: {', '.join(missing)}", shown=frame.head(10))
    frame = whole_numbers(frame[columns])
    return frame.assign(day=as_days(frame["day"])) if "day" in columns else frame


def activity_in(run: DbtRun, day: str, columns: list[str], *, generated: bool = False) -> pd.DataFrame:
    """fct_user_activity에서 그날의 (손으로 적었거나 지어낸) 사용자들의 행."""
    frame = table(run, "fct_user_activity", ["day", *columns])
    chosen = (frame["day"] == day) & ((frame["user_id"] >= GENERATED_FROM) == generated)
    return frame[chosen][columns].reset_index(drop=True)


def expect_activity(run: DbtRun, day: str, columns: list[str], *events: pd.DataFrame, message: str, generated: bool = False) -> None:
    """fct_user_activity의 그날이 `events`에서 나오는 활동과 같은지."""
    expect_frame(activity_in(run, day, columns, generated=generated), activity_of(day, *events, generated=generated)[columns], message=message)


# ---------------------------------------------------------------- 이야기


class Days(Story):
    """제출물 하나의 사흘. 메서드는 장면이고, 이 차례로 이어진다."""

    @scene
    def first_day(self) -> DbtRun:
        """빈 창고에서 여섯 자산을 한 런으로 만든 첫날."""
        return self._run(ASSETS, FIRST, _raw(EVENTS))

    @scene
    def second_day(self) -> DbtRun:
        """날로 나눈 자산들만 만든 다음 날."""
        self.first_day()
        return self._run(DAILY, SECOND)

    @scene
    def first_day_again(self) -> DbtRun:
        """늦은 이벤트가 온 뒤에 다시 만든 첫날."""
        self.second_day()
        return self._run(DAILY, FIRST, _raw(EVENTS, LATE))

    @scene
    def stranger_came(self) -> DbtRun:
        """모르는 사용자의 이벤트가 있는 셋째 날."""
        self.first_day()
        return self._run(DAILY, THIRD, _raw(EVENTS, LATE, STRANGE))

    def _run(self, selection: tuple[str, ...], day: str, raw: dict[str, pd.DataFrame] | None = None) -> DbtRun:
        values = [key for key in selection if key in PYTHON_ASSETS]
        return dbt_runs(self._submission, selection, [day], models=MODELS, values=values, raw=raw)[0]
