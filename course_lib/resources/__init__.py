"""수업과 연습이 쓰는 리소스. 진짜와 가짜가 같은 메서드를 갖고, 계약 시험 하나를 함께 통과한다.

| 진짜 (`ConfigurableResource`) | 가짜 (보통 클래스) |
|---|---|
| `PostgresResource`: psycopg 3 | `FakePostgres`: 준 표에 SQL로 답하고 `queries`에 남긴다 |
| `S3Resource`: boto3 | `FakeS3`: 받은 표를 `objects`에 남긴다 |
| `PageViewLog`, `Landing` | |

가짜가 `ConfigurableResource`가 아닌 까닭: Dagster는 런을 시작할 때 그것을 복사한다. 복사본에 남긴 기록은 시험에서 보이지 않는다.
"""

from course_lib.resources.fakes import FakePostgres, FakeS3, Query
from course_lib.resources.files import Landing
from course_lib.resources.logs import PageViewLog
from course_lib.resources.postgres import PostgresResource
from course_lib.resources.s3 import S3Resource

__all__ = ["FakePostgres", "FakeS3", "Landing", "PageViewLog", "PostgresResource", "Query", "S3Resource"]
