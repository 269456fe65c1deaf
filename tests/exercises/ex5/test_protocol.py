"""틱 대본 마흔 개: 파일이 오고, 바뀌고, 사라지고, 커서가 없어지는 동안 하나도 잃지 않고 두 번 세지 않는다.

무엇을 요청해야 하는지와 매출이 얼마여야 하는지는 채점기와 따로 쓴 모형(`Model`)과 심판(`oracle`)이 말한다.
"""

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest

from course_lib.grading.files import read_files
from course_lib.grading.judge import Judge
from course_lib.grading.seen import SubmissionFault, Tick
from course_lib.grading.submission import Submission

from . import oracle
from .test_ex5 import ALTERNATIVES, EXERCISE
from .test_parser import hostile_file

SECOND = 10**9
START = 1_704_164_400 * SECOND
SCRIPTS = 40
# 런은 한 번에 수십 밀리초가 든다. 넷에 하나만 런까지 실행하고, 나머지는 무엇을 요청하는지만 본다.
WITH_RUNS = range(0, SCRIPTS, 4)


class Model:
    """폴더와 센서가 어떠해야 하는지의 모형. 대본의 걸음을 지으면서, 그 틱에 무엇을 요청해야 하는지 함께 적는다."""

    def __init__(self, seed: int):
        self.rng = random.Random(f"protocol/{seed}")
        self.seed = seed
        self.landing: dict[str, bytes] = {}
        self.ledger: dict[str, bytes] = {}  # 이름마다 마지막으로 본 내용. 파일이 사라져도 남는다
        self.known: set[bytes] = set()
        self.used: set[bytes] = set()
        self.moment = START
        self.made = 0

    def step(self, runs: bool) -> tuple[dict[str, Any], list[bytes]]:
        """(대본의 한 걸음, 이 틱에 요청할 내용들을 이름 차례로)."""
        step: dict[str, Any] = {"files": [operation for _ in range(self.rng.randrange(4)) for operation in self.operations()], "runs": int(runs)}
        if self.rng.random() < 0.2:
            step["cursor"] = self.rng.choice([None, "", "망가짐", "[1, 2]", '{"files": []}', "null"])
            self.known = set()
        wanted = []
        for name in sorted(name for name in self.landing if arrived(name)):
            data = self.landing[name]
            self.ledger[name] = data
            if data not in self.known:
                self.known.add(data)
                wanted.append(data)
        self.used |= set(wanted)
        return step, wanted

    def operations(self) -> list[dict[str, Any]]:
        """파일 조작 하나. 내용은 늘 새것이다: 옛 내용으로 되돌아가는 것은 정해 두지 않았다."""
        here = sorted(name for name in self.landing if arrived(name))
        kind = self.rng.choice(["new"] * 5 + ["junk", "folder"] + (["change", "change", "touch", "copy", "rename", "delete", "half"] if here else []))
        name = self.rng.choice(here) if here else ""
        match kind:
            case "new":
                return [self.write(self.name(self.rng.choice([".csv", ".CSV", ".Csv"])))]
            case "junk":
                return [self.write(self.rng.choice([self.name(".csv.part"), self.name(".tmp"), "." + self.name(".csv"), f"보관/{self.name('.csv')}"]))]
            case "folder":
                return [{"do": "mkdir", "name": self.name(".csv")}]
            case "change":
                return [self.write(name)]
            case "half":  # 쓰는 중에 틱이 온다. 나머지는 다음 걸음 어디선가 온다
                whole = self.content()
                return [self.write(name, whole[: len(whole) // 2] + f"<{self.made}>".encode())]
            case "touch":
                return [{"do": "touch", "name": name, "mtime_ns": self.time()}]
            case "copy":
                to = self.name(".csv")
                self.landing[to] = self.landing[name]
                return [{"do": "copy", "name": name, "to": to, "mtime_ns": self.time()}]
            case "rename":
                to = self.name(".csv")
                self.landing[to] = self.landing.pop(name)
                return [{"do": "rename", "name": name, "to": to}]
            case _:
                del self.landing[name]
                return [{"do": "delete", "name": name}]

    def write(self, name: str, data: bytes | None = None) -> dict[str, Any]:
        self.landing[name] = self.content() if data is None else data
        return {"do": "write", "name": name, "data": self.landing[name], "mtime_ns": self.time()}

    def content(self) -> bytes:
        self.made += 1
        data = hostile_file(self.rng.randrange(10_000))
        # 끝에 붙인 빈 줄의 수가 내용을 저마다 다르게 한다. 빈 줄은 행이 아니다.
        return data + b"\n" * self.made if data not in self.known else data + b"\n" * (1000 + self.made)

    def time(self) -> int:
        """옛 시각, 같은 시각, 미래의 시각이 섞인다. 한 파일에 같은 시각이 두 번 오지는 않게 조금씩 다르다."""
        self.moment += 1
        return self.moment + self.rng.choice([0, 0, -86_400, 60, 86_400]) * SECOND

    def name(self, suffix: str) -> str:
        self.made += 1
        return f"{self.rng.choice('가나다abc')} {self.seed}-{self.made}{suffix}"


def arrived(name: str) -> bool:
    return name.lower().endswith(".csv") and not name.startswith(".") and "/" not in name


def script(seed: int, runs: bool) -> tuple[Model, list[dict[str, Any]], list[list[bytes]]]:
    model = Model(seed)
    steps, wanted = zip(*(model.step(runs) for _ in range(6)), strict=True)
    return model, list(steps), list(wanted)


def assert_requests(ticks: Sequence[Tick], wanted: Sequence[Sequence[bytes]]) -> None:
    """틱마다 요청한 런 키가, 요청해야 할 내용들과 하나씩 짝이 맞는지(같은 내용은 늘 같은 키, 다른 내용은 다른 키)."""
    key_of: dict[bytes, str | None] = {}
    for number, (tick, contents) in enumerate(zip(ticks, wanted, strict=True)):
        keys = [request.run_key for request in tick.requests]
        assert len(keys) == len(contents), f"{number}번째 틱"
        for content, key in zip(contents, keys, strict=True):
            assert key_of.setdefault(content, key) == key
        assert bool(tick.skip) == (not contents)
        assert tick.landing_untouched
    assert len(set(key_of.values())) == len(key_of)


def assert_sales(tick: Tick, wanted: Mapping[str, tuple[int, Fraction]]) -> None:
    table = tick.last.frame
    assert {row.date[:10]: (row.orders, Fraction(row.revenue)) for row in table.itertuples()} == wanted


@pytest.fixture(scope="module")
def judge():
    with Judge(EXERCISE) as opened:
        yield opened


@pytest.fixture(scope="module")
def reference(judge) -> Submission:
    return judge.reference


@pytest.mark.parametrize("seed", range(SCRIPTS))
def test_script(reference, seed):
    model, steps, wanted = script(seed, runs=seed in WITH_RUNS)
    seen = reference.sensor("csv_sensor", steps)
    assert_requests(seen.ticks, wanted)
    if seed in WITH_RUNS:
        assert all(run.success for run in seen.runs)
        assert len(seen.runs) == len(model.used)
        if seen.runs:
            assert_sales(seen.ticks[-1], oracle.daily(model.ledger.values()))
        here = {name: data for name, data in model.landing.items() if arrived(name)}
        # 사본과 이름만 바뀐 것은 요청하지 않으므로 다른 이름으로 격리되어 있다. 내용마다 하나는 있어야 한다.
        assert {data for data in here.values() if oracle.judge(data).quarantined} <= set(seen.quarantine.values())
        assert not [name for name, data in here.items() if name in seen.quarantine and not oracle.judge(data).quarantined]


@pytest.mark.parametrize("name", ["op_job", "dynamic_partitions", "rescan"])
def test_script_in_another_style(judge, name):
    files = {**judge.material.reference, **read_files(ALTERNATIVES[name])}
    submission = Submission(judge.material, files, judge.sandbox)
    try:
        for seed in range(100, 106):
            _, steps, wanted = script(seed, runs=False)
            assert_requests(submission.sensor("csv_sensor", steps).ticks, wanted)
    finally:
        submission.close()


# ---------------------------------------------------------------- 손잡이 자신


@pytest.fixture
def handle(judge):
    """모범 답안의 몇 파일을 바꾼 제출물의 손잡이를 만든다."""
    opened = []

    def make(**files: str) -> Submission:
        changed = {**judge.material.reference, **{f"{name}.py": source.encode("utf-8") for name, source in files.items()}}
        opened.append(Submission(judge.material, changed, judge.sandbox))
        return opened[-1]

    yield make
    for submission in opened:
        submission.close()


def edited(judge: Judge, file: str, old: str, new: str) -> str:
    source = judge.material.reference[f"{file}.py"].decode("utf-8")
    assert source.count(old) == 1
    return source.replace(old, new)


def new_file(name: str, data: bytes = b"order_id,customer_id,amount,ordered_at\no-1,c-1,0.10,2024-01-02\n") -> dict[str, Any]:
    return {"do": "write", "name": name, "data": data}


def test_a_used_run_key_is_not_run_again_and_a_request_may_run_twice(reference):
    seen = reference.sensor("csv_sensor", [{"files": [new_file("a.csv")], "runs": 2}, {"cursor": "", "runs": 1}])
    assert [len(tick.requests) for tick in seen.ticks] == [1, 1]
    assert [len(tick.runs) for tick in seen.ticks] == [2, 0]
    assert_sales(seen.ticks[-1], {"2024-01-02": (1, Fraction(1, 10))})


def test_a_shop_goes_on_by_its_name_and_others_start_empty(reference):
    reference.sensor("csv_sensor", [{"files": [new_file("b.csv")]}], shop="이어지는 가게")
    assert reference.sensor("csv_sensor", [{}], shop="이어지는 가게").ticks[0].requests == ()
    assert reference.sensor("csv_sensor", [{}]).ticks[0].cursor == '{"files": {}, "contents": []}'


def test_reload_forgets_what_modules_remember(judge, handle):
    source = edited(judge, "sensors", "    requests = []\n", "    requests = []\n    CALLS.append(1)\n    context.log.info(str(len(CALLS)))\n")
    counting = source.replace("@dataclass\nclass Memory", "CALLS = []\n\n\n@dataclass\nclass Memory").replace(
        '"새로 도착한 내용이 없습니다."', "str(len(CALLS))")
    seen = handle(sensors=counting).sensor("csv_sensor", [{}, {}, {"reload": True}])
    assert [tick.skip for tick in seen.ticks] == ["1", "2", "1"]


def test_a_failed_run_is_seen_with_its_reason(judge, handle):
    source = edited(judge, "assets", "    ingested = ingest(landing, config.name)\n", "    raise LookupError('장부가 없습니다')\n")
    run, = handle(assets=source).sensor("csv_sensor", [{"files": [new_file("c.csv")], "runs": 1}]).runs
    assert (run.success, run.error) == (False, "LookupError: 장부가 없습니다")


def test_a_changed_landing_is_seen(judge, handle):
    source = edited(judge, "sensors", "    requests = []\n", "    requests = []\n    (landing.path / 'seen.txt').touch()\n")
    assert not handle(sensors=source).sensor("csv_sensor", [{}]).ticks[0].landing_untouched


def test_a_missing_sensor_is_the_learners_fault(handle, judge):
    with pytest.raises(SubmissionFault) as fault:
        handle(definitions=edited(judge, "definitions", "sensors=[csv_sensor]", "sensors=[]")).sensor("csv_sensor", [{}])
    assert fault.value.kind == "missing_sensor"


def test_a_partition_nobody_added_is_the_learners_fault(judge, handle):
    files = {name.removesuffix(".py"): data.decode("utf-8") for name, data in read_files(ALTERNATIVES["dynamic_partitions"]).items()}
    files["sensors"] = files["sensors"].replace("cursor=cursor,\n", "cursor=cursor)\n").replace(
        "                           dynamic_partitions_requests=[order_files.build_add_request([request.partition_key for request in requests])])\n", "")
    with pytest.raises(SubmissionFault) as fault:
        handle(**files).sensor("csv_sensor", [{"files": [new_file("d.csv")]}])
    assert fault.value.details["type"] == "DagsterUnknownPartitionError"


@pytest.mark.parametrize("forged", [
    "{}", "None", "{'ticks': [{}], 'quarantine': {}}", "{'ticks': [], 'quarantine': {'a': 'text'}}",
    "{'ticks': [{'requests': [{'run_key': 7, 'partition_key': None, 'job': None, 'tags': {}}], 'skip': None, 'cursor': None,"
    " 'landing_untouched': True, 'runs': [], 'last': None, 'partitions': []}], 'quarantine': {}}",
    "{'ticks': [{'requests': [], 'skip': None, 'cursor': None, 'landing_untouched': True, 'runs': [], 'last': 7, 'partitions': []}], 'quarantine': {}}",
])
def test_a_forged_answer_is_the_submissions_fault(judge, handle, forged):
    source = edited(judge, "definitions", "from .assets import", "from course_lib.grading import observe\n\nfrom .assets import")
    source += f"\nobserve.OBSERVATIONS['sensor_ticks'] = lambda *args, **kwargs: {forged}\n"
    submission = handle(definitions=source)
    submission.facts()
    with pytest.raises(SubmissionFault) as fault:
        submission.sensor("csv_sensor", [{}])
    assert fault.value.kind == "garbled"
