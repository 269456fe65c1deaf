"""그림이 아닌 화면: 과정의 지도, 연습마다의 진행, 노트북 끝에서 무엇을 할 수 있게 되었는지, 파일의 내용."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from course_lib.classroom.feedback import Feedback, Table
from course_lib.classroom.progress import Event, last_score, read_events, solved
from course_lib.manifest import Exercise, Manifest, load_manifest

DONE, OPEN = "✔", "○"


def recap(outcomes: Mapping[str, str]) -> None:
    """할 수 있게 된 것의 목록을 보인다.

    `outcomes`는 할 수 있는 일마다 그것을 보여 주는 확인 문제나 연습의 이름이다(여럿이면 빈칸으로 나눈다).
    모두 맞혔으면 ✔, 하나라도 남았으면 ○다.
    """
    from IPython.display import display

    display(recap_feedback(outcomes, solved()))


def course_map() -> None:
    """수업의 차례, 걸리는 시간, 먼저 볼 것, 이어지는 연습을 보인다."""
    from IPython.display import display

    display(map_feedback(load_manifest(), solved()))


def my_exercises() -> None:
    """연습마다 지금 어디까지 왔는지, 다음에 무엇을 하면 되는지 보인다."""
    from IPython.display import display

    display(exercises_feedback(load_manifest(), read_events()))


def show_file(path: Path) -> None:
    """파일의 내용을 색을 입혀 보인다."""
    from IPython.display import Markdown, display

    language = {".py": "python", ".yaml": "yaml", ".toml": "toml"}[path.suffix]
    display(Markdown(f"```{language}\n{path.read_text(encoding='utf-8').strip()}\n```"))


def recap_feedback(outcomes: Mapping[str, str], done: frozenset[str]) -> Feedback:
    """`recap`이 보일 답을 만든다."""
    lines, ready = [], 0
    for outcome, names in outcomes.items():
        left = [name for name in names.split() if _id_of(name) not in done]
        ready += not left
        kind = "확인 문제" if all(name[0].isdigit() for name in left) else "연습"
        lines.append(f"{OPEN} 아직 · {outcome} (남은 {kind}: {', '.join(left)})" if left else f"{DONE} {outcome}")
    return Feedback(f"이제 할 수 있는 것 {ready}/{len(lines)}", ("\n".join(lines),))


def _id_of(name: str) -> str:
    """확인 문제나 연습의 이름. 확인 문제의 이름은 숫자로 시작한다."""
    manifest = load_manifest()
    return manifest.checkpoint(name).id if name[0].isdigit() else manifest.exercise(name).id


def exercises_feedback(manifest: Manifest, events: tuple[Event, ...]) -> Feedback:
    """`my_exercises`가 보일 답을 만든다. 차례는 푸는 차례(먼저 볼 노트북의 차례)다."""
    lessons = [lesson.id for lesson in manifest.lessons]
    in_order = sorted(manifest.exercises, key=lambda exercise: lessons.index(exercise.after))
    done = solved(events)
    rows = [
        {
            "연습": exercise.alias,
            "제목": exercise.title,
            "분": exercise.minutes,
            "먼저 볼 노트북": exercise.after,
            "점수": last_score({exercise.id, exercise.alias}, events) or "-",
            "본 힌트": sum(event.kind == "hint" and event.target.startswith(f"{exercise.id}.") for event in events),
            "다음에 할 것": _next_step(exercise, exercise.id in done, events),
        }
        for exercise in in_order
    ]
    finished = sum(exercise.id in done for exercise in in_order)
    return Feedback("내 연습", (Table(f"마친 연습 {finished}/{len(in_order)}", pd.DataFrame(rows)),))


def _next_step(exercise: Exercise, finished: bool, events: tuple[Event, ...]) -> str:
    if finished:
        return f'{DONE} 끝. solution("{exercise.alias}")과 견주기'
    if any(event.target == exercise.id or event.target.startswith(f"{exercise.id}.") for event in events):
        return f'이어서 풀기. check("{exercise.alias}")'
    return f"{OPEN} {exercise.id}/guide.ipynb 열기"


def map_feedback(manifest: Manifest, done: frozenset[str]) -> Feedback:
    """`course_map`이 보일 답을 만든다."""
    rows = []
    for lesson in manifest.lessons:
        passed = sum(item.id in done for item in lesson.checkpoints)
        total = len(lesson.checkpoints)
        state = "-" if not total else f"{DONE} 끝" if passed == total else f"{OPEN} {passed}/{total}"
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
