"""학급 채점의 같은 정의를 Celery에서: 진짜 Redis와 일꾼 프로세스 둘이 묶음을 나누어 맡고, 하나가 죽어도 성적표는 `course grade`와 같다."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg

from course_lib.grading import cohort, executors
from course_lib.grading.misconceptions import load_catalogue
from course_lib.manifest import repository_root

from .celery_workers import celery_workers, family_of, kill, run_job, settings, wait_until

SOLUTION = repository_root() / "solutions" / "ex1_page_views"
WORKERS = ("one", "two")


def hand_in(submitted: Path) -> list[str]:
    """ex1 여섯: 맞은 것 셋, 틀린 것 둘, 읽을 수 없는 압축. 파티션의 차례로."""
    (edit,) = load_catalogue("ex1_page_views").for_criterion("removes_bots")[0].edits
    for student in "가나다라마":
        target = submitted / student / "ex1"
        shutil.copytree(SOLUTION, target, ignore=shutil.ignore_patterns("misconceptions.py", "__pycache__"))
        if student in "나라":
            (target / edit.file).write_text(edit.apply((target / edit.file).read_text(encoding="utf-8")), encoding="utf-8")
    (submitted / "바").mkdir()
    (submitted / "바" / "ex1.zip").write_bytes(b"PK\x03\x04 not a zip")
    return [f"{student}|ex1_page_views" for student in "가나다라마바"]


def judged_by(environment: dict[str, str]) -> set[tuple[str, str]]:
    """마지막 런의 (묶음의 단계, 그것을 맡은 일꾼)들. 일꾼이 스스로 적은 이름이다."""
    with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as instance:
        events = [event.dagster_event for run in instance.get_runs(limit=1)
                  for event in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)]
    return {(event.step_key, event.engine_event_data.metadata["Celery worker"].value.split("@")[0])
            for event in events if "Celery worker" in event.engine_event_data.metadata and "judge_batch" in event.step_key}


def test_two_workers_share_the_batches_one_is_killed_and_the_gradebook_is_that_of_course_grade(tmp_path):
    submitted, graded, out = tmp_path / "submitted", tmp_path / "graded", tmp_path / "out"
    keys = hand_in(submitted)
    environment = settings(tmp_path / "home", submitted, graded, COURSE_BATCH_SIZE="2")
    # 파일의 것 그대로이고, 잃은 묶음을 기다리는 시간만 짧다.
    shipped = executors.CELERY.read_text(encoding="utf-8")
    config = tmp_path / "celery.yaml"
    config.write_text(shipped.replace("visibility_timeout: 1800", "visibility_timeout: 20"), encoding="utf-8")
    assert config.read_text(encoding="utf-8") != shipped
    with celery_workers(tmp_path, environment, WORKERS, config) as (environment, processes), ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_job, environment, keys)
        wait_until(lambda: running.done() or {worker for _, worker in judged_by(environment)} == set(WORKERS), "두 일꾼의 묶음")
        kill(family_of(processes["two"]))
        done = running.result()
    assert done.returncode == 0, done.stderr[-5000:] + "".join((tmp_path / f"{name}.log").read_text(errors="replace")[-3000:] for name in WORKERS)
    batches = judged_by(environment)
    assert {step for step, _ in batches} == {"result.judge_batch[0_2]", "result.judge_batch[2_4]", "result.judge_batch[4_6]"}
    assert [step for step, worker in batches if worker == "two" and (step, "one") in batches], f"죽은 일꾼의 묶음을 아무도 다시 하지 않았습니다: {batches}"
    with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as instance:
        records = instance.fetch_materializations(dg.AssetRecordsFilter(dg.AssetKey("result"), asset_partitions=keys), limit=10).records
    assert {record.partition_key for record in records} == set(keys)

    cohort.grade_class(submitted, out)
    assert (graded / "gradebook.csv").read_bytes() == (out / "gradebook.csv").read_bytes()
    assert {path.name for path in graded.iterdir()} == {path.name for path in out.iterdir()}
