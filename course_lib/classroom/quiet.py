"""노트북에서 Dagster의 콘솔 로그와 사용 기록, 해가 없다고 아는 경고를 끈다.

런마다 쏟아지는 분홍색 로그가 배울 출력을 가린다. 끄는 것은 화면뿐이다. 이벤트는 그대로 인스턴스에 남아
Dagster UI와 `instance`로 볼 수 있고, `run_config`의 `loggers`로 직접 켠 로그도 그대로 나온다.
"""

import warnings

import dagster as dg
from dagster._core import telemetry
from dagster._core.execution import context_creation_job


def in_notebook() -> bool:
    """IPython 커널(노트북) 안이면 참이다."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and getattr(shell, "kernel", None) is not None


def hush() -> None:
    """기본 콘솔 로거와 사용 기록을 쓰지 않게 하고, 실행 중인 이벤트 루프 안에서 런을 끝낼 때 Dagster가 내는 경고를 지운다."""
    # Dagster에는 기본 로거를 코드로 끄는 공개된 설정이 없다(dagster.yaml의 python_logs는 임시 인스턴스에 닿지 않는다).
    context_creation_job.default_system_loggers = lambda _instance: []
    # `local_temp` 같은 임시 인스턴스는 dagster.yaml을 읽지 않아 늘 켜져 있다: 처음 쓰는 컴퓨터에서는 긴 알림을 찍고 홈 폴더에 기록을 모은다.
    telemetry._get_instance_telemetry_enabled = lambda _instance: False
    warnings.filterwarnings("ignore", message="coroutine 'BaseEventLoop.shutdown_asyncgens'")
    # Dagster가 제 안에서 시험판 기능을 쓸 때만이다. 학습자가 시험판 기능을 부르면 경고가 보인다.
    warnings.filterwarnings("ignore", category=dg.BetaWarning, module=r"dagster\.")
    warnings.filterwarnings("ignore", category=dg.PreviewWarning, module=r"dagster\.")
