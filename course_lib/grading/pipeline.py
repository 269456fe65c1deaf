"""학급 채점을 하는 Dagster 코드 로케이션: `course grade`와 같은 조각으로 같은 결과 폴더를 만든다.

    mkdir -p grading && echo '{nux: {enabled: false}, telemetry: {enabled: false}}' > grading/dagster.yaml
    DAGSTER_HOME=$PWD/grading COURSE_SUBMITTED=submitted COURSE_GRADED=graded uv run dagster dev -m course_lib.grading.pipeline

센서가 제출 폴더를 지켜보다가 새로 냈거나 바뀐 제출물이 있으면 런 하나를 요청한다. 제출물 하나(`학생|연습`)가 동적 파티션 하나다.
런 하나는 파티션의 범위를 통째로 맡아(`BackfillPolicy.single_run`) 묶음으로 나누고, 묶음 하나가 채점 일꾼 하나로 판정한다. 바뀌지 않은 것은
지난 결과를 쓴다. 묶음을 어디서 돌릴지는 `COURSE_EXECUTOR`가 정한다(`executors.py`): `in_process`(기본), `celery`, `kubernetes`.
`COURSE_DEADLINES`에 마감 파일을 적으면 늦은 날을 센다. 격리할 수 없는 컴퓨터에서는 채점하지 않는다. `DAGSTER_HOME`을 적지 않으면 닫을 때
런의 기록이 사라진다(결과 폴더는 남는다).
"""

import contextlib
import hashlib
import os
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from course_lib.grading.class_files import Deadlines, read_adjustments, read_deadlines
from course_lib.grading.cohort import (
    GRADEBOOK,
    CohortError,
    Entry,
    Found,
    OutIsBusy,
    Settings,
    Store,
    entry_fingerprint,
    find_submissions,
    grade_one,
    needs_grading,
    refuse_nested,
    summary_of,
    write_reports,
)
from course_lib.grading.executors import batch_size, executor
from course_lib.grading.handed_in import Unreadable, read
from course_lib.grading.lost_runs import last_run_died, unfinished_runs
from course_lib.grading.store import RESULT, Record
from course_lib.grading.worker import IsolationRefused, JudgeWorker
from course_lib.manifest import load_manifest

# 시험판이라는 알림이 프로세스마다 강사에게 보이지 않게 한다.
warnings.filterwarnings("ignore", "Parameter `backfill_policy`", dg.BetaWarning)

submissions = dg.DynamicPartitionsDefinition(name="submissions")
JOB = "grading"
# 하나도 새로 판정하지 못한 채 런이 잇달아 죽으면 이만큼만 다시 요청한다.
TRIES = 3
# 결과 폴더에 쓸 차례를 기다리는 시간.
WAIT_SECONDS = 30


class ClassFolders(dg.ConfigurableResource):
    """제출 폴더와 결과 폴더. 비어 있으면 쓰려고 할 때 CohortError. `batch_size`는 한 묶음의 제출물 수, 0이면 모두 한 묶음이다."""

    submitted: str
    graded: str
    deadlines: str = ""
    batch_size: int = 0

    def found(self) -> Found:
        """지금 제출 폴더에 있는 제출물들. 없거나 하나도 없으면 CohortError."""
        for name, value in (("COURSE_SUBMITTED", self.submitted), ("COURSE_GRADED", self.graded)):
            if not value:
                raise CohortError(f"환경 변수 {name}에 폴더를 적고 dagster dev를 다시 시작하세요.")
        refuse_nested(Path(self.submitted), Path(self.graded))
        return find_submissions(Path(self.submitted), load_manifest())

    def store(self, **how) -> Store:
        """결과 폴더. `with`로 열면 그동안 다른 채점이 쓰지 못한다. `how`는 `Store`의 것이다."""
        return Store(Path(self.graded), **how)

    def settings(self) -> Settings:
        """보고서의 재료: 마감과, 강사가 adjustments.csv에 적은 점수."""
        Path(self.graded).mkdir(parents=True, exist_ok=True)
        manifest = load_manifest()
        deadlines = read_deadlines(Path(self.deadlines), manifest) if self.deadlines else Deadlines()
        return Settings(deadlines=deadlines, adjustments=read_adjustments(Path(self.graded), manifest))


def partition_of(entry: Entry) -> str:
    """제출물의 파티션 키. Dagster는 키에 `...`을 받지 않으므로 학생 이름에 올 수 없는 `|||`로 바꾼다."""
    student, exercise = entry.key
    return f"{student.replace('...', '|||')}|{exercise}"


# ---- 센서


@dg.sensor(job_name=JOB, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def submitted_sensor(context: dg.SensorEvaluationContext, folders: ClassFolders) -> dg.SensorResult | dg.SkipReason:
    """새로 냈거나 바뀐 제출물이 있으면 그것을 모두 담은 런 하나를 요청하고, 사라진 제출물의 파티션을 지운다.

    런이 죽어서 판정하지 못한 것은 다시 요청한다. 커서는 마지막으로 요청한 것들의 지문과 그것을 요청한 횟수다: 하나도 판정하지 못하는
    런을 끝없이 요청하지 않는다. 과정의 오류가 난 것은 제출물이나 과정이 바뀌기 전에는 그것만으로 요청하지 않는다.
    """
    if unfinished_runs(context.instance, JOB, ASSETS):
        return dg.SkipReason("채점하는 런이 끝나기를 기다립니다.")
    try:
        entries = {partition_of(entry): entry for entry in folders.found().entries}
        zone = folders.settings().deadlines.zone
        with folders.store() as store:
            waiting = {key: entry_fingerprint(entry) for key, entry in entries.items() if needs_grading(entry, store, zone)}
            unjudged = {key: print_ for key, print_ in waiting.items() if not _failed_by_us(store.record(*entries[key].key), print_)}
    except (CohortError, OutIsBusy) as error:
        return dg.SkipReason(str(error))

    known = context.instance.get_dynamic_partitions(submissions.name)
    new, gone = [key for key in entries if key not in known], [key for key in known if key not in entries]
    changes = [request for request, keys in ((submissions.build_add_request(new), new), (submissions.build_delete_request(gone), gone)) if keys]
    died = last_run_died(context.instance, JOB, ASSETS)
    cursor = _asked_again(context.cursor, unjudged) if unjudged or died else ""
    again = bool(cursor) and int(cursor.split(":")[1]) <= TRIES
    if unjudged and again:
        # 동적 파티션은 더한 차례로 놓인다. 새로 낸 것은 끝에 이어지고, 사이에 낀 그대로인 것은 런이 지난 결과를 쓴다.
        places = [key for key in [*known, *new] if key in waiting]
        tags = {ASSET_PARTITION_RANGE_START_TAG: places[0], ASSET_PARTITION_RANGE_END_TAG: places[-1]}
        return dg.SensorResult([dg.RunRequest(tags=tags)], cursor=cursor, dynamic_partitions_requests=changes)
    if new or gone or (again and not unjudged):
        # 채점할 것은 없어도(`course grade`로 이미 했거나, 제출물이 사라졌거나, 런이 성적표를 쓰기 전에 죽었거나) 성적표는 달라진다.
        request = dg.RunRequest(asset_selection=[dg.AssetKey("gradebook"), dg.AssetKey("class_report")])
        return dg.SensorResult([request], cursor=cursor, dynamic_partitions_requests=changes)
    if cursor:
        return dg.SkipReason(f"런이 {TRIES}번 잇달아 실패했습니다(남은 제출물 {len(unjudged)}개). 마지막 런을 보고, 고친 뒤에 그 런을 다시 실행하세요.")
    context.update_cursor("")
    if waiting:
        return dg.SkipReason(f"제출물 {len(waiting)}개는 과정의 오류로 판정하지 못했습니다. 마지막 런을 보고, 고친 뒤에 그 런을 다시 실행하세요.")
    return dg.SkipReason("새로 냈거나 바뀐 제출물이 없습니다.")


def _failed_by_us(record: Record | None, print_: str) -> bool:
    """이 제출물을 이 과정으로 채점했지만 과정의 오류가 났는가."""
    return record is not None and record.status == "course_error" and record.fingerprint == print_


def _asked_again(cursor: str | None, prints: Mapping[str, str]) -> str:
    """이번에 요청하면 남을 커서 `지문:횟수`. 지난번과 같은 것들을 요청하면 횟수가 는다."""
    asked = hashlib.sha256("".join(f"{key}\n{print_}\n" for key, print_ in prints.items()).encode()).hexdigest()
    before, _, tries = (cursor or "").partition(":")
    return f"{asked}:{int(tries) + 1 if before == asked and tries else 1}"


# ---- 자산


@dg.asset(partitions_def=submissions, backfill_policy=dg.BackfillPolicy.single_run(), group_name="grading")
def submission(context: dg.AssetExecutionContext, folders: ClassFolders) -> None:
    """학생이 낸 그대로의 파일들. 여기서는 읽기만 한다."""
    for key, entry in _entries(context, folders, context.partition_keys):
        try:
            files = read(entry)
            about = {"files": len(files), "bytes": sum(map(len, files.values()))}
        except Unreadable as error:
            about = {"unreadable": str(error)}
        context.add_asset_metadata({"source": dg.MetadataValue.path(str(entry.source)), **about}, partition_key=key)


@dg.op(ins={"submission": dg.In(dg.Nothing)}, out=dg.DynamicOut(dg.Nothing))
def split(context: dg.AssetExecutionContext, folders: ClassFolders) -> Iterator[dg.DynamicOutput]:
    """맡은 파티션들을 묶음으로 나눈다. 묶음의 이름이 범위(`0_20`: 0번째부터 19번째까지)라서 단계 사이에 건네는 값이 없다."""
    count = len(context.partition_keys)
    size = folders.batch_size or count
    for start in range(0, count, size):
        yield dg.DynamicOutput(None, mapping_key=f"{start}_{min(start + size, count)}")


@dg.op(ins={"batch": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def judge_batch(context: dg.AssetExecutionContext, folders: ClassFolders) -> None:
    """묶음 하나를 채점 일꾼 하나로 판정한다. 여러 묶음이 여러 컴퓨터에서 함께 돌 수 있다."""
    start, stop = map(int, context.op_execution_context.get_mapping_key().split("_"))
    with _said_plainly():
        zone = folders.settings().deadlines.zone
    done = reused = 0
    with _writing(folders, shared=True) as store, contextlib.ExitStack() as stack:
        worker = None
        for key, entry in _entries(context, folders, context.partition_keys[start:stop]):
            if not needs_grading(entry, store, zone):
                reused += 1
                continue
            worker = worker or stack.enter_context(_worker())
            record = grade_one(entry, store, worker, zone)
            done += 1
            # 로그 한 줄도 Dagster의 기록에 남는 사건이다. 하나하나의 점수는 구체화의 메타데이터에 있다.
            if record.status != "graded":
                context.log.warning(f"{key}: {record.status}. {record.reason}")
    context.log.info(f"채점 {done}개, 지난 결과를 쓴 것 {reused}개")


@dg.op(ins={"judged": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def gather(context: dg.AssetExecutionContext, folders: ClassFolders) -> None:
    """디스크에 남은 판정을 제출물마다의 메타데이터로 적는다."""
    store = folders.store()
    for key, entry in _entries(context, folders, context.partition_keys):
        if (record := store.record(*entry.key)) is not None:
            context.add_asset_metadata(_about(record, store), partition_key=key)


@dg.graph_asset(partitions_def=submissions, backfill_policy=dg.BackfillPolicy.single_run(), group_name="grading",
                ins={"submission": dg.AssetIn(dagster_type=dg.Nothing)})
def result(submission):
    """제출물의 판정: 결과 폴더의 result.json과 feedback.html. 바뀌지 않은 것은 지난 판정을 그대로 둔다."""
    return gather(split(submission).map(judge_batch).collect())


@dg.multi_asset(specs=[
    dg.AssetSpec("gradebook", deps=[result], group_name="grading", description="성적표 gradebook.csv와 LMS에 올릴 CSV."),
    dg.AssetSpec("class_report", deps=[result], group_name="grading", description="반 전체의 요약 summary.html: 기준마다의 통과율, 흔한 오개념, 비슷한 제출물."),
])  # fmt: skip
def reports(folders: ClassFolders) -> Iterator[dg.MaterializeResult]:
    """디스크의 결과에서 보고서를 모두 다시 쓴다. 이번 런에서 채점하지 않은 제출물도 들어간다."""
    with _said_plainly():
        found, settings = folders.found(), folders.settings()
    with _writing(folders) as store:
        unmatched = write_reports(store, found.entries, settings)
        summary = summary_of(store, found)
        records = list(_records(store, found))
    counts = {"graded": summary.graded, "unreadable": len(summary.unreadable), "course_errors": summary.course_errors, "perfect": summary.perfect}
    yield dg.MaterializeResult("gradebook", metadata={
        **counts, "mean_percent": round(summary.mean, 1), "file": dg.MetadataValue.path(str(store.out / GRADEBOOK)),
        "unplaced": dg.MetadataValue.text(", ".join(summary.unplaced) or "없음"),
        "ignored": dg.MetadataValue.text(", ".join(summary.ignored) or "없음"),
        "adjustments_without_submission": dg.MetadataValue.text(", ".join(unmatched) or "없음")})
    yield dg.MaterializeResult("class_report", metadata={
        "distribution": dg.MetadataValue.md(distribution(records)), "file": dg.MetadataValue.path(str(store.out / "summary.html"))})


@dg.multi_asset_check(can_subset=True, specs=[
    dg.AssetCheckSpec("all_judged", asset="gradebook", description="낸 것을 모두 판정했다: 빠졌거나 읽을 수 없거나 어느 연습인지 모르는 것이 없다."),
    dg.AssetCheckSpec("no_course_error", asset="gradebook", description="과정의 오류로 판정하지 못한 것이 없다. 있으면 학생의 잘못이 아니다."),
    dg.AssetCheckSpec("no_score_above_maximum", asset="gradebook", description="채점한 점수가 만점을 넘지 않는다(손으로 더한 점수는 세지 않는다)."),
])  # fmt: skip
def judged_fairly(context: dg.AssetCheckExecutionContext, folders: ClassFolders) -> Iterator[dg.AssetCheckResult]:
    """성적표를 믿어도 되는가."""
    with _said_plainly():
        found = folders.found()
    records = list(_records(folders.store(), found))
    missing = {entry.key for entry in found.entries} - {record.key for record in records}
    faults = {
        "all_judged": {
            **{record.key: record.reason for record in records if record.status == "unreadable"},
            **{key: "아직 채점하지 않았습니다." for key in sorted(missing)},
            **{(name, "?"): "어느 연습의 것인지 알 수 없습니다." for name in found.unplaced},
            **{record.key: record.reason for record in records if record.status == "course_error"}},
        "no_course_error": {record.key: record.reason for record in records if record.status == "course_error"},
        "no_score_above_maximum": {record.key: f"{record.score}/{record.max_score}점" for record in records
                                   if record.score is not None and record.score > record.max_score},
    }
    for key in sorted(context.selected_asset_check_keys):
        yield _check(key.name, faults[key.name])


def distribution(records: Iterable[Record]) -> str:
    """점수(100점 기준)의 분포를 막대가 있는 마크다운 표로. 판정하지 못한 것은 세지 않는다."""
    shares = [100 * record.score / record.max_score for record in records if record.status == "graded"]
    counts = Counter(min(int(share) // 10 * 10, 100) for share in shares)
    lines = ["| 점수 | 제출물 | |", "| --- | ---: | --- |"]
    for low in range(0, 101, 10):
        label, count = ("100" if low == 100 else f"{low}~{low + 9}"), counts[low]
        lines.append(f"| {label} | {count} | {'█' * round(20 * count / len(shares)) if count else ''} |")
    return "\n".join(lines)


def _entries(context: dg.AssetExecutionContext, folders: ClassFolders, keys: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    """파티션들의 (키, 제출물). 그사이에 사라진 제출물은 알리고 건너뛴다."""
    with _said_plainly():
        entries = {partition_of(entry): entry for entry in folders.found().entries}
    for key in keys:
        if key in entries:
            yield key, entries[key]
        else:
            context.log.warning(f"{key}: 제출 폴더에 없어서 건너뜁니다.")


@contextlib.contextmanager
def _said_plainly() -> Iterator[None]:
    """강사가 고칠 수 있는 까닭이면 우리 코드의 자취 대신 그 문장으로 런이 실패한다."""
    try:
        yield
    except (CohortError, IsolationRefused, OutIsBusy) as error:
        raise dg.Failure(str(error), allow_retries=False) from None


@contextlib.contextmanager
def _writing(folders: ClassFolders, *, shared: bool = False) -> Iterator[Store]:
    """결과 폴더에 쓴다. 센서나 `course grade`가 쓰고 있으면 잠시 기다린다."""
    with contextlib.ExitStack() as stack:
        with _said_plainly():
            store = stack.enter_context(folders.store(shared=shared, wait=WAIT_SECONDS))
        yield store


@contextlib.contextmanager
def _worker() -> Iterator[JudgeWorker]:
    """격리된 채점 일꾼 하나. 격리할 수 없는 컴퓨터면 런이 실패한다."""
    with JudgeWorker(isolation="required", own_session=True) as worker:
        with _said_plainly():
            worker.wait_ready()
        yield worker


def _about(record: Record, store: Store) -> dict[str, object]:
    folder = store.folder(*record.key)
    return {"status": record.status, **({} if record.score is None else {"score": float(record.score)}), "max_score": record.max_score,
            **({"reason": record.reason} if record.reason else {}), "feedback": dg.MetadataValue.path(str(folder / "feedback.html")),
            "judged_at": dg.MetadataValue.timestamp((folder / RESULT).stat().st_mtime), "seconds": round(record.seconds, 2)}


def _records(store: Store, found: Found) -> Iterator[Record]:
    return (record for entry in found.entries if (record := store.record(*entry.key)) is not None)


def _check(name: str, faults: dict[tuple[str, str], str]) -> dg.AssetCheckResult:
    """`faults`가 없어야 통과한다. 하나씩 적은 목록은 눌러야 열리므로, 처음 것은 설명에 바로 보인다."""
    lines = [f"{'/'.join(key)}: {reason}" for key, reason in faults.items()]
    more = f" (모두 {len(lines)}개)" if len(lines) > 1 else ""
    listed = {"submissions": dg.MetadataValue.md("\n".join(f"- {line}" for line in lines))} if lines else {}
    return dg.AssetCheckResult(passed=not faults, asset_key="gradebook", check_name=name, description=lines[0] + more if lines else None,
                               metadata={"count": len(faults), **listed})


ASSETS = frozenset(key for asset in (submission, result, reports) for key in asset.keys)

defs = dg.Definitions(
    assets=[submission, result, reports],
    asset_checks=[judged_fairly],
    jobs=[dg.define_asset_job(JOB, selection=dg.AssetSelection.all())],
    sensors=[submitted_sensor],
    resources={"folders": ClassFolders(submitted=os.environ.get("COURSE_SUBMITTED", ""), graded=os.environ.get("COURSE_GRADED", ""),
                                       deadlines=os.environ.get("COURSE_DEADLINES", ""), batch_size=batch_size())},
    executor=executor(),
)
