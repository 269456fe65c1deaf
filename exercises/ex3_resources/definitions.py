"""Dagster가 읽는 파일. 자산에 진짜 리소스를 이어 준다.

리소스의 키는 postgres와 s3다. 비밀번호는 코드에도 정의에도 남지 않게 dg.EnvVar("PGPASSWORD")로 준다.
`course services up`이 알려 주는 이름: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, AWS_ENDPOINT_URL, AWS_DEFAULT_REGION. 버킷은 course.
"""

import dagster as dg

from .assets import user_profiles

defs = dg.Definitions(assets=[user_profiles])
