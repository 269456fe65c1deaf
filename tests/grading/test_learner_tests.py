"""학습자의 테스트 파일을 어떤 방식으로 쓰든: pytest의 픽스처와 표시, unittest, 건너뛴 테스트."""

import pytest

from course_lib.grading.results import Outcome

from .conftest import TESTS, by_id

HEAD = """\
import logging
import unittest
import warnings

import pandas as pd
import pytest
from course_lib.testing import run_asset

from .assets import doubled


def double(*values):
    return list(run_asset(doubled, numbers=pd.DataFrame({"n": list(values)}))["n"])


def check():
    assert double(3, -3) == [6, -6]


"""

RIGHT = {
    "parametrize": "@pytest.mark.parametrize('n', [3, -3])\ndef test_it(n):\n    assert double(n) == [n * 2]\n",
    "own_fixture": "@pytest.fixture(scope='module', autouse=True)\ndef three():\n    yield 3\n\ndef test_it(three):\n    assert three == 3\n    check()\n",
    "class": "class TestIt:\n    def setup_method(self):\n        self.n = 3\n    def test_it(self):\n        assert self.n == 3\n        check()\n",
    "unittest": ("class TestIt(unittest.TestCase):\n    def setUp(self):\n        self.n = 3\n"
                 "    def test_it(self):\n        self.assertEqual(double(self.n, -3), [6, -6])\n"
                 "    def test_sub(self):\n        with self.subTest(n=1):\n            self.assertEqual(double(1), [2])\n"),
    "subtests": ("def test_it(subtests):\n    for n in (3, -3):\n        with subtests.test(n=n):\n            assert double(n) == [n * 2]\n"),
    "module_setup": "def setup_module():\n    check.ready = True\n\ndef test_it():\n    assert check.ready\n    check()\n",
    "tmp_path": "def test_it(tmp_path, monkeypatch):\n    monkeypatch.chdir(tmp_path)\n    (tmp_path / 'a').write_text('a')\n    check()\n",
    "tmp_path_factory": "def test_it(tmp_path_factory):\n    assert tmp_path_factory.mktemp('a').exists()\n    check()\n",
    "caplog": "def test_it(caplog):\n    logging.getLogger('a').warning('말')\n    assert '말' in caplog.text\n    check()\n",
    "capsys": "def test_it(capsys):\n    print('말')\n    assert capsys.readouterr().out == '말\\n'\n    check()\n",
    "capfd": "def test_it(capfd):\n    print('말')\n    assert capfd.readouterr().out == '말\\n'\n    check()\n",
    "record_property": "def test_it(record_property, record_xml_attribute):\n    record_property('a', 1)\n    check()\n",
    "cache": "def test_it(cache):\n    cache.set('a/b', 1)\n    assert cache.get('a/b', 0) == 1\n    check()\n",
    "doctest_namespace": "def test_it(doctest_namespace):\n    check()\n",
    "request": "def test_it(request, pytestconfig):\n    assert request.node.name == 'test_it' and pytestconfig.rootpath\n    check()\n",
    "recwarn": "def test_it(recwarn):\n    warnings.warn('말')\n    assert len(recwarn) == 1\n    check()\n",
    "warns": "def test_it():\n    with pytest.warns(UserWarning):\n        warnings.warn('말')\n    check()\n",
    "filterwarnings": ("@pytest.mark.filterwarnings('error')\ndef test_it():\n"
                       "    with pytest.raises(UserWarning):\n        warnings.warn('말')\n    check()\n"),
    "mock": "from unittest import mock\n\n@mock.patch.dict('os.environ', A='1')\ndef test_it():\n    check()\n",
    # 건너뛴 테스트와 실패할 줄 아는 테스트는 점수를 주지도 빼앗지도 않는다.
    "one_skipped": "@pytest.mark.skip(reason='나중에')\ndef test_later():\n    pass\n\ndef test_it():\n    check()\n",
    "unittest_skip": ("class TestIt(unittest.TestCase):\n    @unittest.skip('나중에')\n    def test_later(self):\n        pass\n"
                      "    def test_it(self):\n        check()\n"),
    "expected_failure": "@pytest.mark.xfail(reason='아직')\ndef test_later():\n    assert 0\n\ndef test_it():\n    check()\n",
    "importorskip": "numpy = pytest.importorskip('numpy')\n\ndef test_it():\n    assert numpy.sum(double(1)) == 2\n    check()\n",
}

WRONG = {
    "only_skips": ("def test_it():\n    pytest.skip('나중에')\n", Outcome.NOT_ATTEMPTED),
    "only_skips_when_it_is_wrong": ("def test_it():\n    if double(3, -3) != [6, -6]:\n        pytest.skip('이상하다')\n", Outcome.INCORRECT),
    "expects_to_fail": ("@pytest.mark.xfail\ndef test_it():\n    check()\n", Outcome.INCORRECT),
    "does_not_collect_what_is_wrong": ("@pytest.mark.parametrize('n', [n for n in [3] if double(n, -n) == [6, -6]])\n"
                                       "def test_it(n):\n    pass\n", Outcome.INCORRECT),
}


@pytest.mark.parametrize("style", RIGHT)
def test_every_style_of_tests_is_right(grade, style):
    result = by_id(grade(test_assets=HEAD + RIGHT[style]))["learner_tests"]
    assert result.points == 3, result


@pytest.mark.parametrize("style", WRONG)
def test_tests_that_never_fail_earn_nothing(grade, style):
    source, outcome = WRONG[style]
    result = by_id(grade(test_assets=HEAD + source))["learner_tests"]
    assert (result.points, result.outcome) == (0, outcome), result


def test_the_memory_of_test_runs_does_not_grow_with_the_class(judge, grade, monkeypatch):
    monkeypatch.setattr("course_lib.grading.judge.MAX_TEST_RUNS", 6)
    grade(test_assets=TESTS + "# 처음\n")
    first = list(judge._test_runs)
    for number in range(4):
        grade(test_assets=TESTS + f"# {number}\n")
    # 한 제출물이 모범 답안과 실수 둘을 돌린다. 새로 여는 제출물의 것은 다 돌린 뒤에 센다.
    assert len(judge._test_runs) <= 6 + 3 and not set(first) & set(judge._test_runs)
    before = list(judge._test_runs)
    grade(test_assets=TESTS + "# 3\n")
    assert before[-3:] == list(judge._test_runs)[-3:], "기억한 것은 다시 돌리지 않는다"
