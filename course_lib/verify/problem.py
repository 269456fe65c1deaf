"""어긴 법 하나."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """`where`는 어디가(파일이나 이름), `what`은 무엇이 왜 틀렸고 어떻게 고치는지 말하는 문장이다."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
