"""Spark를 내 컴퓨터 한 대에서 쓰는 데 필요한 것. 10장의 선택 부분이라, pyspark는 쓰는 함수 안에서만 불러온다."""

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil

from course_lib import doctor

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OLDEST_JAVA = 17
# JVM이 뜨는 데 드는 CPU를 절반으로 줄인다. 몇 초짜리 일에는 더 깊은 최적화가 손해다.
_JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def spark_ready() -> bool:
    """Spark를 쓸 수 있으면 참이다. 아니면 무엇이 없고 어떤 명령으로 갖추는지 한 줄로 알리고 거짓을 돌려준다."""
    missing = _missing()
    if missing is None:
        _hush_pandas_notice()
        print("✔ Spark를 쓸 수 있습니다.")
        return True
    what, command = missing
    print(f"○ {what} Spark가 나오는 셀은 건너뜁니다. 갖추려면: {command}")
    return False


def _missing() -> tuple[str, str] | None:
    """(없는 것을 말하는 글, 갖추는 명령). 모두 있으면 None."""
    for part, what in zip(doctor.spark(), ("Java가 없어", "pyspark가 없어")):
        if part.state is not doctor.State.READY:
            return what, part.fix
    version = _java_version(doctor.spark()[0].note)
    if version < OLDEST_JAVA:
        found = f"Java가 {version}이라" if version else "Java가 실행되지 않아"
        return f"{found}({OLDEST_JAVA} 이상이어야 합니다)", doctor.INSTALL_JAVA
    return None


def _java_version(java: str) -> int:
    """`java`의 큰 판 번호. 실행되지 않거나 알아볼 수 없으면 0."""
    try:
        done = subprocess.run([java, "-version"], capture_output=True, encoding="utf-8", errors="replace", timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr)
    return int(found[1]) if found and done.returncode == 0 else 0


def open_session(master: str = "local[2]", name: str = "course") -> "SparkSession":
    """`master`에 Spark 세션을 연다. 이미 열린 세션이 있으면 그것이다. 다 쓰면 `.stop()`을 부른다.

    모든 것이 127.0.0.1에만 열리고, 화면(UI)은 띄우지 않는다. JVM이 시작하며 찍는 알림은 버린다.
    JVM을 띄우지 못하면 pyspark의 오류가 난다.
    """
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("JDK_JAVA_OPTIONS", _JAVA_OPTIONS)
    # 정하지 않으면 UDF를 실행하는 일꾼이 다른 파이썬을 띄울 수 있다.
    os.environ["PYSPARK_PYTHON"] = sys.executable

    _hush_pandas_notice()
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName(name)
    for key, value in {
        "spark.driver.memory": "1g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # 기본값 200은 컴퓨터 한 대의 작은 표에는 너무 많은 조각이다.
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
    }.items():
        builder = builder.config(key, value)
    with _no_stderr():
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
    return session


def _hush_pandas_notice() -> None:
    """pandas로 바꾸는 기능에 대한 알림을 끈다. 과정은 표를 Parquet으로만 주고받는다."""
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)


def memory_reader() -> Callable[[], float]:
    """부를 때마다 이 프로세스와 지금 있는 아이들(JVM)이 쓰는 메모리(RSS, MB)를 재는 함수. 세션을 연 다음에 부른다."""
    me = psutil.Process()
    # 아이를 찾는 일은 컴퓨터의 모든 프로세스를 훑는다. 재는 동안 되풀이하면 재는 일이 느려진다.
    family = (me, *me.children(recursive=True))

    def read() -> float:
        return sum(_resident(process) for process in family) / 2**20

    return read


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:  # 그사이에 끝난 아이
        return 0


@contextmanager
def _no_stderr() -> Iterator[None]:
    """이 동안 띄운 프로세스의 stderr를 버린다. 노트북은 아이가 쓴 것까지 분홍색으로 보인다."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
