"""진짜 PostgreSQL과 진짜 S3 API를 내 컴퓨터(127.0.0.1)에 도커 없이, 보통 사용자로 띄운다.

노트북과 테스트는 `with postgres() as server:`처럼 쓴다. 블록을 나가면 서버도 데이터도 사라진다.
`course services up`은 `services_up`으로 띄워 두고, `course services down`이 내릴 때까지 남긴다.
"""

from course_lib.services.background import Services, services_down, services_status, services_up
from course_lib.services.launch import ServiceError
from course_lib.services.postgres_server import PostgresInfo, postgres
from course_lib.services.s3_server import S3Info, s3

__all__ = [
    "PostgresInfo",
    "S3Info",
    "ServiceError",
    "Services",
    "postgres",
    "s3",
    "services_down",
    "services_status",
    "services_up",
]
