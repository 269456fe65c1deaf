"""과정의 JupyterLab 설정. `course lab`이 JUPYTER_CONFIG_PATH로 이 폴더를 알려 준다.

한국어 화면과 새 소식 끄기는 `labconfig/default_setting_overrides.json`에 있다.
"""

import os
import sys
from pathlib import Path

from course_lib.manifest import load_manifest

HERE = Path(__file__).resolve().parent

c = get_config()  # noqa: F821 - Jupyter가 넣어 준다

c.ServerApp.root_dir = os.environ["COURSE_WORKSPACE"]
c.LabApp.default_url = "/lab/tree/notebooks/00_start.ipynb"
# Ctrl-C 한 번으로 되묻지 않고 끝낸다.
c.JupyterApp.answer_yes = True
c.ServerApp.log_level = "ERROR"
c.LabApp.log_level = "ERROR"

# 네트워크로 나가는 것을 끈다: 새 소식, 새 판 확인, 확장 찾기.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"


def dagster_ui(exercise):
    """런처의 카드 하나. 처음 누를 때 그 연습의 Dagster UI를 띄우고 JupyterLab과 함께 끈다."""
    name = f"dagster-{exercise.alias}"
    return name, {
        "command": [sys.executable, "-m", "course_lib.ui", exercise.id, "--port", "{port}", "--path-prefix", f"{{base_url}}{name}"],
        "absolute_url": True,
        # 연습의 코드를 불러온 뒤에야 답한다. 느린 컴퓨터를 기다려 준다.
        "timeout": 120,
        "new_browser_tab": False,
        "launcher_entry": {
            # 무엇의 카드인지는 그림 속의 글자가 말한다. 이름에는 어느 연습인지만 적어야 두 줄에 들어간다("종합 과제: ..."는 앞부분만).
            "title": f"{exercise.alias} {exercise.title.partition(':')[0]}",
            # 런처는 첫 묶음(한국어 화면에서는 "노트북")의 카드에만 그림을 그린다.
            "category": "노트북",
            "icon_path": str(HERE / "dagster_ui.svg"),
            "path_info": f"{name}/",
        },
    }


c.ServerProxy.servers = dict(dagster_ui(exercise) for exercise in load_manifest().exercises)
