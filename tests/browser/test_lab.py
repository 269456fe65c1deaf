"""학습자의 첫 길: JupyterLab을 열고, 첫 노트북을 끝까지 실행하고, 연습 1을 풀고, Dagster UI를 연다."""

import json
import re
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from course_lib.grading.misconceptions import apply_edits, load_material
from course_lib.manifest import Exercise, load_manifest
from tests.browser.conftest import ARTIFACTS, Lab

RUN_SECONDS = 180


def run_all_cells(page: Page, lab: Lab, notebook: str) -> list[dict]:
    """노트북을 열어 메뉴에서 모두 실행하고 저장한다. 저장된 파일의 코드 셀을 돌려준다."""
    path = lab.workspace / notebook
    page.goto(lab.url(notebook))
    expect(page.locator(".jp-Toolbar-kernelName")).to_contain_text("Python 3")
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible()
    page.get_by_role("menuitem", name="실행", exact=True).click()
    page.get_by_role("menuitem", name="모든 셀 실행", exact=True).click()
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible(timeout=RUN_SECONDS * 1000)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1000)
        cells = code_cells(path)
        # 커널을 고르라거나 저장이 부딪쳤다고 묻는 창이 뜨면 학습자가 멈춘다.
        assert page.locator(".jp-Dialog").count() == 0
        if all(cell["execution_count"] for cell in cells):
            return cells
        assert time.monotonic() < deadline, f"끝나지 않은 셀: {[cell['source'] for cell in cells if not cell['execution_count']]}"


def code_cells(path: Path) -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def errors_in(cells: list[dict]) -> list[dict]:
    return [
        output
        for cell in cells
        for output in cell["outputs"]
        if output["output_type"] == "error" or output.get("name") == "stderr"
    ]


def text_in(cells: list[dict]) -> str:
    """셀들이 보인 글."""
    pieces = []
    for cell in cells:
        for output in cell["outputs"]:
            pieces.append("".join(output.get("text", "")))
            pieces.append("".join(output.get("data", {}).get("text/plain", "")))
    return "\n".join(pieces)


def put_file(lab: Lab, path: str, content: str) -> None:
    """JupyterLab의 편집기가 저장할 때 쓰는 것과 같은 API로 파일을 쓴다."""
    request = urllib.request.Request(
        f"{lab.address}/api/contents/{path}",
        data=json.dumps({"type": "file", "format": "text", "content": content}).encode("utf-8"),
        headers={"Authorization": f"token {lab.token}"},
        method="PUT",
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
        assert response.status in (200, 201)


def show(page: Page, text: str) -> None:
    """`text`가 보일 때까지 노트북을 위로 굴린다. JupyterLab은 화면 밖의 셀을 그리지 않는다."""
    page.mouse.move(800, 500)
    for _ in range(60):
        if page.get_by_text(text).first.is_visible():
            page.get_by_text(text).first.scroll_into_view_if_needed()
            # 화면 밖에 있던 셀을 마저 그린다.
            page.wait_for_timeout(1000)
            return
        page.mouse.wheel(0, -300)
        page.wait_for_timeout(100)
    raise AssertionError(f"화면에 없습니다: {text}")


def hand_in(lab: Lab, exercise: Exercise, files: dict[str, bytes]) -> None:
    for name in (*exercise.modules, exercise.test_module):
        put_file(lab, f"exercises/{exercise.id}/{name}", files[name].decode("utf-8"))


def test_lab_opens_korean_at_the_first_notebook(lab: Lab, page: Page):
    page.goto(f"{lab.address}/?token={lab.token}")
    page.wait_for_url("**/lab/tree/notebooks/00_start.ipynb*")
    for menu in ("파일", "편집", "보기", "실행", "커널", "도움말"):
        expect(page.get_by_role("menuitem", name=menu, exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "ko-KR"
    expect(page.locator(".jp-NotebookPanel")).to_be_visible()
    # 새 소식을 물어보는 창도, 알림도 없다.
    page.wait_for_timeout(2000)
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".jp-toast-message, .Toastify__toast").count() == 0


def test_the_first_notebook_runs_to_its_end(lab: Lab, page: Page):
    cells = run_all_cells(page, lab, "notebooks/00_start.ipynb")
    assert errors_in(cells) == []
    assert "아직" in text_in(cells)


def test_the_card_of_an_exercise_opens_its_assets(lab: Lab, page: Page):
    page.goto(f"{lab.address}/lab?token={lab.token}&reset")
    page.get_by_role("menuitem", name="파일", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("런처")).first.click()
    for exercise in load_manifest().exercises:
        expect(page.locator(".jp-LauncherCard", has_text=re.compile(f"^{exercise.alias} "))).to_have_count(1)
    card = page.locator(".jp-LauncherCard", has_text=re.compile("^ex1 "))
    icon = card.locator("img")
    expect(icon).to_be_visible()
    assert icon.evaluate("image => image.complete && image.naturalWidth > 0")
    page.screenshot(path=ARTIFACTS / "launcher.png")
    card.click()
    frame = page.frame_locator("iframe")
    frame.get_by_text("Lineage", exact=True).first.click(timeout=120_000)
    # 뼈대의 세 자산은 모두 기본 그룹에 있다. 그룹이 하나면 Dagster는 펼쳐서 보인다.
    for asset in ("raw_page_views", "cleaned_page_views", "page_popularity"):
        expect(frame.get_by_text(asset).first).to_be_visible()
    # 다른 연습의 것은 없다.
    expect(frame.get_by_text("weekly_page_report")).to_have_count(0)


@pytest.mark.parametrize("alias", ["ex1"])
def test_solving_an_exercise_gives_full_marks(lab: Lab, page: Page, alias: str):
    material = load_material(alias)
    exercise = material.exercise
    guide = f"exercises/{exercise.id}/guide.ipynb"
    full_marks = f"{exercise.points} / {exercise.points}점"

    before = run_all_cells(page, lab, guide)
    assert errors_in(before) == []
    assert f"0 / {exercise.points}점" in text_in(before)
    show(page, f"0 / {exercise.points}점")
    page.screenshot(path=ARTIFACTS / f"{alias}_not_started.png")

    # 테스트가 잡아야 하는 첫 실수. 이름을 짚어 주고 설명한다.
    mistake = material.catalogue.get(material.catalogue.must_catch[0])
    hand_in(lab, exercise, apply_edits(material.reference, mistake))
    wrong = run_all_cells(page, lab, guide)
    assert errors_in(wrong) == []
    assert full_marks not in text_in(wrong)
    assert mistake.title in text_in(wrong)
    show(page, "이런 실수가 아닌가요?")
    page.screenshot(path=ARTIFACTS / f"{alias}_mistake.png")

    hand_in(lab, exercise, dict(material.reference))
    after = run_all_cells(page, lab, guide)
    assert errors_in(after) == []
    assert full_marks in text_in(after)
    show(page, full_marks)
    page.screenshot(path=ARTIFACTS / f"{alias}_solved.png")
