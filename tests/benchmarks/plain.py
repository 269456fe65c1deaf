"""격리하지 않은 채점: 같은 기준표를 제출물과 같은 프로세스에서 돌린다. 벤치마크의 견줄 대상일 뿐이다.

`python -m tests.benchmarks.plain FOLDER N`은 한 프로세스에서 N번 채점한다(N=1이면 새 pytest 프로세스와 같다).
"""

import sys
import tempfile
from pathlib import Path

from course_lib.grading import observe
from course_lib.grading.judge import Judge
from course_lib.grading.submission import Submission, read_files


class NoSandbox:
    """자식이 없는 샌드박스. Judge를 여는 데만 쓴다."""

    def close(self) -> None:
        pass


class PlainSubmission(Submission):
    """관찰을 이 프로세스에서 바로 하는 손잡이."""

    loaded = None

    def _ask(self, request, parse, swapped=None):
        if self.loaded is None:
            _forget(self.package)
            self.loaded = observe.LoadedSubmission(Path(tempfile.mkdtemp()), self.package, self.files, swapped or {})
        request = dict(request)
        return parse(observe.observations()[request.pop("observe")](self.loaded, **request))

    def run_tests_against(self, variants):
        return [self.run_tests(variant) for variant in variants]

    def run_tests(self, others):
        return PlainSubmission(self.material, self.files, self._sandbox)._ask(
            {"observe": "run_tests", "test_module": self.test_module}, _test_run_of(self), swapped=others)

    def restart(self) -> None:
        self.loaded = None

    close = restart


class PlainJudge(Judge):
    def _submission(self, files):
        return PlainSubmission(self.material, files, self.sandbox)


def _test_run_of(submission):
    from course_lib.grading.submission import _test_run

    return lambda answer: _test_run(answer, submission.test_names)


def _forget(package: str) -> None:
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, observe.MemoryModules)]
    for name in [name for name in sys.modules if name.startswith(f"{observe.PACKAGE_PARENT}.{package}")]:
        del sys.modules[name]
    sys.modules.pop(observe.PACKAGE_PARENT, None)


def main(folder: str, count: int) -> None:
    with PlainJudge("ex1_page_views", sandbox=NoSandbox()) as judge:
        files = read_files(Path(folder))
        for _ in range(count):
            result = judge.grade_files(files)
            assert result.perfect, [c for c in result.criteria if c.finding]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
