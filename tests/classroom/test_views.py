from course_lib.classroom.progress import Event
from course_lib.classroom.views import exercises_feedback, map_feedback, recap_feedback
from course_lib.manifest import load_manifest


def test_an_outcome_is_ticked_only_when_all_its_checkpoints_passed():
    text = recap_feedback({"하나를 한다": "1-1", "둘을 한다": "1-3 1-4"}, frozenset({"1-1", "1-3"})).text()
    assert text.splitlines() == ["이제 할 수 있는 것 1/2", "✔ 하나를 한다", "○ 아직 · 둘을 한다 (남은 확인 문제: 1-4)"]


def test_the_map_shows_every_lesson_and_exercise_and_adds_up_the_minutes():
    manifest = load_manifest()
    feedback = map_feedback(manifest, frozenset({"0-1", "0-2"}))
    table = feedback.blocks[0]
    assert [name for name in table.frame["노트북"] if not name.startswith("연습")] == [lesson.id for lesson in manifest.lessons]
    assert {name.removeprefix("연습 ") for name in table.frame["노트북"] if name.startswith("연습")} == {item.alias for item in manifest.exercises}
    total = sum(item.minutes for item in (*manifest.lessons, *manifest.exercises))
    assert table.label.startswith(f"모두 {total}분")
    assert table.frame.set_index("노트북").loc["00_start", "확인 문제"] == "✔ 끝"
    assert table.frame.set_index("노트북").loc["11_capstone", "확인 문제"] == "-"


def test_an_outcome_may_rest_on_an_exercise():
    text = recap_feedback({"잇는다": "capstone", "나눈다": "6-1 ex2"}, frozenset({"capstone"})).text()
    assert text.splitlines()[1:] == ["✔ 잇는다", "○ 아직 · 나눈다 (남은 연습: 6-1, ex2)"]


def _event(kind: str, target: str) -> Event:
    return Event("2026-11-23 12:00", kind, target)


def test_my_exercises_come_in_the_order_of_the_lessons_and_say_where_each_stands():
    manifest = load_manifest()
    table = exercises_feedback(manifest, (
        _event("score=40", "ex1_page_views"), _event("correct", "ex1_page_views"),
        _event("score=70", "ex2_weekly_report"), _event("hint", "ex2_weekly_report.loads"), _event("hint", "ex2_weekly_report.loads"),
    )).blocks[0]
    rows = table.frame.set_index("연습")
    assert set(rows.index) == {item.alias for item in manifest.exercises}
    lessons = [lesson.id for lesson in manifest.lessons]
    assert [lessons.index(after) for after in rows["먼저 볼 노트북"]] == sorted(lessons.index(item.after) for item in manifest.exercises)
    assert list(rows.loc["ex1", ["점수", "본 힌트", "다음에 할 것"]]) == ["만점", 0, '✔ 끝. solution("ex1")과 견주기']
    assert list(rows.loc["ex2", ["점수", "본 힌트", "다음에 할 것"]]) == ["70점", 2, '이어서 풀기. check("ex2")']
    assert list(rows.loc["capstone", ["점수", "본 힌트", "다음에 할 것"]]) == ["-", 0, "○ capstone/guide.ipynb 열기"]
    assert table.label == f"마친 연습 1/{len(manifest.exercises)}"


def test_trying_again_does_not_take_a_finished_exercise_away():
    table = exercises_feedback(load_manifest(), (_event("correct", "ex1_page_views"), _event("score=90", "ex1_page_views"))).blocks[0]
    row = table.frame.set_index("연습").loc["ex1"]
    assert (row["점수"], row["다음에 할 것"]) == ("90점", '✔ 끝. solution("ex1")과 견주기')
