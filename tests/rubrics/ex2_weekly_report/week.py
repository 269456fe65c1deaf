"""한 주의 이야기: 백필하고, 빠진 날을 채우고, 하루를 고치고, 하루를 비운다. 제출물마다 한 번만 돌린다.

런 하나에 50~80ms가 든다. 기준마다 이레를 새로 백필하면 채점이 열 배 느려지므로, 기준들은 이 이야기의 장면을 나누어 본다.
장면은 차례대로 이어진다(앞 장면이 남긴 파일이 뒤 장면의 입력이다). 장면을 다시 볼 때는 기억해 둔 것을 준다.
"""

import random

import pandas as pd

from course_lib.grading import stand_ins
from course_lib.grading.seen import PartitionRun, Seen
from course_lib.grading.story import Story, scene

from .tables import GOOGLEBOT, views

# 월요일. 윤날과 달의 끝이 든 주다.
WEEK = "2024-02-26"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (
    "2024-02-26", "2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02", "2024-03-03")
# 이 주에 들지 않는 이웃한 날들.
SUNDAY_BEFORE, MONDAY_AFTER = "2024-02-25", "2024-03-04"
# 처음에 빠뜨렸다가 나중에 채우는 날.
MISSING = THURSDAY

EVERY_DAY = "/매일"  # 날마다 다른 사람이 한 번씩
RETURNING = "/다시-온-사람"  # 한 사람이 사흘, 세션은 셋
UNKNOWN = "/모르는-사람"  # 로그인하지 않은 조회뿐
MIDNIGHT = "/자정"  # 한 세션이 자정 앞뒤로 한 번씩
SHARED = "/함께-쓰는-컴퓨터"  # 한 세션의 자정 앞뒤가 다른 사람이고, 앞의 사람이 수요일에 또 왔다
ONE_DAY = "/하루"  # 하루에 두 사람
SAME_SESSION = "/이어서-읽은-글"  # 다른 글을 본 세션이 이어서
OFTEN = "/한-사람이-여러-번"  # 하루에 한 사람이 세션 셋으로
THREE, TWO_B, TWO_A = "/셋", "/둘-나", "/둘-가"
MISTAKEN, CORRECTED = "/잘못된-기록", "/고친-기록"

LOGS: dict[str, pd.DataFrame] = {
    SUNDAY_BEFORE: views((EVERY_DAY, "u10", "2024-02-25 10:00", "d0")),
    MONDAY: views(
        (EVERY_DAY, "u11", "2024-02-26 10:00", "d1"),
        (RETURNING, "u01", "2024-02-26 11:00", "r1"),
        (UNKNOWN, None, "2024-02-26 11:10", "k1"),
        (MIDNIGHT, "u02", "2024-02-26 23:58", "m1"),
        (SHARED, "u03", "2024-02-26 23:59", "n1"),
        # 정리하면 빠지는 행들: raw와 cleaned의 행 수를 다르게 한다.
        (EVERY_DAY, "u11", "2024-02-26 10:05", "d1"),
        ("/봇만-온-글", None, "2024-02-26 12:00", "b1", GOOGLEBOT),
    ),
    TUESDAY: views(
        (EVERY_DAY, "u12", "2024-02-27 10:00", "d2"),
        (RETURNING, "u01", "2024-02-27 11:00", "r2"),
        (MIDNIGHT, "u02", "2024-02-27 00:04", "m1"),
        (SHARED, "u07", "2024-02-27 00:05", "n1"),
        (MISTAKEN, "u04", "2024-02-27 15:00", "x1"),
    ),
    WEDNESDAY: views(
        (EVERY_DAY, "u13", "2024-02-28 10:00", "d3"),
        (UNKNOWN, None, "2024-02-28 11:10", "k2"),
        (SHARED, "u03", "2024-02-28 12:00", "n2"),
    ),
    THURSDAY: views(
        (EVERY_DAY, "u14", "2024-02-29 10:00", "d4"),
        (ONE_DAY, "u05", "2024-02-29 11:00", "o1"),
        (ONE_DAY, "u06", "2024-02-29 12:00", "o2"),
        (SAME_SESSION, "u06", "2024-02-29 12:10", "o2"),
        (THREE, "u21", "2024-02-29 13:00", "t1"),
        (THREE, "u22", "2024-02-29 13:05", "t2"),
        (THREE, "u23", "2024-02-29 13:10", "t3"),
    ),
    FRIDAY: views(
        (EVERY_DAY, "u15", "2024-03-01 10:00", "d5"),
        (TWO_B, "u24", "2024-03-01 11:00", "w1"),
        (TWO_B, "u25", "2024-03-01 11:05", "w2"),
        (TWO_A, "u26", "2024-03-01 11:10", "w3"),
        (OFTEN, "u08", "2024-03-01 12:00", "f1"),
        (OFTEN, "u08", "2024-03-01 13:00", "f2"),
        (OFTEN, "u08", "2024-03-01 14:00", "f3"),
    ),
    SATURDAY: views(
        (EVERY_DAY, "u16", "2024-03-02 10:00", "d6"),
        (TWO_A, "u27", "2024-03-02 11:10", "w4"),
    ),
    SUNDAY: views(
        (EVERY_DAY, "u17", "2024-03-03 10:00", "d7"),
        (RETURNING, "u01", "2024-03-03 11:00", "r3"),
    ),
    MONDAY_AFTER: views((EVERY_DAY, "u18", "2024-03-04 10:00", "d8")),
}  # fmt: skip

# 화요일의 기록이 잘못되었다고 한다. 고친 기록에는 잘못된 행이 없고 다른 행이 있다.
CORRECTED_TUESDAY = views(
    (EVERY_DAY, "u12", "2024-02-27 10:00", "d2"),
    (CORRECTED, "u04", "2024-02-27 15:00", "x2"),
)
# 수요일의 기록은 모두 지워야 한다고 한다.
EMPTY_WEDNESDAY = LOGS[WEDNESDAY].head(0)


def generated_logs() -> dict[str, pd.DataFrame]:
    """목요일부터 토요일까지의 큰 기록. 세션은 자정을 넘기고, 그 사이에 로그인하기도 한다. 이웃한 날의 행이 섞여 있다."""
    rng = random.Random("ex2")
    start, rows = pd.Timestamp(THURSDAY), []
    for session in range(70):
        moment = start + pd.Timedelta(minutes=int(rng.random() * 3 * 24 * 60))
        user, agent = f"u{int(rng.random() * 25):02d}", (GOOGLEBOT,) if session % 9 == 0 else ()
        known = rng.random()
        for _ in range(1 + int(rng.random() * 7)):
            page = f"/글/{1 + int(rng.random() ** 2 * 18):02d}-번째"
            rows.append((page, user if rng.random() < known else None, moment, f"s{session:02d}", *agent))
            moment += pd.Timedelta(seconds=int(rng.random() * 5 * 3600))
    rng.shuffle(rows)
    # 토요일 밤에 시작해 일요일로 넘어간 행은 일요일의 기록에 있어야 하는데, 일요일은 다시 구체화하지 않는다.
    whole = views(*[row for row in rows if row[2] < start + pd.Timedelta(days=3)])
    return {day: whole for day in (THURSDAY, FRIDAY, SATURDAY)}


class Week(Story):
    """제출물 하나의 한 주. 메서드는 장면이고, 이 차례로 이어진다."""

    @scene
    def backfilled(self) -> dict[str, PartitionRun]:
        """목요일을 뺀 엿새와 이웃한 이틀을 하루씩 구체화한다."""
        return self._days({day: log for day, log in LOGS.items() if day != MISSING})

    @scene
    def read_back(self) -> PartitionRun:
        """프로세스가 새로 뜬 뒤에, 저장해 둔 월요일의 raw로 cleaned만 다시 구체화한다."""
        self.backfilled()
        return self._submission.runs(["cleaned_page_views"], [MONDAY], new_process=True)[0]

    @scene
    def without_thursday(self) -> PartitionRun:
        """엿새뿐인 주의 보고서. 실패해야 한다."""
        self.read_back()
        return self._report()

    @scene
    def whole(self) -> PartitionRun:
        """이레가 다 있는 주의 보고서."""
        self.without_thursday()
        self._days({MISSING: LOGS[MISSING]})
        return self._report()

    @scene
    def corrected(self) -> tuple[PartitionRun, PartitionRun]:
        """화요일을 고친 기록으로 다시 구체화한 뒤의, 화요일의 cleaned와 그 주의 보고서."""
        self.whole()
        # 따로따로 구체화해야 raw가 저장한 것을 cleaned가 다시 읽는다.
        self._submission.runs(["raw_page_views"], [TUESDAY], {"page_view_log": stand_ins.page_view_log({TUESDAY: CORRECTED_TUESDAY})})
        return self._submission.runs(["cleaned_page_views"], [TUESDAY])[0], self._report()

    @scene
    def with_an_empty_day(self) -> tuple[PartitionRun, PartitionRun]:
        """수요일의 기록이 빈 뒤의, 수요일과 그 주의 보고서."""
        self.corrected()
        return self._days({WEDNESDAY: EMPTY_WEDNESDAY})[WEDNESDAY], self._report()

    @scene
    def generated(self) -> Seen:
        """사흘을 큰 기록으로 다시 구체화한 뒤의 보고서."""
        self.with_an_empty_day()
        for run in self._days(generated_logs()).values():
            run.value("cleaned_page_views")
        return self._report().value("weekly_page_report")

    def _days(self, logs: dict[str, pd.DataFrame]) -> dict[str, PartitionRun]:
        runs = self._submission.runs(["raw_page_views", "cleaned_page_views"], list(logs),
                                     {"page_view_log": stand_ins.page_view_log(logs)})
        return dict(zip(logs, runs, strict=True))

    def _report(self) -> PartitionRun:
        return self._submission.runs(["weekly_page_report"], [WEEK])[0]
