from concurrent.futures import ThreadPoolExecutor

from course_lib.classroom.progress import Event, hints_shown, last_outcome, read_events, record, solved


def test_no_file_is_an_empty_record():
    assert read_events() == ()
    assert solved() == frozenset()


def test_what_is_recorded_is_read_back(workspace):
    record("incorrect", "1-1")
    record("hint", "1-1")
    record("correct", "1-1")
    assert [(event.kind, event.target) for event in read_events()] == [("incorrect", "1-1"), ("hint", "1-1"), ("correct", "1-1")]
    assert solved() == {"1-1"}
    assert hints_shown("1-1") == 1 and hints_shown("1-2") == 0
    assert last_outcome("1-1") == "correct" and last_outcome("1-2") == ""
    assert (workspace / "progress.txt").read_text(encoding="utf-8").count("\n") == 3


def test_what_was_once_correct_stays_solved():
    record("correct", "1-1")
    record("incorrect", "1-1")
    assert solved() == {"1-1"}


def test_a_strange_file_is_read_for_what_it_is_worth_and_kept(workspace):
    workspace.mkdir()
    path = workspace / "progress.txt"
    path.write_bytes("# 내 메모\n\n2026-11-23 12:00 correct 9-99\n반쪽 줄\n".encode() + b"\xff\xfe\n2026-11-23 12:01 hint 1-1")
    assert read_events() == (Event("2026-11-23 12:00", "correct", "9-99"), Event("2026-11-23 12:01", "hint", "1-1"))


def test_a_line_is_never_glued_to_a_line_without_an_end(workspace):
    workspace.mkdir()
    (workspace / "progress.txt").write_text("2026-11-23 12:01 hint 1-1", encoding="utf-8")
    record("correct", "1-1")
    assert solved() == {"1-1"} and hints_shown("1-1") == 1


def test_notebooks_writing_at_once_do_not_mix_lines():
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: record("hint", f"{number}-1"), range(200)))
    assert sorted(event.target for event in read_events()) == sorted(f"{number}-1" for number in range(200))


def test_a_place_that_cannot_be_written_does_not_stop_the_lesson(workspace):
    (workspace / "progress.txt").mkdir(parents=True)
    record("correct", "1-1")
    assert read_events() == ()
