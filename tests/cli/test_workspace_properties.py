"""무슨 일이 어떤 차례로 일어나도 학습자가 쓴 글은 사라지지 않는다.

학습자와 과정의 행동을 아무렇게나 섞는다. 학습자가 쓴 글에는 저마다 다른 표식이 있다. 과정의 명령이 끝날 때마다,
명령 전에 있던 표식이 작업 공간 어딘가에 그대로 있는지 본다. `update`와 `prepare`는 자리까지 지켜야 한다.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from course_lib.workspace import Workspace
from tests.cli.conftest import COURSE_TOML, notebook, write

FOLDER = "exercises/ex1_tiny"
NOTEBOOK = "notebooks/00_start.ipynb"
PLACES = (NOTEBOOK, f"{FOLDER}/assets.py", f"{FOLDER}/guide.ipynb", f"{FOLDER}/helper.py", f"{FOLDER}/부속/깊은 곳.py")
MARK = re.compile(r"<내글 \d+>")

places = st.sampled_from(PLACES)


class Crash(BaseException):
    """전원이 나간 것. 과정의 코드가 잡을 수 없어야 한다."""


class LearnerAndCourse(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name) / "저장소"
        write(root / "course.toml", COURSE_TOML)
        self.workspace = Workspace.open(Path(self.folder.name) / "작업 공간", root=root)
        self.number = 0
        for place in PLACES[:3]:
            self.ship(place)

    def teardown(self) -> None:
        self.folder.cleanup()

    # ---- 과정을 만드는 사람

    @rule(place=places)
    def ship(self, place: str) -> None:
        write(self.workspace.root / place, self._text(place, f"과정의 {self._next()}판"))

    @rule(place=st.sampled_from(PLACES[1:]))
    def stop_shipping(self, place: str) -> None:
        # 연습 폴더가 통째로 없으면 되돌릴 것이 없다. 한 파일은 남긴다.
        if sum((self.workspace.root / other).exists() for other in PLACES[1:]) > 1:
            (self.workspace.root / place).unlink(missing_ok=True)

    # ---- 학습자

    @rule(place=places, crlf=st.booleans())
    def learner_writes(self, place: str, crlf: bool) -> None:
        text = self._text(place, f"<내글 {self._next()}>\n둘째 줄")
        write(self.workspace.path / place, text.replace("\n", "\r\n") if crlf else text)

    @rule(place=st.sampled_from((NOTEBOOK, f"{FOLDER}/guide.ipynb")), news=st.booleans())
    def learner_runs_notebook(self, place: str, news: bool) -> None:
        """실행하면 결과만 생긴다. 그 사이에 새 판이 나오는 일이 잦아야 백업이 시험된다."""
        path = self.workspace.path / place
        sources = re.findall(r"과정의 \d+판", path.read_text(encoding="utf-8")) if path.is_file() else []
        if sources:
            write(path, notebook(sources[0], outputs=(f"<내글 {self._next()}>",)))
        if news:
            self.ship(place)

    @rule(place=places)
    def learner_annotates_the_new_version(self, place: str) -> None:
        path = self.workspace.path / "updates" / place
        if path.is_file():
            write(path, self._text(place, f"<내글 {self._next()}>"))

    @rule(place=places)
    def learner_adopts_the_new_version(self, place: str) -> None:
        path = self.workspace.path / "updates" / place
        if path.is_file():
            (self.workspace.path / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, self.workspace.path / place)

    @rule(place=places)
    def learner_deletes(self, place: str) -> None:
        (self.workspace.path / place).unlink(missing_ok=True)

    @rule()
    def learner_deletes_the_exercise(self) -> None:
        shutil.rmtree(self.workspace.path / FOLDER, ignore_errors=True)

    @rule(old=places, new=places)
    def learner_renames(self, old: str, new: str) -> None:
        if (self.workspace.path / old).is_file():
            (self.workspace.path / new).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.workspace.path / old, self.workspace.path / new)

    @rule(content=st.sampled_from((None, "", "{", "[]", '{"exercises/ex1_tiny/assets.py": {"bytes": "x", "text": "y"}}')))
    def record_is_damaged(self, content: str | None) -> None:
        record = self.workspace.path / ".course" / "files.json"
        record.unlink(missing_ok=True)
        if content is not None:
            write(record, content)

    # ---- 명령

    @rule()
    def prepare(self) -> None:
        self._keeping_places(self.workspace.prepare)

    @rule()
    def update(self) -> None:
        self._keeping_places(self.workspace.update)

    @rule(after=st.integers(0, 6))
    def update_crashes(self, after: int) -> None:
        self._keeping_places(lambda: self._crashing(self.workspace.update, after))

    @rule()
    def reset(self) -> None:
        self._keeping_words(lambda: self.workspace.reset("ex1"))
        for place in PLACES[1:]:
            shipped, mine = self.workspace.root / place, self.workspace.path / place
            assert mine.exists() == shipped.exists()
            assert not shipped.exists() or mine.read_bytes() == shipped.read_bytes()

    @rule(after=st.integers(0, 6))
    def reset_crashes(self, after: int) -> None:
        self._keeping_words(lambda: self._crashing(lambda: self.workspace.reset("ex1"), after))

    @invariant()
    def no_half_written_files(self) -> None:
        assert not list(self.workspace.path.rglob("*.tmp"))

    # ---- 도구

    def _keeping_words(self, command) -> None:
        before = self._words()
        command()
        assert before <= self._words()

    def _keeping_places(self, command) -> None:
        """손으로 고친 파일은 그 자리에서 한 바이트도 바뀌지 않는다. 실행 결과만 든 노트북은 백업으로 옮겨질 수 있다."""
        edited = {
            place: (self.workspace.path / place).read_bytes()
            for place in PLACES
            if (self.workspace.path / place).is_file() and self._is_edited(self.workspace.path / place)
        }
        self._keeping_words(command)
        assert {place: (self.workspace.path / place).read_bytes() for place in edited} == edited

    @staticmethod
    def _is_edited(path: Path) -> bool:
        text = path.read_text(encoding="utf-8")
        return bool(MARK.search(text)) and "과정의" not in text

    def _words(self) -> set[str]:
        """작업 공간 어딘가에 있는 학습자의 글."""
        files = (path for path in self.workspace.path.rglob("*") if path.is_file())
        return {word for path in files for word in MARK.findall(path.read_text(encoding="utf-8"))}

    @staticmethod
    def _crashing(command, after: int) -> None:
        """파일 이름을 `after`번 바꾼 다음에 꺼진다."""
        calls = iter(range(after))
        real = os.replace

        def replace(source, target):
            if next(calls, None) is None:
                raise Crash
            real(source, target)

        with mock.patch.object(os, "replace", replace):
            try:
                command()
            except Crash:
                pass

    def _next(self) -> int:
        self.number += 1
        return self.number

    @staticmethod
    def _text(place: str, text: str) -> str:
        return notebook(text) if place.endswith(".ipynb") else text


TestLearnerAndCourse = LearnerAndCourse.TestCase
TestLearnerAndCourse.settings = settings(
    max_examples=80, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
