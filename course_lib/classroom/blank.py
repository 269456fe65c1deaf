"""아직 채우지 않은 자리 `____`.

노트북은 아무것도 풀지 않은 채 위에서 아래까지 실행되어야 한다. 그래서 `____`는 부르기, 속성, 연산을 모두
받아 주고 다시 빈칸을 돌려준다. 학습자가 채우지 않은 칸은 예외가 아니라 “아직”으로 끝난다.
"""

import io
import tokenize
from collections.abc import Iterator


class Blank:
    """무엇을 해도 예외를 내지 않고 다시 빈칸이 되는 값."""

    # 표나 배열과 만나면(`표["열"] + ____`) 그쪽이 물러나고 빈칸이 셈을 맡는다.
    __pandas_priority__ = 1_000_000
    __array_ufunc__ = None

    def __repr__(self) -> str:
        return "____"

    def __call__(self, *_args: object, **_kwargs: object) -> "Blank":
        return self

    def __getattr__(self, name: str) -> "Blank":
        # 밑줄로 시작하는 이름은 파이썬, IPython, pandas가 기능이 있는지 물어보는 것이다.
        # 있다고 답하면 없는 규약(_repr_html_, __array__ 등)을 지켜야 하므로 없다고 답한다.
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __setattr__(self, _name: str, _value: object) -> None:
        return None

    def __getitem__(self, _key: object) -> "Blank":
        return self

    def __setitem__(self, _key: object, _value: object) -> None:
        return None

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __contains__(self, _item: object) -> bool:
        return False

    def __bool__(self) -> bool:
        return False

    def __int__(self) -> int:
        return 0

    def __float__(self) -> float:
        return 0.0

    def __index__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return id(type(self))

    def __enter__(self) -> "Blank":
        return self

    def __exit__(self, *_error: object) -> bool:
        return False

    def __instancecheck__(self, _instance: object) -> bool:
        return False

    def _absorb(self, *_operands: object) -> "Blank":
        return self

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _absorb
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _absorb
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _absorb
    __pow__ = __rpow__ = __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _absorb
    __matmul__ = __rmatmul__ = __neg__ = __pos__ = __abs__ = __invert__ = _absorb


____ = Blank()


def has_blank(value: object) -> bool:
    """`value`가 빈칸이거나, 빈칸이 든 목록·튜플·집합·사전이면 참이다."""
    if isinstance(value, Blank):
        return True
    if isinstance(value, dict):
        return any(has_blank(item) for pair in value.items() for item in pair)
    # 꼭 이 타입들만 본다. Dagster의 정의(파티션 정의 등)는 튜플을 상속했지만 훑으려고 하면 예외를 낸다.
    if type(value) in (list, tuple, set, frozenset):
        return any(has_blank(item) for item in value)
    return False


def blanks_in(source: str) -> int:
    """코드에 남은 `____`의 수. 주석과 따옴표 안의 것은 세지 않는다."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return 0
    return sum(token.type == tokenize.NAME and token.string == "____" for token in tokens)
