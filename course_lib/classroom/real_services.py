"""채점 뒤에 붙는 덤: `course services up`으로 띄운 진짜 서버에서도 되는지 본다. 점수에는 들어가지 않는다.

연습의 채점 기준표 폴더에 `with_services.py`가 있으면 그것을 따로 띄운 프로세스에서 돌린다. 학습자의 컴퓨터에서 학습자의
코드를 학습자의 서버에 대고 돌리는 것이므로 샌드박스를 쓰지 않는다.
"""

import json
import subprocess
import sys
from dataclasses import asdict

from course_lib.classroom.feedback import Feedback
from course_lib.manifest import Exercise, repository_root
from course_lib.services import services_status
from course_lib.workspace import Workspace

SECONDS = 120


def services_feedback(exercise: Exercise, workspace: Workspace) -> Feedback | None:
    """진짜 서버에서 본 것. 이 연습과 상관없거나, 두 서버가 모두 떠 있지 않으면 None."""
    root = repository_root()
    if not (root / "tests" / "rubrics" / exercise.id / "with_services.py").is_file():
        return None
    services = services_status(workspace.path / "services")
    if services.postgres is None or services.s3 is None:
        return None
    headline = f"진짜 PostgreSQL과 S3에서 · {exercise.title} (점수에는 들어가지 않습니다)"
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.rubrics.{exercise.id}.with_services", str(workspace.exercise_dir(exercise))],
            cwd=root, input=json.dumps({"postgres": asdict(services.postgres), "s3": asdict(services.s3)}),
            capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=SECONDS, check=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Feedback(headline, (f"{SECONDS}초 안에 끝나지 않아 멈췄습니다. 닿지 않는 주소로 접속하고 있지 않은지 확인하세요.",))
    except subprocess.CalledProcessError as error:
        last = error.stderr.strip().splitlines()[-1:] or [""]
        return Feedback(headline, ("서버에서 확인하다가 멈췄습니다. 서버를 내렸다가(`course services down`) 다시 띄워 보세요.", last[0][:300]))
    checks = [json.loads(line) for line in done.stdout.splitlines()]
    return Feedback(headline, tuple(
        f"✔ {check['title']}" if check["ok"] else f"✘ {check['title']}: {check['message']}" for check in checks))
