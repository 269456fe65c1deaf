"""S3 API를 말하는 서버 프로세스(moto). `s3_server.py`가 파일째로 실행한다. 객체는 메모리에만 있다.

인자는 파일 이름 하나다. 서버가 준비되면 그 파일에 포트 번호를 쓴다.
"""

import logging
import signal
import sys
import threading
from pathlib import Path

from moto.server import ThreadedMotoServer


def main(port_file: Path) -> None:
    # 요청마다 한 줄씩 남기는 기록을 끈다.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    released = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: released.set())
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    half_written = port_file.with_suffix(".tmp")
    half_written.write_text(str(port), encoding="utf-8")
    half_written.replace(port_file)
    released.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
