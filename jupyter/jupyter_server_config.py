"""과정의 JupyterLab 설정. `course lab`이 JUPYTER_CONFIG_PATH로 이 폴더를 알려 준다.

한국어 화면과 새 소식 끄기는 `labconfig/default_setting_overrides.json`에 있다.
"""

import os
import sys
from pathlib import Path

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

# 런처의 "Dagster UI" 카드. 처음 누를 때 띄우고 JupyterLab과 함께 끈다.
c.ServerProxy.servers = {
    "dagster": {
        "command": [sys.executable, "-m", "course_lib.ui", "--port", "{port}", "--path-prefix", "{base_url}dagster"],
        "absolute_url": True,
        # 연습의 코드를 모두 불러온 뒤에야 답한다. 느린 컴퓨터를 기다려 준다.
        "timeout": 120,
        "new_browser_tab": False,
        "launcher_entry": {
            "title": "Dagster UI",
            # 런처는 첫 묶음(한국어 화면에서는 "노트북")의 카드에만 그림을 그린다.
            "category": "노트북",
            "icon_path": str(HERE / "dagster_ui.svg"),
            "path_info": "dagster/",
        },
    }
}
