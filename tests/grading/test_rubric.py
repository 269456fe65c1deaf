"""채점 기준표의 말: 무엇이 같고 무엇이 다른가, 어떤 기준표는 시작조차 못 하는가."""

import os
import shutil
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading.judge import Judge, JudgeError
from course_lib.grading.results import Outcome
from course_lib.grading.rubric import Mismatch, expect, expect_equal, expect_frame

BASE = pd.DataFrame({"page": ["/a", "/b"], "n": [1, 2], "at": pd.to_datetime(["2024-01-01", "2024-01-02"])})


@pytest.mark.parametrize("same", [
    BASE[["at", "n", "page"]],
    BASE.iloc[::-1],
    BASE.set_index(pd.Index([7, 7])),
    BASE.astype({"n": "int8", "page": "object"}),
    BASE.astype({"n": "Int64", "page": "string"}),
    BASE.assign(at=BASE["at"].astype("datetime64[s]")),
])
def test_what_is_free_does_not_matter(same):
    expect_frame(same, BASE)


@pytest.mark.parametrize("other, says", [
    (BASE.drop(columns="n"), "없는 열: n"),
    (BASE.assign(helper=1), "남는 열: helper"),
    (BASE.astype({"n": float}), "자료형"),
    (BASE.astype({"n": str}), "자료형"),
    (BASE.head(1), "행 수"),
    (pd.concat([BASE, BASE.head(1)]), "행 수"),
    (BASE.assign(n=[1, 3]), "값이 다른 행"),
    (BASE.assign(at=BASE["at"].dt.tz_localize("UTC")), "자료형"),
    (BASE.assign(page=["/a", None]), "값이 다른 행"),
    (pd.concat([BASE, BASE[["n"]]], axis=1), "같은 이름의 열"),
])
def test_what_matters_is_said(other, says):
    with pytest.raises(Mismatch, match=says):
        expect_frame(other, BASE)


def test_order_matters_only_where_asked():
    expect_frame(BASE.iloc[::-1], BASE)
    with pytest.raises(Mismatch, match="순서"):
        expect_frame(BASE.iloc[::-1], BASE, ordered=True)


def test_an_empty_table_needs_only_its_columns():
    expect_frame(pd.DataFrame({"page": [], "n": [], "at": []}), BASE.head(0))
    with pytest.raises(Mismatch, match="없는 열"):
        expect_frame(pd.DataFrame(), BASE.head(0))


@given(st.lists(st.tuples(st.integers(-3, 3) | st.none(), st.sampled_from(["a", "b", None])), max_size=6), st.randoms())
def test_shuffling_rows_never_changes_the_verdict(rows, random):
    frame = pd.DataFrame(rows, columns=["x", "y"]).astype({"x": "Int64", "y": "object"})
    shuffled = rows[:]
    random.shuffle(shuffled)
    expect_frame(pd.DataFrame(shuffled, columns=["x", "y"]).astype({"x": "Int64", "y": "object"}), frame)


def test_small_expectations_say_what_was_expected():
    with pytest.raises(Mismatch, match="기대한 것은 silver인데 bronze입니다"):
        expect_equal("bronze", "silver", "그룹")
    with pytest.raises(Mismatch, match="없음"):
        expect_equal("", "silver", "그룹")
    with pytest.raises(Mismatch, match="봇이 있어야"):
        expect(False, "봇이 있어야 합니다.", shown=["Chrome"])
    expect(True, "말하지 않는다")
    expect_equal(datetime(2024, 1, 1), datetime(2024, 1, 1), "때")


@pytest.mark.parametrize("rubric, says", [
    ("def test_a(submission):\n    pass\n", "@criterion이 없는"),
    ("from course_lib.grading.rubric import criterion\n@criterion('가', points=1, after='nope')\ndef test_a(submission):\n    pass\n", "nope"),
    ("from course_lib.grading.rubric import criterion\n@criterion('가', points=1, after='b')\ndef test_a(submission):\n    pass\n"
     "@criterion('나', points=1, after='a')\ndef test_b(submission):\n    pass\n", "서로 기댑니다"),
    ("from course_lib.grading.rubric import criterion\n@criterion('가', points=1)\ndef test_a(submission, tmp_path):\n    pass\n", "매개변수는"),
    ("import nothing_like_this\n", "읽을 수 없습니다"),
    ("", "비어 있습니다"),
])
def test_a_broken_rubric_does_not_start(mini_course, judge, rubric, says, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(mini_course, root)
    (root / "tests/rubrics/mini/test_mini.py").write_text(rubric, encoding="utf-8")
    with pytest.raises(JudgeError, match=says), Judge("mini", root=root, sandbox=judge.sandbox):
        pass


@pytest.mark.parametrize("fault", ["pytest.fail('이럴 수는 없다')", "pytest.skip('나중에')", "raise SystemExit(0)", "assert 1 == 2"])
def test_a_fault_of_the_rubric_is_a_course_error_and_the_next_criterion_goes_on(mini_course, judge, fault, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(mini_course, root)
    (root / "tests/rubrics/mini/test_mini.py").write_text(
        "import pytest\nfrom course_lib.grading.rubric import criterion\n"
        f"@criterion('가', points=1)\ndef test_a(submission):\n    {fault}\n"
        "@criterion('나', points=1)\ndef test_b(submission):\n    submission.facts()\n", encoding="utf-8")
    with Judge("mini", root=root, sandbox=judge.sandbox) as opened:
        result = opened.grade_files(opened.material.reference)
    assert [criterion.outcome for criterion in result.criteria] == [Outcome.COURSE_ERROR, Outcome.CORRECT]


@pytest.mark.parametrize("options", ["-v --durations=3", "--no-such-option", "-k nothing"])
def test_options_of_the_shells_pytest_do_not_reach_the_rubric(mini_course, judge, monkeypatch, options):
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    with Judge("mini", root=mini_course, sandbox=judge.sandbox) as opened:
        assert opened.criteria == judge.criteria
    assert os.environ["PYTEST_ADDOPTS"] == options
