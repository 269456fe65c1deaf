"""pandas의 묶기 없이, 행을 하나씩 보며. 계산은 다른 모듈에 있다."""

from typing import Protocol

import dagster as dg
import pandas as pd

from .logic.summary import KEY, summarize


class Database(Protocol):
    def query(self, sql: str, params: list | None = None) -> pd.DataFrame: ...


class Storage(Protocol):
    def put_parquet(self, key: str, df: pd.DataFrame) -> None: ...


@dg.asset(group_name="gold", description="사용자마다 한 행", retry_policy=dg.RetryPolicy(max_retries=0))
def user_profiles(context, postgres: dg.ResourceParam[Database], s3: dg.ResourceParam[Storage]):
    tables = {name: postgres.query(f"SELECT * FROM {name}") for name in ("users", "events")}
    profiles = summarize(**tables)
    s3.put_parquet(KEY, profiles)
    context.add_output_metadata({"num_rows": len(profiles)})
    return profiles
