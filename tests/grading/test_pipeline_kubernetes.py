"""학급 채점의 같은 정의를 Kubernetes의 런처와 실행기로. 클러스터만 가짜다: 파드 하나가 이 컴퓨터의 프로세스 하나로 돈다.

Kubernetes의 API에 온 Job은 클러스터가 하듯 스키마와 견주어 보고, 그 명령을 정말로 실행한다.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from course_lib.deploy.validate import check_dockerfile, check_kubernetes
from course_lib.grading import executors
from course_lib.manifest import repository_root

SOLUTION = repository_root() / "solutions" / "ex1_page_views"
FOLDER = executors.FILES
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
MANIFESTS = [item for file in sorted((FOLDER / "kubernetes").glob("*.yaml")) for item in yaml.safe_load_all(file.read_text(encoding="utf-8"))]
INSTANCE = yaml.safe_load((FOLDER / "dagster.yaml").read_text(encoding="utf-8"))
LAUNCHER = INSTANCE["run_launcher"]["config"]
NAMESPACE = "grading"
WAIT_SECONDS = 200


def of_kind(kind: str) -> dict[str, dict]:
    return {item["metadata"]["name"]: item for item in MANIFESTS if item["kind"] == kind}


def settings() -> dict[str, str]:
    return of_kind("ConfigMap")["grading-environment"]["data"]


def hand_in(submitted: Path) -> list[str]:
    shutil.copytree(SOLUTION, submitted / "가" / "ex1", ignore=shutil.ignore_patterns("misconceptions.py", "__pycache__"))
    (submitted / "나").mkdir()
    (submitted / "나" / "ex1.zip").write_bytes(b"PK\x03\x04 not a zip")
    return ["가|ex1_page_views", "나|ex1_page_views"]


# ---------------------------------------------------------------- 파일


def test_the_files_are_valid():
    for checked in (check_kubernetes(FOLDER / "kubernetes"), check_dockerfile(FOLDER / "Dockerfile")):
        assert checked.passed and checked.said == "", checked.said


def test_every_name_that_is_called_is_given():
    called = set(re.findall(r"\{env: (\w+)\}", (FOLDER / "dagster.yaml").read_text(encoding="utf-8")))
    assert called == {"DAGSTER_PG_HOST", "DAGSTER_PG_PORT", "DAGSTER_PG_PASSWORD", "GRADING_NAMESPACE"}
    assert called - set(settings()) == {"DAGSTER_PG_PASSWORD"}
    assert settings()["GRADING_NAMESPACE"] == NAMESPACE
    for item in (*of_kind("Deployment").values(), *of_kind("Job").values()):
        pod = item["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert container["envFrom"] == [{"configMapRef": {"name": "grading-environment"}}]
        assert container["env"] == LAUNCHER["run_k8s_config"]["container_config"]["env"]
        assert pod["serviceAccountName"] == LAUNCHER["service_account_name"] in of_kind("ServiceAccount")
        assert container["image"] == LAUNCHER["job_image"] and f"--tag {container['image']} " in DOCKERFILE
        assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    claims = {volume["persistentVolumeClaim"]["claimName"] for volume in LAUNCHER["volumes"] if "persistentVolumeClaim" in volume}
    assert claims == set(of_kind("PersistentVolumeClaim"))
    mounted = {mount["name"]: mount["mountPath"] for mount in LAUNCHER["volume_mounts"]}
    assert (mounted["submitted"], mounted["graded"]) == (settings()["COURSE_SUBMITTED"], settings()["COURSE_GRADED"])


def test_what_the_image_holds_is_enough_to_grade(tmp_path):
    """이미지를 여기서 만들 수는 없다. Dockerfile이 담는 파일만 옮긴 폴더에서 채점해 본다."""
    course = tmp_path / "course"
    course.mkdir()
    for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE):
        *sources, target = line.split()
        for source in sources:
            origin = repository_root() / source
            if origin.is_dir():
                shutil.copytree(origin, course / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(origin, course / target)
    hand_in(tmp_path / "submitted")
    done = subprocess.run([sys.executable, "-m", "course_lib", "grade", str(tmp_path / "submitted"), "--out", str(tmp_path / "out")],
                          cwd=course, capture_output=True, text=True, encoding="utf-8")
    row = (tmp_path / "out" / "gradebook.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert row.startswith("가,ex1_page_views,100,100,graded,"), done.stdout + done.stderr


# ---------------------------------------------------------------- 런


class Cluster:
    """Kubernetes API에서 Job을 만들고 보는 만큼만. 만든 Job의 첫 컨테이너의 명령을 프로세스로 돌린다. `folder`에 kubeconfig와 기록이 있다."""

    def __init__(self, environment: dict[str, str], folder: Path):
        self.jobs: dict[str, dict] = {}
        self._processes: dict[str, subprocess.Popen] = {}
        self.environment, self._folder = environment, folder
        cluster = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self._answer(cluster.create(json.loads(self.rfile.read(int(self.headers["Content-Length"])))), 201)

            def do_GET(self):
                self._answer(cluster.status(self.path.removesuffix("/status").rsplit("/", 1)[1]), 200)

            def _answer(self, body: dict, code: int) -> None:
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def create(self, job: dict) -> dict:
        name, container = job["metadata"]["name"], job["spec"]["template"]["spec"]["containers"][0]
        if not job["spec"]["template"]["spec"]["automountServiceAccountToken"]:
            # 런은 이미 읽었다. 열쇠를 받지 않는 파드는 Kubernetes에 말하지 않고도 끝까지 가야 한다.
            (self._folder / "kubeconfig").unlink(missing_ok=True)
        given = {item["name"]: item["value"] for item in container["env"] if "value" in item}
        with (self._folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", *container["args"]], env={**given, **self.environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.jobs[name] = job
        return job

    def status(self, name: str) -> dict:
        code = self._processes[name].poll()
        state = "active" if code is None else "failed" if code else "succeeded"
        return {**self.jobs[name], "status": {state: 1}}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        for process in self._processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """런처의 설정은 파일의 것 그대로이고, API의 주소와 기록을 두는 곳만 다르다. 데몬이 없으므로 런은 대기열을 거치지 않는다."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("GRADING_NAMESPACE", NAMESPACE)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    environment = {**os.environ, **settings(), "DAGSTER_HOME": str(home), "COURSE_BATCH_SIZE": "1",
                   "COURSE_SUBMITTED": str(tmp_path / "submitted"), "COURSE_GRADED": str(tmp_path / "graded")}
    cluster = Cluster(environment, tmp_path)
    access = {"apiVersion": "v1", "kind": "Config", "current-context": "test",
              "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
              "clusters": [{"name": "test", "cluster": {"server": cluster.url}}], "users": [{"name": "test", "user": {}}]}
    (tmp_path / "kubeconfig").write_text(json.dumps(access), encoding="utf-8")
    launcher = {**INSTANCE["run_launcher"], "config": {**LAUNCHER, "load_incluster_config": False, "kubeconfig_file": str(tmp_path / "kubeconfig")}}
    at_once = {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator"}
    (home / "dagster.yaml").write_text(json.dumps({"run_launcher": launcher, "run_coordinator": at_once, "telemetry": {"enabled": False}}),
                                       encoding="utf-8")
    yield cluster
    cluster.close()


def test_a_run_is_a_pod_and_each_batch_is_a_pod(tmp_path, cluster):
    keys = hand_in(tmp_path / "submitted")
    with dg.DagsterInstance.from_config(str(tmp_path / "home")) as instance:
        instance.add_dynamic_partitions("submissions", keys)
        tags = {ASSET_PARTITION_RANGE_START_TAG: keys[0], ASSET_PARTITION_RANGE_END_TAG: keys[-1]}
        subprocess.run(
            [sys.executable, "-m", "dagster", "job", "launch", "-m", "course_lib.grading.pipeline", "-j", "grading", "--tags", json.dumps(tags)],
            env=cluster.environment, check=True, capture_output=True, timeout=WAIT_SECONDS)
        (run,) = instance.get_runs()
        deadline = time.monotonic() + WAIT_SECONDS
        while not (run := instance.get_run_by_id(run.run_id)).is_finished:
            assert time.monotonic() < deadline, logs(tmp_path)
            time.sleep(0.5)
        assert run.is_success, logs(tmp_path)
        scores = {record.partition_key: record.asset_materialization.metadata["status"].value for record in instance.fetch_materializations(
            dg.AssetRecordsFilter(dg.AssetKey("result"), asset_partitions=keys), limit=10).records}
    assert scores == {keys[0]: "graded", keys[1]: "unreadable"}
    assert "가,ex1_page_views,100,100,graded," in (tmp_path / "graded" / "gradebook.csv").read_text(encoding="utf-8-sig")

    (tmp_path / "jobs").mkdir()
    for name, job in cluster.jobs.items():
        (tmp_path / "jobs" / f"{name}.yaml").write_text(json.dumps(job), encoding="utf-8")
    checked = check_kubernetes(tmp_path / "jobs")
    assert checked.passed, checked.said
    by_part: dict[str, list[dict]] = {}
    for job in cluster.jobs.values():
        by_part.setdefault(job["metadata"]["labels"]["app.kubernetes.io/component"], []).append(job)
    assert {part: len(jobs) for part, jobs in by_part.items()} == {"run_worker": 1, "step_worker": 7}
    assert sum("judge_batch" in job["metadata"]["labels"]["dagster/op"] for job in by_part["step_worker"]) == 2
    # NetworkPolicy가 고르는 것이 이 파드들이다.
    (policy,) = of_kind("NetworkPolicy").values()
    assert policy["spec"]["podSelector"]["matchLabels"] == {"app.kubernetes.io/component": "step_worker"}
    for part, jobs in by_part.items():
        for job in jobs:
            pod = job["spec"]["template"]["spec"]
            assert job["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"] == part
            assert pod["automountServiceAccountToken"] is (part == "run_worker")
            assert pod["containers"][0]["securityContext"] == LAUNCHER["security_context"]
            assert {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]} >= {"/tmp", "/opt/class/submitted", "/opt/class/graded"}
            assert pod["containers"][0]["resources"]["limits"] == {"memory": "4Gi"}


def logs(folder: Path) -> str:
    return "\n".join(f"[{file.name}]\n{file.read_text(encoding='utf-8', errors='replace')[-2000:]}" for file in sorted(folder.glob("*.log")))
