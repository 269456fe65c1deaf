"""강사와 학생이 보는 쪽(summary.html, feedback.html)을 진짜 브라우저로, 책상과 전화기의 너비에서 연다. 혼자 열리고 아무것도 내려받지 않는다."""

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page

from course_lib.grading import cohort
from course_lib.grading.misconceptions import load_catalogue
from course_lib.grading.results import CriterionResult, Finding, Outcome, SubmissionResult
from tests.grading.test_class_runs import QuickWorker

EX1 = "ex1_page_views"
VIEWS = pd.DataFrame({"page_url": ["/글/데이터-파이프라인-첫걸음"] * 3, "user_id": ["u01", None, "u03"],
                      "timestamp": pd.to_datetime(["2024-01-01 09:00"] * 3), "session_id": ["s1", "s2", "s3"],
                      "user_agent": ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"] * 3})


class Worker(QuickWorker):
    """샌드박스 없는 일꾼: 맞은 기준 열과, 표가 다른 기준 하나를 낸다."""

    def grade_files(self, exercise, files):
        right = [CriterionResult(id=f"criterion_with_a_long_name_{number}", title="cleaned_page_views가 raw_page_views를 받아 표를 낸다", why="왜",
                                 outcome=Outcome.CORRECT, points=2, max_points=2, hidden=False) for number in range(10)]
        misconception = load_catalogue(EX1).for_criterion("removes_bots")[0]
        wrong = CriterionResult(id="removes_bots", title="봇 트래픽을 제거한다", why="봇을 뺍니다.", outcome=Outcome.INCORRECT, points=0, max_points=80,
                                hidden=False, misconception=misconception.id, finding=Finding(
                                    "행 수가 다릅니다.", call="cleaned_page_views(raw_page_views)", given=(("raw_page_views", VIEWS),),
                                    actual=VIEWS, expected=VIEWS.head(1)))
        return SubmissionResult(exercise, (*right, wrong))


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(cohort, "JudgeWorker", Worker)
    for student in ("홍길동_77_assignsubmission_file", "아주 긴 이름을 가진 학생_78_assignsubmission_file"):
        folder = tmp_path / "in" / student / "ex1"
        folder.mkdir(parents=True)
        (folder / "assets.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "in" / "깨짐_ex1.zip").write_bytes(b"PK")
    cohort.grade_class(tmp_path / "in", tmp_path / "out")
    return [tmp_path / "out" / "summary.html", *(tmp_path / "out").glob("*/*/feedback.html")]


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_a_class_fit_the_screen_and_the_keyboard(page: Page, pages: list[Path], width: int):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": width, "height": 844})
    assert len(pages) == 4
    for path in pages:
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        # 열의 이름을 글자마다 쪼개면 머리줄이 몇 줄로 높아진다.
        assert page.evaluate("Math.max(0, ...[...document.querySelectorAll('thead th')].map(cell => cell.clientHeight))") < 80, path
        assert page.evaluate("[...document.querySelectorAll('th')].every(cell => cell.scope || cell.closest('thead'))"), path
        assert page.locator("main h1, header h1").count() == 1
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "본문으로", path
    assert [url for url in asked if not url.startswith("file:")] == []
