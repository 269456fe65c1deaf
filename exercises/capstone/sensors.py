"""도착 폴더를 지켜보다가 날마다 그날의 런을 요청하는 센서 views_sensor.

  - 파일은 views-<날>.csv 하나가 하루다. 내용이 새것인 날마다 dg.RunRequest 하나, 이름 차례로. partition_key가 그날이다.
    런은 raw_page_views와 cleaned_page_views를 그 검사와 함께 구체화한다.
  - 새것인지는 내용이 정한다. 수정 시각이 옛날이든 같든 미래든 새 내용이면 새것이고, 시각만 바뀐 것은 새것이 아니다.
    같은 날의 파일이 다른 내용으로 오면 고친 것이므로 다시 요청한다.
  - run_key는 날과 내용이 정한다: 날이 다르면 내용이 같아도 다르고, 내용이 바뀌면 달라지고, 둘 다 같으면 늘 같다.
  - 본 것을 커서에 글로 기억한다. 커서가 None이거나 ""이거나 망가졌으면 처음부터 다시 본다.
  - 새것이 없으면 dg.SkipReason("까닭").
  - 보지 않는 것: 하위 폴더, 이름이 꼭 views-<날>.csv가 아닌 파일, 파티션이 없는 날(2023-12-31, 2024-02-30)의 파일.
"""

import dagster as dg

from course_lib.resources import Landing

from .assets import cleaned_page_views, raw_page_views

ingest_day = dg.define_asset_job("ingest_day", selection=[raw_page_views, cleaned_page_views])


@dg.sensor(job=ingest_day)
def views_sensor(context: dg.SensorEvaluationContext, landing: Landing):
    raise NotImplementedError("여기에 새로 도착한 날을 찾아 런을 요청하는 코드를 쓰세요")
