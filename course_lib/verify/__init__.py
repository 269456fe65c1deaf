"""`course verify`: 과정 자신이 지켜야 할 법을 확인한다. 학습자가 아니라 과정을 고치는 사람이 쓴다.

법은 rustlings에서 왔다. 목록과 파일은 양쪽으로 같다. 뼈대 코드는 0점, 모범 답안은 만점이다. 기준마다 그것을 잃는 오개념이
있다. 힌트는 빠짐없이 있고 답을 담지 않는다. 남는 파일이 없다. 확인 문제마다 답이 있다.

- `tree`: 목록과 파일이 같은가
- `hints`: 힌트가 있는가, 답을 담지 않았는가
- `judged`: 뼈대, 모범 답안, 오개념을 실제로 채점하면 어떻게 되는가
"""

from collections.abc import Callable
from pathlib import Path

from course_lib.manifest import load_manifest, repository_root
from course_lib.verify.hints import hint_problems
from course_lib.release import kit_problems
from course_lib.verify.judged import judged_problems, kit_scaffold_problems
from course_lib.verify.problem import Problem
from course_lib.verify.tree import tree_problems

__all__ = ["Problem", "verify", "verify_kit"]


def verify(
    root: Path | None = None, exercise: str | None = None, on_step: Callable[[str], None] = lambda step: None
) -> tuple[Problem, ...]:
    """`root`의 과정이 어긴 법을 모두 모아 준다. 없으면 빈 튜플.

    `exercise`를 주면 그 연습만 채점해 본다. 파일을 보는 일은 언제나 전부 한다. 단계마다 `on_step(무엇을 하는지)`을 부른다.
    목록을 읽을 수 없으면 `ManifestError`, `exercise`가 없으면 `UnknownId`.
    """
    root = repository_root() if root is None else root
    manifest = load_manifest(root)
    chosen = manifest.exercises if exercise is None else (manifest.exercise(exercise),)
    on_step("목록과 파일")
    problems = [*tree_problems(manifest, root), *hint_problems(manifest, root)]
    for item in chosen:
        problems += judged_problems(item, root, on_step)
    return tuple(problems)


def verify_kit(
    root: Path | None = None, exercise: str | None = None, on_step: Callable[[str], None] = lambda step: None
) -> tuple[Problem, ...]:
    """학급 꾸러미가 어긴 법: 답과 숨은 기준이 없고, 공개 기준만으로 뼈대가 0점이어야 한다. 인자와 예외는 `verify`와 같다."""
    root = repository_root() if root is None else root
    manifest = load_manifest(root)
    problems = [Problem("꾸러미", what) for what in kit_problems(root)]
    for item in manifest.exercises if exercise is None else (manifest.exercise(exercise),):
        on_step(f"{item.alias} 뼈대 코드")
        problems += kit_scaffold_problems(item, root)
    return tuple(problems)
