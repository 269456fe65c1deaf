"""리소스의 관찰에서 본 것의 자료형. 채점 기준표는 여기 있는 함수로 묻는다.

자식의 답은 믿을 수 없다. 형식이 조금이라도 다르면 예외를 내고, 손잡이가 그것을 제출물의 잘못(SubmissionFault)으로 바꾼다.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from course_lib.grading.seen import Seen, SubmissionFault
from course_lib.grading.submission import Submission

# 리소스를 써 보다가 날 수 있는 잘못의 갈래. 나머지(시간이 넘음 등)는 자식이 아니라 손잡이가 안다.
_KINDS = ("exception", "not_attempted", "import", "syntax", "memory", "exit", "definition")


@dataclass(frozen=True)
class ResourceFacts:
    """클래스마다 `ConfigurableResource`인지와 만들어 본 필드의 값, `defs`의 리소스마다 환경 변수로 준 필드와 글자로 준 필드."""

    configurable: Mapping[str, bool]
    values: Mapping[str, Mapping[str, Any]]
    from_environment: Mapping[str, tuple[str, ...]]
    in_plain_text: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Attempt:
    """메서드를 한 번 불러 본 결과. `blocked`는 통신이 없거나 대역이 흉내 내지 못해서 난 예외라는 뜻이다."""

    _seen: Seen | None
    fault: SubmissionFault | None
    blocked: bool = False

    @property
    def seen(self) -> Seen:
        """낸 값. 예외를 냈으면 그 잘못을 낸다."""
        if self.fault is not None:
            raise self.fault
        return self._seen


@dataclass(frozen=True)
class Answer:
    """물음 하나의 답과, 그때 드라이버가 받은 (SQL, 값들)."""

    result: Attempt
    received: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Asked:
    """`targets`는 접속마다 드라이버가 받은 곳(host, port, …). `judged`가 거짓이면 이 드라이버를 여기서는 볼 수 없다.

    그때는 진짜 서버의 시험만 판정할 수 있다.
    """

    answers: tuple[Answer, ...]
    targets: tuple[Mapping[str, str], ...]
    judged: bool


@dataclass(frozen=True)
class Stored:
    """표를 두고 다시 읽은 결과. `hosts`는 요청이 간 주소들, `objects`는 Parquet로 읽힌 객체들, `unreadable`은 읽히지 않은 것들."""

    put: Attempt
    got: Attempt
    hosts: tuple[str, ...]
    objects: Mapping[str, pd.DataFrame]
    unreadable: tuple[str, ...]
    judged: bool


@dataclass(frozen=True)
class Record:
    """가짜의 기록: 있는지, 몇 개인지, 글로 쓴 내용."""

    kept: bool
    count: int
    text: str


@dataclass(frozen=True)
class FakeSeen:
    """가짜를 런에 넣었을 때. `fault`는 런이 실패한 까닭, `fresh`는 새로 만든 가짜의 기록이다."""

    fault: SubmissionFault | None
    record: Record
    fresh: Record
    got: Attempt | None = None


@dataclass(frozen=True)
class Fakes:
    """`methods`는 메서드가 있는지. 만들 수 없었던 가짜는 None이다."""

    methods: Mapping[str, bool]
    postgres: FakeSeen | None
    s3: FakeSeen | None


def resource_facts(submission: Submission, made: Mapping[str, Mapping[str, Any]]) -> ResourceFacts:
    """클래스마다 `made`의 인자로 하나 만들어 본다."""
    request = {"observe": "resource_facts", "made": {name: dict(arguments) for name, arguments in made.items()}}
    return submission.ask(request, _resource_facts)


def ask_postgres(submission: Submission, arguments: Mapping[str, Any], tables: Mapping[str, pd.DataFrame],
                 asks: Sequence[tuple[str, list | None]]) -> Asked:
    """`PostgresResource(**arguments)`로 차례로 묻는다. 데이터베이스에는 `tables`가 있다."""
    request = {"observe": "ask_postgres", "arguments": dict(arguments), "tables": dict(tables),
               "asks": [{"sql": sql, "params": params} for sql, params in asks]}
    return submission.ask(request, _asked)


def use_s3(submission: Submission, arguments: Mapping[str, Any], key: str, frame: pd.DataFrame) -> Stored:
    """`S3Resource(**arguments)`로 표를 두고 다시 읽는다."""
    return submission.ask({"observe": "use_s3", "arguments": dict(arguments), "key": key, "frame": frame}, _stored)


def fakes(submission: Submission, tables: Mapping[str, pd.DataFrame], key: str) -> Fakes:
    """`FakePostgres`와 `FakeS3`를 런에 넣어 본다."""
    return submission.ask({"observe": "fakes", "tables": dict(tables), "key": key}, _fakes)


# ---- 자식의 답을 자료형으로


def _resource_facts(answer: Any) -> ResourceFacts:
    registered = answer["registered"]
    return ResourceFacts(
        configurable={name: found["configurable"] is True for name, found in answer["classes"].items()},
        values={name: {field: _plain(value) for field, value in found["values"].items()} for name, found in answer["classes"].items()},
        from_environment={name: tuple(field for field in fields if "env" in fields[field]) for name, fields in registered.items()},
        in_plain_text={name: tuple(field for field in fields if "text" in fields[field]) for name, fields in registered.items()},
    )


def _asked(answer: Any) -> Asked:
    answers = tuple(
        Answer(_attempt(found, "PostgresResource.query(…)"),
               tuple((_text(text), tuple(map(_text, values))) for text, values in found["received"]))
        for found in answer["answers"]
    )
    targets = tuple({_text(name): _text(value) for name, value in target.items()} for target in answer["targets"])
    return Asked(answers, targets, answer["judged"] is True)


def _stored(answer: Any) -> Stored:
    readable = {name: found["frame"] for name, found in answer["objects"].items() if "frame" in found}
    if not all(isinstance(frame, pd.DataFrame) for frame in readable.values()):
        raise TypeError("표가 아니다")
    return Stored(_attempt(answer["put"], "S3Resource.put_parquet(…)"), _attempt(answer["got"], "S3Resource.get_parquet(…)"),
                  tuple(map(_text, answer["hosts"])), readable,
                  tuple(_text(name) for name in answer["objects"] if name not in readable), answer["judged"] is True)


def _fakes(answer: Any) -> Fakes:
    seen = {name: _fake(answer[name], record) if name in answer else None for name, record in (("postgres", "queries"), ("s3", "objects"))}
    return Fakes({_text(name): found is True for name, found in answer["methods"].items()}, **seen)


def _fake(answer: Any, record: str) -> FakeSeen:
    return FakeSeen(_fault(answer["fault"]), _record(answer[record]), _record(answer["fresh"]),
                    _attempt(answer["got"], "FakeS3.get_parquet(…)") if "got" in answer else None)


def _record(answer: Any) -> Record:
    if type(answer["count"]) is not int:
        raise TypeError("수가 아니다")
    return Record(answer["kept"] is True, answer["count"], _text(answer["text"]))


def _attempt(answer: Any, call: str) -> Attempt:
    if "fault" in answer:
        return Attempt(None, _fault(answer["fault"]), answer["blocked"] is True)
    value = answer["value"]
    frame = value.get("frame")
    if not (frame is None or isinstance(frame, pd.DataFrame)):
        raise TypeError("표가 아니다")
    return Attempt(Seen(call=call, type=_text(value["type"]), _frame=frame, repr=_text(value.get("repr", ""))), None)


def _fault(answer: Any) -> SubmissionFault | None:
    if answer is None:
        return None
    if answer["kind"] not in _KINDS:
        raise ValueError("모르는 갈래의 잘못이다")
    return SubmissionFault(**{_text(name): value for name, value in answer.items()})


def _plain(value: Any) -> Any:
    if not isinstance(value, str | int):
        raise TypeError("필드의 값이 아니다")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("글자가 아니다")
    return value
