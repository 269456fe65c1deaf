"""제출물 하나의 결과 파일: 학생에게 줄 쪽, `result.json`, 다른 채점기의 모양.

쪽은 혼자 열린다(스타일이 안에 있고 아무것도 내려받지 않는다). 강사가 손댄 점수와 늦은 날은 채점이 끝난 뒤에도 바뀌므로,
쪽 안의 표시해 둔 자리에 나중에 넣는다.
"""

import functools
import json
import re
from collections.abc import Mapping

import jinja2
import markupsafe

from course_lib.grading import render
from course_lib.grading.misconceptions import Catalogue
from course_lib.grading.reports.gradebook import Row, score_text, signed
from course_lib.grading.results import SubmissionResult
from course_lib.grading.store import AUTOGRADER, FEEDBACK, RESULT, Record, Store, document_of
from course_lib.manifest import Exercise

_NOTE = re.compile(r"<!--note-->.*?<!--/note-->", re.DOTALL)
_GRADESCOPE = {"pass": "passed", "fail": "failed", "error": "failed"}


def write_submission(store: Store, record: Record, exercise: Exercise, result: SubmissionResult | None, catalogue: Catalogue) -> None:
    """결과 파일들을 쓴다. `result.json`이 맨 나중이다: 그것이 있으면 나머지도 있다."""
    exercism = _exercism(record, result, catalogue)
    folder = store.folder(record.student, record.exercise)
    store.write(folder / FEEDBACK, feedback_page(record, exercise, result, catalogue))
    store.write(folder / AUTOGRADER, _json(autograder_document(record, exercism)))
    store.write(folder / RESULT, _json(document_of(record, exercism)))


def feedback_page(record: Record, exercise: Exercise, result: SubmissionResult | None, catalogue: Catalogue) -> str:
    """학생에게 줄 HTML 쪽."""
    body = render.as_html(result, catalogue, every_detail=True, heading=2) if result is not None else ""
    return template("feedback.html").render(
        title=exercise.title, exercise=exercise.alias, student=record.full_name or record.student, attempted_at=record.attempted_at,
        reason=record.reason, status=record.status, body=markupsafe.Markup(body))


def refresh_note(store: Store, row: Row) -> None:
    """쪽에 늦은 날과 손댄 점수를 적는다. 바뀐 것이 없으면 파일을 건드리지 않는다."""
    path = store.folder(*row.record.key) / FEEDBACK
    page = path.read_text(encoding="utf-8")
    note = template("note.html").render(row=row, score=score_text(row.score), graded=score_text(row.record.score), signed=signed)
    changed = _NOTE.sub(lambda _: f"<!--note-->{note if _has_note(row) else ''}<!--/note-->", page, count=1)
    if changed != page:
        store.write(path, changed)


def autograder_document(record: Record, exercism: Mapping) -> dict:
    """Gradescope의 `results.json`. GitHub Classroom의 보고 동작이 읽는 이름(version, status, max_score)도 함께 있다."""
    tests = [{
        "name": test["title"], "number": str(number), "score": test["points"], "max_score": test["max_points"],
        "status": _GRADESCOPE[test["status"]],
        "output": test["message"] or "", "visibility": "after_published" if test["hidden"] else "visible",
        "test_code": test["test_code"], "message": test["message"] or "", "filename": "", "line_no": 0, "duration": 0,
    } for number, test in enumerate(exercism["tests"], start=1)]
    return {"version": 1, "status": exercism["status"], "score": record.score or 0, "max_score": record.max_score,
            "output": record.reason or exercism["message"], "execution_time": round(record.seconds), "tests": tests}


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.PackageLoader("course_lib.grading"), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def template(name: str) -> jinja2.Template:
    """`grading/templates/`의 템플릿. 값은 모두 이스케이프된다."""
    return _environment().get_template(name)


def _exercism(record: Record, result: SubmissionResult | None, catalogue: Catalogue) -> Mapping:
    if result is not None:
        return render.as_dict(result, catalogue)
    return {"version": 3, "status": "error", "message": record.reason, "tests": []}


def _has_note(row: Row) -> bool:
    return bool(row.adjustments) or bool(row.late_days)


def _json(document: Mapping) -> str:
    # 제출물이 낸 글에는 짝 없는 서로게이트가 있을 수 있다. UTF-8로 쓸 수 있게 바꾼다.
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode("utf-8")
