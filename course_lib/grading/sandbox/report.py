"""샌드박스가 실제로 얻은 격리의 기록."""

from dataclasses import dataclass

NAMES = {
    "R": "자원 상한(rlimit)",
    "L": "파일 접근 제한(Landlock)",
    "S": "시스템 호출 제한(seccomp)",
    "P": "네임스페이스와 전용 임시 폴더",
}


@dataclass(frozen=True)
class SandboxReport:
    """정말로 듣는 층. layers는 R, L, S, P의 부분집합이고, read_only는 작업 폴더 밖이 모두 읽기 전용인지이다."""

    layers: frozenset[str] = frozenset()
    landlock_abi: int = 0
    bwrap: bool = False
    read_only: bool = False
    threads: int = 1  # 자이고트의 스레드 수. 1이어야 fork가 안전하다.

    @property
    def isolated(self) -> bool:
        """남의 제출물을 채점해도 되는지. ABI 3보다 낮은 Landlock은 파일 자르기를 못 막으므로 읽기 전용이어야 한다."""
        return self.layers >= {"R", "L", "S"} and (self.landlock_abi >= 3 or self.read_only or self.bwrap)

    @property
    def contains_processes(self) -> bool:
        """다른 프로그램을 실행하게 해 주어도("processes" 프로필) 메모리 말고는 모두 가둘 수 있는지."""
        return self.isolated and "P" in self.layers

    def lines(self) -> list[str]:
        """`course doctor`가 보여 줄 줄들."""
        lines = [f"{'있음' if layer in self.layers else '없음'}  {name}" for layer, name in NAMES.items()]
        lines.append(f"{'있음' if self.bwrap else '없음'}  bubblewrap(호스트의 파일을 아예 안 보이게 함)")
        if self.isolated:
            lines.append("다른 사람의 제출물을 채점할 수 있습니다.")
        else:
            lines.append("다른 사람의 제출물을 채점하기에는 격리가 부족합니다. 내 코드를 확인하는 데는 문제가 없습니다.")
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines())
