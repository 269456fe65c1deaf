"""사람에게 알리는 길."""

from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr


class AlertFile(dg.ConfigurableResource):
    """알림을 한 줄씩 적는 파일: 인스턴스의 저장 폴더 아래 `name`. 실제 가게라면 이 자리에 메신저나 전자우편이 온다."""

    name: str = "shop_alerts.txt"
    _path: Path = PrivateAttr()

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._path = Path(context.instance.storage_directory(), self.name)

    def send(self, text: str) -> None:
        """`text`를 한 줄로 적는다. 줄바꿈은 빈칸이 된다."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(" ".join(text.split()) + "\n")
