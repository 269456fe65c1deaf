"""표의 한 칸: 같은지 견주고, 사람이 읽을 글자로 적는다.

서로 다른데 적어 놓으면 똑같아 보이는 값(1과 "1", "a"와 "a ", 시간대가 다른 시각)은 다르게 보이도록 적는다.
"""

import math
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd

MISSING = "(없음)"
MAX_TEXT = 48
# 0.1 + 0.2와 0.3의 차이는 배우는 사람이 볼 차이가 아니다.
TOLERANCE = 1e-9

# 채점이 구별하지 않는 것(정수 폭, object와 str, 날짜 단위)은 같은 말로 부른다.
_KINDS = {
    "integer": "정수(int)",
    "floating": "실수(float)",
    "mixed-integer-float": "실수(float)",
    "boolean": "참/거짓(bool)",
    "string": "글자(str)",
    "datetime64": "시각(datetime)",
    "datetime": "시각(datetime)",
    "date": "날짜(date)",
    "timedelta64": "시간 길이(timedelta)",
    "timedelta": "시간 길이(timedelta)",
    "decimal": "십진수(Decimal)",
    "empty": "모두 없음",
}


@dataclass(frozen=True)
class Column:
    kind: str
    values: tuple


def column_of(series: pd.Series) -> Column:
    """한 열의 자료형을 부르는 말과, 파이썬 값으로 바꾼 칸들."""
    return Column(kind=kind_of(series), values=tuple(_plain(value) for value in series.tolist()))


def kind_of(series: pd.Series) -> str:
    """자료형을 부르는 말. 예: 정수(int), 시각(datetime, Asia/Seoul)."""
    dtype = series.dtype
    if isinstance(dtype, pd.DatetimeTZDtype):
        return f"시각(datetime, {dtype.tz})"
    if isinstance(dtype, pd.CategoricalDtype):
        return "범주(category)"
    if isinstance(dtype, pd.StringDtype):
        return _KINDS["string"]
    for word, test in (
        ("boolean", pd.api.types.is_bool_dtype),
        ("integer", pd.api.types.is_integer_dtype),
        ("floating", pd.api.types.is_float_dtype),
        ("datetime64", pd.api.types.is_datetime64_any_dtype),
        ("timedelta64", pd.api.types.is_timedelta64_dtype),
    ):
        if test(dtype):
            return _KINDS[word]
    # 빈 object 열은 무엇이 들어갈 자리인지 알 수 없다. 글자를 담는 흔한 자료형이므로 글자로 부른다.
    found = "string" if not len(series) else pd.api.types.infer_dtype(series, skipna=True)
    return _KINDS.get(found, "여러 가지가 섞임" if found.startswith("mixed") else found)


def is_missing(value) -> bool:
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    return isinstance(value, float) and math.isnan(value)


def same(left, right) -> bool:
    """두 칸이 같은 값인가. 자료형(정수 1과 실수 1.0)의 차이는 열 전체의 문제이므로 여기서 보지 않는다."""
    return key_of(left) == key_of(right) or _close(left, right)


def key_of(value) -> tuple:
    """같은 값이면 같아지는, 해시할 수 있는 열쇠."""
    if is_missing(value):
        return ("missing",)
    if isinstance(value, (bool, int, float, Decimal)):
        # 큰 정수를 실수로 바꾸면 이웃한 수와 같아지므로 정수는 그대로 둔다.
        return ("number", value if isinstance(value, int) else _rounded(value))
    if isinstance(value, str):
        return ("text", value)
    if isinstance(value, datetime):
        return ("instant", value.tzinfo is not None, value.isoformat() if value.tzinfo is None else value.timestamp())
    return (type(value).__name__, repr(value))


def show(value) -> str:
    """한 칸을 짧게 적는다. 시각은 ISO 8601, 없는 값은 (없음), 실수는 유효 숫자 열 자리."""
    return _shorten(_text(value))


def describe_pair(left, right) -> tuple[str, str]:
    """다른 두 칸을, 어디가 다른지 보이도록 적는다."""
    texts = _text(left), _text(right)
    if _looks(texts[0]) == _looks(texts[1]):
        texts = _precise(left), _precise(right)
        if _looks(texts[0]) == _looks(texts[1]):
            texts = ascii(left), ascii(right)
    start = _first_difference(*texts)
    return _shorten(texts[0], start), _shorten(texts[1], start)


def _plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.item() if isinstance(value, np.generic) else value


def _rounded(value):
    # nan은 앞에서 걸러졌고, 무한대는 반올림할 수 없다.
    number = float(value)
    if math.isinf(number):
        return number
    return int(number) if number.is_integer() else float(f"{number:.10g}")


def _close(left, right) -> bool:
    numbers = (int, float, Decimal)
    if not (isinstance(left, numbers) and isinstance(right, numbers)):
        return False
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=1e-12)


def _text(value) -> str:
    if is_missing(value):
        return MISSING
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return f"{value:.10g}" if not value.is_integer() or abs(value) >= 1e15 else f"{value:.1f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _precise(value) -> str:
    """자료형까지 적는다: 1과 "1"은 이래야 달라 보인다."""
    if isinstance(value, str):
        return repr(value)
    return f"{value!r} ({type(value).__name__})"


def _looks(text: str) -> str:
    """화면에서 눈에 들어오는 모습: 보이지 않는 글자를 빼고 공백을 하나로 줄인다."""
    normal = unicodedata.normalize("NFC", text)
    visible = "".join(char for char in normal if unicodedata.category(char) not in ("Cf", "Cc") or char.isspace())
    return " ".join(visible.split())


def _first_difference(left: str, right: str) -> int:
    for position, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return position
    return min(len(left), len(right))


def _shorten(text: str, start: int = 0) -> str:
    """긴 글은 start 언저리를 남기고 줄인다. 줄바꿈은 표를 깨므로 \\n으로 적는다."""
    text = text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
    if len(text) <= MAX_TEXT:
        return text
    begin = 0 if start < MAX_TEXT - 8 else start - 12
    piece = text[begin : begin + MAX_TEXT]
    return ("…" if begin else "") + piece + ("…" if begin + MAX_TEXT < len(text) else "")
