"""같거나 거의 같은 제출물을 찾는다. 베꼈다는 판정이 아니라, 강사가 나란히 읽어 볼 짝이다.

이름(변수, 함수, 매개변수), 주석, 문서 글, 빈 줄, 줄의 모양은 지우고 견준다. 뼈대 코드에서 온 조각은 모두가 같이 갖고 있으므로
세지 않고, 뼈대 그대로이거나 모범 답안과 같은 제출물은 짝으로 보지 않는다.

지문은 제출물마다 몇 KB다. 여럿을 견줄 때는 하나씩 읽어, 겹칠 만한 것만(MinHash의 띠가 같은 것) 조각까지 견준다.
"""

import array
import ast
import builtins
import hashlib
import io
import keyword
import random
import struct
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

SHINGLE = 7
# 조각이 이보다 적게 남으면 우연히도 같아진다.
FEWEST_SHINGLES = 25
NEAR = 0.85
# 사람이 쓴 연습은 몇 KB다. 이보다 긴 것은 앞부분만 본다: 몇 MB를 파이썬으로 읽히면 몇 분이 걸린다.
MOST_BYTES = 64 << 10
BANDS, ROWS = 12, 5
_PRIME = (1 << 61) - 1
_SEEDS = [(random.Random(n).randrange(1, _PRIME), random.Random(-n - 1).randrange(_PRIME)) for n in range(BANDS * ROWS)]
_KEPT_NAMES = set(dir(builtins)) | set(keyword.kwlist)


@dataclass(frozen=True)
class CodePrint:
    """제출물 하나의 코드의 지문: 이름을 지운 전체의 해시와, 조각들의 해시."""

    whole: bytes
    shingles: frozenset[int]

    def to_bytes(self) -> bytes:
        return self.whole + array.array("I", sorted(self.shingles)).tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        values = array.array("I")
        values.frombytes(data[32:])
        return cls(data[:32], frozenset(values))


@dataclass(frozen=True)
class Group:
    """서로 같은(`identical`) 또는 거의 같은 제출물들. `least`는 이어진 짝 가운데 가장 낮은 비슷한 정도(0~1)다."""

    students: tuple[str, ...]
    identical: bool
    least: float


def code_print(files: Mapping[str, bytes]) -> CodePrint:
    """파이썬 파일들의 지문. 파이썬이 읽지 못하는 파일은 낱말로만 견준다."""
    tokens: list[str] = []
    whole = hashlib.sha256()
    left = MOST_BYTES
    for name in sorted(files):
        if name.endswith(".py"):
            found = _tokens(files[name]) if len(files[name]) <= left else _words(files[name][:left])
            left = max(0, left - len(files[name]))
            whole.update("\0".join(found).encode("utf-8", "backslashreplace") + b"\1")
            tokens += [*found, "<끝>"] if found else []
    pieces = ("\0".join(tokens[i : i + SHINGLE]) for i in range(max(0, len(tokens) - SHINGLE + 1)))
    return CodePrint(whole.digest(), frozenset(
        struct.unpack("<I", hashlib.blake2b(piece.encode("utf-8", "backslashreplace"), digest_size=4).digest())[0] for piece in pieces))


def similar_groups(students: Iterable[str], load: Callable[[str], CodePrint | None], *, scaffold: CodePrint,
                   reference: CodePrint | None = None) -> list[Group]:
    """같거나 거의 같은 제출물의 무리들, 큰 것부터. `load`는 학생의 지문을 디스크에서 읽는다."""
    members: dict[bytes, list[str]] = defaultdict(list)
    bands: dict[tuple, list[tuple[str, bytes]]] = defaultdict(list)
    groups = _Groups()
    excluded = {scaffold.whole, *({reference.whole} if reference else set())}
    for student in students:
        found = load(student)
        if found is None or found.whole in excluded:
            continue
        own = found.shingles - scaffold.shingles
        if len(own) < FEWEST_SHINGLES:
            continue
        members[found.whole].append(student)
        if len(members[found.whole]) > 1:  # 똑같은 것은 대표 하나만 견주면 된다
            continue
        signature = [min((a * shingle + b) % _PRIME for shingle in own) for a, b in _SEEDS]
        keys = [(band, *signature[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]
        for other, whole in dict.fromkeys(candidate for key in keys for candidate in bands[key]):
            if groups.root(whole) != groups.root(found.whole):
                overlap = _overlap(own, load(other), scaffold)
                if overlap >= NEAR:
                    groups.join(whole, found.whole, overlap)
        for key in keys:
            bands[key].append((student, found.whole))
    together: dict[bytes, list[str]] = defaultdict(list)
    for whole, same in members.items():
        together[groups.root(whole)] += same
    found_groups = [Group(tuple(sorted(names)), identical=len(names) == len(members[head]), least=groups.least.get(head, 1.0))
                    for head, names in together.items() if len(names) > 1]
    return sorted(found_groups, key=lambda group: (-len(group.students), group.students))


def _overlap(own: frozenset[int], other: CodePrint | None, scaffold: CodePrint) -> float:
    if other is None:
        return 0.0
    theirs = other.shingles - scaffold.shingles
    return len(own & theirs) / max(1, len(own | theirs))


class _Groups:
    """서로소 집합. `least`는 무리의 대표마다, 이어 준 짝의 비슷한 정도 가운데 가장 낮은 것이다."""

    def __init__(self):
        self._parent: dict[bytes, bytes] = {}
        self.least: dict[bytes, float] = {}

    def root(self, item: bytes) -> bytes:
        while (above := self._parent.get(item, item)) != item:
            item = above
        return item

    def join(self, left: bytes, right: bytes, overlap: float) -> None:
        a, b = self.root(left), self.root(right)
        self._parent[b] = a
        self.least[a] = min(self.least.get(a, 1.0), self.least.get(b, 1.0), overlap)


def _tokens(source: bytes) -> list[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _words(source)
    try:
        return _split(ast.unparse(_Anonymous(_bound_names(tree)).visit(_without_docstrings(tree))))
    except (RecursionError, ValueError, MemoryError):
        return _words(source)


def _split(text: str) -> list[str]:
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
    try:
        return [token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type not in skipped]
    except (tokenize.TokenError, SyntaxError):
        return _words(text.encode("utf-8", "backslashreplace"))


def _words(source: bytes) -> list[str]:
    lines = (line.partition("#")[0] for line in source.decode("utf-8", "replace").splitlines())
    return " ".join(lines).split()


def _bound_names(tree: ast.AST) -> set[str]:
    """이 모듈이 스스로 지은 이름. 라이브러리의 이름(속성, import)은 코드의 모양이므로 남긴다."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.alias) and node.asname:
            names.add(node.asname)
        elif isinstance(node, ast.ImportFrom) and node.level:
            names |= {alias.name for alias in node.names}
    return names - _KEPT_NAMES


def _without_docstrings(tree: ast.AST) -> ast.AST:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


class _Anonymous(ast.NodeTransformer):
    """지은 이름을 모두 같은 글자로."""

    def __init__(self, names: set[str]):
        self._names = names

    def visit(self, node: ast.AST) -> ast.AST:
        for field in ("id", "name", "arg", "asname"):
            if getattr(node, field, None) in self._names:
                setattr(node, field, "_")
        return self.generic_visit(node)
