"""센서의 기억(pydantic)."""

import hashlib
from pathlib import Path

from pydantic import BaseModel, ValidationError


class Seen(BaseModel):
    mtime_ns: int
    size: int
    sha256: str


class Memory(BaseModel):
    files: dict[str, Seen] = {}
    contents: set[str] = set()

    @classmethod
    def of(cls, cursor: str | None) -> "Memory":
        try:
            return cls.model_validate_json(cursor or "{}")
        except ValidationError:
            return cls()

    def text(self) -> str:
        return self.model_dump_json()

    def look(self, folder: Path) -> list[tuple[str, str]]:
        news = []
        for path in sorted(folder.iterdir()):
            if not path.is_file() or path.name.startswith(".") or not path.name.lower().endswith(".csv"):
                continue
            stat = path.stat()
            old = self.files.get(path.name)
            if old is not None and (old.mtime_ns, old.size) == (stat.st_mtime_ns, stat.st_size):
                continue
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            self.files[path.name] = Seen(mtime_ns=stat.st_mtime_ns, size=stat.st_size, sha256=content)
            if content not in self.contents:
                self.contents.add(content)
                news.append((path.name, content))
        return news
