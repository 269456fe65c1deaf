"""4장: `create-dagster`와 `dg`를 진짜로 실행해 보는 작은 프로젝트.

    tour.py        수업이 보이는 명령들, 그것을 실행하는 함수, 과정에 실린 기록
    files/         프로젝트에 넣는 파일들
    record.json    tour.py의 명령들을 진짜로 실행해 남긴 출력(tests/project_lab이 새로 실행해 견준다)
"""
