"""관찰: 샌드박스 안에서 제출물을 불러와 시키는 대로 움직여 보고, 본 것을 데이터로 돌려준다.

여기서는 아무것도 채점하지 않는다. 제출 코드와 같은 프로세스에서 도는 코드의 말은 믿을 수 없으므로, 판정은
데이터를 받은 부모 쪽의 채점 기준표(`tests/rubrics`)만 한다.
"""

import importlib
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow.parquet  # noqa: F401  (자이고트에서 한 번만 불러온다)

from course_lib import testing
from course_lib.grading import observe_resources, observe_runs, observe_sensor, observe_shop, spare_instances, stand_in_drivers, wire
from course_lib.grading.loading import (
    Broken,
    LoadedSubmission,
    describe_fault,
    materialization_metadata,
    plain_metadata,
    plain_value,
)
from course_lib.grading.stand_ins import Material, StandIns

# ---------------------------------------------------------------- 관찰


def facts(submission: LoadedSubmission) -> dict:
    """정의에서 읽은 사실들. 값은 글자·수·목록뿐이다."""
    repository = submission.repository
    graph = repository.asset_graph
    assets = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        if not node.is_executable:
            continue
        assets[key.to_user_string()] = {
            "group": node.group_name or "",
            "description": node.description or "",
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
            "owners": [str(owner) for owner in node.owners],
            "kinds": sorted(node.kinds),
            "metadata": plain_metadata(node.metadata),
            "partitions": _partitions_text(node.partitions_def),
        }
    return {
        "assets": assets,
        "jobs": sorted(job.name for job in repository.get_all_jobs() if not job.name.startswith("__")),
        "schedules": [_schedule_facts(schedule) for schedule in repository.schedule_defs],
        "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
        "checks": sorted(key.name for key in graph.asset_check_keys),
    }


def call(submission: LoadedSubmission, asset: str, inputs: Mapping[str, pd.DataFrame],
         partition_key: str | None, resources: Mapping[str, Material]) -> dict:
    """자산 하나를 주어진 업스트림 표로 계산한다. 어떤 방식으로 쓴 자산이든 값이 나온다."""
    assets_def = submission.asset(asset)
    missing = {key.to_user_string() for key in testing.value_inputs(assets_def).values()} - set(inputs)
    if missing:
        raise Broken("other_inputs", key=asset, inputs=sorted(missing), expected=sorted(inputs))
    fed = {name: frame.copy() for name, frame in inputs.items()}
    value = testing.compute(assets_def, dg.AssetKey([asset]), fed, partition_key=partition_key,
                            resources={**submission.resources, **StandIns(resources).resources},
                            partitions=submission.partitions)
    return {"value": plain_value(value), "inputs_after": fed}


def materialize(submission: LoadedSubmission, selection: Sequence[str], inputs: Mapping[str, pd.DataFrame],
                partition_key: str | None, resources: Mapping[str, Material], may_fail: bool) -> dict:
    """자산들을 한 런에서 구체화하고, 값과 구체화 메타데이터를 돌려준다. `inputs`의 자산은 실행하지 않고 그 표를 준다.

    `may_fail`이면 런의 실패도 관찰이다. 리소스가 받은 부름과 저장된 것은 실패해도 돌려준다.
    """
    targets = list({id(found): found for found in map(submission.asset, selection)}.values())
    stand_ins = StandIns(resources)
    seen: dict[str, Any] = {"success": False, "values": {}, "metadata": {}}
    try:
        run = testing.execute(targets, {name: frame.copy() for name, frame in inputs.items()}, partition_key=partition_key,
                              resources={**submission.resources, **stand_ins.resources}, partitions=submission.partitions)
        seen = {"success": run.success, "metadata": materialization_metadata(run.all_events),
                "values": {key: plain_value(testing.unwrap(run.asset_value(dg.AssetKey([key])))) for key in selection}}
    except Exception as error:
        if not may_fail:
            raise
        seen["fault"] = describe_fault(error, submission.work_dir)
    return {**seen, "log": stand_ins.log, "objects": stand_ins.objects}


def run_tests(submission: LoadedSubmission, test_module: str) -> dict:
    """학습자의 테스트 파일을 pytest로 돌려 함수마다의 결과만 모은다."""
    return {"outcomes": outcomes_of_tests(submission.root / test_module)}


# 대개 쓰이지 않으면서 시간이 드는 pytest의 플러그인과, 그것이 주는 픽스처. 파일에 그 이름이 있으면 함께 돌린다.
_SELDOM_USED = {"logging": "caplog", "cacheprovider": "cache", "junitxml": "record_", "doctest": "doctest_namespace"}
_NEVER_USED = ("terminal", "pastebin", "setuponly", "setupplan", "faulthandler", "unraisableexception", "threadexception")


def outcomes_of_tests(file: Path) -> dict[str, str]:
    """pytest가 이 파일에서 돌린 테스트의 이름과 결과. 하나가 실패하면 멈춘다: 답은 이미 정해졌다. 모으지 못한 까닭은 예외로 낸다."""
    import pytest

    outcomes: dict[str, str] = {}
    collect_errors: list[BaseException | None] = []

    class Recorder:
        def pytest_configure(self, config):
            # 역추적은 아무도 읽지 않는다. 여느 모양은 그 줄을 찾느라 불러온 모듈의 파일을 모두 훑어, 실패 하나에 0.1초가 든다.
            config.option.tbstyle = "native"

        def pytest_runtest_logreport(self, report):
            name = report.nodeid.split("[")[0].split("::", 1)[1]
            if report.when == "call" and report.outcome != "skipped":
                outcomes[name] = "failed" if outcomes.get(name) == "failed" else report.outcome
            elif report.outcome == "failed":
                outcomes[name] = "error"
            elif report.outcome == "skipped":
                outcomes.setdefault(name, "skipped")

        def pytest_exception_interact(self, node, call, report):
            if report.when == "collect":
                collect_errors.append(call.excinfo.value)

    text = file.read_text(encoding="utf-8", errors="replace")
    without = [*_NEVER_USED, *(name for name, fixture in _SELDOM_USED.items() if fixture not in text)]
    pytest.main(
        [str(file), "-s", "--noconftest", "-c", os.devnull, "--rootdir", str(file.parent), "--confcutdir", str(file.parent),
         *(word for name in without for word in ("-p", f"no:{name}")), "--disable-plugin-autoload", "--assert=plain", "--maxfail=1"],
        plugins=[Recorder()],
    )
    if collect_errors:
        cause = collect_errors[0]
        raise getattr(cause, "__cause__", None) or cause
    return outcomes


OBSERVATIONS: dict[str, Callable[..., dict]] = {
    "facts": facts, "call": call, "materialize": materialize, "run_tests": run_tests,
    **observe_runs.OBSERVATIONS, **observe_resources.OBSERVATIONS, **observe_sensor.OBSERVATIONS,
    **observe_shop.OBSERVATIONS,
}


# ---------------------------------------------------------------- 자이고트가 부르는 두 함수


def warm_up() -> None:
    """fork하기 전에 한 번: 처음 쓸 때에야 불려 오는 것들까지 모두 데워 둔다."""
    stand_in_drivers.install()

    @dg.asset
    def warm(context: dg.AssetExecutionContext) -> pd.DataFrame:
        return pd.DataFrame({"x": pd.to_datetime(["2024-01-01"]), "y": ["a"]})

    warm(dg.build_asset_context())
    defs = dg.Definitions(assets=[warm])
    defs.get_repository_def().validate_loadable()
    dg.materialize([warm], resources={"io_manager": dg.mem_io_manager})
    _warm_up_files(warm)
    frame = pd.DataFrame({"page": ["a", "b"], "user": ["u", None], "at": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    wire.decode_frame(wire.encode_frame(frame))
    frame.sort_values("at").drop_duplicates(["page"]).groupby("page").agg(n=("user", "nunique"))["n"].rank(method="dense")
    frame["user"].str.contains("u", case=False, na=False)
    _warm_up_tests()
    spare_instances.prepare(30)


def _warm_up_tests() -> None:
    """통과하는 테스트와 실패하는 테스트를 하나씩 돌려 본다."""
    before = list(sys.path)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "test_warm_up.py")
        file.write_text("def test_passes():\n    pass\n\n\ndef test_fails(tmp_path, monkeypatch):\n    assert 0\n", encoding="utf-8")
        outcomes_of_tests(file)
    # pytest가 더한 폴더의 이름은 운영체제에 따라 우리가 준 것과 다르게 적힐 수 있다(링크를 따라간 경로).
    sys.path[:] = before
    sys.modules.pop(file.stem, None)


def _warm_up_files(asset: dg.AssetsDefinition) -> None:
    """파일에 저장하는 런. 스레드를 만드는 Parquet 읽기와 쓰기는 하지 않고 모듈만 불러 둔다: 스레드가 있으면 fork할 수 없다."""
    for name in ("pandas.core.arrays.arrow.extension_types", "pyarrow.dataset", "course_lib.io_managers"):
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
        dg.materialize([asset], instance=instance)
        dg.materialize([asset], instance=instance)


def serve(sock: socket.socket, work_dir: Path) -> None:
    """관찰 요청을 하나씩 받아 답한다. 첫 요청은 제출물의 파일들이다. 부모가 끊으면 끝난다."""
    read = wire.read_from(sock)
    submission: LoadedSubmission | None = None
    while True:
        try:
            request = wire.receive(read)
        except wire.HungUp:
            return
        try:
            if submission is None:
                submission = LoadedSubmission(work_dir, **request)
                answer: dict = {"ok": {}}
            else:
                answer = {"ok": OBSERVATIONS[request.pop("observe")](submission, **request)}
        except BaseException as error:  # 제출 코드는 SystemExit, KeyboardInterrupt도 낼 수 있다
            answer = {"fault": describe_fault(error, work_dir)}
        try:
            wire.send(sock, answer)
        except (wire.WireError, TypeError) as error:
            wire.send(sock, {"fault": {"kind": "too_large", "message": str(error)}})


def _partitions_text(partitions_def: dg.PartitionsDefinition | None) -> str | None:
    return None if partitions_def is None else str(partitions_def)[:500]


def _schedule_facts(schedule: dg.ScheduleDefinition) -> dict:
    cron = schedule.cron_schedule
    return {"name": schedule.name, "cron": cron if isinstance(cron, str) else list(cron),
            "timezone": schedule.execution_timezone or "UTC"}
