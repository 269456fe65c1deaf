"""오개념 퀴즈: 입력과 결과만 보고 어떤 실수를 한 코드인지 맞힌다.

문제는 손으로 쓰지 않는다. 오개념 목록의 코드를 진짜로 돌려, 모범 답안과 결과가 다르게 나오는 가장 작은 입력을 찾는다.
보기로 나오는 다른 실수들은 그 입력에서 저마다 다른 결과를 내는 것만 고른다. 그래서 답은 하나다.
같은 연습, 같은 번호면 언제나 같은 문제다.
"""

import importlib
import importlib.util
import inspect
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import ModuleType

import dagster as dg
import pandas as pd
from IPython.display import display

from course_lib.classroom.feedback import Comparison, Feedback, Table
from course_lib.grading.misconceptions import Material, Misconception, build_variant, load_material
from course_lib.grading.results import Outcome
from course_lib.grading.tables import frame_text
from course_lib.manifest import Exercise, UnknownId, load_manifest, repository_root

LETTERS = "ABCD"
# 이보다 긴 입력은 눈으로 따라갈 수 없다.
MAX_ROWS = 8

Compute = Callable[..., pd.DataFrame]


@dataclass(frozen=True)
class Variant:
    """실수 하나를 심은 코드.

    `computes`는 업스트림 표를 받아 표를 내는 자산의 함수들이고, `changed`는 그 가운데 함수의 글이 모범 답안과 다른 자산이다.
    """

    misconception: Misconception
    computes: dict[str, Compute]
    changed: frozenset[str]

    def output(self, asset: str, inputs: dict[str, pd.DataFrame]) -> pd.DataFrame | None:
        """자산의 결과. 예외가 나거나 표가 아니면 None."""
        return _output(self.computes.get(asset), inputs)


@dataclass(frozen=True)
class Question:
    """문제 하나. `choices`는 글자의 차례대로 놓인 실수들이고 `right`가 그 가운데 답이다."""

    asset: str
    inputs: dict[str, pd.DataFrame]
    expected: pd.DataFrame
    choices: tuple[Variant, ...]
    right: Variant

    def output(self, variant: Variant) -> pd.DataFrame | None:
        return variant.output(self.asset, self.inputs)


def quiz(name: str, number: int = 1, answer: str | None = None) -> None:
    """`number`번째 문제를 보인다. `answer`를 주면 맞는지와 그 까닭을 보인다."""
    try:
        exercise = load_manifest().exercise(name)
    except UnknownId as unknown:
        display(Feedback("이름을 확인해 주세요", (str(unknown),)))
        return
    display(quiz_feedback(exercise, number, answer))


def quiz_feedback(exercise: Exercise, number: int = 1, answer: str | None = None) -> Feedback:
    """`quiz`가 보일 답을 만든다."""
    title = f"{exercise.title} 퀴즈 {number}"
    if not (repository_root() / "solutions" / exercise.id / "misconceptions.py").is_file():
        return Feedback(title, ("이 묶음에는 퀴즈의 재료가 들어 있지 않습니다. 수업을 맡은 분에게 물어보세요.",))
    bank = question_bank(exercise.id)
    question = bank.get(number) if isinstance(number, int) else None
    if question is None and not len(bank):
        return Feedback(title, (f'이 연습에는 퀴즈가 없습니다. 모범 답안과 견주어 보세요: `solution("{exercise.alias}")`',))
    if question is None:
        return Feedback(title, (f'문제는 1번부터 {len(bank)}번까지 있습니다. 예: `quiz("{exercise.alias}", 2)`',))
    if answer is None:
        return _ask(exercise, number, title, question)
    letter = str(answer).strip().upper()
    if letter not in tuple(LETTERS[: len(question.choices)]):
        return Feedback(title, ("A, B, C, D 가운데 하나를 따옴표로 감싸 적어 주세요.",))
    chosen = question.choices[LETTERS.index(letter)]
    if chosen is question.right:
        return Feedback.of(
            Outcome.CORRECT, title, chosen.misconception.explanation, Comparison(question.output(chosen), question.expected, ordered=True, titles=("이 코드의 결과", "나와야 할 결과"))
        )
    other = question.output(chosen)
    shown = "그 실수라면 이 입력에서 예외가 났을 것입니다." if other is None else Table("그 실수라면 이런 표가 나옵니다", other)
    return Feedback.of(Outcome.INCORRECT, title, f"{letter}는 ‘{chosen.misconception.title}’입니다.", shown)


class QuestionBank:
    """연습 하나의 문제들. 오개념 목록의 차례이고, 부르는 데까지만 만든다."""

    def __init__(self, exercise_id: str) -> None:
        material = load_material(exercise_id)
        with tempfile.TemporaryDirectory() as folder:
            self._reference, sources = _load(_write(material, Path(folder)))
            self._variants = tuple(_variants(material, Path(folder), sources))
        self._frames = _reference_frames(self._reference)
        self._made: list[Question] = []
        self._rest = self._make()

    def get(self, number: int) -> Question | None:
        """`number`번째 문제. 그렇게 많지 않으면 None."""
        while len(self._made) < number and (question := next(self._rest, None)) is not None:
            self._made.append(question)
        return self._made[number - 1] if 1 <= number <= len(self._made) else None

    def __len__(self) -> int:
        self._made.extend(self._rest)
        return len(self._made)

    def _make(self) -> Iterator[Question]:
        for asset, compute in self._reference.items():
            upstream = _upstream(compute)
            # 리소스나 파티션에서 오는 입력은 표본이 없다.
            if len(upstream) != 1 or upstream[0] not in self._frames:
                continue
            (name,) = upstream
            visible = [variant for variant in self._variants if asset in variant.changed and self._reveals(variant, asset, name, self._frames[name])]
            for variant in visible:
                small = _shrink(self._frames[name], partial(self._reveals, variant, asset, name))
                decoys = _decoys(variant, visible, asset, {name: small})
                if len(small) <= MAX_ROWS and len(decoys) == len(LETTERS) - 1:
                    choices = [variant, *decoys]
                    random.Random(variant.misconception.id).shuffle(choices)
                    expected = _output(compute, {name: small})
                    yield Question(asset, {name: small}, expected, tuple(choices), variant)

    def _reveals(self, variant: Variant, asset: str, name: str, rows: pd.DataFrame) -> bool:
        """이 입력에서 결과가 모범 답안과 눈에 보이게 다른가."""
        seen, wanted = variant.output(asset, {name: rows}), _output(self._reference[asset], {name: rows})
        return seen is not None and wanted is not None and not seen.empty and _seen(seen) != _seen(wanted)


@cache
def question_bank(exercise_id: str) -> QuestionBank:
    """연습의 문제들. 한 번 만든 것을 다시 쓴다."""
    return QuestionBank(exercise_id)


def _ask(exercise: Exercise, number: int, title: str, question: Question) -> Feedback:
    choices = "\n".join(
        f"{letter}. {choice.misconception.title}" for letter, choice in zip(LETTERS, question.choices, strict=False)
    )
    inputs = tuple(Table(f"입력 {name}", frame) for name, frame in question.inputs.items())
    return Feedback(
        title,
        (
            f"누군가의 `{question.asset}`가 아래 입력으로 아래 결과를 냈습니다. 어떤 실수를 했을까요?",
            *inputs,
            Table(f"결과 {question.asset}", question.output(question.right)),
            choices,
            f'답: `quiz("{exercise.alias}", {number}, answer="A")`',
        ),
    )


def _decoys(variant: Variant, visible: list[Variant], asset: str, inputs: dict[str, pd.DataFrame]) -> list[Variant]:
    """보기로 놓을 다른 실수 셋. 이 입력에서 서로 다른 답을 내는 실수라야 답이 하나다."""
    shown = _seen(variant.output(asset, inputs))
    others = [other for other in visible if other is not variant]
    random.Random(f"{variant.misconception.id} decoys").shuffle(others)
    outputs = ((other, other.output(asset, inputs)) for other in others)
    return [other for other, output in outputs if output is None or _seen(output) != shown][: len(LETTERS) - 1]


def _shrink(frame: pd.DataFrame, reveals: Callable[[pd.DataFrame], bool]) -> pd.DataFrame:
    """다른 결과가 드러나는 채로 행을 줄인다."""
    size = len(frame) // 2
    while size >= 1:
        start = 0
        while start < len(frame):
            rest = frame.drop(frame.index[start : start + size]).reset_index(drop=True)
            if len(rest) and reveals(rest):
                frame = rest
            else:
                start += size
        size //= 2
    return frame


def _reference_frames(reference: dict[str, Compute]) -> dict[str, pd.DataFrame]:
    """모범 답안의 자산마다 결과. 행을 정해진 차례로 섞어, 차례에 기대는 실수도 드러나게 한다."""
    frames: dict[str, pd.DataFrame] = {}
    waiting = dict(reference)
    while waiting:
        ready = [name for name, compute in waiting.items() if set(_upstream(compute)) <= set(frames)]
        if not ready:
            break
        for name in ready:
            frame = _output(waiting.pop(name), frames)
            if frame is not None:
                frames[name] = frame.sample(frac=1, random_state=0).reset_index(drop=True)
    return frames


def _seen(frame: pd.DataFrame) -> str:
    """눈에 보이는 그대로의 글. 보이지 않는 차이(형의 너비 등)는 문제로 낼 수 없다."""
    return frame_text(frame)


def _output(compute: Compute | None, inputs: dict[str, pd.DataFrame]) -> pd.DataFrame | None:
    if compute is None:
        return None
    try:
        value = compute(**{name: inputs[name].copy() for name in _upstream(compute)})
    except Exception:  # 예외를 내는 실수도 있다. 그런 실수는 결과가 없는 것으로 본다.
        return None
    value = value.value if isinstance(value, dg.Output | dg.MaterializeResult) else value
    return value if isinstance(value, pd.DataFrame) else None


def _upstream(compute: Compute) -> tuple[str, ...]:
    return compute.__code__.co_varnames[: compute.__code__.co_argcount]


def _variants(material: Material, folder: Path, sources: dict[str, str]) -> Iterator[Variant]:
    for misconception in material.catalogue.misconceptions:
        if not all(edit.file in material.exercise.modules for edit in misconception.edits):
            continue
        computes, own_sources = _load(build_variant(material, misconception, folder))
        if computes:
            changed = frozenset(name for name, source in own_sources.items() if source != sources.get(name))
            yield Variant(misconception, computes, changed)


def _write(material: Material, folder: Path) -> Path:
    target = folder / "reference"
    for name, data in material.reference.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
    return target


def _load(folder: Path) -> tuple[dict[str, Compute], dict[str, str]]:
    """폴더의 `assets.py`를 불러와 자산마다 감싸지 않은 함수와 그 글을 꺼낸다. 불러올 수 없는 변형이면 둘 다 비어 있다."""
    package = f"course_quiz_{folder.name}"
    try:
        module = _import(package, folder)
    except Exception:  # 불러오는 것부터 실패하는 실수도 목록에 있다.
        return {}, {}
    finally:
        for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
            del sys.modules[name]
    assets = [value for value in vars(module).values() if isinstance(value, dg.AssetsDefinition) and len(value.keys) == 1]
    computes = {asset.key.to_user_string(): asset.op.compute_fn.decorated_fn for asset in assets}
    return computes, {name: inspect.getsource(compute) for name, compute in computes.items()}


def _import(package: str, folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    sys.modules[package] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[package])
    return importlib.import_module(f"{package}.assets")
