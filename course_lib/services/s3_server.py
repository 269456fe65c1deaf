"""S3 API 서버 하나. 저장소는 moto가 메모리에 흉내 내지만, 주고받는 것은 진짜 HTTP이고 클라이언트는 진짜 S3 클라이언트다."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.services.launch import LOOPBACK, Launch, Running, attached, scratch_folder, wait_until

_PROCESS = Path(__file__).with_name("s3_process.py")
_REGION = "ap-northeast-2"


@dataclass(frozen=True)
class S3Info:
    """접속에 필요한 것. 이름이 `S3Resource`의 필드와 같다. 비밀 키는 화면에 나오지 않는다."""

    endpoint_url: str
    bucket: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)


@contextlib.contextmanager
def s3(bucket: str = "course") -> Iterator[S3Info]:
    """블록 안에서만 사는 S3. 빈 버킷 `bucket`이 하나 있다. 띄우지 못하면 `ServiceError`."""
    with scratch_folder("s3") as folder, attached() as launch:
        info, _ = start_s3(folder, launch, bucket)
        yield info


def start_s3(folder: Path, launch: Launch, bucket: str = "course") -> tuple[S3Info, Running]:
    """서버를 띄우고 버킷을 만든다. 요청을 받을 때 돌아온다."""
    port_file = folder / "port"
    # -P: 파일이 있는 폴더를 import 경로에 넣지 않는다.
    running = launch([sys.executable, "-P", str(_PROCESS), str(port_file)], folder)
    try:
        wait_until(port_file.exists, running, folder, "S3")
        endpoint_url = f"http://{LOOPBACK}:{port_file.read_text(encoding='utf-8')}"
        info = S3Info(endpoint_url, bucket, _REGION, access_key="course", secret_key="course-secret")
        _create_bucket(info)
    except BaseException:
        running.stop()
        raise
    return info, running


def _create_bucket(info: S3Info) -> None:
    import boto3

    client = boto3.Session().client(
        "s3",
        endpoint_url=info.endpoint_url,
        region_name=info.region,
        aws_access_key_id=info.access_key,
        aws_secret_access_key=info.secret_key,
    )
    with contextlib.closing(client):
        client.create_bucket(Bucket=info.bucket, CreateBucketConfiguration={"LocationConstraint": info.region})
