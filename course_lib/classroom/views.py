"""목록에서 그리는 화면: 과정의 지도와, 노트북 끝에서 무엇을 할 수 있게 되었는지."""

from collections.abc import Mapping

import pandas as pd

from course_lib.classroom.feedback import Feedback, Table
from course_lib.classroom.progress import solved
from course_lib.manifest import Manifest, load_manifest

DONE, OPEN = "✔", "○"


def recap(outcomes: Mapping[str, str]) -> None:
    """할 수 있게 된 것의 목록을 보인다.

    `outcomes`는 할 수 있는 일마다 그것을 보여 주는 확인 문제의 이름이다(여럿이면 빈칸으로 나눈다).
    모두 맞혔으면 ✔, 하나라도 남았으면 ○다.
    """
    from IPython.display import display

    display(recap_feedback(outcomes, solved()))


def course_map() -> None:
    """수업의 차례, 걸리는 시간, 먼저 볼 것, 이어지는 연습을 보인다."""
    from IPython.display import display

    display(map_feedback(load_manifest(), solved()))


def recap_feedback(outcomes: Mapping[str, str], done: frozenset[str]) -> Feedback:
    """`recap`이 보일 답을 만든다."""
    lines, ready = [], 0
    for outcome, names in outcomes.items():
        wanted = [load_manifest().checkpoint(name).id for name in names.split()]
        left = [name for name in wanted if name not in done]
        ready += not left
        lines.append(f"{OPEN} 아직 · {outcome} (남은 확인 문제: {', '.join(left)})" if left else f"{DONE} {outcome}")
    return Feedback(f"이제 할 수 있는 것 {ready}/{len(lines)}", ("\n".join(lines),))


def map_feedback(manifest: Manifest, done: frozenset[str]) -> Feedback:
    """`course_map`이 보일 답을 만든다."""
    rows = []
    for lesson in manifest.lessons:
        passed = sum(item.id in done for item in lesson.checkpoints)
        total = len(lesson.checkpoints)
        state = f"{DONE} 끝" if total and passed == total else f"{OPEN} {passed}/{total}"
        rows.append(
            {
                "노트북": lesson.id,
                "제목": lesson.title,
                "분": lesson.minutes,
                "먼저 볼 것": ", ".join(name.split("_")[0] for name in lesson.prerequisites) or "-",
                "확인 문제": state,
            }
        )
        for exercise in manifest.exercises:
            if exercise.after == lesson.id:
                ready = f"{DONE} 끝" if exercise.id in done or exercise.alias in done else f"{OPEN} 아직"
                rows.append(
                    {
                        "노트북": f"연습 {exercise.alias}",
                        "제목": exercise.title,
                        "분": exercise.minutes,
                        "먼저 볼 것": lesson.id.split("_")[0],
                        "확인 문제": ready,
                    }
                )
    minutes = sum(row["분"] for row in rows)
    hours, rest = divmod(minutes, 60)
    total = f"모두 {minutes}분 (약 {hours}시간{f' {rest}분' if rest else ''})"
    return Feedback("과정의 지도", (Table(total, pd.DataFrame(rows)),))
