from course_lib.classroom.views import map_feedback, recap_feedback
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
