"""R 층: rlimit. 메모리, CPU, 파일 크기, 열린 파일 수의 상한이다."""

import resource
from pathlib import Path

MIB = 1 << 20
# 지금 쓰는 주소 공간 위에 더 쓸 수 있는 양. 자이고트가 이미 큰 라이브러리를 품고 있으므로 더하는 양으로 정한다.
EXTRA_MEMORY = 1024 * MIB
FILE_SIZE = 32 * MIB
OPEN_FILES = 256
# 시간 제한은 바깥의 채점기가 잰다. 이것은 채점기가 멈췄을 때의 마지막 안전장치다.
CPU_SECONDS = 120
# 사용자 네임스페이스 안에서만 건다. 밖에서 걸면 학습자의 다른 프로그램 수까지 세기 때문이다.
PROCESSES = 64


def address_space() -> int:
    """이 프로세스가 지금 쓰는 주소 공간(바이트)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def apply(used: int, *, own_user_namespace: bool) -> None:
    """이 프로세스의 상한을 낮춘다. 더 낮은 상한이 이미 있으면 그대로 둔다. used는 지금 쓰는 주소 공간이다."""
    _lower(resource.RLIMIT_AS, used + EXTRA_MEMORY)
    _lower(resource.RLIMIT_FSIZE, FILE_SIZE)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)
    # soft와 hard가 같아야 한다. PID 네임스페이스의 1번 프로세스에는 SIGXCPU가 듣지 않고 SIGKILL만 듣는다.
    _lower(resource.RLIMIT_CPU, CPU_SECONDS)
    if own_user_namespace:
        _lower(resource.RLIMIT_NPROC, PROCESSES)


def _lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (limit, limit))
