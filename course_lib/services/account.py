"""서버를 돌릴 계정. PostgreSQL은 root로 돌기를 거부하므로, root일 때만 보통 계정(nobody)으로 내려간다."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, object]:
        """`subprocess.Popen`에 그대로 줄 인자. 계정을 만들거나 su를 부르지 않는다."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """이 계정이 그 폴더까지 내려갈 수 있는가. 예: 0700인 /root 아래의 가상 환경에는 갈 수 없다."""
        folder = folder.resolve()
        return all(self._may_search(path) for path in (folder, *folder.parents))

    def _may_search(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def unprivileged_account() -> Account | None:
    """root로 일하고 있으면 nobody, 이미 보통 사용자이거나 Windows이면 None."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    import pwd

    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


UNPRIVILEGED = unprivileged_account()
