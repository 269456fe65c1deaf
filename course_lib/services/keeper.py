"""서버 하나를 띄우는 작은 프로세스. 표준 라이브러리만 쓰며, `launch.py`가 파일째로 실행한다.

서버의 프로세스 번호를 표준 출력으로 알린 다음
- `attached`: 표준 입력에서 한 글자를 읽거나 입력이 닫히면 서버를 멈춘다. 노트북 커널이 갑자기 죽어도
  입력이 닫히므로 서버가 남지 않는다. 그때는 뒤처리할 부모가 없으므로 서버의 폴더도 지운다.
- 아니면 서버를 남기고 곧바로 끝난다.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading

STOP_SECONDS = 10


def main() -> None:
    spec = json.loads(sys.argv[1])
    with open(spec["log"], "ab") as log:
        try:
            server = subprocess.Popen(
                spec["command"],
                cwd=spec["folder"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # 터미널의 Ctrl-C가 서버에 바로 가지 않게 한다. 멈추는 차례는 우리가 정한다.
                start_new_session=True,
                **spec["account"],
            )
        except OSError as error:
            log.write(str(error).encode())
            sys.exit(1)
    # 부모가 그 사이에 그만두었으면(Ctrl-C) 받을 곳이 없다. 그래도 아래로 내려가 서버를 멈춰야 한다.
    with contextlib.suppress(BrokenPipeError):
        os.write(1, f"{server.pid}\n".encode())
    if not spec["attached"]:
        os._exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    released = threading.Event()
    threading.Thread(target=_end_with_the_server, args=(server, released), daemon=True).start()
    # 부모가 한 글자를 쓰거나(다 썼다), 부모가 죽어 입력이 닫힐 때까지 기다린다.
    orphaned = os.read(0, 1) == b""
    released.set()
    _stop(server)
    if orphaned:
        shutil.rmtree(spec["folder"], ignore_errors=True)


def _end_with_the_server(server: subprocess.Popen, released: threading.Event) -> None:
    server.wait()
    if not released.is_set():
        # 서버가 스스로 죽었다. 기다릴 것이 없다.
        _end_its_children(server)
        os._exit(1)


def _stop(server: subprocess.Popen) -> None:
    # PostgreSQL에서 SIGINT는 "접속을 끊고 깨끗이 끝내라"이다.
    server.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    _end_its_children(server)


def _end_its_children(server: subprocess.Popen) -> None:
    """서버가 남긴 자식들. 서버는 제 묶음(세션)의 첫 프로세스이므로 묶음의 번호가 서버의 번호다."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(server.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
