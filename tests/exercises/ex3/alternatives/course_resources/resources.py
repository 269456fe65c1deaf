"""과정의 리소스 위에 짓는다."""

from course_lib.resources import FakePostgres, FakeS3
from course_lib.resources import PostgresResource as CoursePostgres
from course_lib.resources import S3Resource as CourseS3


class PostgresResource(CoursePostgres):
    """과정의 것 그대로."""


class S3Resource(CourseS3):
    """과정의 것 그대로."""


__all__ = ["FakePostgres", "FakeS3", "PostgresResource", "S3Resource"]
