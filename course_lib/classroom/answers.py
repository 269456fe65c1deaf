"""확인 문제의 답 `solutions/notebooks/<수업>.py`를 읽는다.

percent 형식이다. `# %% [1-1]` 다음 줄부터 다음 `# %%` 앞까지가 그 셀을 통째로 바꿀 코드다.
수업용 묶음에는 답이 없을 수 있으므로 파일이 없으면 빈 사전이다.
"""

import re
from pathlib import Path

from course_lib.manifest import repository_root

_HEAD = re.compile(r"^# %% \[(?P<id>[^\]]+)\]\s*$", re.MULTILINE)


def answers_file(lesson_id: str) -> Path:
    """그 수업의 답이 있을 자리."""
    return repository_root() / "solutions" / "notebooks" / f"{lesson_id}.py"


def read_answers(lesson_id: str) -> dict[str, str]:
    """확인 문제 이름마다 답이 되는 셀의 코드."""
    path = answers_file(lesson_id)
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return {head["id"]: text[head.end() : end].strip("\n").rstrip() for head, end in zip(heads, ends, strict=True)}
