"""수업이 쓰는 작은 dbt 프로젝트와 그것을 여는 함수. 모델은 models/에, dbt 시험은 models/schema.yml과 tests/에 있다."""
