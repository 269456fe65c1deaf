"""공격이 노리는 바깥을 만들어 두고, 공격이 끝난 뒤에 그대로인지 본다."""

import os
import secrets
import socket
from pathlib import Path


class World:
    """공격이 노리는 바깥: 비밀, 옆 학생의 파일, 말을 걸어 볼 소켓."""

    def __init__(self, folder: Path):
        self.words = {"SECRET": secrets.token_hex(8), "SIBLING": secrets.token_hex(8), "CANARY": secrets.token_hex(8)}
        self.secret, self.sibling = folder / "solutions" / "answer.py", folder / "submitted" / "kim" / "assets.py"
        for path, word in ((self.secret, "SECRET"), (self.sibling, "SIBLING")):
            path.parent.mkdir(parents=True)
            path.write_text(self.words[word], encoding="utf-8")
        abstract = f"course-security-{os.getpid()}-{secrets.token_hex(4)}"
        self.sockets = [socket.create_server(("127.0.0.1", 0)), *(socket.socket(family, socket.SOCK_DGRAM)
                        for family in (socket.AF_INET, socket.AF_UNIX, socket.AF_UNIX))]
        tcp, udp, unix, hidden = self.sockets
        udp.bind(("127.0.0.1", 0))
        unix.bind(str(folder / "s"))
        hidden.bind("\0" + abstract)
        for sock in self.sockets:
            sock.setblocking(False)
        self.names = {"SECRET": str(self.secret), "SIBLING": str(self.sibling), "TCP": str(tcp.getsockname()[1]), "PID": str(os.getpid()),
                      "UDP": str(udp.getsockname()[1]), "UNIX": str(folder / "s"), "ABSTRACT": abstract}
        self.before = self.files()
        self.folder = folder

    def files(self) -> list[tuple]:
        """비밀과 옆 학생의 파일, 우리 꾸러미의 폴더에 있는 것."""
        seen = []
        for path in (self.secret, self.sibling):
            status = path.stat()
            seen.append((path.read_text(encoding="utf-8"), status.st_mode, status.st_mtime_ns, sorted(os.listdir(path.parent))))
        return seen

    def heard(self) -> list[int]:
        """누가 말을 걸어 온 소켓의 번호."""
        heard = []
        for number, sock in enumerate(self.sockets):
            try:
                sock.accept() if sock.type == socket.SOCK_STREAM else sock.recv(10)
            except BlockingIOError:
                continue
            heard.append(number)
        return heard

    def close(self) -> None:
        for sock in self.sockets:
            sock.close()

    def aimed(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace(name, value)
        return text
