"""결과를 글, HTML, JSON으로. 판정은 여기서 하지 않는다."""

import html
import json
from collections.abc import Mapping

from course_lib.grading.misconceptions import Catalogue
from course_lib.grading.results import CriterionResult, Outcome, SubmissionResult
from course_lib.grading.tables import diff_html, diff_text, frame_html, frame_text

# 색이 없어도 읽히도록 기호와 말을 함께 쓴다.
WORDS = {
    Outcome.CORRECT: ("✔", "맞음"),
    Outcome.INCORRECT: ("✘", "고칠 것"),
    Outcome.NOT_ATTEMPTED: ("○", "아직"),
    Outcome.SKIPPED: ("…", "건너뜀"),
    Outcome.SUBMISSION_ERROR: ("!", "오류"),
    Outcome.COURSE_ERROR: ("‼", "과정의 오류"),
}
# 제출물의 글에 든 제어 문자는 터미널을 지우거나 글을 거꾸로 보이게 한다. 줄바꿈과 탭만 남긴다.
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_UNSAFE_IN_TERMINAL = {code: "\ufffd" for code in _CONTROLS if chr(code) not in "\n\t"}
_EXERCISM = {Outcome.CORRECT: "pass", Outcome.INCORRECT: "fail", Outcome.NOT_ATTEMPTED: "fail", Outcome.SKIPPED: "fail",
             Outcome.SUBMISSION_ERROR: "error", Outcome.COURSE_ERROR: "error"}


def points_text(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def headline(result: SubmissionResult) -> str:
    """한 줄 요약: 점수와 다음 할 일."""
    score = f"{points_text(result.score)} / {result.max_score}점"
    if result.course_errors:
        return f"{score} — 과정의 오류가 {len(result.course_errors)}개 있습니다. 당신의 잘못이 아닙니다."
    if result.perfect:
        return f"{score} — 모두 맞았습니다!"
    first = result.first_to_fix
    if result.score == 0 and first.outcome is Outcome.NOT_ATTEMPTED:
        return f"{score} — 아직 시작하지 않았습니다. 먼저 할 것: {first.title}"
    return f"{score} — 다음에 고칠 것: {first.title}"


def explanation(criterion: CriterionResult, catalogue: Catalogue) -> str:
    """알아본 오개념의 제목과 설명. 없으면 빈 글."""
    if criterion.misconception is None:
        return ""
    found = catalogue.get(criterion.misconception)
    return f"{found.title} — {found.explanation}"


def as_text(result: SubmissionResult, catalogue: Catalogue, *, hint_line: str = "") -> str:
    """터미널에 보일 글. 먼저 고칠 것 하나만 자세히 보인다. 제어 문자는 �로 바꾼다."""
    lines = [headline(result), ""]
    for criterion in result.criteria:
        symbol, word = WORDS[criterion.outcome]
        if criterion.outcome is not Outcome.SKIPPED:
            lines.append(f" {symbol} {word:<5} {points_text(criterion.points):>4}/{criterion.max_points:<3} {criterion.title}")
    if skipped := _skipped(result):
        lines.append(f" {skipped}")
    for criterion in _detailed(result):
        lines += ["", f"── {criterion.title} ({criterion.id})", criterion.why]
        finding = criterion.finding
        if finding is None:
            continue
        lines += ["", finding.message]
        for name, frame in finding.given:
            lines += ["", f"넣은 것: {name}", frame_text(frame)]
        if finding.call:
            lines += ["", f"부른 것: {finding.call}"]
        if finding.expected is not None:
            lines += ["", diff_text(finding.actual, finding.expected, ordered=finding.ordered)]
        elif finding.actual is not None:
            lines += ["", frame_text(finding.actual)]
        if finding.trace:
            lines += ["", finding.trace]
        if criterion.misconception:
            lines += ["", f"이런 실수가 아닌가요? {explanation(criterion, catalogue)}"]
        if hint_line:
            lines += ["", hint_line]
    return "\n".join(lines).translate(_UNSAFE_IN_TERMINAL)


def as_html(result: SubmissionResult, catalogue: Catalogue, *, hint_line: str = "", every_detail: bool = False, heading: int = 4) -> str:
    """노트북과 피드백 쪽에 넣을 HTML 조각. 제출물에서 온 글은 모두 이스케이프한다. `heading`은 기준마다의 제목의 단계다."""
    rows = "".join(_row_html(c) for c in result.criteria if c.outcome is not Outcome.SKIPPED)
    table = ('<table><thead><tr><th scope="col">판정</th><th scope="col">점수</th>'
             f'<th scope="col" style="text-align:left">기준</th></tr></thead><tbody>{rows}</tbody></table>')
    if skipped := _skipped(result):
        hidden_rows = "".join(_row_html(c) for c in result.criteria if c.outcome is Outcome.SKIPPED)
        table += f"<details><summary>{html.escape(skipped)}</summary><table><tbody>{hidden_rows}</tbody></table></details>"
    shown = [c for c in result.criteria if c.finding] if every_detail else _detailed(result)
    details = "".join(_detail_html(criterion, catalogue, hint_line, heading) for criterion in shown)
    return f'<div class="course-feedback"><p><b>{html.escape(headline(result))}</b></p>{table}{details}</div>'


def as_json(result: SubmissionResult, catalogue: Catalogue) -> str:
    """exercism v3 결과 모양(`version, status, message, tests[]`)에 점수와 판정을 더한 JSON."""
    return json.dumps(as_dict(result, catalogue), ensure_ascii=False, indent=2)


def as_dict(result: SubmissionResult, catalogue: Catalogue) -> Mapping[str, object]:
    opened = any(c.outcome is not Outcome.SKIPPED and c.outcome is not Outcome.SUBMISSION_ERROR for c in result.criteria)
    status = "pass" if result.perfect else "fail" if opened and not result.course_errors else "error"
    return {
        "version": 3,
        "status": status,
        "message": headline(result),
        "exercise": result.exercise,
        "score": result.score,
        "max_score": result.max_score,
        "tests": [
            {
                "name": c.id,
                "title": c.title,
                "status": _EXERCISM[c.outcome],
                "message": "\n\n".join(filter(None, [c.message, _table_text(c), explanation(c, catalogue)])) or None,
                "output": c.finding.trace if c.finding else None,
                "test_code": c.why,
                "points": c.points,
                "max_points": c.max_points,
                "outcome": c.outcome.value,
                "misconception": c.misconception,
                "hidden": c.hidden,
            }
            for c in result.criteria
        ],
    }


def _skipped(result: SubmissionResult) -> str:
    """건너뛴 기준이 몇 개인지. 없으면 빈 글. 줄줄이 보이면 먼저 고칠 것이 묻힌다."""
    count = sum(c.outcome is Outcome.SKIPPED for c in result.criteria)
    symbol, word = WORDS[Outcome.SKIPPED]
    return f"{symbol} {word}: 기준 {count}개는 앞의 기준이 맞으면 채점합니다." if count else ""


def _row_html(criterion: CriterionResult) -> str:
    symbol, word = WORDS[criterion.outcome]
    return (f'<tr><td>{symbol} {word}</td><td style="text-align:right">{points_text(criterion.points)} / {criterion.max_points}</td>'
            f'<td style="text-align:left">{html.escape(criterion.title)}</td></tr>')


def _detailed(result: SubmissionResult) -> list[CriterionResult]:
    """자세히 보일 기준: 먼저 고칠 것 하나와, 과정의 오류 전부."""
    first = result.first_to_fix
    return [*([first] if first else []), *result.course_errors]


def _table_text(criterion: CriterionResult) -> str:
    finding = criterion.finding
    if finding is None or finding.expected is None:
        return ""
    return diff_text(finding.actual, finding.expected, ordered=finding.ordered)


def _detail_html(criterion: CriterionResult, catalogue: Catalogue, hint_line: str, heading: int) -> str:
    finding = criterion.finding
    parts = [f"<h{heading}>{html.escape(criterion.title)} <code>{html.escape(criterion.id)}</code></h{heading}>", _paragraph(criterion.why)]
    if finding is not None:
        parts.append(f"<p>{_lines(finding.message)}</p>")
        for name, frame in finding.given:
            parts.append(f"<p>넣은 것: <code>{html.escape(name)}</code></p>{frame_html(frame)}")
        if finding.call:
            parts.append(f"<p>부른 것: <code>{html.escape(finding.call)}</code></p>")
        if finding.expected is not None:
            parts.append(diff_html(finding.actual, finding.expected, ordered=finding.ordered))
        elif finding.actual is not None:
            parts.append(frame_html(finding.actual))
        if finding.trace:
            parts.append(f"<pre>{html.escape(finding.trace)}</pre>")
    if criterion.misconception:
        parts.append(f"<p><b>이런 실수가 아닌가요?</b> {html.escape(explanation(criterion, catalogue))}</p>")
    if hint_line:
        parts.append(_paragraph(hint_line))
    return f'<section>{"".join(parts)}</section>'


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>" if text else ""


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
