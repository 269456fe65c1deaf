"""격리하지 않은 채점: 같은 기준표를 제출물과 같은 프로세스에서 돌린다. 벤치마크의 견줄 대상일 뿐이다.

`python -m tests.benchmarks.plain warm FOLDER N`은 데워 둔 한 프로세스에서 N번 채점한다.
`python -m tests.benchmarks.plain fresh FOLDER 1`은 pytest를 새로 띄울 때마다 새 프로세스를 쓴다: 기준표에 하나,
학습자의 테스트를 모범 답안과 변형마다 돌리는 데 하나씩.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from course_lib.grading import loading, observe
from course_lib.grading.judge import Judge
from course_lib.grading.files import read_files
from course_lib.grading.seen import TestRun, test_run_from
from course_lib.grading.submission import Submission


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
            self.loaded = loading.LoadedSubmission(Path(tempfile.mkdtemp()), self.package, self.files, swapped or {})
        request = dict(request)
        return parse(observe.OBSERVATIONS[request.pop("observe")](self.loaded, **request))

    def run_tests_against(self, variants):
        return [self.run_tests(variant) for variant in variants]

    def run_tests(self, others):
        return PlainSubmission(self.material, self.files, self._sandbox)._ask(
            {"observe": "run_tests", "test_module": self.test_module}, lambda answer: test_run_from(answer, self.test_names), swapped=others)

    def restart(self) -> None:
        self.loaded = None

    close = restart


class FreshSubmission(PlainSubmission):
    """학습자의 테스트를 새 pytest 프로세스에서 돌리는 손잡이."""

    def run_tests(self, others):
        folder = Path(tempfile.mkdtemp()) / loading.PACKAGE_PARENT / self.package
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        for name, data in {**self.files, **others}.items():
            (folder / name).write_bytes(data)
        code = subprocess.run([sys.executable, "-m", "pytest", "-q", "-x", "--rootdir", str(folder.parent.parent), "-c", "/dev/null",
                               "-p", "no:cacheprovider", str(folder / self.test_module)], capture_output=True, check=False).returncode
        return TestRun({"all": "passed" if code == 0 else "failed"})


class PlainJudge(Judge):
    handle = PlainSubmission

    def _submission(self, files):
        return self.handle(self.material, files, self.sandbox)


def _forget(package: str) -> None:
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, loading.MemoryModules)]
    for name in [name for name in sys.modules if name.startswith(f"{loading.PACKAGE_PARENT}.{package}")]:
        del sys.modules[name]
    sys.modules.pop(loading.PACKAGE_PARENT, None)


def main(kind: str, folder: str, count: int) -> None:
    with PlainJudge("ex1_page_views", sandbox=NoSandbox()) as judge:
        judge.handle = FreshSubmission if kind == "fresh" else PlainSubmission
        files = read_files(Path(folder))
        for _ in range(count):
            result = judge.grade_files(files)
            assert result.perfect, [c for c in result.criteria if c.finding]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
