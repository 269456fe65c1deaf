"""데이터베이스가 준 행을 DataFrame으로 만든다. 열의 자료형은 데이터가 아니라 데이터베이스의 형이 정한다.

| 형(kind) | dtype |
|---|---|
| int | int64, NULL이 있으면 Int64 |
| bool | bool, NULL이 있으면 boolean |
| float | float64 (NULL은 NaN) |
| decimal | object: 값은 `decimal.Decimal`, NULL은 None. float로 바꾸면 돈이 틀어진다 |
| text | str (NULL은 NaN) |
| timestamp, date | datetime64[us] (NULL은 NaT) |
| timestamptz | datetime64[us, UTC] |
| 그 밖 | object |
"""

from collections.abc import Sequence

import pandas as pd


def frame_of(columns: Sequence[tuple[str, str]], rows: Sequence[tuple]) -> pd.DataFrame:
    """`columns`는 (이름, 형)의 차례. 행이 없어도 열과 자료형은 같다."""
    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    series = [_column(kind, cells) for (_, kind), cells in zip(columns, values, strict=True)]
    # 사전으로 만들면 이름이 같은 열(SELECT 1, 2)이 사라진다.
    frame = pd.concat(series, axis=1) if series else pd.DataFrame(index=range(len(rows)))
    frame.columns = [name for name, _ in columns]
    return frame


def _column(kind: str, cells: Sequence[object]) -> pd.Series:
    missing = any(cell is None for cell in cells)
    match kind:
        case "int":
            return pd.Series(cells, dtype="Int64" if missing else "int64")
        case "bool":
            return pd.Series(cells, dtype="boolean" if missing else "bool")
        case "float":
            return pd.Series(cells, dtype="float64")
        case "text":
            return pd.Series(cells, dtype="str")
        case "timestamp" | "date":
            return pd.Series(cells, dtype="datetime64[us]")
        case "timestamptz":
            return pd.to_datetime(pd.Series(cells, dtype="object"), utc=True).astype("datetime64[us, UTC]")
        case _:
            return pd.Series(cells, dtype="object")
