"""주문 CSV 한 개를 들인다: 읽을 수 있는 행과 되돌릴 행을 가르고, 되돌린 것을 격리 폴더에 둔다.

열은 order_id, customer_id, amount, ordered_at이고 머리글은 이 차례 그대로다. 여기 있는 함수의 이름과 모양은
제안일 뿐이다. 바꾸어도, 다른 파일로 나누어도 된다.

파일을 통째로 격리한다
  - 0바이트이거나 비어 있다(공백뿐이다)
  - 머리글이 다르다
  - 칸의 수가 다른 행이 있다(첫 데이터 행이어도)
  - 따옴표가 닫히지 않았다
  - UTF-8(BOM이 있어도 없어도)도 CP949도 아닌 바이트가 있다
  머리글뿐인 파일은 올바르다: 0행을 받아들인다.

그 행만 되돌린다
  - amount: Decimal(글)로 읽히는 유한한 수가 아니다. 천 단위 쉼표가 있으면 수가 아니다
  - ordered_at: ISO 8601의 날짜나 날짜시각이 아니다. 날짜는 적힌 그대로다(시간대가 있어도 옮기지 않는다)

격리 폴더(Landing.quarantine)
  <이름>               통째로 격리한 파일의 바이트 그대로
  <이름>.reason.txt    한국어로 적은 까닭(UTF-8)
  <이름>.rejected.csv  되돌린 행들(UTF-8). line 열은 파일의 줄 번호이고 머리글이 1이다
"""

from pathlib import Path

from course_lib.resources import Landing

HEADER = ["order_id", "customer_id", "amount", "ordered_at"]


def arrived(folder: Path) -> list[Path]:
    """들일 파일들을 이름 차례로. .csv로 끝나는 파일만(대소문자는 가리지 않는다), 하위 폴더와 숨은 파일은 빼고."""
    raise NotImplementedError("여기에 도착한 CSV를 찾는 코드를 쓰세요")


def parse(data: bytes):
    """파일의 바이트를 받아들인 행과 되돌린 행으로 가른다."""
    raise NotImplementedError("여기에 CSV를 읽는 코드를 쓰세요")


def ingest(landing: Landing, name: str):
    """도착한 파일 하나를 들인다. 기억할 것은 landing.path의 부모 폴더 아래에만 둔다. 두 번 해도 결과가 같다."""
    raise NotImplementedError("여기에 파일 하나를 들이는 코드를 쓰세요")
