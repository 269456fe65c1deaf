"""리소스의 관찰: 필드와 기본값, 드라이버에게 건넨 것, 가짜가 런 뒤에도 기억하는지.

샌드박스에는 서버가 없으므로 드라이버의 입구에서 본다(`stand_in_drivers`). 여기서도 채점하지 않는다.
"""

import importlib
import inspect
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from course_lib.grading import observe, stand_in_drivers

MODULE = "resources"


def resource_facts(submission: "observe.LoadedSubmission", made: Mapping[str, Mapping[str, Any]]) -> dict:
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


def ask_postgres(submission: "observe.LoadedSubmission", arguments: Mapping[str, Any], tables: Mapping[str, pd.DataFrame],
                 asks: Sequence[Mapping[str, Any]]) -> dict:
    """학습자의 `PostgresResource`로 묻고, 답과 드라이버가 받은 SQL과 값을 본다. 물음은 `{"sql": …, "params": 목록이나 None}`."""
    answers = []
    with stand_in_drivers.served(tables) as served, _in_use(_class(submission, "PostgresResource")(**arguments)) as resource:
        for ask in asks:
            before = len(served.executed)
            answers.append({
                **_attempt(submission, lambda ask=ask: resource.query(ask["sql"], *([] if ask["params"] is None else [ask["params"]]))),
                "received": [[text, [] if params is None else [str(value) for value in params]]
                             for text, params in served.executed[before:]],
            })
    return {"answers": answers, "judged": served.reached and not served.unsupported, "unsupported": served.unsupported}


def use_s3(submission: "observe.LoadedSubmission", arguments: Mapping[str, Any], key: str, frame: pd.DataFrame) -> dict:
    """학습자의 `S3Resource`로 표를 두고 다시 읽고, 요청이 간 주소와 저장된 객체를 본다."""
    # 열쇠가 없으면 boto3는 요청을 보내기도 전에 멈춘다. 주소는 인자로만 알 수 있어야 하므로 환경에서 뺀다.
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        del os.environ[name]
    os.environ.update(AWS_ACCESS_KEY_ID="grader", AWS_SECRET_ACCESS_KEY="grader", AWS_EC2_METADATA_DISABLED="true")
    with stand_in_drivers.served() as served, _in_use(_class(submission, "S3Resource")(**arguments)) as resource:
        put = _attempt(submission, lambda: resource.put_parquet(key, frame.copy()))
        got = put if "fault" in put else _attempt(submission, lambda: resource.get_parquet(key))
        objects = served.objects
    return {"put": put, "got": got, "hosts": list(served.hosts), "judged": served.reached and not served.unsupported,
            "unsupported": served.unsupported, "objects": {name: _parquet(body) for name, body in objects.items()}}


def _parquet(body: bytes) -> Any:
    try:
        return {"frame": pd.read_parquet(io.BytesIO(body))}
    except Exception as error:  # 학습자가 무엇을 두었는지는 알 수 없다
        return {"problem": f"{type(error).__name__}: {error}"[:300]}


# ---------------------------------------------------------------- 가짜


def fakes(submission: "observe.LoadedSubmission", tables: Mapping[str, pd.DataFrame], key: str) -> dict:
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
        "made": {"FakePostgres": make_postgres is not None, "FakeS3": make_s3 is not None},
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
                      "fresh": _record(make_s3(), "objects"), "got": _attempt(submission, lambda: fake.get_parquet(key))}
    return seen


def _run_with(submission: "observe.LoadedSubmission", name: str, fake: Any, use: Callable[[Any], None]) -> dict | None:
    """리소스 하나를 쓰는 자산의 런. 실패하면 그 까닭."""

    @dg.asset(name="probe", required_resource_keys={name})
    def probe(context: dg.AssetExecutionContext) -> None:
        use(getattr(context.resources, name))

    try:
        dg.materialize([probe], resources={name: fake})
    except Exception as error:
        return observe.describe_fault(error, submission.work_dir)
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


def _class(submission: "observe.LoadedSubmission", name: str) -> Any:
    module = importlib.import_module(f"{observe.PACKAGE_PARENT}.{submission.package}.{MODULE}")
    if not hasattr(module, name):
        raise observe.Broken("missing_name", name=name, file=f"{MODULE}.py")
    return getattr(module, name)


def _in_use(resource: Any) -> Any:
    """런에서 쓰일 때처럼 준비된 리소스(`setup_for_execution`까지 마친 것)."""
    return _Unwrapped(dg.build_resources({"resource": resource}))


class _Unwrapped:
    def __init__(self, scope: Any):
        self._scope = scope

    def __enter__(self) -> Any:
        return self._scope.__enter__().resource

    def __exit__(self, *exc_info: object) -> Any:
        return self._scope.__exit__(*exc_info)


def _attempt(submission: "observe.LoadedSubmission", act: Callable[[], Any]) -> dict:
    """한 번 해 본 결과: 값이나 예외의 설명. 통신이 막혀서 난 예외인지도 적는다."""
    try:
        return {"value": observe.plain_value(act())}
    except Exception as error:
        chain, cause = [], error
        while cause is not None and cause not in chain:
            chain.append(cause)
            cause = cause.__cause__ or cause.__context__
        blocked = any(isinstance(step, PermissionError | ConnectionError) or type(step).__name__ == "OperationalError" for step in chain)
        return {"fault": observe.describe_fault(error, submission.work_dir), "blocked": blocked}


OBSERVATIONS = {"resource_facts": resource_facts, "ask_postgres": ask_postgres, "use_s3": use_s3, "fakes": fakes}
