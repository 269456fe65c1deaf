"""한 주의 이야기: 이레의 파일이 도착하고(하루는 잘못되었다), 고쳐지고, 보고서가 만들어지고, 또 하루가 고쳐진다.

런 하나에 수십 밀리초가 든다. 그래서 이야기는 제출물마다 한 번만 연기하고, 기준들은 장면을 나누어 본다.
장면은 차례대로 이어진다: 앞 장면이 남긴 파일과 기록이 뒤 장면의 입력이다.
"""

import random
from dataclasses import dataclass

import pandas as pd

from course_lib.grading.rubric import expect
from course_lib.grading.seen import CheckResult, IngestRun, SubmissionFault, Tick
from course_lib.grading.story import Story, scene
from course_lib.grading.submission import Submission

from .files import CLEANED, GOOGLEBOT, MINUTE, NOON, RAW, REPORT, REPORT_COLUMNS, SENSOR, after, arrives, day_file

SHOP = "한 주"
# 월요일. 윤날과 달의 끝이 든 주다.
WEEK = "2024-02-26"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = [f"{day:%Y-%m-%d}" for day in pd.date_range(WEEK, periods=7)]
# 자동화 조건은 데몬이 늘 묻는다: 그 주가 아직 끝나지 않았을 때도, 끝난 다음 날의 아침에도.
BEFORE_THE_END = "2024-03-03T06:00:00+00:00"
MORNING_AFTER = "2024-03-04T06:{minute:02d}:00+00:00"

EVERY, RETURNING, MIDNIGHT, OFTEN, UNKNOWN, PAIR = "/소개", "/다시-온-사람", "/자정", "/여러-세션", "/모르는-사람", "/두-사람"
STRANGER = "/다른-날의-행"

FILES: dict[str, bytes] = {
    MONDAY: day_file(
        (EVERY, "u11", "2024-02-26T10:00:00", "d1"),
        (EVERY, "u11", "2024-02-26T10:05:00", "d1"),
        (RETURNING, "u01", "2024-02-26T11:00:00", "r1"),
        (MIDNIGHT, "u02", "2024-02-26T23:58:00", "m1"),
        ("/봇만-온-글", None, "2024-02-26T12:00:00", "b1", GOOGLEBOT),
    ),
    # 지난주의 행이 섞여 있다.
    TUESDAY: day_file((RETURNING, "u01", "2024-02-27T11:00:00", "r2"), (STRANGER, "u09", "2024-02-20T11:00:00", "x1")),
    WEDNESDAY: day_file(),
    THURSDAY: day_file((OFTEN, "u08", "2024-02-29T12:00:00", "f1")),
    FRIDAY: day_file((UNKNOWN, None, "2024-03-01T00:00:00", "k1")),
    SATURDAY: day_file((PAIR, "u24", "2024-03-02T11:00:00", "w1"), (PAIR, "u25", "2024-03-02T11:05:00", "w2")),
    SUNDAY: day_file((PAIR, "u24", "2024-03-03T23:59:59.999999", "w3")),
}
CORRECTED_TUESDAY = day_file((MIDNIGHT, "u02", "2024-02-27T00:04:00", "m1"), (RETURNING, "u01", "2024-02-27T11:00:00", "r2"))
# 한 건이 늘어 한 주의 조회가 꼭 열 건이 된다.
CORRECTED_THURSDAY = day_file((OFTEN, "u08", "2024-02-29T12:00:00", "f1"), (OFTEN, "u08", "2024-02-29T15:00:00", "f2"))

FIGURES = ((PAIR, 3, 2, 1), (RETURNING, 2, 1, 2), (EVERY, 1, 1, 2), (OFTEN, 1, 1, 2), (MIDNIGHT, 1, 1, 2), (UNKNOWN, 1, 0, 3))
# 조회가 아홉 건인 첫 보고서와, 목요일을 고친 뒤의 보고서.
FIRST_REPORT = pd.DataFrame(FIGURES, columns=REPORT_COLUMNS).sort_values(["rank", "page_url"], ignore_index=True)
SECOND_REPORT = FIRST_REPORT.assign(views=FIRST_REPORT["views"] + (FIRST_REPORT["page_url"] == OFTEN))


def generated_files() -> dict[str, bytes]:
    """월요일부터 수요일까지의 큰 파일. 세션은 자정을 넘기고, 읽을 수 없는 행과 봇과 시간대가 섞여 있다."""
    rng = random.Random("capstone")
    rows: dict[str, list[tuple[str | None, ...]]] = {day: [] for day in (MONDAY, TUESDAY, WEDNESDAY)}
    for session in range(60):
        moment = pd.Timestamp(MONDAY) + pd.Timedelta(minutes=rng.randrange(3 * 24 * 60))
        agent = (rng.choice([GOOGLEBOT, "SEOBOT/1.0", "CUBOT X19"]),) if session % 8 == 0 else ()
        for _ in range(rng.randint(1, 6)):
            day = f"{moment:%Y-%m-%d}"
            if day not in rows:
                break
            user = rng.choice([None, *(f"u{number:02d}" for number in range(12))])
            written = moment.isoformat() if rng.random() < 0.5 else moment.tz_localize("UTC").tz_convert("Asia/Seoul").isoformat()
            rows[day].append((f"/글/{rng.randrange(9)}", user, rng.choice([written] * 9 + ["어제"]), f"s{session}", *agent))
            moment += pd.Timedelta(seconds=rng.randrange(5 * 3600))
    for lines in rows.values():
        rng.shuffle(lines)
    return {day: day_file(*lines) for day, lines in rows.items()}


@dataclass(frozen=True)
class Asked:
    """자동화 조건을 한 번 평가한 것. 평가하지 못했으면 `weeks`가 그 까닭을 낸다."""

    _weeks: tuple[str, ...] = ()
    fault: SubmissionFault | None = None

    @property
    def weeks(self) -> tuple[str, ...]:
        if self.fault:
            raise self.fault
        return self._weeks


@dataclass(frozen=True)
class Made:
    """하루가 고쳐진 뒤: 그 틱, 그다음 자동화 조건이 요청한 주들, 그 주의 보고서를 만든 런, 그 뒤에 한 번 더 물었을 때 요청한 주들."""

    tick: Tick
    requested: Asked
    report: IngestRun
    asked_again: Asked


class Week(Story):
    """제출물 하나의 한 주. 메서드는 장면이고, 이 차례로 이어진다."""

    def __init__(self, submission: Submission):
        super().__init__(submission)
        self._minute = 0

    @scene
    def arrived(self) -> dict[str, IngestRun]:
        """이레의 파일이 모두 도착한 틱이 시작한 런들. 화요일의 파일은 잘못되었다."""
        self._tick({}, NOON)
        self._automation(BEFORE_THE_END)
        tick = self._tick(FILES, NOON)
        runs = {run.partition_key: run for run in tick.runs}
        left_out = [day for day in FILES if day not in runs]
        expect(not left_out, f"이 날들의 파일이 도착했는데 실행된 런이 없습니다: {', '.join(left_out)}.")
        return runs

    @scene
    def waiting(self) -> Asked:
        """화요일이 아직 없을 때 자동화 조건이 요청한 주들."""
        self.arrived()
        return self._automation()

    @scene
    def first_report(self) -> Made:
        """화요일이 고쳐져 이레가 다 모인 뒤."""
        self.waiting()
        return self._made({TUESDAY: CORRECTED_TUESDAY}, NOON + MINUTE, reload=True)

    @scene
    def second_report(self) -> Made:
        """목요일이 고쳐진 뒤."""
        self.first_report()
        return self._made({THURSDAY: CORRECTED_THURSDAY}, NOON + 2 * MINUTE)

    @scene
    def generated(self) -> Made:
        """사흘이 큰 파일로 고쳐진 뒤."""
        self.second_report()
        return self._made(generated_files(), NOON + 3 * MINUTE)

    def _made(self, files: dict[str, bytes], mtime: int, **rest: bool) -> Made:
        tick = self._tick(files, mtime, **rest)
        requested = self._automation()
        report = self._submission.shop_runs(REPORT, [WEEK], SHOP)[0]
        return Made(tick, requested, report, self._automation())

    def _tick(self, files: dict[str, bytes], mtime: int, **rest: bool) -> Tick:
        step = after(*(arrives(day, data, mtime) for day, data in files.items()), runs=1, values=[RAW, CLEANED], **rest)
        return self._submission.sensor(SENSOR, [step], shop=SHOP).ticks[0]

    def _automation(self, at: str | None = None) -> Asked:
        self._minute += 1
        try:
            return Asked(self._submission.automation(REPORT, at or MORNING_AFTER.format(minute=self._minute), SHOP))
        except SubmissionFault as fault:
            # 자동화 조건이 없어도 이야기는 이어진다: 검사와 보고서의 기준은 그것을 보지 않는다.
            return Asked(fault=fault)


def check_of(run: IngestRun, asset: str, name: str) -> CheckResult:
    """그 런에서 그 자산 검사의 결과."""
    found = [check for check in run.checks if (check.asset, check.name) == (asset, name)]
    known = [f"{check.asset}의 {check.name}" for check in run.checks]
    expect(bool(found), f"{asset} [{run.partition_key}]의 런에서 자산 검사 {name}이 돌지 않았습니다.", shown=known or None)
    return found[-1]
