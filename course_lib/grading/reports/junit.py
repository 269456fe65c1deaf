"""JUnit XML: 제출물 하나가 testsuite, 기준 하나가 testcase. CI와 LMS의 플러그인이 읽는다."""

import re
from collections.abc import Iterable, Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

# XML 1.0에 쓸 수 없는 글자. 제출물이 낸 글에는 무엇이든 들어 있다.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(documents: Iterable[Mapping]) -> Iterator[str]:
    """`result.json`들로 JUnit XML을 한 묶음씩. 판정하지 못한 제출물은 error가 하나인 묶음이다."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for document in documents:
        yield _suite(document)
    yield "</testsuites>\n"


def _suite(document: Mapping) -> str:
    name, tests, grading = f"{document['student']}/{document['exercise']}", document["tests"], document["grading"]
    cases = [_case(name, test) for test in tests]
    if not tests:
        cases = [f"    <testcase classname={_attribute(name)} name={_attribute(grading['status'])}>\n"
                 f"      <error message={_attribute(grading['reason'])}/>\n    </testcase>\n"]
    count = {kind: sum(test["status"] == kind and test["outcome"] != "skipped" for test in tests) for kind in ("fail", "error")}
    skipped = sum(test["outcome"] == "skipped" for test in tests)
    when = f" timestamp={_attribute(grading['attempted_at'])}" if grading["attempted_at"] else ""
    return (f'  <testsuite name={_attribute(name)} tests="{len(cases)}" failures="{count["fail"]}" '
            f'errors="{count["error"] if tests else 1}" skipped="{skipped}" time="{grading["seconds"]:.3f}"{when}>\n'
            f"{''.join(cases)}  </testsuite>\n")


def _case(suite: str, test: Mapping) -> str:
    head = f"    <testcase classname={_attribute(suite)} name={_attribute(test['name'])}"
    if test["status"] == "pass":
        return f"{head}/>\n"
    message = test["message"] or test["title"]
    if test["outcome"] == "skipped":
        inside = "<skipped/>"
    else:
        tag = "error" if test["status"] == "error" else "failure"
        inside = (f"<{tag} type={_attribute(test['outcome'])} message={_attribute(message.splitlines()[0][:300])}>"
                  f"{escape(_clean(message))}</{tag}>")
    return f"{head}>\n      {inside}\n    </testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
