"""도착 폴더를 지켜보다가 새 파일마다 런을 하나 요청하는 센서.

  - 새 파일마다 dg.RunRequest 하나, 이름 차례로. run_key는 내용의 해시다.
  - 새것인지는 내용이 정한다. 수정 시각이 옛날이든 같든 미래든 새 내용이면 새 파일이고,
    시각이나 이름만 바뀐 것은 새 파일이 아니다. 같은 이름에 다른 내용이 오면 다시 요청한다.
  - 본 것(이름, mtime_ns, 크기, 내용의 해시)을 커서에 JSON 글로 기억한다.
    커서가 None이거나 ""이거나 망가졌으면 처음부터 다시 본다.
  - 새것이 없으면 dg.SkipReason("까닭").
  - 보지 않는 것: 하위 폴더, .csv로 끝나지 않는 이름, 점으로 시작하는 이름, 쓰는 중인 .tmp와 .part
"""

import dagster as dg

from course_lib.resources import Landing

from .assets import daily_sales, orders

ingest_orders = dg.define_asset_job("ingest_orders", selection=[orders, daily_sales])


@dg.sensor(job=ingest_orders)
def csv_sensor(context: dg.SensorEvaluationContext, landing: Landing):
    # 런 설정은 이렇게 준다: dg.RunConfig(ops={"orders": OrderFile(name="서울점.csv")})
    raise NotImplementedError("여기에 새 파일을 찾아 런을 요청하는 코드를 쓰세요")
