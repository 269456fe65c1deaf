"""리소스의 관찰: 필드와 기본값, 드라이버에게 건넨 것, 가짜가 런 뒤에도 기억하는지.

샌드박스에는 서버가 없으므로 드라이버의 입구에서 본다(`stand_in_drivers`). 여기서도 채점하지 않는다.
"""

import importlib
import inspect
import io
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from course_lib.grading import loading, stand_in_drivers

MODULE = "resources"
# 통신이 없는 샌드박스에서 진짜로 접속하려 할 때 나는 예외들.
_BLOCKED = (PermissionError, ConnectionError, TimeoutError, socket.gaierror)


def resource_facts(submission: "loading.LoadedSubmission", made: Mapping[str, Mapping[str, Any]]) -> dict:
    """클래스마다 `made`의 인자로 하나 만들어 본 필드의 값, 그리고 `defs`에 등록된 리소스의 설정값.

    설정값은 Dagster가 보관하고 화면에 보이는 그대로다: 환경 변수는 이름만, 나머지는 글자로.
    """
    classes = {}
    for name, arguments in made.items():
        resource = _class(submission, name)(**arguments)
        values = {field: getattr(resource, field, None) for field in ("host", "port", "dbname", "user", "bucket", "endpoint_url", "region")}
        classes[name] = {"configurable": isinstance(resource, dg.ConfigurableResource),
                         "values": {field: value for field, value in values.items() if isinstance(value, str | int)}}
    return {"classes": classes, "registered": {name: _configured(resource) for name, resource in submission.resources.items()}}


def _configured(resource: dg.ResourceDefinition) -> dict:
    """설정된 필드마다 `{"env": 변수의 이름}` 또는 `{"text": 값}`. 설정이 없는 리소스(보통 객체)는 비어 있다."""
    schema = resource.config_schema
    values = json.loads(schema.default_value_as_json_str) if schema.default_provided else {}
    return {field: {"env": str(value["env"])} if isinstance(value, dict) and "env" in value else {"text": str(value)[:500]}
            for field, value in values.items()}


def ask_postgres(submission: "loading.LoadedSubmission", arguments: Mapping[str, Any], tables: Mapping[str, pd.DataFrame],
                 asks: Sequence[Mapping[str, Any]]) -> dict:
    """학습자의 `PostgresResource`로 묻고, 답과 드라이버가 받은 SQL과 값을 본다. 물음은 `{"sql": …, "params": 목록이나 None}`."""
    resource = _class(submission, "PostgresResource")(**arguments)
    answers: list[dict] = []
    with stand_in_drivers.served(tables) as served:

        def asked(resource: Any) -> None:
            for ask in asks:
                given, before = [] if ask["params"] is None else [ask["params"]], len(served.executed)
                answer = _attempt(submission, served, lambda ask=ask, given=given: resource.query(ask["sql"], *given))
                answers.append({**answer, "received": [[text, [str(value) for value in params or ()]] for text, params in served.executed[before:]]})

        failed = _while_in_use(submission, served, resource, asked)
    answers += [{**failed, "received": []} for _ in asks[len(answers):]] if failed else []
    return {"answers": answers, "targets": served.targets, "judged": served.reached and not served.unsupported}


def use_s3(submission: "loading.LoadedSubmission", arguments: Mapping[str, Any], key: str, frame: pd.DataFrame) -> dict:
    """학습자의 `S3Resource`로 표를 두고 다시 읽고, 요청이 간 주소와 저장된 객체를 본다."""
    # 열쇠가 없으면 boto3는 요청을 보내기도 전에 멈춘다. 주소는 인자로만 알 수 있어야 하므로 환경에서 뺀다.
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        del os.environ[name]
    os.environ.update(AWS_ACCESS_KEY_ID="grader", AWS_SECRET_ACCESS_KEY="grader", AWS_EC2_METADATA_DISABLED="true")
    resource = _class(submission, "S3Resource")(**arguments)
    tried: list[dict] = []
    with stand_in_drivers.served() as served:

        def used(resource: Any) -> None:
            tried.append(_attempt(submission, served, lambda: resource.put_parquet(key, frame.copy())))
            if "fault" not in tried[0]:
                tried.append(_attempt(submission, served, lambda: resource.get_parquet(key)))

        failed = _while_in_use(submission, served, resource, used)
        objects = {name: _parquet(body) for name, body in served.objects.items()}
    put, got = (failed or tried[0]), (failed or tried[-1])
    return {"put": put, "got": got, "hosts": served.hosts, "judged": served.reached and not served.unsupported, "objects": objects}


def _parquet(body: bytes) -> Any:
    try:
        return {"frame": pd.read_parquet(io.BytesIO(body))}
    except Exception as error:  # 학습자가 무엇을 두었는지는 알 수 없다
        return {"problem": f"{type(error).__name__}: {error}"[:300]}


# ---------------------------------------------------------------- 가짜


def fakes(submission: "loading.LoadedSubmission", tables: Mapping[str, pd.DataFrame], key: str) -> dict:
    """학습자의 가짜를 진짜 런에 넣고, 런이 끝난 뒤 손에 쥔 그 객체가 무엇을 기억하는지 본다.

    가짜를 어떻게 만드는지는 정해져 있지 않다. 흔한 방법을 차례로 해 보고, 두 물음에 그 표로 답하는 것을 고른다.
    어느 방법으로도 만들 수 없으면 메서드가 있는지만 본다.
    """
    postgres_class, s3_class = _class(submission, "FakePostgres"), _class(submission, "FakeS3")
    make_postgres = _way_to_make(_ways_of_postgres(postgres_class, tables), lambda fake: _answers_tables(fake, tables))
    make_s3 = _way_to_make([lambda: s3_class(), lambda: s3_class("bucket"), lambda: s3_class({})], lambda fake: True)
    seen: dict[str, Any] = {
        "methods": {"FakePostgres.query": callable(getattr(postgres_class, "query", None)),
                    "FakeS3.put_parquet": callable(getattr(s3_class, "put_parquet", None)),
                    "FakeS3.get_parquet": callable(getattr(s3_class, "get_parquet", None))},
    }
    if make_postgres is not None:
        fake = make_postgres()
        text = "SELECT user_id, name, signup_date, updated_at FROM users"

        def ask(postgres: Any) -> None:
            postgres.query(text)

        seen["postgres"] = {"fault": _run_with(submission, "postgres", fake, ask), "queries": _record(fake, "queries"),
                            "fresh": _record(make_postgres(), "queries")}
    if make_s3 is not None:
        fake = make_s3()
        frame = tables["users"]

        def put(s3: Any) -> None:
            s3.put_parquet(key, frame.copy())

        seen["s3"] = {"fault": _run_with(submission, "s3", fake, put), "objects": _record(fake, "objects"),
                      "fresh": _record(make_s3(), "objects"), "got": _attempt(submission, None, lambda: fake.get_parquet(key))}
    return seen


def _run_with(submission: "loading.LoadedSubmission", name: str, fake: Any, use: Callable[[Any], None]) -> dict | None:
    """리소스 하나를 쓰는 자산의 런. 실패하면 그 까닭."""

    @dg.asset(name="probe", required_resource_keys={name})
    def probe(context: dg.AssetExecutionContext) -> None:
        use(getattr(context.resources, name))

    try:
        dg.materialize([probe], resources={name: fake})
    except Exception as error:
        return loading.describe_fault(error, submission.work_dir)
    return None


def _record(fake: Any, name: str) -> dict:
    """가짜의 기록: 있는지, 몇 개인지, 그 글."""
    record = getattr(fake, name, None)
    try:
        return {"kept": record is not None, "count": len(record), "text": str(list(record))[:4000]}
    except TypeError:
        return {"kept": False, "count": 0, "text": repr(record)[:200]}


def _ways_of_postgres(fake: type, tables: Mapping[str, pd.DataFrame]) -> Iterator[Callable[[], Any]]:
    copies = {name: frame.copy() for name, frame in tables.items()}
    yield lambda: fake(copies)
    yield lambda: fake(**copies)
    yield lambda: fake(*copies.values())
    yield lambda: fake(list(copies.values()))
    yield lambda: fake({f"FROM {name}": frame for name, frame in copies.items()})
    yield lambda: fake(lambda sql, params=None: copies["events" if "events" in sql else "users"])
    yield lambda: fake()
    # 인자의 이름을 알 수 있으면 users가 들어간 이름에 users의 표를 준다.
    try:
        names = [name for name, parameter in inspect.signature(fake).parameters.items() if parameter.default is inspect.Parameter.empty]
    except (TypeError, ValueError):
        return
    yield lambda: fake(**{name: copies["events" if "event" in name else "users"] for name in names})


def _way_to_make(ways: Sequence[Callable[[], Any]] | Iterator[Callable[[], Any]], good: Callable[[Any], bool]) -> Callable[[], Any] | None:
    """쓸 수 있는 첫 방법. 잘 답하는 것이 없으면 만들어지기라도 하는 마지막 방법."""
    constructible = None
    for make in ways:
        try:
            fake = make()
        except Exception:  # 이 방법으로는 만들 수 없다
            continue
        constructible = make
        try:
            if good(fake):
                return make
        except Exception:  # 만들어졌지만 이렇게 쓰는 것이 아니다
            continue
    return constructible


def _answers_tables(fake: Any, tables: Mapping[str, pd.DataFrame]) -> bool:
    answers = {name: fake.query(f"SELECT {', '.join(frame.columns)} FROM {name}") for name, frame in tables.items()}
    return all(len(answers[name]) == len(frame) for name, frame in tables.items())


# ---------------------------------------------------------------- 작은 도구들


def _class(submission: "loading.LoadedSubmission", name: str) -> Any:
    module = importlib.import_module(f"{loading.PACKAGE_PARENT}.{submission.package}.{MODULE}")
    if not hasattr(module, name):
        raise loading.Broken("missing_name", name=name, file=f"{MODULE}.py")
    return getattr(module, name)


def _while_in_use(submission: "loading.LoadedSubmission", served: stand_in_drivers.Served, resource: Any,
                  use: Callable[[Any], None]) -> dict | None:
    """런에서처럼 준비하고(`setup_for_execution`) 끝나면 치우는 동안 써 본다. 준비하다 실패하면 그 설명."""
    try:
        with dg.build_resources({"resource": resource}) as scope:
            use(scope.resource)
    except Exception as error:
        return _failure(submission, served, error)
    return None


def _attempt(submission: "loading.LoadedSubmission", served: stand_in_drivers.Served | None, act: Callable[[], Any]) -> dict:
    """한 번 해 본 결과: 값이나 예외의 설명."""
    try:
        return {"value": loading.plain_value(act())}
    except Exception as error:
        return _failure(submission, served, error)


def _failure(submission: "loading.LoadedSubmission", served: stand_in_drivers.Served | None, error: Exception) -> dict:
    """예외의 설명과, 그것이 통신이 막혔거나 대역이 흉내 내지 못해서 난 것인지."""
    blocked = bool(served and served.unsupported)
    cause: BaseException | None = error
    for _ in range(20):
        if cause is None:
            break
        # 드라이버마다 OperationalError가 따로 있다(psycopg, SQLAlchemy).
        blocked = blocked or isinstance(cause, _BLOCKED) or type(cause).__name__ == "OperationalError"
        cause = cause.__cause__ or cause.__context__
    return {"fault": loading.describe_fault(error, submission.work_dir), "blocked": blocked}


OBSERVATIONS = {"resource_facts": resource_facts, "ask_postgres": ask_postgres, "use_s3": use_s3, "fakes": fakes}
