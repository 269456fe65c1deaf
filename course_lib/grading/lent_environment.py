"""샌드박스에 빌려주는 환경 변수: 제출물이 이름을 적어 둔 접속 정보에 지어낸 값을 준다.

학습자의 컴퓨터에는 비밀번호가 환경 변수로 있지만 채점하는 곳에는 없다. 없다고 멈추면, `os.environ`으로 꺼낸 실수를
오개념으로 알려 주지 못하고 KeyError만 보이게 된다.
"""

import os
import re
from collections.abc import Iterable

_QUOTED_NAME = re.compile(rb"""["']([A-Z][A-Z0-9_]{2,60})["']""")
_CONNECTION = re.compile(
    r"(^|_)(PG[A-Z]+|POSTGRES[A-Z]*|DB|DATABASE|S3|AWS|MINIO|BUCKET|ENDPOINT|HOST|PORT|USER|USERNAME|PASSWORD|PASSWD|PASS|PW|SECRET|KEY|TOKEN|REGION)(_|$)"
)
# 값이 있기만 해도 boto3가 그 이름의 설정을 찾는다.
_LEFT_ALONE = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE"}


def lend(sources: Iterable[bytes]) -> None:
    """소스에 따옴표로 적힌, 접속 정보처럼 생긴 이름 가운데 없는 것에 값을 준다."""
    for source in sources:
        for name in {found.decode("ascii") for found in _QUOTED_NAME.findall(source)} - _LEFT_ALONE:
            if _CONNECTION.search(name):
                os.environ.setdefault(name, _value(name))


def _value(name: str) -> str:
    if "PORT" in name:
        return "5432"
    if "ENDPOINT" in name or name.endswith("URL"):
        return "http://storage.invalid"
    return f"lent-{name.lower()}"
