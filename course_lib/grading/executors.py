"""채점의 묶음들을 어디서 돌릴지: 환경 변수 `COURSE_EXECUTOR`.

    in_process    기본. 이 컴퓨터에서, 모두 한 묶음으로. 학생의 코드는 어차피 샌드박스의 프로세스에서 돈다
    celery        묶음마다 Celery의 작업 하나. 브로커의 주소는 COURSE_BROKER(선택 부분 celery)
    kubernetes    묶음마다 파드 하나(선택 부분 kubernetes). 파일은 course_lib/deploy/grading

나누어 돌리는 컴퓨터들은 제출 폴더와 결과 폴더를 같은 경로로 함께 보고, 같은 환경 변수(COURSE_*)와 같은 Dagster 기록(DAGSTER_HOME)을 쓴다.
`COURSE_BATCH_SIZE`는 한 묶음의 제출물 수다. 작으면 고르게 나뉘고, 크면 묶음마다 일꾼을 데우는 몫이 준다.
"""

import os
from pathlib import Path

import dagster as dg
import yaml

FILES = Path(__file__).parents[1] / "deploy" / "grading"
CELERY, STEPS = FILES / "celery.yaml", FILES / "steps.yaml"
BATCH_SIZE = 20


def executor() -> dg.ExecutorDefinition:
    """`COURSE_EXECUTOR`가 고른 실행기. 모르는 이름이면 ValueError, 선택 부분이 없으면 ModuleNotFoundError(갖추는 명령을 말한다)."""
    name = _name()
    try:
        match name:
            case "in_process":
                return dg.in_process_executor
            case "celery":
                from dagster_celery import celery_executor

                return celery_executor.configured(_settings(CELERY)["execution"]["config"])
            case "kubernetes":
                from dagster_k8s import k8s_job_executor

                return k8s_job_executor.configured(_settings(STEPS))
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"COURSE_EXECUTOR={name}에 필요한 꾸러미가 없습니다. 설치하려면: uv sync --inexact --extra {name}") from error
    raise ValueError(f"COURSE_EXECUTOR={name}: in_process, celery, kubernetes 가운데 하나를 적으세요.")


def batch_size() -> int:
    """한 묶음의 제출물 수. 이 컴퓨터에서만 돌릴 때는 일꾼을 한 번만 데우도록 모두 한 묶음(0)이다."""
    return 0 if _name() == "in_process" else int(os.environ.get("COURSE_BATCH_SIZE") or BATCH_SIZE)


def _settings(file: Path) -> dict:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _name() -> str:
    return os.environ.get("COURSE_EXECUTOR") or "in_process"
