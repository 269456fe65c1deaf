"""배포 파일: 모양이 옳고, 검사가 정말 잡아내고, `course deploy-demo`와 같은 구성이다."""

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest
import yaml

from course_lib.deploy import validate
from course_lib.deploy.topology import COMMANDS, MIGRATE, PROJECT
from course_lib.deploy.validate import ToolMissing, check_compose, check_dockerfile, check_kubernetes
from course_lib.manifest import repository_root

PASSWORD = {"POSTGRES_PASSWORD": "test"}
# 컨테이너에서 자리표에 들어가는 것.
PLACES = {
    "code-server": {"host": "0.0.0.0", "port": 4000},
    "webserver": {"host": "0.0.0.0", "port": 3000},
    "daemon": {"host": "", "port": ""},
}
IN_CONTAINER = {
    "migrate": shlex.split(MIGRATE),
    **{
        name: shlex.split(command.format(home="/opt/dagster/dagster_home", code="/opt/dagster/app", **PLACES[name]))
        for name, command in COMMANDS.items()
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """고쳐도 되는 사본."""
    return Path(shutil.copytree(PROJECT, tmp_path / "배포 사본", ignore=shutil.ignore_patterns("__pycache__")))


def compose() -> dict:
    return yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))


def manifests() -> list[dict]:
    files = sorted((PROJECT / "kubernetes").glob("*.yaml"))
    return [item for file in files for item in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def workloads() -> dict[str, dict]:
    """이름 -> 파드의 명세."""
    return {item["metadata"]["name"]: item["spec"]["template"]["spec"] for item in manifests() if "template" in item.get("spec", {})}


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


# ---------------------------------------------------------------- 검사


def test_the_files_are_valid():
    for checked in (
        check_compose(PROJECT / "compose.yaml", **PASSWORD),
        check_kubernetes(PROJECT / "kubernetes"),
        check_dockerfile(PROJECT / "Dockerfile"),
    ):
        assert checked.passed, checked.said
        assert checked.said == ""


def test_compose_without_the_password_is_refused(monkeypatch):
    monkeypatch.setenv("POSTGRES_PASSWORD", "이 컴퓨터의 값")
    checked = check_compose(PROJECT / "compose.yaml")
    assert not checked.passed
    assert ".env에 POSTGRES_PASSWORD를 적으세요" in checked.said


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("compose.yaml", "retries: 30", "retriess: 30", "retriess"),
        ("compose.yaml", "condition: service_healthy", "condition: healthy", "condition"),
        ("kubernetes/60-daemon.yaml", "replicas: 1", "replica: 1", "'replica' was unexpected"),
        ("kubernetes/50-webserver.yaml", "port: 3000", "port: http", "is not of type 'integer'"),
        ("Dockerfile", "FROM python:3.13-slim", "FROM python", "DL3006"),
    ],
)
def test_a_mistake_is_named(project, file, old, new, said):
    replaced(project / file, old, new)
    if file == "compose.yaml":
        checked = check_compose(project / file, **PASSWORD)
    elif file == "Dockerfile":
        checked = check_dockerfile(project / file)
    else:
        checked = check_kubernetes((project / file).parent)
    assert not checked.passed
    assert said in checked.said


def test_a_missing_tool_is_one_sentence_with_the_command(monkeypatch):
    monkeypatch.setattr(validate, "find_tool", lambda name: None)
    with pytest.raises(ToolMissing, match=r"Compose 파일을 검사하는 docker-compose.* uv sync --inexact --extra compose"):
        check_compose(PROJECT / "compose.yaml")


# ---------------------------------------------------------------- 시연과 같은 구성


def test_compose_runs_the_commands_of_the_demo():
    services = compose()["services"]
    assert set(services) == {"postgres", *IN_CONTAINER}
    assert {name: shlex.split(services[name]["command"]) for name in IN_CONTAINER} == IN_CONTAINER


def test_kubernetes_runs_the_commands_of_the_demo():
    pods = workloads()
    assert set(pods) == {"postgres", *IN_CONTAINER}
    assert {name: pods[name]["containers"][0]["args"] for name in IN_CONTAINER} == IN_CONTAINER


def test_the_images_start_the_same_way():
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    commands = [yaml.safe_load(line) for line in re.findall(r"^CMD (.+)$", text, re.MULTILINE)]
    assert commands == [IN_CONTAINER["code-server"], IN_CONTAINER["webserver"]]


def test_the_same_settings_are_in_every_image_and_every_name_they_call_is_given():
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    base = dockerfile.split("AS code")[0]
    assert "COPY dagster.yaml workspace.yaml /opt/dagster/dagster_home/" in base
    called = {
        name
        for file in ("dagster.yaml", "workspace.yaml")
        for name in re.findall(r"\{env: (\w+)\}", (PROJECT / file).read_text(encoding="utf-8"))
    }
    assert len(called) == 5
    wanted = called | {"DAGSTER_HOME", "ORDERS_INBOX"}
    services, pods = compose()["services"], workloads()
    config = next(item for item in manifests() if item["kind"] == "ConfigMap")
    for name in IN_CONTAINER:
        given = services[name]["environment"]
        assert set(given) == wanted, name
        container = pods[name]["containers"][0]
        assert container["envFrom"] == [{"configMapRef": {"name": config["metadata"]["name"]}}]
        assert set(config["data"]) | {item["name"] for item in container["env"]} == wanted, name
        # 비밀번호 말고는 두 곳의 값이 같다.
        assert {key: value for key, value in given.items() if key != "DAGSTER_PG_PASSWORD"} == config["data"]


def test_addresses_are_names_of_services_and_their_ports():
    given = compose()["services"]["daemon"]["environment"]
    services = {item["metadata"]["name"]: item["spec"]["ports"][0]["port"] for item in manifests() if item["kind"] == "Service"}
    assert services == {"postgres": 5432, "code-server": 4000, "webserver": 3000}
    assert given["DAGSTER_PG_HOST"] == "postgres" and int(given["DAGSTER_PG_PORT"]) == 5432
    assert given["DAGSTER_CODE_HOST"] == "code-server" and int(given["DAGSTER_CODE_PORT"]) == 4000


def test_what_is_mounted_belongs_to_the_user_who_writes_there():
    """이 컴퓨터의 폴더는 도커가 루트의 것으로 만들 수 있다. 이름 있는 볼륨은 이미지에서 그 자리의 주인을 물려받는다."""
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    user = re.search(r"^USER (\S+)$", dockerfile, re.MULTILINE)[1]
    owned = re.search(rf"chown -R {user} (.+)$", dockerfile, re.MULTILINE)[1].split()
    made = re.search(r"mkdir -p (.+?) \\$", dockerfile, re.MULTILINE)[1].split()
    mounts = {tuple(volume.split(":")) for name in IN_CONTAINER for volume in compose()["services"][name].get("volumes", [])}
    assert {target for _, target in mounts} == {"/opt/dagster/inbox", "/opt/dagster/dagster_home/storage"}
    for source, target in mounts:
        assert source in compose()["volumes"], f"{source}은(는) 이 컴퓨터의 폴더입니다."
        assert target in made and any(target.startswith(folder) for folder in owned), target


def test_no_secret_is_written_down():
    for file in PROJECT.rglob("*.yaml"):
        for value in re.findall(r"(?i)password\w*: *([^\n]*)", file.read_text(encoding="utf-8")):
            assert value.startswith(("${POSTGRES_PASSWORD:?", "{env: ")), f"{file.name}: {value}"
    assert not [item for item in manifests() if item["kind"] == "Secret"]


def test_everything_that_serves_is_watched_and_waited_for():
    services, pods = compose()["services"], workloads()
    for name in ("postgres", *COMMANDS):
        assert "healthcheck" in services[name], name
        assert {"readinessProbe", "livenessProbe"} & set(pods[name]["containers"][0]), name
    for name, service in services.items():
        waits = {needed["condition"] for needed in service.get("depends_on", {}).values()}
        assert waits <= {"service_healthy", "service_completed_successfully"}
        assert bool(waits) == (name != "postgres")
    assert "version" not in compose()


def test_there_is_never_a_second_daemon():
    daemon = next(item for item in manifests() if item["metadata"]["name"] == "daemon")
    assert (daemon["spec"]["replicas"], daemon["spec"]["strategy"]) == (1, {"type": "Recreate"})
    assert "deploy" not in compose()["services"]["daemon"]


def test_images_are_pinned_and_alike():
    services, pods = compose()["services"], workloads()
    for name in ("postgres", *IN_CONTAINER):
        image = services[name]["image"]
        assert image == pods[name]["containers"][0]["image"]
        assert re.search(r":\d", image), image


def test_the_container_has_the_versions_of_the_course():
    project = tomllib.loads((repository_root() / "pyproject.toml").read_text(encoding="utf-8"))
    course = set(project["project"]["dependencies"])
    wanted = [line for line in (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert wanted and set(wanted) <= course
    assert f"dagster:{wanted[0].split('==')[1]}" in compose()["services"]["daemon"]["image"]
