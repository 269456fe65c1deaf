"""표를 파일로 두는 IO 매니저: Parquet과 CSV. 파티션마다 파일이 하나다.

    <base_path>/자산.parquet                       파티션이 없는 자산
    <base_path>/자산/2024-01-01.parquet            파티션이 있는 자산
    <base_path>/자산/2024-01-01/seoul.parquet      차원이 둘인 자산. 차원 이름의 차례로 내려간다

키가 `["a", "b"]`인 자산은 폴더 `a/` 아래의 `b`다. 여러 파티션을 입력으로 받는 자산(일별 -> 주별)은
`dict[파티션 키, DataFrame]`을 받는다. 다시 구체화하면 그 파티션의 파일만 바뀐다.
Dagster의 `UPathIOManager`가 경로와 파티션을 정하고, 여기서는 쓰고 읽는 일만 한다.
"""

from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import dagster as dg
import pandas as pd
from dagster import UPathIOManager

# 파일 이름에 쓸 수 없거나(`/`, 그리고 윈도우의 것) 이스케이프 자체에 쓰는 글자.
_UNSAFE = frozenset('/<>:"\\|?*%')


class ParquetIOManager(dg.ConfigurableIOManagerFactory):
    """표를 Parquet으로 둔다. 자료형이 그대로 남는다. `base_path`가 상대 경로이면 실행하는 폴더에서 본다."""

    base_path: str

    def create_io_manager(self, context: dg.InitResourceContext) -> UPathIOManager:
        return _ParquetFiles(self.base_path)


class CsvIOManager(dg.ConfigurableIOManagerFactory):
    """표를 CSV(UTF-8)로 둔다. 사람이 열어 보기 좋지만 **자료형과 인덱스가 남지 않는다.**

    날짜는 글자로, `"01234"`는 정수 1234로, 빈 글자는 빠진 값으로 읽힌다. 자료형이 중요하면 `ParquetIOManager`를 쓴다.
    """

    base_path: str

    def create_io_manager(self, context: dg.InitResourceContext) -> UPathIOManager:
        return _CsvFiles(self.base_path)


class _Files(UPathIOManager):
    """파일 형식과 상관없는 부분: 안전한 이름, 통째로 바꾸는 쓰기, 알아볼 수 있는 오류."""

    def __init__(self, base_path: str) -> None:
        super().__init__(Path(base_path))

    def write(self, frame: pd.DataFrame, path: Path) -> None:
        raise NotImplementedError

    def read(self, path: Path) -> pd.DataFrame:
        raise NotImplementedError

    def get_path_for_partition(self, context: dg.InputContext | dg.OutputContext, path: Path, partition: str) -> Path:
        # Dagster는 두 차원의 키를 `/`로 이어 준다. 차원이 하나이면 `/`도 키의 글자일 뿐이다.
        multi = isinstance(context.asset_partitions_def, dg.MultiPartitionsDefinition)
        parts = partition.split("/") if multi else [partition]
        return path.joinpath(*[_escaped(part) for part in parts])

    def dump_to_path(self, context: dg.OutputContext, obj: object, path: Path) -> None:
        if not isinstance(obj, pd.DataFrame):
            raise TypeError(
                f"{type(self).__name__.strip('_')}에는 DataFrame만 둘 수 있는데 {_name(context)}의 값은 {type(obj).__name__}입니다. "
                "값이 없는 자산이면 반환 형을 `-> None`이나 `-> dg.MaterializeResult`로 적으세요."
            )
        # 다 쓴 뒤에 이름을 바꾼다. 도중에 죽어도 반쪽 파일이 남지 않고, 있던 파일도 그대로다.
        half_written = path.with_name(f".{uuid4().hex}.tmp")
        try:
            self.write(obj, half_written)
            half_written.replace(path)
        finally:
            half_written.unlink(missing_ok=True)

    def load_from_path(self, context: dg.InputContext, path: Path) -> pd.DataFrame:
        try:
            return self.read(path)
        except FileNotFoundError:
            raise FileNotFoundError(
                f"아직 구체화되지 않았습니다: {self._missing(context, path)}. 먼저 구체화하세요. (찾은 파일: {path})"
            ) from None

    def _missing(self, context: dg.InputContext, path: Path) -> str:
        if not context.has_asset_key or not context.has_asset_partitions:
            return f"자산 {_name(context)}"
        parts = path.relative_to(self._get_path_without_extension(context)).parts
        names = [*parts[:-1], parts[-1].removesuffix(self.extension)]
        key = "|".join(_unescaped(name) for name in names)
        return f"자산 {_name(context)}, 파티션 {key}"


class _ParquetFiles(_Files):
    extension = ".parquet"

    def write(self, frame: pd.DataFrame, path: Path) -> None:
        frame.to_parquet(path)

    def read(self, path: Path) -> pd.DataFrame:
        return pd.read_parquet(path)


class _CsvFiles(_Files):
    extension = ".csv"

    def write(self, frame: pd.DataFrame, path: Path) -> None:
        frame.to_csv(path, index=False, encoding="utf-8")

    def read(self, path: Path) -> pd.DataFrame:
        try:
            return pd.read_csv(path, encoding="utf-8")
        except pd.errors.EmptyDataError:
            # 열도 없는 표를 두었다.
            return pd.DataFrame()


def _name(context: dg.InputContext | dg.OutputContext) -> str:
    return context.asset_key.to_user_string() if context.has_asset_key else context.name


def _escaped(part: str) -> str:
    """파일 이름으로 쓸 수 있게 한다. 서로 다른 조각은 서로 다른 이름이 되고, 자산의 폴더를 벗어나지 못한다."""
    if part in ("", ".", ".."):
        # 빈 조각과 점 하나는 경로에서 사라지고, 점 둘은 위로 올라간다.
        return part.replace(".", "%2E") or "%"
    return "".join(f"%{ord(letter):02X}" if letter in _UNSAFE or letter < " " else letter for letter in part)


def _unescaped(part: str) -> str:
    return "" if part == "%" else unquote(part)
