"""실행할 때마다 달라지는 것을 이름 붙은 낱말로 바꾼다. 견줄 때 양쪽에 똑같이 쓴다.

되도록 쓸 일이 없어야 한다. 학습자에게도 달라지는 값은 읽을거리가 아니다.
"""

import copy
import re

from nbformat import NotebookNode
from pytest_notebook.post_processors import coalesce_streams

NORMALIZERS = {
    "런 이름": (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<런 이름>"),
    "메모리 주소": (re.compile(r"\b0x[0-9a-f]{6,}\b"), "<주소>"),
    # show_timeline의 그림. 데몬이 언제 무엇을 했는지는 실행할 때마다 다르다.
    "시간표": (re.compile(r"┌ 시간표.*?\n└|<table data-timeline.*?</table>", re.DOTALL), "<시간표>"),
    "임시 폴더": (re.compile(r"(?:/private)?/(?:tmp|var/folders)/[^\s'\"<>]+"), "<임시 폴더>"),
    "쓴 메모리": (re.compile(r"\b\d+(?=MB\b)"), "<메모리>"),
    "걸린 시간": (re.compile(r"\b\d+(?:\.\d+)?(?= ?(?:초|ms|밀리초)(?![가-힣]*\s*(?:마다|전|뒤)))"), "<시간>"),
}
# 글이 아닌 것은 그리는 라이브러리의 판에 따라 달라진다.
IGNORED = (
    "/metadata",
    "/nbformat_minor",
    "/cells/*/execution_count",
    "/cells/*/metadata",
    "/cells/*/outputs/*/execution_count",
    "/cells/*/outputs/*/data/image~1png",
)


def normalized(notebook: NotebookNode) -> NotebookNode:
    """출력의 글을 정리한 사본."""
    result, _ = coalesce_streams(copy.deepcopy(notebook), {})
    for cell in result.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = _normalize(output.text)
            for kind, content in output.get("data", {}).items():
                if isinstance(content, str) and not kind.startswith("image/"):
                    output.data[kind] = _normalize(content)
    return result


def _normalize(text: str) -> str:
    for pattern, replacement in NORMALIZERS.values():
        text = pattern.sub(replacement, text)
    return text
