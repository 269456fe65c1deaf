"""dbt 프로젝트의 관찰에서 본 것의 자료형. 채점 기준표는 여기 있는 함수로 묻는다.

자식의 답은 믿을 수 없다. 형식이 조금이라도 다르면 예외를 내고, 손잡이가 그것을 제출물의 잘못(SubmissionFault)으로 바꾼다.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from course_lib.grading.seen import Seen, SubmissionFault, fault_from, seen_from
from course_lib.grading.submission import Submission


@dataclass(frozen=True)
class DbtRun:
    """파티션 하나의 런. `fault`는 실패한 까닭, `made`는 구체화한 자산들이다."""

    partition_key: str
    fault: SubmissionFault | None
    made: frozenset[str]
    _tables: Mapping[str, pd.DataFrame]
    _values: Mapping[str, Seen]
    _metadata: Mapping[str, Mapping[str, Any]]

    def table(self, model: str) -> pd.DataFrame:
        """런이 끝난 뒤 창고에 있는 모델의 표. 없으면 런이 실패한 까닭이나, 표가 없다는 잘못을 낸다."""
        if model not in self._tables:
            raise self.fault or SubmissionFault("missing_table", name=model)
        return self._tables[model]

    def value(self, key: str) -> Seen:
        """Python 자산이 낸 값. 런이 실패했으면 그 잘못을 낸다."""
        if self.fault:
            raise self.fault
        return self._values[key]

    def metadata(self, key: str) -> Mapping[str, Any]:
        """그 자산의 구체화에 기록된 메타데이터."""
        return self._metadata.get(key, {})


def dbt_runs(submission: Submission, selection: Sequence[str], partition_keys: Sequence[str], *, models: Sequence[str],
             values: Sequence[str], raw: Mapping[str, pd.DataFrame] | None = None) -> tuple[DbtRun, ...]:
    """파티션마다 한 런씩, 학습자의 리소스와 IO 매니저로 구체화한다. 기록과 창고는 `restart`할 때까지 이어진다.

    `raw`({"users": …, "events": …})가 있으면 먼저 원본 표를 그것으로 바꾼다.
    """
    request = {"observe": "dbt_runs", "selection": list(selection), "partition_keys": list(partition_keys), "models": list(models),
               "values": list(values), "raw": None if raw is None else dict(raw), **submission.manifests.steps_for(submission.files)}

    def parse(answer: Any) -> tuple[DbtRun, ...]:
        submission.manifests.remember(submission.files, answer["new"])
        return tuple(_run(run, key, values) for run, key in zip(answer["runs"], partition_keys, strict=True))

    return submission.ask(request, parse)


def statements(submission: Submission) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """design.py의 (PARTITIONED, REASONS)."""
    return submission.ask({"observe": "statements"}, lambda answer: (_words(answer["PARTITIONED"]), _words(answer["REASONS"])))


def checks_of(submission: Submission) -> Mapping[str, tuple[str, ...]]:
    """자산마다의 자산 검사 이름."""
    return submission.ask({"observe": "check_facts"}, lambda answer: {
        _word(asset): tuple(map(_word, names)) for asset, names in answer["checks"].items()})


def _run(run: Any, key: str, values: Sequence[str]) -> DbtRun:
    fault = None
    if "fault" in run or run["success"] is not True:
        fault = fault_from({"kind": "exception"} | run.get("fault", {}))
    if not all(isinstance(table, pd.DataFrame) for table in run["tables"].values()):
        raise TypeError("표가 아니다")
    return DbtRun(
        key, fault, frozenset(map(_word, run["metadata"])),
        dict(run["tables"]), {} if fault else {name: seen_from(run["values"][name], f"{name} [{key}]", {}) for name in values},
        {_word(asset): dict(metadata) for asset, metadata in run["metadata"].items()})


def _words(table: Any) -> dict[str, str]:
    return {_word(key): _word(value)[:500] for key, value in table.items()}


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("글자가 아니다")
    return value
