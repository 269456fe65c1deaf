"""무대에서 이어지는 관찰: 런의 검사 결과와 값, 자동화 조건, 무대의 자산. 채점 기준표가 딛고 선 것들."""

import pytest

from course_lib.grading import stand_ins
from course_lib.grading.judge import Judge
from course_lib.grading.seen import SubmissionFault
from course_lib.grading.submission import Submission

from ...rubrics.capstone.files import CLEANED, RAW, REPORT, SENSOR, after, arrives, day_file
from .test_capstone_grading import EXERCISE

DAY, MONDAY = "2024-02-29", "2024-02-26"
NOW = "2024-03-04T06:00:00+00:00"
GOOD = day_file(("/소개", "u01", f"{DAY}T10:00:00", "s1"))
OTHER_DAY = day_file(("/소개", "u01", "2024-02-28T10:00:00", "s1"))


@pytest.fixture(scope="module")
def judge():
    with Judge(EXERCISE) as opened:
        yield opened


@pytest.fixture
def handle(judge):
    """모범 답안의 몇 곳을 고친 제출물의 손잡이를 만든다."""
    opened = []

    def make(file: str = "definitions.py", old: str = "defs = ", new: str = "defs = ") -> Submission:
        files = dict(judge.material.reference)
        source = files[file].decode("utf-8")
        assert source.count(old) == 1
        opened.append(Submission(judge.material, {**files, file: source.replace(old, new).encode("utf-8")}, judge.sandbox))
        return opened[-1]

    yield make
    for submission in opened:
        submission.close()


def arrive(submission: Submission, data: bytes, values=()):
    return submission.sensor(SENSOR, [after(arrives(DAY, data), runs=1, values=values)], shop="무대").runs[0]


def test_a_blocked_run_keeps_what_was_made_before_it_stopped(handle):
    submission = handle()
    run = arrive(submission, OTHER_DAY, [RAW])
    assert not run.success
    assert (run.partition_key, [(check.asset, check.name, check.passed, check.severity) for check in run.checks]) == (
        DAY, [(RAW, "rows_belong_to_day", False, "ERROR")])
    assert set(run.metadata) == {RAW}
    with pytest.raises(SubmissionFault) as fault:
        run.value(RAW)
    assert fault.value.details["type"] == "DagsterAssetCheckFailedError"


def test_a_run_gives_the_values_that_were_asked_for(handle):
    run = arrive(handle(), GOOD, [CLEANED])
    assert run.success and run.checks[0].passed
    assert list(run.value(CLEANED).frame["page_url"]) == ["/소개"]
    with pytest.raises(KeyError):
        run.value(RAW)


def test_a_run_that_never_started_has_nothing_of_the_run_before(handle):
    submission = handle("sensors.py", "partition_key=day)", 'partition_key=day, run_config={"ops": {"nobody": {}}} if len(seen) > 1 else None)')
    assert arrive(submission, GOOD).success
    second = submission.sensor(SENSOR, [after(arrives("2024-03-01", day_file()), runs=1)], shop="무대").runs[0]
    assert (second.success, second.metadata, second.checks) == (False, {}, ())


def test_automation_goes_on_from_the_evaluation_before(handle):
    submission = handle("assets.py", "dg.AutomationCondition.eager()", "dg.AutomationCondition.any_deps_updated()")
    submission.sensor(SENSOR, [after(runs=1)], shop="무대")
    assert submission.automation(REPORT, NOW, "무대") == ()
    arrive(submission, GOOD)
    assert submission.automation(REPORT, NOW, "무대") == (MONDAY,)
    assert submission.automation(REPORT, NOW, "무대") == ()


def test_an_asset_without_a_condition_is_said_so(handle):
    submission = handle("assets.py", "automation_condition=WHEN_THE_WEEK_IS_READY, ", "")
    arrive(submission, GOOD)
    with pytest.raises(SubmissionFault) as fault:
        submission.automation(REPORT, NOW, "무대")
    assert fault.value.kind == "no_automation"


def test_there_is_no_stage_before_the_sensor(handle):
    with pytest.raises(SubmissionFault):
        handle().automation(REPORT, NOW, "없는 무대")


def test_the_stage_keeps_what_its_runs_stored(handle):
    submission = handle()
    arrive(submission, GOOD)
    [run] = submission.shop_runs(CLEANED, [DAY], "무대")
    assert run.success and len(run.value(CLEANED).frame) == 1
    missing, = submission.shop_runs(REPORT, [MONDAY], "무대")
    assert not missing.success and "2024-02-26" in missing.error


def test_the_landing_of_a_call_holds_its_files(handle):
    seen = handle().call(RAW, partition_key=DAY, resources={"landing": stand_ins.landing({f"views-{DAY}.csv": GOOD})})
    assert list(seen.frame["page_url"]) == ["/소개"]


@pytest.mark.parametrize("observe, forged", [
    ("automation_tick", "{}"), ("automation_tick", "{'requested': 7}"), ("shop_runs", "{'runs': []}"),
    ("shop_runs", "{'runs': [{'run_key': None, 'partition_key': None, 'success': True, 'metadata': {}, 'values': {}, 'checks': [{}]}]}"),
    ("shop_runs", "{'runs': [{'run_key': None, 'partition_key': None, 'success': True, 'metadata': {}, 'values': {'a': 7}, 'checks': []}]}"),
])
def test_a_forged_answer_is_the_submissions_fault(handle, observe, forged):
    submission = handle(new=f"from course_lib.grading import observe\n\nobserve.OBSERVATIONS['{observe}'] = lambda *args, **kwargs: {forged}\n\ndefs = ")
    submission.facts()
    with pytest.raises(SubmissionFault) as fault:
        if observe == "shop_runs":
            submission.shop_runs(REPORT, [MONDAY], "무대")
        else:
            submission.automation(REPORT, NOW, "무대")
    assert fault.value.kind == "garbled"
