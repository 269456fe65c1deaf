"""학급 꾸러미에 담을 채점 기준표: 공개 기준과, 그것이 쓰는 것.

강사만 채점하는 기준(숨은 기준, 모범 답안과 견주는 기준, 학습자의 테스트를 채점하는 기준)을 빼고, 이제 아무도 쓰지 않는 함수와 값과 장면과
파일도 뺀다. 숨은 기준이 답을 견주려고 손으로 계산하는 함수는 그대로 연습의 답이기 때문이다.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

Definition = ast.FunctionDef | ast.ClassDef
# (파일 이름, 맨 위의 이름). 장면은 (파일 이름, `클래스.장면`), 이름을 정의하지 않는 문장들은 (파일 이름, REST).
Name = tuple[str, str]
REST = ""


def public_rubric(sources: Mapping[str, str]) -> dict[str, str]:
    """연습 하나의 기준표(파일 이름 -> 글)에서 꾸러미에 담을 파일 이름 -> 글. 다시 해도 같다."""
    modules = {name: _Module(name, source) for name, source in sources.items()}
    imported = {target for module in modules.values() for target, _ in module.siblings.values()}
    kept = _reached(modules, [
        (module.name, name) for module in modules.values() for name, nodes in module.parts.items()
        if (any(map(is_public_criterion, nodes)) if module.name.startswith("test_") else module.name not in imported)
    ])
    texts = {name: module.only({part for where, part in kept if where == name}) for name, module in modules.items()}
    used = {name for name, _ in kept} | {name for name, source in sources.items() if not source.strip()}
    return {name: text for name, text in texts.items() if name in used}


def is_public_criterion(node: ast.AST) -> bool:
    """학습자의 컴퓨터에서도 채점하는 기준의 함수인가."""
    if not isinstance(node, ast.FunctionDef) or not _options(node):
        return False
    called = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return not (is_hidden_criterion(node) or "grade_learner_tests" in called or any(each.arg == "reference" for each in node.args.args))


def is_hidden_criterion(node: ast.AST) -> bool:
    """`hidden=True`라고 적은 기준의 함수인가."""
    return isinstance(node, ast.FunctionDef) and any(
        option.arg == "hidden" and getattr(option.value, "value", False) is True for option in _options(node))


def criteria_in(source: str) -> Iterator[ast.FunctionDef]:
    """모듈에 있는 기준의 함수들."""
    return (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and _options(node))


def _options(node: ast.FunctionDef) -> list[ast.keyword]:
    """`@criterion(…)`에 이름을 붙여 준 인자들. 기준이 아니면 비어 있다(기준에는 점수가 늘 있다)."""
    calls = [each for each in node.decorator_list if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "criterion"]
    return calls[0].keywords if calls else []


def _reached(modules: Mapping[str, "_Module"], roots: Iterable[Name]) -> set[Name]:
    """뿌리에서 이름을 따라 닿는 것들. 장면은 이름이 속성으로 쓰이고(`week.whole()`) 그 클래스에 닿으면 닿는다."""
    waiting, kept, attributes = list(roots), set(), set()
    while waiting:
        while waiting:
            where, name = waiting.pop()
            if (where, name) in kept or name not in modules[where].parts:
                continue
            kept.add((where, name))
            waiting.append((where, REST))
            for used in modules[where].used_by(name):
                waiting.append(modules[where].siblings.get(used, (where, used)))
            attributes |= modules[where].attributes_in(name)
        waiting = [(where, part) for where, module in modules.items() for part in module.scenes
                   if (where, part.partition(".")[0]) in kept and part.partition(".")[2] in attributes and (where, part) not in kept]
    return kept


@dataclass(frozen=True)
class _Module:
    """기준표의 파일 하나. `parts`는 맨 위의 이름과 장면마다의 문장들이다."""

    name: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def parts(self) -> dict[str, list[ast.stmt]]:
        found: dict[str, list[ast.stmt]] = {name: [method] for name, method in self.scenes.items()}
        for node in self.tree.body:
            if not isinstance(node, ast.Import | ast.ImportFrom):
                for name in _defined_by(node) or (REST,):
                    found.setdefault(name, []).append(node)
        return found

    @cached_property
    def scenes(self) -> dict[str, ast.stmt]:
        return {f"{node.name}.{method.name}": method for node in self.tree.body if isinstance(node, ast.ClassDef)
                for method in node.body if _is_scene(method)}

    @cached_property
    def siblings(self) -> dict[str, Name]:
        """옆 파일에서 가져온 이름 -> 그것이 정의된 곳."""
        return {alias.asname or alias.name: (f"{node.module}.py", alias.name)
                for node in self.tree.body if isinstance(node, ast.ImportFrom) and node.level == 1 for alias in node.names}

    def used_by(self, part: str) -> set[str]:
        return {node.id for node in self._nodes(part) if isinstance(node, ast.Name)}

    def attributes_in(self, part: str) -> set[str]:
        return {node.attr for node in self._nodes(part) if isinstance(node, ast.Attribute)}

    def _nodes(self, part: str) -> Iterator[ast.AST]:
        """그 문장의 마디들. 클래스의 장면은 저마다 따로다."""
        waiting: list[ast.AST] = list(self.parts[part])
        while waiting:
            node = waiting.pop()
            yield node
            waiting += [child for child in ast.iter_child_nodes(node) if not (isinstance(node, ast.ClassDef) and _is_scene(child))]

    def only(self, kept: set[str]) -> str:
        """`kept`에 없는 정의와, 그래서 쓰이지 않는 import를 뺀 글."""
        used = set().union(*map(self.used_by, kept)) if kept else set()
        lines = self.source.splitlines(keepends=True)
        scenes = [method for part, method in self.scenes.items() if part.partition(".")[0] in kept]
        for node in sorted([*self.tree.body, *scenes], key=lambda each: each.lineno, reverse=True):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias for alias in node.names if (alias.asname or alias.name).partition(".")[0] in used]
                if names != node.names:
                    left = type(node)(**{**dict(ast.iter_fields(node)), "names": names})
                    _replace(lines, node, [ast.unparse(left) + "\n"] if names else [])
            elif not any(node in self.parts[part] for part in kept):
                _replace(lines, node, [])
        return "".join(lines).rstrip("\n") + "\n" if lines else ""


def _defined_by(node: ast.stmt) -> list[str]:
    """맨 위의 문장이 정의하는 이름들."""
    if isinstance(node, Definition):
        return [node.name]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    return []


def _is_scene(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and any(getattr(each, "id", "") == "scene" for each in node.decorator_list)


def _replace(lines: list[str], node: ast.stmt, by: list[str]) -> None:
    """문장을 `by`로 바꾼다. 지울 때는 바로 위에 붙은 주석도, 위가 비어 있으면 아래의 빈 줄도 지운다."""
    start = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))]) - 1
    stop = node.end_lineno
    if not by:
        while start and lines[start - 1].lstrip().startswith("#"):
            start -= 1
        while stop < len(lines) and not lines[stop].strip() and not (start and lines[start - 1].strip()):
            stop += 1
    lines[start:stop] = by
