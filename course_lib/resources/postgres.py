"""PostgreSQL에 SQL로 묻는 리소스."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd
from pydantic import Field

from course_lib.resources.frames import frame_of

if TYPE_CHECKING:
    import psycopg

# PostgreSQL은 열의 형을 번호(OID)로 알려 준다. 번호는 판이 바뀌어도 같다.
_KINDS = {
    16: "bool",
    20: "int", 21: "int", 23: "int",
    700: "float", 701: "float",
    1700: "decimal",
    18: "text", 19: "text", 25: "text", 1042: "text", 1043: "text",
    1082: "date", 1114: "timestamp", 1184: "timestamptz",
}  # fmt: skip


class PostgresResource(dg.ConfigurableResource):
    """PostgreSQL 서버. 만들 때는 접속하지 않는다. 물을 때마다 접속하고 끊으므로, 남는 접속이 없다.

    비밀번호는 `password=dg.EnvVar("PGPASSWORD")`처럼 준다. 글자로 주거나 `os.environ`에서 꺼내 주면
    Dagster가 보관하는 정의에 그대로 적힌다. 화면(`repr`)에는 어느 쪽이든 나오지 않는다.
    """

    host: str
    port: int = 5432
    dbname: str
    user: str
    password: str = Field(repr=False)

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        """SELECT의 결과. 열의 자료형은 `frames.py`의 표를 따르고, 행이 없어도 열은 있다.

        값은 SQL에 이어 붙이지 않고 `%s` 자리에 차례로 준다. 드라이버가 값을 따로 보내므로 따옴표나 `%`가
        들어 있어도 된다. `params`를 줄 때 SQL 자체의 퍼센트는 `%%`로 쓴다. SQL이 틀리면 `psycopg.ProgrammingError`.
        """
        with self._connect() as connection, connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
            columns = [(column.name, _KINDS.get(column.type_code, "other")) for column in cursor.description]
        return frame_of(columns, rows)

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> None:
        """표를 만들거나 행을 바꾼다. 끝나면 커밋하고, 실패하면 아무것도 바뀌지 않는다."""
        with self._connect() as connection:
            connection.execute(sql, params)

    def _connect(self) -> "psycopg.Connection":
        # 이 모듈을 import하는 것만으로 드라이버를 불러오지 않는다.
        import psycopg

        # 접속 문자열을 이어 붙이지 않는다. 비밀번호의 @, /, : 가 주소를 망가뜨린다.
        return psycopg.connect(
            host=self.host,
            port=self.port,
            dbname=self.dbname,
            user=self.user,
            password=self.password,
            connect_timeout=10,
        )
