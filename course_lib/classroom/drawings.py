"""노트북에 그리는 그림: 자산 그래프와 표 비교.

그래프는 손으로 적은 것이 아니라 정의에서 읽어 그린다(`defs.resolve_asset_graph()`). JupyterLab은 `text/vnd.mermaid`를
스스로 그리고, 그리지 못하는 곳에는 같은 내용의 글이 보인다. 이름표에는 남이 쓴 설명이 들어오므로 모두 이스케이프한다.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import dagster as dg
from IPython.display import display

from course_lib.grading.tables import TITLES, diff_html, diff_text

LAYERS = {"bronze": "브론즈", "silver": "실버", "gold": "골드"}
# 그룹을 적지 않은 자산에 Dagster가 붙이는 그룹 이름.
NO_GROUP = "default"
# deps에 적힌 이름뿐이고 어디에도 정의가 없는 자산에 Dagster가 붙여 두는 표시.
_STUB = "dagster/auto_created_stub_asset"
MAX_LABEL = 40

Edge = tuple[str, str]


@dataclass(frozen=True)
class Node:
    """그래프의 한 점. kind는 "asset", "external"(Dagster 밖에서 만든다), "undefined"(이름만 있고 정의가 없다)."""

    key: str
    group: str
    description: str
    kind: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class AssetGraph:
    """자산 그래프에서 그림에 쓰는 것만. 점은 업스트림이 먼저 오는 순서다."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(node.key for node in self.nodes)


class Drawing:
    """JupyterLab에는 Mermaid 그림, 다른 곳에는 글."""

    def __init__(self, mermaid: str, text: str):
        self.mermaid = mermaid
        self.text = text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/vnd.mermaid": self.mermaid, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


class TableComparison:
    """두 표의 비교. HTML과 글을 함께 갖는다."""

    def __init__(self, actual, expected, ordered: bool, titles: tuple[str, str]):
        self.html = diff_html(actual, expected, ordered=ordered, titles=titles)
        self.text = diff_text(actual, expected, ordered=ordered, titles=titles)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def show_graph(defs_or_assets, target=None) -> None:
    """자산 그래프를 그린다. `Definitions`, 자산 하나, 자산 목록을 받는다.

    `target`을 주면 두 그래프를 한 그림에 놓고, 빠진 화살표와 남는 화살표에 그 말을 적는다.
    """
    display(draw_graph(defs_or_assets, target))


def show_diff(actual, expected, ordered: bool = False, titles: tuple[str, str] = TITLES) -> None:
    """두 표를 나란히 놓고 다른 칸에 ≠를 붙인다. `ordered=True`이면 행 순서도 견준다. `titles`는 두 표의 이름이다."""
    display(TableComparison(actual, expected, ordered, titles))


def draw_graph(defs_or_assets, target=None) -> Drawing:
    """화면에 띄우지 않고 그림만 만든다."""
    graph = read_graph(defs_or_assets)
    if target is None:
        return Drawing(_mermaid(graph), _text(graph))
    wanted = read_graph(target)
    return Drawing(_mermaid_pair(graph, wanted), _text_pair(graph, wanted))


def read_graph(defs_or_assets) -> AssetGraph:
    """정의에서 그래프를 읽는다. 정의가 잘못되었으면 Dagster의 오류가 그대로 난다."""
    graph = to_definitions(defs_or_assets).resolve_asset_graph()
    nodes = [_node(graph.get(key)) for key in graph.toposorted_asset_keys]
    edges = [
        (parent.to_user_string(), key.to_user_string())
        for key in graph.toposorted_asset_keys
        for parent in sorted(graph.get(key).parent_keys)
    ]
    return AssetGraph(tuple(nodes), tuple(edges))


def to_definitions(value) -> dg.Definitions:
    """`Definitions`, 자산 하나, 자산과 검사의 목록을 모두 `Definitions`로 만든다."""
    if isinstance(value, dg.Definitions):
        return value
    items = list(value) if isinstance(value, Iterable) else [value]
    checks = [item for item in items if isinstance(item, dg.AssetChecksDefinition)]
    assets = [item for item in items if item not in checks]
    # 그리기만 하고 실행하지 않으므로 리소스는 자리만 채운다. IO 매니저의 정의는 리소스의 정의이기도 하다.
    needed = {key for item in items if isinstance(item, dg.AssetsDefinition) for key in item.required_resource_keys}
    return dg.Definitions(assets=assets, asset_checks=checks, resources=dict.fromkeys(needed, dg.mem_io_manager))


def _node(node) -> Node:
    if node.assets_def.metadata_by_key.get(node.key, {}).get(_STUB):
        kind = "undefined"
    else:
        kind = "external" if node.is_external else "asset"
    return Node(
        key=node.key.to_user_string(),
        group=node.group_name if kind != "undefined" and node.group_name else NO_GROUP,
        description=_first_line(node.description or ""),
        kind=kind,
        checks=tuple(sorted(check.name for check in node.check_keys)),
    )


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= MAX_LABEL else line[: MAX_LABEL - 1] + "…"


# 글 ----------------------------------------------------------------------------------------------

def _text(graph: AssetGraph) -> str:
    lines = [" → ".join(chain) for chain in _chains(graph)] or ["(자산 없음)"]
    groups = _by_group(graph)
    if set(groups) - {NO_GROUP}:
        lines += [f"{_group_title(group)}: " + ", ".join(node.key for node in nodes) for group, nodes in groups.items()]
    lines += [f"외부 자산: {node.key}" for node in graph.nodes if node.kind == "external"]
    lines += [f"정의 없음: {node.key} (이름만 적혀 있음)" for node in graph.nodes if node.kind == "undefined"]
    lines += [f"자산 검사: {node.key}의 {', '.join(node.checks)}" for node in graph.nodes if node.checks]
    return "\n".join(lines)


def _chains(graph: AssetGraph) -> list[list[str]]:
    """화살표마다 한 번씩만 나오도록, 그래프를 한 줄로 읽을 수 있는 사슬로 나눈다."""
    children: dict[str, list[str]] = {key: [] for key in graph.keys}
    for parent, child in graph.edges:
        children[parent].append(child)
    chains = []
    for start in graph.keys:
        while children[start]:
            chain = [start]
            while children.get(chain[-1]):
                chain.append(children[chain[-1]].pop(0))
            chains.append(chain)
    linked = {key for edge in graph.edges for key in edge}
    return chains + [[key] for key in graph.keys if key not in linked]


def _text_pair(mine: AssetGraph, wanted: AssetGraph) -> str:
    missing, extra = _difference(mine.edges, wanted.edges)
    lines = ["[내 그래프]", _text(mine), "", "[목표 그래프]", _text(wanted), ""]
    lines += [f"빠진 자산: {key}" for key in wanted.keys if key not in mine.keys]
    lines += [f"남는 자산: {key}" for key in mine.keys if key not in wanted.keys]
    lines += [f"빠진 화살표: {a} → {b}" for a, b in missing]
    lines += [f"남는 화살표: {a} → {b}" for a, b in extra]
    if not missing and not extra and set(mine.keys) == set(wanted.keys):
        lines.append("두 그래프의 자산과 화살표가 같습니다.")
    return "\n".join(lines)


def _difference(mine: tuple[Edge, ...], wanted: tuple[Edge, ...]) -> tuple[list[Edge], list[Edge]]:
    return [edge for edge in wanted if edge not in mine], [edge for edge in mine if edge not in wanted]


def _by_group(graph: AssetGraph) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in graph.nodes:
        found.setdefault(node.group, []).append(node)
    order = [*LAYERS, *(group for group in found if group not in LAYERS)]
    return {group: found[group] for group in order if group in found}


def _group_title(group: str) -> str:
    if group == NO_GROUP:
        return "그룹 없음"
    return f"{group}({LAYERS[group]})" if group in LAYERS else group


# Mermaid -----------------------------------------------------------------------------------------

def _mermaid(graph: AssetGraph) -> str:
    return "\n".join(["flowchart LR", *_body(graph, "n", {}, {})])


def _mermaid_pair(mine: AssetGraph, wanted: AssetGraph) -> str:
    missing, extra = _difference(mine.edges, wanted.edges)
    left = _body(mine, "a", dict.fromkeys(extra, "남음"), _words(mine, wanted, "남음"))
    right = _body(wanted, "b", dict.fromkeys(missing, "빠짐"), _words(wanted, mine, "빠짐"))
    lines = ["flowchart LR"]
    for name, title, body in (("mine", "내 그래프", left), ("wanted", "목표 그래프", right)):
        lines += [f'subgraph {name}["{title}"]', "direction LR", *body, "end"]
    # 보이지 않는 줄로 이어야 내 그래프가 왼쪽에 온다.
    return "\n".join([*lines, "mine ~~~ wanted"])


def _words(own: AssetGraph, other: AssetGraph, word: str) -> dict[str, str]:
    return {key: word for key in own.keys if key not in other.keys}


def _body(graph: AssetGraph, prefix: str, edge_words: dict[Edge, str], node_words: dict[str, str]) -> list[str]:
    # 자산 이름을 그대로 점의 이름으로 쓰면 end 같은 Mermaid의 낱말과 겹친다. 번호를 쓰고 이름은 이름표에 적는다.
    names = {key: f"{prefix}{number}" for number, key in enumerate(graph.keys)}
    groups = _by_group(graph)
    lines = []
    for number, (group, nodes) in enumerate(groups.items()):
        drawn = [_mermaid_node(names[node.key], node, node_words.get(node.key)) for node in nodes]
        if group == NO_GROUP:
            lines += drawn
        else:
            lines += [f'subgraph {prefix}g{number}["{_label(_group_title(group))}"]', *drawn, "end"]
    for parent, child in graph.edges:
        word = edge_words.get((parent, child))
        # 점선과 낱말을 함께 쓴다. 색만으로는 모두에게 보이지 않는다.
        arrow = f'-. "{word}" .->' if word else "-->"
        lines.append(f"{names[parent]} {arrow} {names[child]}")
    for node in graph.nodes:
        for number, check in enumerate(node.checks):
            lines.append(f'{names[node.key]} -.- {names[node.key]}c{number}{{{{"검사<br/>{_label(check)}"}}}}')
    return lines


def _mermaid_node(name: str, node: Node, word: str | None) -> str:
    parts = [_label(node.key), _label(node.description)]
    if node.kind == "external":
        parts.append("(외부 자산)")
    if node.kind == "undefined":
        parts.append("(정의 없음)")
    if word:
        parts.append(f"({word})")
    label = "<br/>".join(part for part in parts if part)
    left, right = {"asset": ("[", "]"), "external": ("[(", ")]"), "undefined": (">", "]")}[node.kind]
    return f'{name}{left}"{label}"{right}'


def _label(text: str) -> str:
    """Mermaid 이름표에 안전한 글. 글자, 숫자, 밑줄, 빈칸이 아니면 문자 코드(#60;)로 적는다."""
    return "".join(char if char.isalnum() or char in "_ " else f"#{ord(char)};" for char in text)
