"""작업 공간: 학습자의 것을 잃지 않으면서 처음 갖추고, 새 판을 들이고, 되돌린다."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.manifest import UnknownId
from course_lib.workspace import Workspace, WorkspaceError
from tests.cli.conftest import notebook, write

START = Path("notebooks/00_start.ipynb")
ASSETS = Path("exercises/ex1_tiny/assets.py")
FILES = {START, Path("exercises/__init__.py"), *(Path("exercises/ex1_tiny") / name for name in (
    "__init__.py", "assets.py", "definitions.py", "guide.ipynb", "test_assets.py",
))}  # fmt: skip


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def backed_up(workspace: Workspace) -> list[str]:
    return [text_of(path) for path in workspace.backups.rglob("*") if path.is_file()]


# ---- 어느 폴더인가


def test_open_prefers_argument_then_environment_then_enclosing_then_default(small_course, tmp_path, monkeypatch):
    elsewhere = tmp_path / "다른 곳"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert Workspace.open(root=small_course).path == small_course / "workspace"

    enclosing = Workspace.open(tmp_path / "둘러싼 곳", root=small_course)
    enclosing.prepare()
    monkeypatch.chdir(enclosing.exercise_dir("ex1"))
    assert Workspace.open(root=small_course).path == enclosing.path

    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "환경 변수"))
    assert Workspace.open(root=small_course).path == tmp_path / "환경 변수"
    assert Workspace.open(tmp_path / "인자", root=small_course).path == tmp_path / "인자"


def test_open_makes_nothing(workspace):
    assert not workspace.path.exists()
    assert not workspace.is_prepared


def test_exercise_dir_takes_id_alias_and_record(workspace):
    expected = workspace.path / "exercises" / "ex1_tiny"
    for name in ("ex1", "ex1_tiny", workspace.manifest.exercise("ex1")):
        assert workspace.exercise_dir(name) == expected
    with pytest.raises(UnknownId):
        workspace.exercise_dir("ex9")


# ---- 처음 갖추기


def test_prepare_copies_everything_once(workspace):
    assert set(workspace.prepare().new) == FILES
    for relative in FILES:
        assert (workspace.path / relative).read_bytes() == (workspace.root / relative).read_bytes()
    assert workspace.is_prepared
    assert workspace.prepare() == workspace.prepare()
    assert workspace.prepare().new == ()


def test_prepare_turns_telemetry_and_welcome_off_but_respects_own_settings(workspace):
    workspace.prepare()
    settings = workspace.dagster_home("ex1") / "dagster.yaml"
    assert "telemetry:\n  enabled: false" in text_of(settings)
    assert "nux:\n  enabled: false" in text_of(settings)
    write(settings, "telemetry:\n  enabled: false\n")
    workspace.prepare()
    workspace.update()
    assert text_of(settings) == "telemetry:\n  enabled: false\n"


def test_an_instance_all_exercises_once_shared_is_left_as_it_is(workspace):
    old = [write(workspace.path / "dagster_home" / name, "예전 기록") for name in ("dagster.yaml", "history/runs.db", "schedules/schedules.db")]
    workspace.prepare()
    assert [text_of(path) for path in old] == ["예전 기록"] * 3
    assert [path.name for path in workspace.dagster_home("ex1_tiny").iterdir()] == ["dagster.yaml"]


def test_each_exercise_has_a_home_of_its_own(workspace):
    workspace.prepare()
    assert workspace.dagster_home("ex1") == workspace.path / "dagster_home" / "ex1_tiny"
    with pytest.raises(UnknownId):
        workspace.dagster_home("ex9")


def test_prepare_leaves_out_what_tools_make(workspace):
    for junk in ("__pycache__/assets.cpython-311.pyc", ".ipynb_checkpoints/guide-checkpoint.ipynb", "old.pyc"):
        write(workspace.root / "exercises" / "ex1_tiny" / junk, "x")
    assert set(workspace.prepare().new) == FILES


def test_prepare_keeps_what_already_stands_there(workspace):
    mine = write(workspace.path / ASSETS, "먼저 쓴 것\n")
    changes = workspace.prepare()
    assert text_of(mine) == "먼저 쓴 것\n"
    assert changes.beside == (ASSETS,)


def test_prepare_brings_new_exercises_but_no_deleted_files(workspace):
    workspace.prepare()
    (workspace.path / ASSETS).unlink()
    fresh = Path("exercises/ex2_new/assets.py")
    write(workspace.root / fresh, "새 연습\n")
    assert workspace.prepare().new == (fresh,)
    assert not (workspace.path / ASSETS).exists()


def test_unusable_folder_is_one_sentence(small_course, tmp_path):
    blocked = write(tmp_path / "파일", "폴더가 아님")
    with pytest.raises(WorkspaceError, match="쓸 수 없습니다.*--workspace"):
        Workspace.open(blocked / "작업 공간", root=small_course).prepare()


@pytest.mark.parametrize("place", ["저장소 사본/workspace", "다른 곳"])
def test_the_learners_tests_import_the_learners_modules(small_course, tmp_path, place):
    """저장소의 exercises도 불러올 수 있는 자리에 있다. 그래도 학습자의 것이 불려야 한다."""
    workspace = Workspace.open(tmp_path / place, root=small_course)
    workspace.prepare()
    write(small_course / "pyproject.toml", '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n')
    write(workspace.path / ASSETS, "WHERE = __file__\n")
    test = "import warnings\nfrom .assets import WHERE\n\ndef test_mine():\n    warnings.warn('참고')\n    assert WHERE == {!r}\n"
    write(workspace.path / "exercises/ex1_tiny/test_assets.py", test.format(str(workspace.path / ASSETS)))
    for folder, target in ((workspace.path, "exercises/ex1_tiny"), (workspace.exercise_dir("ex1"), ".")):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", target, "-q"], cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(small_course)},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


# ---- 새 판 들이기


def test_update_says_which_is_which(workspace):
    workspace.prepare()
    touched, touched_with_news, deleted = ASSETS, Path("exercises/ex1_tiny/test_assets.py"), START
    untouched = Path("exercises/ex1_tiny/definitions.py")
    write(workspace.path / touched, "내 코드\n")
    write(workspace.path / touched_with_news, "내 시험\n")
    (workspace.path / deleted).unlink()
    write(workspace.root / touched_with_news, "새 시험\n")
    write(workspace.root / untouched, "새 정의\n")

    changes = workspace.update()

    assert (changes.new, changes.updated) == ((deleted,), (untouched,))
    assert (changes.kept, changes.beside) == ((touched,), (touched_with_news,))
    assert changes.failed == ()
    assert changes.backup is None
    assert text_of(workspace.path / touched) == "내 코드\n"
    assert text_of(workspace.path / touched_with_news) == "내 시험\n"
    assert text_of(workspace.path / "updates" / touched_with_news) == "새 시험\n"
    assert text_of(workspace.path / untouched) == "새 정의\n"


def test_update_twice_changes_nothing_more(workspace):
    workspace.prepare()
    write(workspace.path / ASSETS, "내 코드\n")
    write(workspace.root / ASSETS, "새 판\n")
    workspace.update()
    before = {path: path.read_bytes() for path in workspace.path.rglob("*") if path.is_file()}
    again = workspace.update()
    assert (again.new, again.updated, again.beside, again.backup) == ((), (), (), None)
    assert {path: path.read_bytes() for path in workspace.path.rglob("*") if path.is_file()} == before


def test_adopting_the_new_version_makes_the_file_untouched_again(workspace):
    workspace.prepare()
    write(workspace.path / ASSETS, "내 코드\n")
    write(workspace.root / ASSETS, "둘째 판\n")
    workspace.update()
    shutil.copyfile(workspace.path / "updates" / ASSETS, workspace.path / ASSETS)
    workspace.update()
    write(workspace.root / ASSETS, "셋째 판\n")
    assert workspace.update().updated == (ASSETS,)


def test_notes_written_in_updates_are_backed_up(workspace):
    workspace.prepare()
    write(workspace.path / ASSETS, "내 코드\n")
    write(workspace.root / ASSETS, "둘째 판\n")
    workspace.update()
    write(workspace.path / "updates" / ASSETS, "둘째 판에 내 메모\n")
    write(workspace.root / ASSETS, "셋째 판\n")
    workspace.update()
    assert text_of(workspace.path / "updates" / ASSETS) == "셋째 판\n"
    assert "둘째 판에 내 메모\n" in backed_up(workspace)


def test_notebook_with_only_new_outputs_is_updated_and_backed_up(workspace):
    workspace.prepare()
    run = notebook("print('안녕')", "____", outputs=("안녕\n",))
    write(workspace.path / START, run)
    write(workspace.root / START, notebook("print('안녕하세요')", "____"))
    changes = workspace.update()
    assert changes.updated == (START,)
    assert text_of(workspace.path / START) == notebook("print('안녕하세요')", "____")
    assert changes.backup is not None
    assert backed_up(workspace) == [run]


def test_notebook_outputs_stay_when_there_is_no_news(workspace):
    workspace.prepare()
    run = notebook("print('안녕')", "____", outputs=("안녕\n",))
    write(workspace.path / START, run)
    assert workspace.update().updated == ()
    assert text_of(workspace.path / START) == run


def test_notebook_with_an_answer_is_kept(workspace):
    workspace.prepare()
    mine = notebook("print('안녕')", "answer = 'B'")
    write(workspace.path / START, mine)
    write(workspace.root / START, notebook("print('안녕하세요')", "____"))
    assert workspace.update().beside == (START,)
    assert text_of(workspace.path / START) == mine


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"cells": 3}', '{"cells": [{"source": []}]}', "한글"])
def test_broken_notebook_belongs_to_the_learner(workspace, broken):
    workspace.prepare()
    write(workspace.path / START, broken)
    write(workspace.root / START, notebook("새 판"))
    assert workspace.update().beside == (START,)
    assert text_of(workspace.path / START) == broken


def test_line_endings_do_not_count_as_touching(workspace):
    write(workspace.root / ASSETS, "하나\n둘\n")
    workspace.prepare()
    write(workspace.path / ASSETS, "하나\r\n둘\r\n")
    write(workspace.root / ASSETS, "하나\n둘\n셋\n")
    assert workspace.update().updated == (ASSETS,)
    assert len(backed_up(workspace)) == 1


def test_retired_files_stay_and_are_told_once(workspace):
    workspace.prepare()
    (workspace.root / ASSETS).unlink()
    assert workspace.update().retired == (ASSETS,)
    assert (workspace.path / ASSETS).exists()
    assert workspace.update().retired == ()


@pytest.mark.parametrize("record", [None, "", "{", "[]", "null", '{"x": 1}', '{"": {"bytes": "a", "text": "b"}}', "\x00\xff"])
def test_lost_record_never_costs_an_edit(workspace, record):
    workspace.prepare()
    write(workspace.path / ASSETS, "내 코드\n")
    path = workspace.path / ".course" / "files.json"
    path.unlink()
    if record is not None:
        write(path, record)
    write(workspace.root / ASSETS, "새 판\n")
    write(workspace.root / START, notebook("새 판"))

    changes = workspace.update()

    assert text_of(workspace.path / ASSETS) == "내 코드\n"
    # 손대지 않은 것도 알아볼 수 없으면 그대로 둔다.
    assert set(changes.beside) == {ASSETS, START}
    assert changes.updated == ()
    assert json.loads(text_of(path))


def test_record_with_foreign_paths_reaches_nothing_outside(workspace, tmp_path):
    workspace.prepare()
    outside = write(tmp_path / "밖.txt", "그대로")
    write(workspace.path / ".course" / "files.json", json.dumps({"notebooks/../../밖.txt": {"bytes": "a", "text": "b"}}))
    workspace.update()
    assert text_of(outside) == "그대로"


def test_links_and_folders_in_the_way_belong_to_the_learner(workspace, tmp_path):
    workspace.prepare()
    real = write(tmp_path / "진짜.py", text_of(workspace.path / ASSETS))
    (workspace.path / ASSETS).unlink()
    (workspace.path / ASSETS).symlink_to(real)
    (workspace.path / START).unlink()
    (workspace.path / START).mkdir()
    write(workspace.root / ASSETS, "새 판\n")
    write(workspace.root / START, notebook("새 판"))
    assert set(workspace.update().beside) == {ASSETS, START}
    assert (workspace.path / ASSETS).is_symlink()
    assert (workspace.path / START).is_dir()


def test_read_only_original_gives_a_writable_copy(workspace):
    (workspace.root / ASSETS).chmod(0o444)
    workspace.prepare()
    assert (workspace.path / ASSETS).stat().st_mode & 0o200


def test_one_unwritable_file_does_not_stop_the_rest(workspace, monkeypatch):
    real_replace = os.replace

    def replace(source, target):
        if Path(target).name == "assets.py":
            raise PermissionError(13, "다른 프로그램이 쓰고 있음")
        real_replace(source, target)

    monkeypatch.setattr(os, "replace", replace)
    changes = workspace.prepare()
    assert [(failure.path, failure.reason) for failure in changes.failed] == [(ASSETS, "다른 프로그램이 쓰고 있음")]
    assert set(changes.new) == FILES - {ASSETS}
    assert not list(workspace.path.rglob("*.tmp"))


def test_interrupted_write_leaves_the_old_file_whole(workspace, monkeypatch):
    workspace.prepare()
    old = text_of(workspace.path / ASSETS)
    write(workspace.root / ASSETS, "새 판\n")

    def interrupted(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        workspace.update()
    assert text_of(workspace.path / ASSETS) == old
    assert not list(workspace.path.rglob("*.tmp"))


# ---- 되돌리기


def test_reset_restores_and_keeps_a_dated_backup(workspace):
    workspace.prepare()
    write(workspace.path / ASSETS, "내 코드\n")
    write(workspace.path / "exercises/ex1_tiny/도움.py", "내 도움 모듈\n")
    write(workspace.path / "exercises/ex1_tiny/__pycache__/assets.cpython-311.pyc", "x")

    backup = workspace.reset("ex1")

    assert backup.parent == workspace.path / "backups"
    assert backup.name.startswith("ex1_tiny-2")
    assert text_of(backup / "assets.py") == "내 코드\n"
    assert text_of(backup / "도움.py") == "내 도움 모듈\n"
    assert not (backup / "__pycache__").exists()
    folder = workspace.exercise_dir("ex1")
    assert not (folder / "도움.py").exists()
    assert (folder / "assets.py").read_bytes() == (workspace.root / ASSETS).read_bytes()


def test_what_dbt_made_is_not_the_learners(workspace):
    """target/과 logs/는 언제든 다시 만들 수 있다. 이름만 같은 학습자의 폴더는 학습자의 것이다."""
    workspace.prepare()
    dbt = workspace.path / "exercises/ex1_tiny/dbt_project"
    write(dbt / "dbt_project.yml", "name: mine\n")
    write(dbt / "target/activity.duckdb", "창고")
    write(dbt / "logs/dbt.log", "기록")
    write(workspace.path / "exercises/ex1_tiny/target/내 것.txt", "내 것\n")

    backup = workspace.reset("ex1")

    assert (backup / "dbt_project/dbt_project.yml").is_file() and (backup / "target/내 것.txt").is_file()
    assert not (backup / "dbt_project/target").exists() and not (backup / "dbt_project/logs").exists()
    assert text_of(dbt / "target/activity.duckdb") == "창고"


def test_resets_in_one_second_get_their_own_backups(workspace):
    workspace.prepare()
    backups = []
    for number in range(3):
        write(workspace.path / ASSETS, f"{number}째\n")
        backups.append(workspace.reset("ex1"))
    assert [text_of(backup / "assets.py") for backup in backups] == ["0째\n", "1째\n", "2째\n"]


def test_reset_of_a_deleted_exercise_needs_no_backup(workspace):
    workspace.prepare()
    shutil.rmtree(workspace.exercise_dir("ex1"))
    assert workspace.reset("ex1") is None
    assert (workspace.path / ASSETS).exists()


def test_reset_does_nothing_when_the_backup_fails(workspace, monkeypatch):
    workspace.prepare()
    write(workspace.path / ASSETS, "내 코드\n")

    def full_disk(*arguments, **options):
        raise OSError(28, "디스크가 가득 참")

    monkeypatch.setattr(shutil, "copytree", full_disk)
    with pytest.raises(WorkspaceError, match="아무것도 바꾸지 않았습니다.*디스크가 가득 참"):
        workspace.reset("ex1")
    assert text_of(workspace.path / ASSETS) == "내 코드\n"
    assert list(workspace.backups.iterdir()) == []


def test_an_edit_saved_during_the_reset_survives(workspace, monkeypatch):
    workspace.prepare()
    write(workspace.path / ASSETS, "내 코드\n")
    real_copytree = shutil.copytree

    def copy_then_save(*arguments, **options):
        real_copytree(*arguments, **options)
        write(workspace.path / ASSETS, "방금 저장한 코드\n")

    monkeypatch.setattr(shutil, "copytree", copy_then_save)
    workspace.reset("ex1")
    assert text_of(workspace.path / ASSETS) == "방금 저장한 코드\n"


def test_reset_leaves_other_work_alone(workspace):
    workspace.prepare()
    mine = notebook("print('안녕')", "answer = 'B'")
    write(workspace.path / START, mine)
    write(workspace.progress_path, "2026-11-23 12:00 correct 1-1\n")
    workspace.reset("ex1")
    assert text_of(workspace.path / START) == mine
    assert text_of(workspace.progress_path) == "2026-11-23 12:00 correct 1-1\n"


def test_reset_of_an_unknown_exercise(workspace):
    with pytest.raises(UnknownId, match="ex1을 찾으셨나요"):
        workspace.reset("ex2")
